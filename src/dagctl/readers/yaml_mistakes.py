"""Why a text is not YAML, in words that help.

A slip of one line is taken out of the text, so that what is wrong after it is found as well.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import did_you_mean
from dagctl.patterns import lazy_pattern
from dagctl.readers.yaml_layout import indentation_slip, joined_slip, no_break_spaces
from dagctl.text.lines import Span, line_and_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import Mark, MarkedYAMLError

_HEAD = lazy_pattern(
    r"""[ ]*+(?:-[ ]++)*+(?:(?:[\w$.-]++|<<|"[^"\n]*+"|'[^'\n]*+')[ ]*+:[ ]++)?+"""
)
"""What stands before a value on its line: the indent, dashes, and a key."""

_BRACKET = "close the bracket, or quote the text"
_JOINED = ("mapping values are not allowed", "could not find expected ':'", "expected ':'")
"""What PyYAML says where it took a line for a part of the text on the line before."""
_MISALIGNED = ("<block end>", "did not find expected key", "did not find expected '-'")
_QUOTES = "close the quotes at the end; a quote inside them is written twice ('') or escaped"
_SLIPS = tuple(
    (lazy_pattern(shape), message, hint)
    for shape, message, hint in (
        (r"\{\{", "to YAML, `{{` begins a mapping", 'quote the text: "{{ ... }}"'),
        (r"\{%", "to YAML, `{` begins a mapping", "quote the text"),
        (r"@", "an unquoted text cannot begin with `@`", None),
        (r"`", "an unquoted text cannot begin with a backtick", None),
        (r"%", "an unquoted text cannot begin with `%`", None),
        (r"\*", "to YAML, `*` begins an alias", None),
        (r"&", "to YAML, `&` begins an anchor", None),
        (r"!", "to YAML, `!` begins a tag", None),
        (r"[|>]", "after `|` or `>` the text starts on the next line", None),
        (r"\[", "to YAML, `[` begins a list", _BRACKET),
        (r"\{", "to YAML, `{` begins a mapping", _BRACKET),
        (r"""["']""", "the quotes do not enclose the whole text", _QUOTES),
        (r".*?: ", "to YAML, `: ` in an unquoted text begins a mapping", None),
        (r"[,\]}]", "an unquoted text cannot begin with this character", None),
    )
)
"""How a value begins that has to be quoted, in the order of trial; None: the hint quotes it."""
_JINJA = ("{{", "{%")
_BLOCK = lazy_pattern(r"[:,\[] ?(?P<sign>[|>])[-+0-9]{0,2}\s*\Z")
"""The sign of a text of several lines at the end of a line that is inside brackets."""
_IN_BRACKETS = lazy_pattern(
    r"""
    "(?:\\.|[^"\\])*+" | (?<=[\s,\[{]) '[^']*+'
    | (?<=[\s\[,]) (?:[^\s,\[\]{}"':\#] (?: [^,\[\]{}":] | :(?!\ ) )*+ )?+
      (?P<jinja> \{\{ [^{}]*+ \}\} ) (?: [^,\[\]{}":] | :(?!\ ) )*+
    | (?<=\s) (?P<comment> \#[^\s,\]}]*+ )
    """,
    re.VERBOSE,
)
"""What stands in brackets: quoted text, and what should be."""
_LONGEST = 1_000
"""Characters in brackets that are looked at."""

_ESCAPED = "write `\\\\` for a backslash, or use single quotes"
_PROBLEMS = {
    "found another document": ("a second document begins here", "one file holds one spec"),
    "duplicate anchor": ("this anchor is defined twice", "give each anchor its own name"),
    "incompatible YAML": ("only YAML 1.1 and 1.2 are supported", "remove the directive"),
    "directive": ("this directive is not supported", "remove it"),
    "undefined tag handle": ("this tag is not allowed", "quote the text, or remove the tag"),
    "expected ':'": ("a key without `:`", "write `key: value`"),
    "end of stream": ("what opens here is never closed", "add the closing quote or bracket"),
    "unexpected document indicator": (
        "a quote before this line is never closed",
        "add the closing quote",
    ),
    "invalid Unicode character": (
        "this escape is not a valid character in YAML",
        "write the character itself; a pair of \\u escapes is JSON's way",
    ),
    "hexdecimal": ("digits are missing after this escape", _ESCAPED),
    "escape": ("there is no such escape in double quotes", _ESCAPED),
    "expected ',' or": (
        "the list or mapping in brackets is malformed here",
        "separate the items with commas and close the bracket",
    ),
    "mapping values are not allowed": (
        "a `:` is not allowed here",
        "check the indentation of this line and the one before, or quote the text",
    ),
}
"""What PyYAML says, in the order of trial: the message and the hint instead of it."""
_CODES = {
    "found another document": Code.YAML_SEVERAL_DOCUMENTS,
    "duplicate anchor": Code.YAML_ALIAS,
    "undefined tag handle": Code.YAML_TAG,
}
"""The codes of those that are no slip of the syntax."""
_UNDEFINED = "found undefined alias"
_ALIAS = lazy_pattern(r"\*[\w-]+")
_SHOWN = 60
"""Characters of a name that a hint repeats."""
_LINE = 200
"""Characters of a line, before an alias, that are looked at."""
_COMPARED = 100
"""Anchors that an alias is compared with."""
_ESCAPES = ("escape", "hexdecimal")
"""What PyYAML says of a slip after a backslash: it is reported there, not for the whole text."""
_MISFIT = (
    "this line does not fit the lines before it",
    "check the indentation, and `key: value` or `- item`",
)


