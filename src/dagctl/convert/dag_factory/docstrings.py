"""The documentation that a decorator takes from the docstring of its function."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.convert.python_file.state.source_tree import read_python
from dagctl.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.convert.foreign_yaml.reader import Fields
    from dagctl.convert.outcome.report import Report

_DOCUMENTATION = frozenset({"doc", "doc_md", "doc_json", "doc_yaml", "doc_rst"})
"""With one of them, a decorator takes no docstring."""


def docstring(
    written: Fields, text_of: Callable[[str], str | None], report: Report
) -> dict[str, str]:
    """Return the docstring of a decorated function as `doc_md`, which Airflow makes of it.

    Args:
        written: The task, as dag-factory reads it.
        text_of: Returns the text of a file that the task names; None: it is not there.
        report: It gets a line where the task has a docstring, or may have one.
    """
    if not _DOCUMENTATION.isdisjoint(written):
        return {}
    file, name = written.get("python_callable_file"), written.get("python_callable_name")
    place = written.at("decorator")
    if file is None:
        module, _, name = str(written.get("python_callable")).rpartition(".")
        file = f"{module.replace('.', '/')}.py"
    code = text_of(str(file))
    if code is None:
        why = f"{str(file)[:60]} is not there: if the function has a docstring, write it here"
        report.changed(place, "doc_md", why)
        return {}
    text = _docstring_of(code, str(file), str(name))
    if text is None:
        return {}
    report.changed(place, "doc_md", "it is the docstring of the function now")
    return {"doc_md": text}


def _docstring_of(code: str, file: str, function: str) -> str | None:
    try:
        body = read_python(code, file).body
    except SpecError:
        return None
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    named = [each for each in body if isinstance(each, kinds) and each.name == function]
    return (ast.get_docstring(named[-1]) or None) if named else None
