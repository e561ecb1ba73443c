"""Checked code as the text of a function of any name, laid out as `ruff format` would."""

from __future__ import annotations

import ast
import io
import re
import token
import tokenize
from itertools import pairwise
from typing import TYPE_CHECKING

from dagctl.patterns import lazy_pattern
from dagctl.user_code.python.source_lines import SourceBytes, indented, unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.user_code.python.code import PythonCode

LINE_LENGTH = 88
"""The default of ruff and Black, in columns."""

_FORWARDS = {
    (False, False): "return ",
    (True, False): "return (yield from ",
    (False, True): "return await ",
}
"""How a function passes on what the one in it gives: by whether that is a generator, or async."""
_DEF_NAME = lazy_pattern(
    r"^([ \t\f]*(?:async(?:[ \t\f]|\\\n)+)?def(?:[ \t\f]|\\\n)+)[^ \t\f\\\n(\[]+", re.MULTILINE
)


def as_function(code: PythonCode, name: str, *, provide_context: bool) -> str:
    """Return the definition of a function `name` that runs this code, without a final line end."""
    if code.form == "body":
        signature = signature_of_body(code, provide_context=provide_context)
        return f"{header(name, [signature] if signature else [])}\n{_body(code)}"
    return _nested(code, name) if code.nested else _renamed(code.text, name)


def signature_of_body(code: PythonCode, *, provide_context: bool) -> str:
    """Return the parameter of the function around a body; empty: it has none."""
    return "context" if code.is_callback else "**context" if provide_context else ""


def header(name: str, parameters: Sequence[str], before: str = "") -> str:
    """Return the first line of a function, or its lines if one is too short.

    Args:
        name: The function.
        parameters: Its parameters as text.
        before: What the caller writes before it, such as `async`.
    """
    room = LINE_LENGTH - len(f"{before}def :")
    return f"def {call(name, parameters, room=room)}:"


def call(name: str, arguments: Sequence[str], *, room: int) -> str:
    """Return `name(arguments)`, one argument a line if it does not fit into `room` columns."""
    line = f"{name}({', '.join(arguments)})"
    if len(line) <= room or not arguments:
        return line
    return "\n".join([f"{name}(", *(f"    {argument}," for argument in arguments), ")"])


def _body(code: PythonCode) -> str:
    return indented(code.text, code.string_lines, unit(code.text))


def _renamed(text: str, name: str) -> str:
    """Return the user's own `def` under another name; a first line that grew too long is split."""
    renamed = _DEF_NAME.sub(lambda match: f"{match[1]}{name}", text, count=1)
    start = _DEF_NAME.search(renamed)
    first_line = renamed[start.start() :].partition("\n")[0] if start else ""
    if start is None or len(first_line) <= LINE_LENGTH:
        return renamed
    return renamed[: start.start()] + _split_signature(renamed[start.start() :])


def _split_signature(text: str) -> str:
    """Return a `def` with one parameter a line, if its signature stands on one line so far."""
    marks = _signature_marks(text)
    if len(marks) < 2:  # noqa: PLR2004 - the brackets around nothing, or on several lines
        return text
    pieces = [text[a + 1 : b].strip() for a, b in pairwise(marks)]
    lines = "".join(f"    {piece},\n" for piece in pieces if piece)
    return f"{text[: marks[0] + 1]}\n{lines}{text[marks[-1] :]}" if lines else text


def _signature_marks(text: str) -> list[int]:
    """Return where the brackets and commas of a signature on one line stand, or nothing."""
    marks: list[int] = []
    depth = 0
    for mark in tokenize.generate_tokens(io.StringIO(text).readline):
        if mark.start[0] > 1:
            return []
        if mark.type != token.OP:
            continue
        depth -= mark.string in ")]}"
        opens = mark.string == "(" and depth == 0 and not marks
        if opens or (marks and (depth, mark.string) in {(1, ","), (0, ")")}):
            marks.append(mark.start[1])
        if marks and (depth, mark.string) == (0, ")"):
            return marks
        depth += mark.string in "([{"
    return []


def _nested(code: PythonCode, name: str) -> str:
    """Return a function that holds the user's `def`, unchanged, and passes its arguments on."""
    function = code.statements()[-1]
    assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)  # noqa: S101 - see its form
    step = unit(code.text)
    gives = _FORWARDS[code.is_generator, code.is_async]
    room = LINE_LENGTH - len(f"    {gives}")
    forwarded = call(function.name, list(_forwarded(function.args)), room=room)
    end = ")" if "(" in gives else ""
    return_lines = indented(f"{gives}{forwarded}{end}", frozenset(), step)
    start = "async " if code.is_async else ""
    outer = start + header(name, list(_signature(function.args, code.text)), start)
    return f"{outer}\n{_body(code)}\n\n{return_lines}"


def _signature(arguments: ast.arguments, text: str) -> Iterator[str]:
    """Yield the parameters as written, but for their annotations."""
    source = SourceBytes(text)
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
    for index, (parameter, default) in enumerate(zip(positional, defaults, strict=True), 1):
        yield _parameter(parameter, default, source)
        if index == len(arguments.posonlyargs):
            yield "/"
    if arguments.vararg:
        yield f"*{arguments.vararg.arg}"
    elif arguments.kwonlyargs:
        yield "*"
    for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _parameter(parameter, default, source)
    if arguments.kwarg:
        yield f"**{arguments.kwarg.arg}"


def _parameter(parameter: ast.arg, default: ast.expr | None, source: SourceBytes) -> str:
    return parameter.arg if default is None else f"{parameter.arg}={source.segment(default)}"


def _forwarded(arguments: ast.arguments) -> Iterator[str]:
    """Yield the arguments that pass every parameter on."""
    yield from (parameter.arg for parameter in (*arguments.posonlyargs, *arguments.args))
    if arguments.vararg:
        yield f"*{arguments.vararg.arg}"
    yield from (f"{parameter.arg}={parameter.arg}" for parameter in arguments.kwonlyargs)
    if arguments.kwarg:
        yield f"**{arguments.kwarg.arg}"
