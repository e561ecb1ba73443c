"""The Airflows that the catalogue knows, and versions as numbers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dagctl.operators.package_data import document
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBERS = lazy_pattern(r"\d{1,9}(?:\.\d{1,9}){0,5}")


def targets() -> tuple[str, ...]:
    """Return the known targets, oldest first: `2.9` to the newest `3.x`."""
    return tuple(document("_targets"))


@lru_cache(maxsize=64)
def release(target: str) -> str:
    """Return the known target that a version means.

    `3` is the newest 3.x, `3.1.8` is `3.1`. A version that the catalogue does not know is the
    nearest known one of its major version.

    Raises:
        ValueError: It is no version, or one of a major version that is not known.
    """
    asked = version(target)
    if asked is None:
        raise ValueError(f"no version of Airflow: {target[:20]!r}")
    same_major = [name for name in targets() if version(name, 1) == asked[:1]]
    if not same_major:
        raise ValueError(f"no known version of Airflow: {target[:20]!r}")
    if len(asked) == 1:
        return same_major[-1]
    older = [name for name in same_major if numbers(name) <= asked[:2]]
    return older[-1] if older else same_major[0]


def version(text: str, length: int | None = None) -> tuple[int, ...] | None:
    """Return the numbers of a version (the first ones of it), or None where the text is none."""
    match = _NUMBERS.match(text)
    return tuple(map(int, match[0].split(".")))[:length] if match else None


def numbers(text: str) -> tuple[int, ...]:
    """Return the numbers of a version that is known to be one."""
    return tuple(map(int, text.split(".")[:2]))


def spans(names: Sequence[str]) -> str:
    """Return targets in words: `Airflow 3.1 and later`, `Airflow 2.9 to 2.11`."""
    every = targets()
    first, last = names[0], names[-1]
    if len(names) == 1 and last != every[-1]:
        return f"Airflow {first}"
    if last == every[-1]:
        return f"Airflow {first} and later"
    return f"Airflow {first} to {last}"
