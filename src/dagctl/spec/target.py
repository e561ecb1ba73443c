"""The Airflow that a file is for: a version, or all versions of a series."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

Version = tuple[int, int]
Series = Literal["2", "3"]
"""What is recorded of the Airflow that a file is for."""

_SERIES: dict[int, tuple[Version, Version]] = {2: ((2, 9), (2, 11)), 3: ((3, 0), (3, 99))}
"""The oldest and newest version of each series that dagctl writes for; 3 goes on."""
_NAME = re.compile(r"([23])(?:\.(0|[1-9][0-9]?))?", re.ASCII)
TARGET_PATTERN = r"^(2(\.(9|10|11))?|3(\.(0|[1-9][0-9]?))?)$"
"""The names of targets, as a regular expression."""

TARGETS = "2 (2.9 to 2.11), 3 (3.0 and later), or one version such as 2.11 or 3.1"
"""The names of targets, for messages."""
TARGET_EXAMPLE = 'one version such as "3.1"'
"""The end of a list of targets."""


@dataclass(frozen=True, slots=True)
class Target:
    """A range of Airflow versions; a file for it works on each of them."""

    name: str
    """As it is given: `2`, `3`, `2.11`, `3.1`."""
    oldest: Version
    newest: Version

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


@cache
def target_of(name: str) -> Target:
    """Return the target of a name.

    Raises:
        ValueError: It is none of `TARGETS`.
    """
    match = _NAME.fullmatch(name)
    if match:
        oldest, newest = _SERIES[int(match[1])]
        if match[2] is None:
            return Target(name, oldest, newest)
        version = (int(match[1]), int(match[2]))
        if oldest <= version <= newest:
            return Target(name, version, version)
    raise ValueError(f"{name!r} is not an Airflow that dagctl writes for: {TARGETS}")
