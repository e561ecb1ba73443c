"""How messages show values of the user, and which near name they suggest."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 60
_COMPARED = 100
_NEIGHBOURS = 50
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}


def quoted(text: str) -> str:
    """Return the text between backticks: one line, 60 characters, the invisible ones escaped."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
    return f"`{''.join(_visible(char) for char in cut)}`"


def _visible(char: str) -> str:
    if char != " " and unicodedata.category(char) in _INVISIBLE:
        return ascii(char)[1:-1]
    return char


def did_you_mean(word: str, names: Iterable[str]) -> str | None:
    """Return "did you mean `x`?" for the nearest name, or None."""
    near = nearest(word, names)
    return f"did you mean {quoted(near)}?" if near else None


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Return the name that was probably meant, or None. Case does not count."""
    if len(word) > _COMPARED:
        return None
    wanted = word.casefold()
    by_folded = {name.casefold(): name for name in names}
    found = get_close_matches(wanted, _neighbours(wanted, by_folded), n=1)
    return by_folded[found[0]] if found else None


def _neighbours(word: str, names: Iterable[str]) -> list[str]:
    """Return the names next to the word in the alphabet: comparing all could take long."""
    ordered = sorted(names)
    middle = bisect_left(ordered, word)
    return ordered[max(0, middle - _NEIGHBOURS) : middle + _NEIGHBOURS]
