"""How messages show values of the user, and which near name they suggest."""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_left
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 60
_COMPARED = 100
_NEIGHBOURS = 50
_PLAIN_WORD = re.compile(r"[A-Za-z_](?:[\w./@+-]| (?=[^ #]))*", re.ASCII)
"""Text that needs no quotes in YAML, unless it is a word for true, false or null."""
_YAML_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}


def quoted(text: str) -> str:
    """Return the text between backticks: one line, 60 characters, the invisible ones escaped."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
    return f"`{''.join(_visible(char) for char in cut)}`"


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
