"""What a function of a Python file gives for known arguments. The file is never run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.interpreter import interpreter
from dagctl.convert.python_file.state.binding import Call
from dagctl.convert.python_file.state.inlining import inline
from dagctl.convert.python_file.state.items import Function
from dagctl.convert.python_file.state.scope import SourceFile
from dagctl.convert.python_file.state.source_tree import read_python
from dagctl.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


def text_made_by(  # noqa: PLR0913 - the file, the call, and what it depends on
    text: str, file: str, function: str, given: Mapping[str, Any], *, target: str, today: date
) -> str | None:
    """Return the text that a function gives; None where only Python knows, or it is no text.

    Args:
        text: The Python file.
        file: Its name.
        function: The name of a function in it.
        given: The arguments, by name.
        target: The Airflow that is meant, as `3` or `2`.
        today: What relative dates count from.
    """
    try:
        machine = interpreter(SourceFile(file, text), target, today)
        machine.run(read_python(text, file).body, machine.scope)
        callee = machine.scope.values.get(function)
        if not isinstance(callee, Function):
            return None
        call = Call(ast.Call(ast.Name(function, ast.Load()), [], []))
        call.kwargs = dict(given)
        made = inline(machine, callee, call)
    except (SpecError, RecursionError):
        return None
    return None if machine.report.remarks or not isinstance(made, str) else made
