"""Slips in the layout of YAML: a missing space after a colon or dash, a wrong indentation.

The parser often reports them a line too late. Only the lines around its mark are looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.patterns import lazy_pattern
from dagctl.text.lines import Span, line_and_column

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINES_BEFORE = 20
"""So many lines before the mark may belong to the text that the parser joined."""
_LONGEST_LINE = 400
"""Characters of a line that are looked at: a slip stands near its beginning."""
_SHORT = 60
"""Characters of a value that a hint repeats."""
_NOT_PLAIN = "@%`*&!"
"""What text without quotes cannot begin with."""
_HEAD = r"[ ]*(?:-[ ]+)*"
_GLUED_COLON = lazy_pattern(
    rf"{_HEAD}(?P<slip>(?P<key>[A-Za-z_][\w-]*):(?P<value>[^\s:/\\].*?))[ \t\r]*"
)
_GLUED_DASH = lazy_pattern(r"[ ]*(?P<slip>-(?P<value>[\w\"'].*?))[ \t\r]*")
_EQUALS = lazy_pattern(
    rf"{_HEAD}(?P<slip>(?P<key>[A-Za-z_][\w-]*)[ ]*=[ ]*(?P<value>\S.*?))[ \t\r]*"
)
_BARE = lazy_pattern(
    rf"{_HEAD}(?P<slip>(?P<key>[A-Za-z_][\w-]*)[ ]+(?P<value>[^\s:][^:]*?))[ \t\r]*"
)
_KEY = lazy_pattern(
    rf"(?P<head>{_HEAD})(?P<key>[\w$.-]+|\"[^\"\n]*\"|'[^'\n]*')[ ]*:(?:[ \t]|\r?$)"
)
_NO_BREAK = lazy_pattern(r"[ -]*+(?:[A-Za-z_][\w-]*+:)?+(?P<slip>\u00a0[ \u00a0]*+)")
_BLOCK = lazy_pattern(rf"{_HEAD}[^\s:]+[ ]*:[ ]+(?P<mark>[|>])[-+0-9]*[ \t\r]*")
_ITEM = lazy_pattern(r"[ ]*-(?:[ ]|$)")


class Line(NamedTuple):
    """One line of the text, without its end."""

    start: int
    text: str

    @property
    def indent(self) -> int:
        """Return the number of spaces at the start of the line."""
        return len(self.text) - len(self.text.lstrip(" "))


def no_break_spaces(text: str, offsets: Sequence[int]) -> tuple[Problem, str] | None:
    """Return that a no-break space stands where YAML needs a space, and the text with spaces.

    Args:
        text: The document.
        offsets: Where the parser began and where it gave up.
    """
    last = max(offsets)
    at_last = _line_at(text, last)
    for line in (at_last, *_lines_before(text, last)):
        wrong = _NO_BREAK.match(line.text)
        if wrong:
            start, end = line.start + wrong.start("slip"), line.start + wrong.end()
            repaired = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
            return no_break_space(Span(start, end)), repaired
        if line is not at_last and _KEY.match(line.text):
            break
    return None


def no_break_space(span: Span) -> Problem:
    """Return the problem of a no-break space that stands for a space."""
    message = "a no-break space stands here, which is no space to YAML"
    return Problem(Code.YAML_SYNTAX, message, "write a space in its place", span=span)


def joined_slip(text: str, offsets: Sequence[int]) -> tuple[Problem, str | None] | None:
    """Return the slip that made the parser join lines into one text, or None.

    Args:
        text: The document.
        offsets: Where the parser began and where it gave up.

    Returns:
        The finding, and the text without the slip where the rest can be read all the same.
    """
    last = max(offsets)
    before = list(_lines_before(text, last))
    unindented = _unindented_block(text, _line_at(text, min(offsets)))
    if unindented:
        return unindented, None
    run = [_line_at(text, last)]
    owner = None
    start = _line_at(text, min(offsets)).start if min(offsets) < last else 0
    for line in before:
        if line.start < start:  # what stands there is whole: perhaps a text after `|`
            break
        if _KEY.match(line.text) and not _GLUED_DASH.fullmatch(line.text):
            owner = line
            break
        run.append(line)
    for line in reversed(run):
        slip = _slip_of_line(line) or _glued_colon(text, line)
        if slip:
            return slip
    finding = (_deeper(text, owner, run[-1]) if owner else None) or _no_colon(run[-1])
    return (finding, None) if finding else None


def _glued_colon(text: str, line: Line) -> tuple[Problem, str | None] | None:
    slip = _GLUED_COLON.fullmatch(line.text)
    if slip is None:
        return None
    hint = _write(slip["key"], slip["value"])
    finding = _finding("a space is missing after the colon", hint, line, slip)
    return finding, None if slip["key"] == "task_id" else _spaced(text, line, slip)


def _slip_of_line(line: Line) -> tuple[Problem, None] | None:
    dash = _GLUED_DASH.fullmatch(line.text)
    if dash:
        hint = f"write `- {dash['value']}`" if len(dash["value"]) <= _SHORT else "write `- ...`"
        return _finding("a space is missing after the dash", hint, line, dash), None
    equals = _EQUALS.fullmatch(line.text)
    if equals and not _KEY.match(line.text):
        hint = _write(equals["key"], equals["value"])
        return _finding("in YAML, `:` stands after a key, not `=`", hint, line, equals), None
    return None


def _no_colon(line: Line) -> Problem | None:
    bare = _BARE.fullmatch(line.text)
    if bare is None:
        return None
    hint = _write(bare["key"], bare["value"])
    return _finding(f"a `:` is missing after `{bare['key']}`", hint, line, bare)


def _spaced(text: str, line: Line, glued: re.Match[str]) -> str:
    """Return the text with the missing space; the value gives a character, so nothing moves."""
    start, end = line.start + glued.start("value"), line.start + glued.end("value")
    return f"{text[:start]} {'x' * (end - start - 1)}{text[end:]}"


def _unindented_block(text: str, line: Line) -> Problem | None:
    above = next(_lines_before(text, line.start), None)
    block = _BLOCK.fullmatch(above.text) if above else None
    if above is None or block is None or line.indent > _content_column(above.text):
        return None
    number, _ = line_and_column(text, above.start)
    more = _content_column(above.text) + 2 - line.indent
    message = (
        f"the text after `{block['mark']}` on line {number} must be indented more than its key"
    )
    return Problem(
        Code.YAML_SYNTAX,
        message,
        f"put {_spaces(more)} more before each of its lines",
        span=_rest(line),
    )


def _deeper(text: str, above: Line, line: Line) -> Problem | None:
    key = _KEY.match(above.text)
    more = line.indent - _content_column(above.text)
    if key is None or more <= 0:
        return None
    number, _ = line_and_column(text, above.start)
    message = f"this line is indented more than line {number}, which has a value already"
    return Problem(
        Code.YAML_SYNTAX,
        message,
        f"remove {_spaces(more)} at its start, or quote the text",
        span=_rest(line),
    )


def indentation_slip(text: str, offset: int) -> Problem | None:
    """Return the finding for a line that fits no level of the lines before it, or None."""
    line = _line_at(text, offset)
    is_item = bool(_ITEM.match(line.text))
    if not is_item and not _KEY.match(line.text):
        return None
    levels = dict(_levels(text, line, items=is_item))
    if not levels or line.indent in levels:
        return None
    nearest = min(levels, key=lambda level: (abs(level - line.indent), -level))
    number, _ = line_and_column(text, levels[nearest])
    message = f"this line begins after {_spaces(line.indent)}, which fits no line above it"
    hint = f"begin it after {_spaces(nearest)}, like line {number}"
    return Problem(Code.YAML_SYNTAX, message, hint, span=_rest(line))


def _levels(text: str, line: Line, *, items: bool) -> Iterator[tuple[int, int]]:
    """Yield the columns where an open list or mapping above has its items, with their offsets."""
    limit = len(line.text) + line.indent + 1
    for above in _lines_before(text, line.start, count=10 * _LINES_BEFORE):
        if above.indent >= limit:
            continue
        is_item, key = bool(_ITEM.match(above.text)), _KEY.match(above.text)
        if items and is_item:
            yield above.indent, above.start
        if not items and key:
            yield len(key["head"]), above.start
        limit = above.indent
        if limit == 0:
            return


def _content_column(line: str) -> int:
    """Return the column, from 0, at which a line's key or value begins after its dashes."""
    head = re.match(_HEAD, line)
    return head.end() if head else 0


