"""JSON as a document.

A reader of its own: the standard library gives no positions and loses duplicate keys.
"""

from __future__ import annotations

import math
import re

from dagctl.findings.codes import Code
from dagctl.findings.problem import MAX_PROBLEMS, Problem
from dagctl.findings.wording import quoted
from dagctl.patterns import lazy_pattern
from dagctl.readers.json_mistakes import (
    BARE_KEY,
    CLOSING,
    after_the_end,
    between_items,
    misspelt,
    no_key,
    no_value,
)
from dagctl.readers.json_text import JsonSpelling, match_text, read_text
from dagctl.readers.source_text import Reading
from dagctl.readers.text_findings import duplicate_key, empty_document, limit_finding
from dagctl.text.document import Document, Node
from dagctl.text.lines import MAX_DEPTH, MAX_VALUES, Lines, Span

_BLANK = lazy_pattern(r"[ \t\n\r]*")
_COMMENT = lazy_pattern(r"(?://|#)[^\n]*|/\*.*?\*/", re.DOTALL)
_NUMBER = lazy_pattern(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?(?![\w.+-])")
_WORD = lazy_pattern(r"[-+.\w]+")
_MAX_DIGITS = 300

_LITERALS = {"true": True, "false": False, "null": None}
_PYTHON: dict[str, tuple[str, bool | None]] = {
    "True": ("true", True),
    "False": ("false", False),
    "None": ("null", None),
}
_NOT_FINITE = {"nan", "infinity", "inf"}


def read_json(text: str) -> Reading:
    """Return the document that a JSON text holds, and what is wrong with the text.

    It reads on after a slip whose meaning is certain: a comma too many or missing, a comment,
    `True`, a key without quotes.
    """
    reader = _JsonReader(text)
    try:
        root = reader.document()
    except _StopError:
        return Reading(None, reader.findings)
    return Reading(
        Document(text, root, JsonSpelling, is_json=True) if root else None, reader.findings
    )


class _StopError(Exception):
    """There is no way to read on; the finding is noted already."""


class _JsonReader:
    """Reads one text from its beginning to its end."""

    def __init__(self, text: str) -> None:
        self.findings: list[Problem] = []
        self._text = text
        self._at = 0
        self._values = 0
        self._lines: Lines | None = None

    def document(self) -> Node | None:
        """Return the only value of the text, or None if there is nothing in it."""
        if not self._next():
            self.findings.append(empty_document())
            return None
        root = self._value(1)
        rest = self._next()
        if rest:
            raise self._stop(*after_the_end(rest))
        return root

    def _value(self, depth: int) -> Node:
        self._values += 1
        if depth > MAX_DEPTH or self._values > MAX_VALUES:
            code = Code.TOO_DEEP if depth > MAX_DEPTH else Code.TOO_MANY_VALUES
            self.findings.append(limit_finding(code, self._at))
            raise _StopError
        char = self._next()
        if char == "{":
            return self._mapping(depth)
        if char == "[":
            return self._list(depth)
        return self._text_value() if char in {'"', "'"} else self._number() or self._word()

    def _mapping(self, depth: int) -> Node:
        built, start = Node({}, Span(0, 0), "mapping"), self._at
        self._at += 1
        while self._goes_on("}", start):
            key = self._key()
            self._colon()
            value = self._value(depth + 1)
            if key.value in built.keys:
                first, _ = built.keys[key.value]
                self._add(duplicate_key(self._line(first.start), key.value, key.span))
            else:
                built.keys[key.value] = (key.span, value)
                built.value[key.value] = value.value
            self._comma("}", start)
        built.span = Span(start, self._at)
        return built

    def _list(self, depth: int) -> Node:
        items, start = [], self._at
        self._at += 1
        while self._goes_on("]", start):
            items.append(self._value(depth + 1))
            self._comma("]", start)
        return Node([item.value for item in items], Span(start, self._at), "list", items)

    def _goes_on(self, closing: str, start: int) -> bool:
        """Return whether another item follows; pass the closing bracket if not."""
        char = self._next()
        if not char:
            raise self._unclosed(start)
        if char != closing:
            return True
        self._at += 1
        return False

    def _colon(self) -> None:
        char = self._next()
        if char == "=":
            self._add(misspelt("`:` is missing after the key", "write `:`, not `=`", self._at))
        elif not char:
            raise self._stop("the document ends after a key", 'write `"key": value`')
        elif char != ":":
            raise self._stop("`:` is missing after the key", 'write `"key": value`')
        self._at += 1

    def _comma(self, closing: str, start: int) -> None:
        """Pass the comma between two items; there is none before the closing bracket."""
        char = self._next()
        if char == closing:
            return
        if char in {'"', "{", "["}:
            self._add(misspelt("a comma is missing before this", "write `,` before it", self._at))
            return
        if char == ";":
            self._add(misspelt("JSON separates items with commas", "write `,`, not `;`", self._at))
        elif not char:
            raise self._unclosed(start)
        elif char != ",":
            raise self._stop(*between_items(self._text, char, closing, start))
        comma = self._at
        self._at += 1
        self._too_many_commas(closing, comma)

    def _too_many_commas(self, closing: str, comma: int) -> None:
        while (char := self._next()) == ",":
            self._add(misspelt("there is a comma too many", "remove it", self._at))
            self._at += 1
        if char == closing:
            message = f"there is a comma before `{closing}`"
            span = Span(comma, comma + 1)
            self._note(Code.JSON_TRAILING_COMMA, message, "remove the comma", span)

    def _unclosed(self, start: int) -> _StopError:
        """Return the stop at the end of the text, with the finding at what is still open."""
        opening = self._text[start]
        closing = CLOSING[opening]
        return self._stop(
            f"this `{opening}` is never closed",
            f"write `{closing}` where it ends",
            Span(start, start + 1),
        )

    def _key(self) -> Node:
        if self._next() in {'"', "'"}:
            return self._text_value()
        bare = BARE_KEY.match(self._text, self._at)
        if bare is None:
            message, hint = no_key(self._text[self._at])
            raise self._stop(message, hint)
        span = Span(*bare.span(1))
        message = f"the key {quoted(bare[1])} needs double quotes"
        self._note(Code.JSON_SYNTAX, message, f'write "{bare[1]}"', span)
        self._at = span.end
        return Node(bare[1], span, "quoted")

    def _text_value(self) -> Node:
        match = match_text(self._text, self._at)
        if match is None:
            raise self._stop("the string that starts here is never closed", "add the closing quote")
        if match.group().startswith("'"):
            message = "JSON allows only double quotes"
            self._note(Code.JSON_PYTHON, message, 'write "..."', Span(*match.span()))
        value, findings = read_text(match)
        for finding in findings:
            self._add(finding)
        self._at = match.end()
        if findings and self._next() not in {"", ",", ":", "}", "]"}:
            message = "this text is not closed on its line"
            hint = 'write `"` at its end, before the end of the line'
            span = Span(match.start(), findings[0].span.start)
            del self.findings[-len(findings) :]
            raise self._stop(message, hint, span)
        return Node(value, Span(*match.span()), "quoted")

    def _number(self) -> Node | None:
        match = _NUMBER.match(self._text, self._at)
        if match is None:
            return None
        span, word = Span(*match.span()), match.group()
        value: float = 0
        if match[1] or match[2]:
            value = float(word)
        elif len(word) <= _MAX_DIGITS:
            value = int(word)
        if not math.isfinite(value) or len(word) > _MAX_DIGITS:
            message, hint = "the number is too large, or too long", "quote it if it is text"
            self._note(Code.NUMBER_TOO_LARGE, message, hint, span)
        self._at = match.end()
        return Node(value, span, "plain")

    def _word(self) -> Node:
        match = _WORD.match(self._text, self._at)
        word = match.group() if match else ""
        span = Span(self._at, self._at + max(len(word), 1))
        self._at += len(word)
        if word in _LITERALS:
            return Node(_LITERALS[word], span, "plain")
        if word in _PYTHON:
            right, value = _PYTHON[word]
            message = f"`{word}` is Python, not JSON"
            self._note(Code.JSON_PYTHON, message, f"write {right}", span)
            return Node(value, span, "plain")
        if word.lstrip("+-").lower() in _NOT_FINITE:
            message = f"`{word}` is not a JSON number"
            self._note(Code.JSON_NOT_FINITE, message, "write a finite number", span)
            return Node(word, span, "plain")
        if not self._text[span.start : span.end].strip():
            raise self._stop("the document ends where a value is expected", "write the value")
        raise self._stop("this is not a JSON value", no_value(self._text, span), span)

    def _next(self) -> str:
        """Pass white space and comments; return the next character, or nothing at the end."""
        while True:
            blank = _BLANK.match(self._text, self._at)
            self._at = blank.end() if blank else self._at
            char = self._text[self._at : self._at + 1]
            comment = _COMMENT.match(self._text, self._at) if char in {"/", "#"} else None
            if comment is None:
                return char
            span = Span(comment.start(), comment.end())
            hint = "remove it, or write the spec in YAML"
            self._note(Code.JSON_COMMENT, "JSON has no comments", hint, span)
            self._at = comment.end()

    def _line(self, offset: int) -> int:
        self._lines = self._lines or Lines(self._text)
        return self._lines.position(offset)[0]

    def _note(self, code: Code, message: str, hint: str, span: Span) -> None:
        self._add(Problem(code, message, hint, span=span))

    def _add(self, finding: Problem) -> None:
        self.findings.append(finding)
        if len(self.findings) >= MAX_PROBLEMS:
            raise _StopError

    def _stop(self, message: str, hint: str, span: Span | None = None) -> _StopError:
        span = span or Span(self._at, self._at + 1)
        self.findings.append(Problem(Code.JSON_SYNTAX, message, hint, span=span))
        return _StopError()
