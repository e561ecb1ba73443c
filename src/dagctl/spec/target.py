"""The Airflow that a file is for: a version, or all versions of a series."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

Version = tuple[int, int]

_SERIES: dict[int, tuple[Version, Version]] = {2: ((2, 9), (2, 11)), 3: ((3, 0), (3, 99))}
"""The oldest and newest version of each series that dagctl writes for; 3 goes on."""
_NAME = re.compile(r"([23])(?:\.(0|[1-9][0-9]?))?", re.ASCII)

TARGETS = "2 (2.9 to 2.11), 3 (3.0 and later), or one version such as 2.11 or 3.1"
"""The names of targets, for messages."""


@dataclass(frozen=True, slots=True)
class Target:
    """A range of Airflow versions; a file for it works on each of them."""

    name: str
    """As it is given: `2`, `3`, `2.11`, `3.1`."""
    oldest: Version
    newest: Version

    @property
    def series(self) -> str:
        """The series, `2` or `3`."""
        return str(self.oldest[0])

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
