"""The Python of task files: a function that the front matter names, or the whole file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.convert.gusty.task_file import is_body_of_one_function
from dagctl.convert.python_file.as_spec.functions import Functions
from dagctl.convert.python_file.interpreter import interpreter
from dagctl.convert.python_file.state.items import Function
from dagctl.convert.python_file.state.scope import SourceFile
from dagctl.convert.python_file.state.source_tree import read_python

if TYPE_CHECKING:
    from datetime import date

    from dagctl.convert.gusty.levels import GustyTask
    from dagctl.convert.outcome.report import Report

PLACEHOLDER = "gusty.code"
"""The callable of a task until its code is put there."""


def code_of(task: GustyTask, report: Report, target: str, today: date) -> str | None:
    """Return the `python_code` of a task of a Python file; None: it has no code of its own.

    The task loses the name of the function.

    Raises:
        SpecError: The file is no Python.
    """
    text, place = task.code, task.fields.at("python_callable")
    if text is None or not str(task.fields.get("operator")).endswith("PythonOperator"):
        return None
    extra = task.fields.pop("extra_callables", None)
    named = task.fields.get("python_callable")
    named = extra.pop("python_callable", named) if isinstance(extra, dict) else named
    if extra:
        report.gap(place, "extra_callables", "a python task of a spec has one function")
    task.fields.put("python_callable", PLACEHOLDER, place)
    if named is None:
        tail = "\nreturn None\n" if is_body_of_one_function(text) else ""
        return f"{text.rstrip()}\n{tail}"
    machine = interpreter(SourceFile(place.file, text), target, today)
    machine.run(read_python(text, place.file).body, machine.scope)
    function = machine.scope.values.get(str(named))
    if not isinstance(function, Function):
        report.gap(place, "python_callable", f"the file has no function {str(named)[:60]!r}")
        return None
    return Functions(machine).written(function, report, task.task_id).text