def _lines_before(text: str, offset: int, count: int = _LINES_BEFORE) -> Iterator[Line]:
    """Yield the lines before that of the offset, the nearest first, without blank ones."""
    end = text.rfind("\n", 0, offset)
    for _ in range(count):
        if end < 0:
            return
        start = text.rfind("\n", 0, end) + 1
        line = _line(text, start, end)
        if line.text.strip() and not line.text.lstrip().startswith("#"):
            yield line
        end = start - 1


def _line_at(text: str, offset: int) -> Line:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", start)
    return _line(text, start, end if end >= 0 else len(text))


def _line(text: str, start: int, end: int) -> Line:
    return Line(start, text[start : min(end, start + _LONGEST_LINE)])


def _rest(line: Line) -> Span:
    start = line.start + line.indent
    return Span(start, max(line.start + len(line.text.rstrip()), start + 1))


def _finding(message: str, hint: str, line: Line, slip: re.Match[str]) -> Problem:
    span = Span(line.start + slip.start("slip"), line.start + slip.end("slip"))
    return Problem(Code.YAML_SYNTAX, message, hint, span=span)


def _write(key: str, value: str) -> str:
    if len(value) > _SHORT or not value.isprintable():
        return f"write `{key}: ...`"
    quote = '"' if value[0] in _NOT_PLAIN and '"' not in value else ""
    return f"write `{key}: {quote}{value}{quote}`"


def _spaces(count: int) -> str:
    return "1 space" if count == 1 else f"{count} spaces"
