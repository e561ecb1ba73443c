"""`parse_python_code`: the way from the user's text to checked code."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from dagctl.errors import Severity
from dagctl.spec.codes import Code
from dagctl.spec.problem import Place
from dagctl.spec.python_code import checks
from dagctl.spec.python_code.code import PythonCode
from dagctl.spec.python_code.findings import finding, place_of_node, refusal
from dagctl.spec.python_code.function import as_function
from dagctl.spec.python_code.function_tree import function_tree
from dagctl.spec.python_code.quiet import caught_warnings
from dagctl.spec.python_code.source import (
    Source,
    lines_inside_strings,
    outdented,
    read_source,
    trimmed,
)
from dagctl.spec.python_code.tree import levels, same
from dagctl.spec.text import BIDI, place_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from warnings import WarningMessage

    from dagctl.spec.problem import Problem
    from dagctl.spec.python_code.findings import PythonCodeError

MAX_DEPTH = 500
"""Levels of nesting in a tree. Python's own limit depends on its version and on who calls it."""

_FILE = "<python_code>"
_UNINDENT = "unindent does not match any outer indentation level"
_CODE = re.compile(r"^[ \t\f]*[^ \t\f\n#]", re.MULTILINE)
_REFUSED = re.compile(f"[\x00\ud800-\udfff{BIDI}\u180e\u200b\u2060-\u2064\ufeff]")
_TOO_COMPLEX = (MemoryError, RecursionError, OverflowError)
_STRINGS = (ast.Constant, ast.JoinedStr, getattr(ast, "TemplateStr", ast.JoinedStr))


@lru_cache(maxsize=16)  # of one task the check, its model and the warnings ask in turn
def parse_python_code(code: str, *, provide_context: bool = False) -> PythonCode:
    """Return the code, checked: it would run as a task, and nothing of it when Airflow reads the file.

    Raises:
        PythonCodeError: It would not; the problem's place counts lines and columns inside `code`.
    """
    source = read_source(code)
    _check_characters(source)
    with caught_warnings() as caught:
        statements = _read(source)
        nodes = _nodes(statements, source)
        function = _only_def(statements)
        _check_compiles(statements, source, wrap=function is None, provide_context=provide_context)
        lint = _lint(list(caught), source)
        if function is None:
            parsed = _body(statements, nodes, source, [] if provide_context else nodes, lint)
        else:
            parsed = _def(statements, function, nodes, source, lint)
        _check_placement(parsed, statements, provide_context=provide_context)
    return parsed


def input_statements(code: str) -> list[ast.stmt]:
    """Return the tree of checked code as the user wrote it, read from the untouched text."""
    return _statements(read_source(code))


def _check_characters(source: Source) -> None:
    found = _REFUSED.search(source.text)
    if found:
        raise refusal(
            Code.PYTHON_CHARACTER,
            f"the code holds the invisible character U+{ord(found.group()):04X}",
            "remove it, or write it as an escape in a string",
            place_of(source.text, found.start(), found.end()),
        )


def _statements(source: Source) -> list[ast.stmt]:
    body = ast.parse(source.parsable).body
    if source.margin and len(body) == 1 and isinstance(body[0], ast.If):
        return body[0].body
    if source.margin:
        raise IndentationError(_UNINDENT, (_FILE, body[1].lineno, 1, None))
    return body


def _read(source: Source) -> list[ast.stmt]:
    """Return the statements of the code."""
    if not _CODE.search(source.text):
        raise refusal(
            Code.PYTHON_BLANK, "there is no code to run", "write at least one statement", None
        )
    try:
        return _statements(source)
    except SyntaxError as error:
        place = _place_of_error(error, source, in_bytes=False)
        raise refusal(Code.PYTHON_SYNTAX, f"not valid Python: {error.msg}", None, place) from error
    except _TOO_COMPLEX as error:
        raise _too_deep(None) from error


def _nodes(statements: list[ast.stmt], source: Source) -> list[ast.AST]:
    """Return every node of the code, outermost first."""
    nodes: list[ast.AST] = []
    for depth, level in enumerate(levels(statements)):
        if depth > MAX_DEPTH:
            raise _too_deep(place_of_node(_outermost(statements, level[0]), source))
        nodes += level
    return nodes


def _outermost(statements: list[ast.stmt], deep: ast.AST) -> ast.stmt:
    """Return the statement that a deep node is part of."""
    line = getattr(deep, "lineno", statements[0].lineno)
    return max((s for s in statements if s.lineno <= line), key=lambda s: s.lineno)


def _too_deep(place: Place | None) -> PythonCodeError:
    return refusal(
        Code.PYTHON_TOO_DEEP,
        "the code is nested too deeply for Python to read it reliably",
        "split the expression into several statements",
        place,
    )


