"""The user's text as a tree: what cannot be read, or not reliably, is refused with its place."""

from __future__ import annotations

import ast
import re
from itertools import islice
from typing import TYPE_CHECKING, cast

from dagctl.findings.characters import BIDI, is_visible
from dagctl.findings.codes import Code
from dagctl.findings.problem import MAX_IN_VALUE, Problem
from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern
from dagctl.text.lines import TextRange
from dagctl.user_code.python.findings import PythonCodeError, cut, finding, place_of_node
from dagctl.user_code.python.source_lines import CodeText, read_source
from dagctl.user_code.python.syntax_tree import Nodes, levels, quietly

if TYPE_CHECKING:
    from warnings import WarningMessage

MAX_DEPTH = 500
"""Levels of nesting in a tree. Python's own limit depends on its version and on who calls it."""

MAX_SCOPES = 1_000
"""Functions, lambdas, classes and comprehensions in one code."""

MAX_KEYWORDS = 1_000
"""Keyword arguments of one call."""

MAX_BRACES = 5_000
"""Opening braces on one line."""

TOO_COMPLEX = (MemoryError, RecursionError, OverflowError)
"""What Python's parser and compiler raise for code that is nested too deeply."""

_SCOPES = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
_FILE = "<python_code>"
_UNINDENT = "unindent does not match any outer indentation level"
_CODE = lazy_pattern(r"^[ \t\f]*[^ \t\f\n#]", re.MULTILINE)
_REFUSED = lazy_pattern(f"[\x00\ud800-\udfff{BIDI}\u180e\u200b\u2060-\u2064\ufeff]")


@frozen
class ParsedCode:
    """Code as text and as a tree."""

    source: CodeText
    statements: list[ast.stmt]
    nodes: Nodes
    heard: list[WarningMessage]
    """What Python warned of when it read the code; what it warns of later is added."""


def read(code: str) -> ParsedCode:
    """Return the code as a tree.

    Raises:
        PythonCodeError: It is blank, no Python, nested too deeply, or holds invisible characters.
    """
    source = read_source(code)
    _check_characters(source)
    _check_braces(source)
    statements, heard = _read_statements(source)
    nodes = _all_nodes(statements, source)
    _check_scopes(nodes)
    _check_keywords(nodes, source)
    return ParsedCode(source, statements, nodes, heard)


def input_statements(code: str) -> list[ast.stmt]:
    """Return the tree of checked code as the user wrote it, read from the untouched text."""
    return _statements(read_source(code))[0]


def place_of_error(error: SyntaxError, source: CodeText, *, in_bytes: bool) -> TextRange:
    """Return the place of a syntax error: the compiler counts bytes, the parser characters."""
    line = min(max((error.lineno or 1) - source.shift, 1), len(source.lines))
    offset = max(error.offset or 1, 1)
    column = source.column(line, offset - 1) if in_bytes else offset
    return TextRange(line, min(column, len(source.lines.line(line)) + 1))


def too_deep(place: TextRange | None) -> Problem:
    """Return the finding for code that Python reads on one day and not on another."""
    return finding(
        Code.PYTHON_TOO_DEEP,
        "the code is nested too deeply for Python to read it reliably",
        "split the expression into several statements",
        place,
    )


def _check_characters(source: CodeText) -> None:
    if is_visible(source.text):
        return
    problems = [
        finding(
            Code.PYTHON_CHARACTER,
            f"the code contains the invisible character U+{ord(match.group()):04X}",
            "remove it, or write it as an escape in a string",
            source.lines.place(match.start(), match.end()),
        )
        for match in islice(_REFUSED.finditer(source.text), MAX_IN_VALUE)
    ]
    if problems:
        raise PythonCodeError(*problems)


def _check_braces(source: CodeText) -> None:
    """Refuse what Python 3.11 takes the square of its length for: one long format string."""
    if source.text.count("{") > MAX_BRACES:
        for number in range(1, len(source.lines) + 1):
            if source.lines.line(number).count("{") > MAX_BRACES:
                problem = finding(
                    Code.PYTHON_TOO_DEEP,
                    f"this line has more than {MAX_BRACES:,} opening braces",
                    "write it on several lines, or put the data into a file",
                    TextRange(number, 1),
                )
                raise PythonCodeError(problem)


