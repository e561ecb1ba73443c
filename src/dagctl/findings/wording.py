"""How messages show values of the user, and which near name they suggest."""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_left
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING

from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 60
_COMPARED = 60
"""Characters of a word that is compared with others: comparing takes the square of the length."""
_LONGEST = 2 * _COMPARED
"""Characters of a name that a word is compared with."""
_NEIGHBOURS = 10
"""Names before and behind a word in the alphabet that it is compared with."""
_LOOKUPS = 20
"""Words of one text that a near name is looked for."""
_PLAIN_WORD = lazy_pattern(r"[A-Za-z_](?:[\w./@+-]| (?=[^ #]))*", re.ASCII)
"""Text that needs no quotes in YAML, unless it is a word for true, false or null."""
_YAML_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}

_LONGEST_MESSAGE = 1_000
"""Characters of a message, a hint, or one step of a path."""


def quoted(text: str) -> str:
    """Return the text between backticks: one line, 60 characters, the invisible ones escaped."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
    return f"`{''.join(_visible(char) for char in cut)}`"


def shortened(text: str) -> str:
    """Return a text of the user's at a length that a hundred findings may have at once."""
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}..."


def _visible(char: str) -> str:
    if char != " " and unicodedata.category(char) in _INVISIBLE:
        return ascii(char)[1:-1]
    return char


def in_json(value: object) -> str:
    """Return a small value as JSON writes it."""
    return json.dumps(value, ensure_ascii=False)


def in_yaml(value: object) -> str:
    """Return a small value as a person writes it in YAML, on one line."""
    if isinstance(value, str):
        plain = _PLAIN_WORD.fullmatch(value) and value.casefold() not in _YAML_WORDS
        return value if plain else in_json(value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {in_yaml(item)}" for key, item in value.items())
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "- " + in_yaml(value[0])
    if isinstance(value, list):
        return f"[{', '.join(map(in_yaml, value))}]"
    return in_json(value)


def did_you_mean(word: str, names: Iterable[str]) -> str | None:
    """Return "did you mean `x`?" for the nearest name, or None."""
    return question(nearest(word, names))


def question(meant: str | None) -> str | None:
    """Return "did you mean `x`?" for a name, or None for none."""
    return f"did you mean {quoted(meant)}?" if meant else None


def nearest(word: str, names: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """Return the name out of a few that was probably meant, or None. Case does not count.

    Args:
        word: What was written.
        names: What it may be meant for.
        likeness: From 0 to 1, as `difflib` measures it: how near the name must be.
    """
    if len(word) > _COMPARED:
        return None
    by_folded = {name.casefold(): name for name in names}
    near = get_close_matches(word.casefold(), by_folded, n=1, cutoff=likeness)
    return by_folded[near[0]] if near else None


class Names:
    """Any number of names, any of which a word may be meant for.

    A word is compared with those next to it in the alphabet, and only so many words are.
    """

    def __init__(self, names: Iterable[str]) -> None:
        """Keep the names; they are sorted when the first word is looked for."""
        self._known = frozenset(names)
        self._lookups = 0

    def __contains__(self, name: object) -> bool:
        """Return whether this is one of the names."""
        return name in self._known

    @cached_property
    def ordered(self) -> list[str]:
        """The names in alphabetic order."""
        return sorted(self._known)

    def nearest(self, word: str) -> str | None:
        """Return the name that was probably meant, or None. Case does not count."""
        self._lookups += 1
        return nearest(word, self._neighbours(word)) if self._lookups <= _LOOKUPS else None

    def ending_in(self, word: str) -> str | None:
        """Return the one name that ends in the word: `load.orders` for `orders`."""
        names = self._last_parts.get(word, ())
        return names[0] if len(names) == 1 else None

    @cached_property
    def _last_parts(self) -> dict[str, list[str]]:
        parts: dict[str, list[str]] = {}
        for name in self._known:
            rest = name
            while "." in rest:
                rest = rest.partition(".")[2]
                parts.setdefault(rest, []).append(name)
        return parts

    def _neighbours(self, word: str) -> list[str]:
        folded = word.casefold()
        middle = bisect_left(self._folded, (folded, ""))
        near = self._folded[max(0, middle - _NEIGHBOURS) : middle + _NEIGHBOURS]
        return [name for _, name in near]

    @cached_property
    def _folded(self) -> list[tuple[str, str]]:
        return sorted((name.casefold(), name) for name in self._known if len(name) <= _LONGEST)