def explain(text: str, error: MarkedYAMLError) -> tuple[Problem, str | None]:
    """Return the finding for PyYAML's error, and the text without the slip if it is one value."""
    marks = [mark.index for mark in (error.problem_mark, error.context_mark) if mark is not None]
    problem = f"{error.context or ''} {error.problem or ''}"
    whole = _tab(text, marks) or _block_in_brackets(text, marks)
    if whole:
        return whole, None
    spaced = no_break_spaces(text, marks) if marks and "\u00a0" in text else None
    if spaced:
        return spaced
    if _UNDEFINED in problem and marks:
        return _undefined_alias(text, marks[0])
    if not _is_whole(problem):
        for offset in marks:
            slip = _slip(text, offset)
            if slip:
                if not any(word in problem for word in _ESCAPES):
                    return slip
                return _misfit(problem, _best_mark(error)), slip[1]
    return (
        _of_last_line(text, marks)
        or _of_layout(text, problem, marks)
        or (
            _unclosed(text, error) or _misfit(problem, _best_mark(error)),
            None,
        )
    )


def _of_last_line(text: str, marks: list[int]) -> tuple[Problem, str] | None:
    """Return the slip in brackets that a comment on the last line leaves open, or None."""
    if not marks or text[max(marks) :].strip():
        return None
    last = _value_on_line(text, text.rstrip().rfind("\n") + 1)
    inside = _slip_in_brackets(text[last.start : last.end], last.start) if last else None
    return (inside, _without(text, inside.span)) if inside else None


def _of_layout(text: str, problem: str, marks: list[int]) -> tuple[Problem, str | None] | None:
    if marks and any(words in problem for words in _JOINED):
        return joined_slip(text, marks)
    if marks and any(words in problem for words in _MISALIGNED):
        misaligned = indentation_slip(text, marks[0])
        return (misaligned, None) if misaligned else None
    return None


def _unclosed(text: str, error: MarkedYAMLError) -> Problem | None:
    """Return the finding for a list or mapping in brackets that goes wrong, with its opening."""
    opening, problem = error.context_mark, error.problem or ""
    if opening is None or error.problem_mark is None or "expected ',' or" not in problem:
        return None
    bracket = text[opening.index : opening.index + 1]
    line, column = line_and_column(text, opening.index)
    message = f"`{bracket}` of line {line}, column {column} is not closed before this"
    hint = "close it, or write a comma between the items"
    return Problem(
        Code.YAML_SYNTAX,
        message,
        hint,
        span=Span(error.problem_mark.index, error.problem_mark.index + 1),
    )


def _is_whole(problem: str) -> bool:
    """Return whether the error is about the document rather than about one value."""
    return any(
        words in problem
        for words in ("another document", "directive", "incompatible", "duplicate anchor")
    )


def _tab(text: str, offsets: list[int]) -> Problem | None:
    for offset in offsets:
        start = text.rfind("\n", 0, offset) + 1
        match = lazy_pattern(r"[ -]*\t").match(text, start)
        if match:
            return Problem(
                Code.YAML_TAB,
                "YAML does not allow a tab in the indentation",
                "indent with spaces",
                span=Span(match.end() - 1, match.end()),
            )
    return None


def _slip(text: str, offset: int) -> tuple[Problem, str] | None:
    span = _value_on_line(text, text.rfind("\n", 0, offset) + 1)
    if span is None or offset < span.start:
        return None
    value = text[span.start : span.end]
    inside = _slip_in_brackets(value, span.start)
    if inside is not None:
        return inside, _without(text, inside.span)
    for shape, message, hint in _SLIPS:
        if shape.match(value):
            said = _open_quote(value) or (message, hint or _quoted(value))
            code = Code.YAML_QUOTE_JINJA if value.startswith(_JINJA) else Code.YAML_QUOTE
            finding = Problem(code, *said, span=span)
            return finding, _without(text, span)
    return None