def _check_scopes(nodes: Nodes) -> None:
    """Refuse what Python's compiler takes the square of its length for: functions in a function."""
    count = len(nodes.of(*_SCOPES))
    if count > MAX_SCOPES:
        problem = finding(
            Code.PYTHON_TOO_DEEP,
            f"the code has {count:,} functions, lambdas, classes and comprehensions; "
            f"at most {MAX_SCOPES:,} are read",
            "split it into several tasks, or move it into a module",
            None,
        )
        raise PythonCodeError(problem)


def _check_keywords(nodes: Nodes, source: CodeText) -> None:
    """Refuse what Python's compiler compares pair by pair: the keyword arguments of one call."""
    for node in nodes.of(ast.Call):
        if len(node.keywords) > MAX_KEYWORDS:
            problem = finding(
                Code.PYTHON_TOO_DEEP,
                f"the call has {len(node.keywords):,} keyword arguments; "
                f"at most {MAX_KEYWORDS:,} are read",
                "pass them as a mapping: `**{...}`",
                place_of_node(node, source),
            )
            raise PythonCodeError(problem)


_UNCLEAR = "Python stopped reading here; the mistake may be on the line before"
_RIGHT = "write it so"
_OF_OTHERS = {"&&": "and", "||": "or", "++": "+= 1", "--": "-= 1", "===": "==", "!==": "!="}
"""Operators of other languages, with Python's own."""
_STEPS = {"++", "--"}
_NO_NAME = lazy_pattern(r"\W")
_OPERATOR = lazy_pattern(
    r""""(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|#.*|[=!]==|&&|\|\||\+\+|--|["'].*"""
)
"""Such an operator; or a text or a comment, which may look like one inside."""


def _meant(line: str, column: int) -> str | None:
    """Return what to write for an operator of another language at a column of a line, or None."""
    if line.split()[:2] == ["else", "if"]:
        return "write `elif`"
    for operator in _OPERATOR.finditer(line):
        right = _OF_OTHERS.get(operator[0])
        if right and operator.start() <= column <= operator.end() + 1:
            if operator[0] not in _STEPS:
                return f"write `{right}`"
            before = line[: operator.start()].strip()
            name = _NO_NAME.split(before)[-1]
            is_statement = before == name and not line[operator.end() :].strip(" ;")
            if not is_statement:
                right = f"{name} {right}` in a line of its own; Python has no `{operator[0]}"
            return f"write `{right}`" if name.isidentifier() else None
    return None


def _read_statements(source: CodeText) -> tuple[list[ast.stmt], list[WarningMessage]]:
    try:
        statements, heard = _statements(source) if _CODE.search(source.text) else ([], [])
    except SyntaxError as error:
        place = place_of_error(error, source, in_bytes=False)
        message = f"not valid Python: {cut(error.msg)}"
        hint = _UNCLEAR
        if "Did you mean" in error.msg or "Maybe you meant" in error.msg:
            hint = _RIGHT
        elif "forgot a comma" not in error.msg:
            hint = _meant(source.lines.line(place.line), place.column) or hint
            if hint == _UNCLEAR and error.msg == "expected ':'":
                hint = "write `:` at the end of the line"
        raise PythonCodeError(finding(Code.PYTHON_SYNTAX, message, hint, place)) from error
    except TOO_COMPLEX as error:
        raise PythonCodeError(too_deep(None)) from error
    if not statements:
        hint = "write at least one statement"
        raise PythonCodeError(finding(Code.PYTHON_BLANK, "there is no code to run", hint, None))
    return statements, heard


def _statements(source: CodeText) -> tuple[list[ast.stmt], list[WarningMessage]]:
    module, heard = quietly(lambda: ast.parse(source.parsable))
    body = module.body
    if not source.margin:
        return body, heard
    block = cast("ast.If", body[0])
    outside = [*block.orelse, *body[1:]]
    if outside:
        raise IndentationError(_UNINDENT, (_FILE, outside[0].lineno, 1, None))
    return block.body, heard


def _all_nodes(statements: list[ast.stmt], source: CodeText) -> Nodes:
    nodes: list[ast.AST] = []
    for depth, level in enumerate(levels(statements)):
        if depth > MAX_DEPTH:
            place = place_of_node(_statement_of(level[0], statements), source)
            raise PythonCodeError(too_deep(place))
        nodes += level
    return Nodes(nodes)


def _statement_of(deep: ast.AST, statements: list[ast.stmt]) -> ast.stmt:
    """Return the outermost statement that a node is part of."""
    line = getattr(deep, "lineno", statements[0].lineno)
    return max((s for s in statements if s.lineno <= line), key=lambda s: s.lineno)
