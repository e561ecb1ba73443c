"""Which name was probably meant. Linear in the number of names, whatever the word is."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from dagctl.operators.package_data import keys

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_LONGEST = 100
"""Characters that are compared; no name of the catalogue is longer."""
_CUTOFF = 0.75
"""How alike a parameter's name must be; measured on misspelt parameters of real DAGs."""
_COMPARED = 20
"""Operators that are compared letter by letter: those with the most parts in common."""
_PART = 3
"""Letters of a part."""


def near_parameter(word: str, names: Collection[str]) -> str | None:
    """Return the parameter that was probably meant, or None."""
    if len(word) > _LONGEST:
        return None
    folded = {_folded(name): name for name in reversed(list(names))}
    close = get_close_matches(_folded(word), folded, n=1, cutoff=_CUTOFF)
    return folded[close[0]] if close else None


def near_operators(word: str, count: int = 3) -> list[str]:
    """Return the operators whose names are most alike, the nearest first."""
    if len(word) > _LONGEST:
        return []
    shared: Counter[str] = Counter()
    parts = _parts()
    for part in dict.fromkeys(_parts_of(word.casefold())):  # in order: what is as near stays so
        shared.update(parts.get(part, ()))
    ranked = [name for name, _ in shared.most_common(_COMPARED)]
    scored = sorted((-_likeness(word, name), name) for name in ranked)
    return [name for score, name in scored[:count] if -score >= _CUTOFF]


@cache
def operator_names() -> tuple[str, ...]:
    """Return the short names of all operators."""
    return tuple(keys("_names"))


@cache
def _parts() -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for name in operator_names():
        for part in set(_parts_of(name.casefold())):
            index.setdefault(part, []).append(name)
    return index


def _parts_of(word: str) -> Iterator[str]:
    """Yield the parts of a name; its kind, which a thousand names share, says nothing."""
    stem = word.removesuffix("operator").removesuffix("sensor")
    padded = f"^{stem or word}$"
    return (padded[start : start + _PART] for start in range(len(padded) - _PART + 1))


def _likeness(word: str, name: str) -> float:
    return SequenceMatcher(None, word.casefold(), name.casefold(), autojunk=False).ratio()


def _folded(name: str) -> str:
    """Return a name in lower case, `camelCase` as `camel_case`."""
    return "".join(
        f"_{char}" if char.isupper() and index and name[index - 1].islower() else char
        for index, char in enumerate(name)
    ).casefold()