def _block_in_brackets(text: str, offsets: list[int]) -> Problem | None:
    """Return the finding for a text of several lines that begins inside brackets, or None."""
    for offset in offsets:
        span = _value_on_line(text, text.rfind("\n", 0, offset) + 1)
        is_open = span is not None and text[span.start] in "[{"
        sign = _BLOCK.search(text[span.start : span.end]) if span and is_open else None
        if span and sign:
            message = f"inside brackets no text begins with `{sign['sign']}`"
            hint = "write this entry without brackets, each key on a line of its own"
            at = span.start + sign.start("sign")
            return Problem(Code.YAML_SYNTAX, message, hint, span=Span(at, at + 1))
    return None


def _slip_in_brackets(value: str, start: int) -> Problem | None:
    """Return the finding for the first text in brackets that has to be quoted, or None."""
    if value[0] not in "[{" or value.startswith(_JINJA):
        return None
    for item in _IN_BRACKETS.finditer(value[:_LONGEST]):
        written = item.group().rstrip()
        span = Span(start + item.start(), start + item.start() + len(written))
        if item["jinja"]:
            message, hint = "to YAML, `{{` begins a mapping", 'quote the text: "{{ ... }}"'
            hint = hint if written.startswith(_JINJA) else _quoted(written)
            return Problem(Code.YAML_QUOTE_JINJA, message, hint, span=span)
        if item["comment"] and any(end in value[item.end() :] for end in "]}"):
            message = "to YAML, `#` after a blank begins a comment: the bracket stays open"
            return Problem(Code.YAML_QUOTE, message, _quoted(written), span=span)
    return None


def _open_quote(value: str) -> tuple[str, str] | None:
    """Return the message and hint for a text with an opening quote and no other, or None."""
    quote = value[0]
    if quote not in "\"'" or quote in value[1:]:
        return None
    return "this quote is never closed", f"write `{quote}` at the end of the text"


def _undefined_alias(text: str, start: int) -> tuple[Problem, str | None]:
    """Return the finding about an alias without an anchor, and the text without the alias."""
    alias = _ALIAS.match(text, start)
    span = Span(start, alias.end() if alias else start + 1)
    name = text[start + 1 : span.end]
    near = did_you_mean(name, islice(_anchors(text[:start]), _COMPARED))
    hint = near or f"write `&{name[:_SHOWN]}` before the value that it stands for"
    message = "there is no anchor of this name before the alias"
    said = f"{hint}, or quote it if it is text"
    finding = Problem(Code.YAML_ALIAS, message, said, span=span)
    if "<<:" in text[max(text.rfind("\n", 0, start) + 1, start - _LINE) : start]:
        return finding, None  # what it would bring in is not known
    return finding, _without(text, span)


def _anchors(text: str) -> Iterator[str]:
    return (match[1] for match in lazy_pattern(r"[\s\[{,]&([\w-]{1,60})").finditer(text))


def _value_on_line(text: str, start: int) -> Span | None:
    """Return where the value stands that a line ends in, if dashes or a key stand before it."""
    head = _HEAD.match(text, start)
    if head is None or not head.group().strip():
        return None
    end = text.find("\n", start)
    value = text[head.end() : end if end >= 0 else len(text)].rstrip(" \t\r")
    if not value or value[0].isspace() or value[0] == "#":
        return None
    return Span(head.end(), head.end() + len(value))


def _quoted(value: str) -> str:
    if len(value) > 60 or not value.isprintable():  # noqa: PLR2004 - a hint is one line
        return "quote the text"
    if '"' not in value and "\\" not in value:
        return f'quote it: "{value}"'
    return (
        f"quote it: '{value}'"
        if "'" not in value
        else "put the text in a block: `|`, then the text on indented lines"
    )


def _without(text: str, span: Span) -> str:
    """Return a text as long as before, without what is at fault."""
    return text[: span.start] + "x" * (span.end - span.start) + text[span.end :]


def _misfit(problem: str, offset: int) -> Problem:
    span = Span(offset, offset + 1)
    for words, said in _PROBLEMS.items():
        if words in problem:
            return Problem(_CODES.get(words, Code.YAML_SYNTAX), *said, span=span)
    return Problem(Code.YAML_SYNTAX, *_MISFIT, span=span)


def _best_mark(error: MarkedYAMLError) -> int:
    """Return where to point: at what is never closed or ended, else at where the parser gave up."""
    problem = error.problem or ""
    begun = "end of stream" in problem or "expected ':'" in problem
    marks: tuple[Mark | None, ...] = (error.context_mark, error.problem_mark)
    first, second = marks if begun else reversed(marks)
    mark = first or second
    return mark.index if mark else 0
