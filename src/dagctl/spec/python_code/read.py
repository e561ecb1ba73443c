"""The user's text as a tree: what cannot be read, or not reliably, is refused with its place."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import cast

from dagctl.spec.codes import Code
from dagctl.spec.fields.text import BIDI, place_of
from dagctl.spec.problem import Place, Problem
from dagctl.spec.python_code.findings import PythonCodeError, finding, place_of_node
from dagctl.spec.python_code.quiet import caught_warnings
from dagctl.spec.python_code.source import Source, read_source
from dagctl.spec.python_code.tree import levels

MAX_DEPTH = 500
"""Levels of nesting in a tree. Python's own limit depends on its version and on who calls it."""

TOO_COMPLEX = (MemoryError, RecursionError, OverflowError)
"""What Python's parser and compiler raise for code that is nested too deeply."""

_FILE = "<python_code>"
_UNINDENT = "unindent does not match any outer indentation level"
_CODE = re.compile(r"^[ \t\f]*[^ \t\f\n#]", re.MULTILINE)
_REFUSED = re.compile(f"[\x00\ud800-\udfff{BIDI}\u180e\u200b\u2060-\u2064\ufeff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """Code as text and as a tree."""

    source: Source
    statements: list[ast.stmt]
    nodes: list[ast.AST]
    """Every node of the tree, outermost first."""


def read(code: str) -> Reading:
    """Return the code as a tree.

    Raises:
        PythonCodeError: It is blank, no Python, nested too deeply, or holds what nobody can see.
    """
    source = read_source(code)
    _check_characters(source)
    statements = _read_statements(source)
    return Reading(source, statements, _all_nodes(statements, source))


def input_statements(code: str) -> list[ast.stmt]:
    """Return the tree of checked code as the user wrote it, read from the untouched text."""
    with caught_warnings():
        return _statements(read_source(code))


def place_of_error(error: SyntaxError, source: Source, *, in_bytes: bool) -> Place:
    """Return the place of a syntax error: the compiler counts bytes, the parser characters."""
    line = min(max((error.lineno or 1) - source.shift, 1), source.text.count("\n") + 1)
    offset = max(error.offset or 1, 1)
    column = source.column(line, offset - 1) if in_bytes else offset
    return Place(line, min(column, len(source.line(line)) + 1))


def too_deep(place: Place | None) -> Problem:
    """Return the finding for code that Python reads on one day and not on another."""
    return finding(
        Code.PYTHON_TOO_DEEP,
        "the code is nested too deeply for Python to read it reliably",
        "split the expression into several statements",
        place,
    )


def _check_characters(source: Source) -> None:
    problems = [
        finding(
            Code.PYTHON_CHARACTER,
            f"the code contains the invisible character U+{ord(found.group()):04X}",
            "remove it, or write it as an escape in a string",
            place_of(source.text, found.start(), found.end()),
        )
        for found in _REFUSED.finditer(source.text)
    ]
    if problems:
        raise PythonCodeError(*problems)


def _read_statements(source: Source) -> list[ast.stmt]:
    try:
        statements = _statements(source) if _CODE.search(source.text) else []
    except SyntaxError as error:
        place = place_of_error(error, source, in_bytes=False)
        message = f"not valid Python: {error.msg}"
        hint = "Python stopped reading here; the mistake may be on the line before"
        raise PythonCodeError(finding(Code.PYTHON_SYNTAX, message, hint, place)) from error
    except TOO_COMPLEX as error:
        raise PythonCodeError(too_deep(None)) from error
    if not statements:
        hint = "write at least one statement"
        raise PythonCodeError(finding(Code.PYTHON_BLANK, "there is no code to run", hint, None))
    return statements


def _statements(source: Source) -> list[ast.stmt]:
    body = ast.parse(source.parsable).body
    if not source.margin:
        return body
    block = cast("ast.If", body[0])
    outside = [*block.orelse, *body[1:]]
    if outside:
        raise IndentationError(_UNINDENT, (_FILE, outside[0].lineno, 1, None))
    return block.body


def _all_nodes(statements: list[ast.stmt], source: Source) -> list[ast.AST]:
    nodes: list[ast.AST] = []
    for depth, level in enumerate(levels(statements)):
        if depth > MAX_DEPTH:
            place = place_of_node(_statement_of(level[0], statements), source)
            raise PythonCodeError(too_deep(place))
        nodes += level
    return nodes


def _statement_of(deep: ast.AST, statements: list[ast.stmt]) -> ast.stmt:
    """Return the outermost statement that a node is part of."""
    line = getattr(deep, "lineno", statements[0].lineno)
    return max((s for s in statements if s.lineno <= line), key=lambda s: s.lineno)
