"""What an unquoted YAML word means.

The meaning is that of the YAML 1.2 core schema. Where YAML 1.1 (PyYAML, Ruby, many editors) reads
something else, some reader would take the word wrongly: it is refused with a hint to quote it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from dagctl.findings.codes import Code
from dagctl.patterns import lazy_pattern

_MAX_DIGITS = 300
_SHOWN = 60
"""Characters of a word in a message."""

_CORE: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_BOOLEANS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_WORDS = {form(word) for word in _BOOLEANS for form in (str.lower, str.capitalize, str.upper)}

_NUMERIC_START = frozenset("+-.0123456789")
_INTEGER = lazy_pattern(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = lazy_pattern(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]+)?")
_DATE = lazy_pattern(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}.*)?")
_AMBIGUOUS = (
    (lazy_pattern(r"[-+]?0[0-9]+|[-+]?0o[0-7]+"), "may be an octal number"),
    (lazy_pattern(r"[-+]?0x[0-9a-fA-F_]+"), "is a hexadecimal number"),
    (lazy_pattern(r"[-+]?0b[01_]+"), "may be a binary number"),
    (
        lazy_pattern(r"[-+]?[0-9][0-9_]*(?::[0-9]{1,2})+(?:\.[0-9_]*)?"),
        "may be a number in base 60",
    ),
    (
        lazy_pattern(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?"),
        "may be a number or a text",
    ),
    (lazy_pattern(r"[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?"), "may be a number or a text"),
    (lazy_pattern(r"(?i)[-+]?\.inf|\.nan"), "is not a finite number"),
)


class Surprise(NamedTuple):
    """Why a word is refused."""

    code: Code
    message: str
    hint: str


def meaning(word: str) -> tuple[str | float | bool | None, Surprise | None]:
    """Return the value of an unquoted word, and why it is refused, if it is (the word stays)."""
    if word in _CORE:
        return _CORE[word], None
    if word in _WORDS:
        return word, _surprising_word(word)
    if word[0] not in _NUMERIC_START:
        return word, None
    return _number(word)


def _surprising_word(word: str) -> Surprise:
    truth = _BOOLEANS[word.lower()]
    message = f"YAML 1.1 reads `{word}` as {truth}, YAML 1.2 as text"
    return Surprise(Code.YAML_WORD, message, f'quote it: "{word}", or write {truth}')


def _number(word: str) -> tuple[str | float, Surprise | None]:
    if len(word) > _MAX_DIGITS and _INTEGER.fullmatch(word):
        return word, Surprise(
            Code.NUMBER_TOO_LARGE, f"a number of {len(word):,} digits", "quote it if it is text"
        )
    if _INTEGER.fullmatch(word):
        return int(word), None
    if _FLOAT.fullmatch(word):
        value = float(word)
        if math.isfinite(value):
            return value, None
        return word, Surprise(
            Code.NUMBER_TOO_LARGE, "the number is too large", "quote it if it is text"
        )
    return word, _ambiguous(word)


def _ambiguous(word: str) -> Surprise | None:
    if _DATE.fullmatch(word):
        cut = word[:_SHOWN]
        message = f"YAML 1.1 reads `{cut}` as a date, YAML 1.2 as text"
        return Surprise(Code.YAML_DATE, message, f'quote it: "{cut}"')
    for shape, reading in _AMBIGUOUS:
        if shape.fullmatch(word):
            cut = word[:_SHOWN]
            hint = f'quote it if it is text: "{cut}"; write a number in plain decimal digits'
            return Surprise(Code.YAML_NUMBER, f"`{cut}` {reading}: YAML versions disagree", hint)
    return None
