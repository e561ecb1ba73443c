"""The Airflow that a file is for: a version, or all versions of a series."""

from __future__ import annotations

import re
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from dagctl.findings.wording import did_you_mean
from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

Version = tuple[int, int]
Series = Literal["2", "3"]
"""What is recorded of the Airflow that a file is for."""

_SERIES: dict[int, tuple[Version, Version]] = {2: ((2, 9), (2, 11)), 3: ((3, 0), (3, 99))}
"""The oldest and newest version of each series that dagctl writes for; 3 goes on."""
_NAME = lazy_pattern(r"([23])(?:\.(0|[1-9][0-9]?))?", re.ASCII)
TARGET_PATTERN = r"^(2(\.(9|10|11))?|3(\.(0|[1-9][0-9]?))?)$"
"""The names of targets, as a regular expression."""

_VERSION = lazy_pattern(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,5}", re.ASCII)
MAX_PROVIDERS = 200
"""Providers in a target: more than there are."""
TARGETS = "2 (2.9 to 2.11), 3 (3.0 and later), or one version such as 2.11 or 3.1"
"""The names of targets, for messages."""
TARGET_EXAMPLE = 'one version such as "3.1"'
"""The end of a list of targets."""


@frozen
class Target:
    """A range of Airflow versions; a file for it works on each of them."""

    name: str
    """The Airflow alone, as it is given: `2`, `3`, `2.11`, `3.1`."""
    oldest: Version
    newest: Version
    providers: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The versions of providers that are named, by short name; others: the newest that fit."""

    @property
    def full_name(self) -> str:
        """The Airflow and the providers: `3.1 amazon==9.4.0 google==19.1.0`."""
        named = (f"{name}=={version}" for name, version in sorted(self.providers.items()))
        return " ".join([self.name, *named])

    @property
    def series(self) -> Series:
        """The series of the target's versions."""
        return "2" if self.oldest[0] == 2 else "3"  # noqa: PLR2004 - a version

    def includes(self, release: str) -> bool:
        """Return whether a release such as `3.1.8` is of the target."""
        major, minor, *_ = [*release.split("."), "0"]
        version = (int(major), int(minor)) if (major + minor).isdecimal() else (0, 0)
        return self.oldest <= version <= self.newest

    def has(self, since: Version, until: Version | None = None) -> bool:
        """Return whether all versions of the target have what Airflow has from `since` on.

        Args:
            since: The first version that has it.
            until: The last version that has it; default: it is still there.
        """
        return self.oldest >= since and (until is None or self.newest <= until)


@lru_cache(maxsize=64)
def target_of(name: str) -> Target:
    """Return the target of a name: an Airflow, and providers: `3.1 amazon==9.4.0`.

    Raises:
        ValueError: The Airflow is none of `TARGETS`, or there is no such provider.
    """
    airflow, *named = name.split(" ")
    match = _NAME.fullmatch(airflow)
    if match:
        oldest, newest = _SERIES[int(match[1])]
        providers = dict(map(_provider, named[:MAX_PROVIDERS]))
        if match[2] is None:
            return Target(airflow, oldest, newest, providers)
        version = (int(match[1]), int(match[2]))
        if oldest <= version <= newest:
            return Target(airflow, version, version, providers)
    raise ValueError(f"{name!r} is not an Airflow that dagctl writes for: {TARGETS}")


def with_providers(name: str, providers: Mapping[str, str]) -> str:
    """Return the full name of a target with the versions of providers.

    Raises:
        ValueError: As of `target_of`; or a version is none.
    """
    if not providers:
        return target_of(name).full_name
    from dagctl.operators.provider_file import short_name

    named = [f"{short_name(key)}=={version}" for key, version in providers.items()]
    return target_of(" ".join([name, *named])).full_name


def _provider(text: str) -> tuple[str, str]:
    """Return the short name and the version of `amazon==9.4.0`."""
    from dagctl.operators.provider_file import known_providers, short_name

    name, mark, version = text.partition("==")
    short = short_name(name)
    if short not in known_providers():
        near = did_you_mean(short, known_providers())
        raise ValueError(f"there is no provider {name[:60]!r}{f': {near}' if near else ''}")
    if not mark or not _VERSION.fullmatch(version):
        raise ValueError(f"{version[:60]!r} is no version of the provider {short}")
    return short, version