def _only_def(statements: list[ast.stmt]) -> ast.FunctionDef | None:
    """Return the one `def` that the code consists of, a leading text aside."""
    *before, last = statements
    alone = not before or (len(before) == 1 and _is_text(before[0]))
    return last if alone and isinstance(last, ast.FunctionDef) else None


def _is_text(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _check_compiles(
    statements: list[ast.stmt], source: Source, *, wrap: bool, provide_context: bool
) -> None:
    """Refuse what Python can read but not compile (`return` in a class, a parameter twice)."""
    module = ast.parse(f"def f({'**context' if provide_context else ''}): ...")
    if wrap:
        cast("ast.FunctionDef", module.body[0]).body = statements
    else:
        module.body = statements
    try:
        checks.check_runs(statements, source)
        compile(module, _FILE, "exec", dont_inherit=True)
    except SyntaxError as error:
        place = _place_of_error(error, source, in_bytes=True)
        raise refusal(
            Code.PYTHON_NOT_IN_FUNCTION, f"not valid in a function: {error.msg}", None, place
        ) from error
    except _TOO_COMPLEX as error:
        raise _too_deep(None) from error


def _place_of_error(error: SyntaxError, source: Source, *, in_bytes: bool) -> Place:
    """Return the place of a syntax error: the compiler counts bytes, the parser characters."""
    line = min(max((error.lineno or 1) - source.shift, 1), source.text.count("\n") + 1)
    offset = max(error.offset or 1, 1)
    column = source.column(line, offset - 1) if in_bytes else offset
    return Place(line, min(column, len(source.line(line)) + 1))


def _lint(caught: Sequence[WarningMessage], source: Source) -> list[Problem]:
    """Return what Python itself warns of, once each."""
    found = {(str(each.message), each.lineno - source.shift): None for each in caught}
    return [
        finding(
            Code.PYTHON_LINT,
            f"Python warns: {message}",
            "a later Python may refuse it",
            Place(line, 1, line, len(source.line(line)) + 1),
            Severity.WARNING,
        )
        for message, line in found
    ]


def _def(
    statements: list[ast.stmt],
    function: ast.FunctionDef,
    nodes: list[ast.AST],
    source: Source,
    lint: list[Problem],
) -> PythonCode:
    checks.check_def(function, source)
    checks.check_runs(function.body, source)
    names = {parameter.arg for parameter in checks.parameters(function.args)}
    calls_itself = any(isinstance(node, ast.Name) and node.id == function.name for node in nodes)
    nested = (
        len(statements) > 1
        or (calls_itself and function.name not in names)
        or any(map(checks.runs_at_import, checks.annotations(function)))
    )
    if nested and function.name in names:
        raise refusal(
            Code.PYTHON_PLACEMENT,
            f"the function and its parameter are both called `{function.name}`",
            "rename one of them",
            place_of_node(function, source),
        )
    text, string_lines = _placed(source, nodes)
    found = (*lint, *checks.unfilled(function, source), *checks.unresolved(function, source))
    return PythonCode(
        form="def", text=text, string_lines=string_lines, nested=nested, warnings=found
    )


def _body(
    statements: list[ast.stmt],
    nodes: list[ast.AST],
    source: Source,
    without_context: list[ast.AST],
    lint: list[Problem],
) -> PythonCode:
    checks.check_body(statements, source)
    text, string_lines = _placed(source, nodes)
    found = (*lint, *checks.context_missing(without_context, source))
    return PythonCode(form="body", text=text, string_lines=string_lines, warnings=found)


def _placed(source: Source, nodes: list[ast.AST]) -> tuple[str, frozenset[int]]:
    """Return the text without margin and outer blank lines, and its lines that begin inside a string.

    Only a literal over several lines can hold such lines, so most code need not be read by the tokenizer.
    """
    spans = any(isinstance(node, _STRINGS) and node.end_lineno != node.lineno for node in nodes)
    fixed = lines_inside_strings(source.text) if spans else frozenset[int]()
    text = outdented(source.text, fixed, source.margin) if source.margin else source.text
    return trimmed(text, fixed)


def _check_placement(
    code: PythonCode, statements: list[ast.stmt], *, provide_context: bool
) -> None:
    """Refuse code that does not mean the same inside a function (indented to Python's limit, mixed tabs)."""
    wanted = function_tree(code, statements, "f", provide_context=provide_context)
    try:
        (placed,) = ast.parse(as_function(code, "f", provide_context=provide_context)).body
    except (SyntaxError, ValueError, *_TOO_COMPLEX):
        placed = ast.Pass()
    if not same(placed, wanted):
        raise refusal(
            Code.PYTHON_PLACEMENT,
            "the code cannot be indented without changing what it means",
            "indent it by four spaces a level, and nest less deeply",
            None,
        )
