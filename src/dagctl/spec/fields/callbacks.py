"""Callbacks: what Airflow calls when a task or a run has reached a state.

A callback is `{callable: pkg.mod.name}`, `{notifier: NAME}` or `{python_code: ...}`; several are a
list. It is kept as it is written.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from dagctl.findings.characters import MAX_TEXT, length_problems
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, Warnings
from dagctl.findings.wording import quoted
from dagctl.spec.fields.callback_form import (
    DAG_CALLBACKS,
    FORMS,
    MAX_CALLBACKS,
    TASK_CALLBACKS,
    Callback,
)
from dagctl.spec.fields.import_path import MAX_PATH, is_class_name, path_problems
from dagctl.spec.fields.keyed_forms import form_of, form_problems, list_problems
from dagctl.spec.fields.markers import marker_of
from dagctl.spec.fields.nested_values import early_argument_problems
from dagctl.spec.validation.wrong_type import TEXT, wrong_type
from dagctl.spec.walk import Path, field, is_group, raw_entries
from dagctl.user_code.python import PythonCode, PythonCodeError, parse_python_code


def callback_problems(value: object, path: Path) -> Iterator[Problem]:
    """Yield what is wrong with the callbacks of one event: a mapping, or a list of mappings."""
    if isinstance(value, list | tuple):
        yield from list_problems(value, path, MAX_CALLBACKS, "callbacks", _one_problems)
    else:
        yield from _one_problems(value, path)


def callbacks_of(value: object, path: Path = ()) -> Iterator[tuple[Path, Callback]]:
    """Yield each callback of one event, with its path."""
    if isinstance(value, list | tuple):
        yield from (((*path, place), item) for place, item in enumerate(value))
    elif value is not None:
        yield path, value  # type: ignore[misc] # callers of raw data look at its type


def callbacks_in(data: object) -> Iterator[tuple[Path, Callback]]:
    """Yield each callback in raw data of a DAG, wherever it stands, with its path."""
    if not isinstance(data, dict):
        return
    owners: list[tuple[Path, Any, Mapping[str, str]]] = [
        ((), data, DAG_CALLBACKS),
        (("default_args",), data.get("default_args"), TASK_CALLBACKS),
        *((path, item, TASK_CALLBACKS) for path, item in _owners(data)),
    ]
    for path, owner, keys in owners:
        if not isinstance(owner, dict) or keys.keys().isdisjoint(owner):
            continue
        for key in keys:
            for place, callback in callbacks_of(owner.get(key), (*path, key)):
                if isinstance(callback, dict):
                    yield place, callback
    yield from deadline_callbacks(data)


def deadline_callbacks(data: Mapping[str, Any]) -> Iterator[tuple[Path, Callback]]:
    """Yield the callback of each deadline in raw data of a DAG, with its path."""
    value = data.get("deadline")
    if isinstance(value, dict):
        places: list[tuple[Path, Any]] = [(("deadline",), value)]
    else:
        items = value if isinstance(value, list | tuple) else ()
        places = [(("deadline", place), item) for place, item in enumerate(items)]
    for path, item in places:
        callback = item.get("callback") if isinstance(item, dict) else None
        if isinstance(callback, dict):
            yield (*path, "callback"), callback  # type: ignore[misc] # raw data


def _owners(data: object) -> Iterator[tuple[Path, Any]]:
    """Yield each task, and what each group gives to all tasks in it."""
    for path, item, _ in raw_entries(data):
        if is_group(item):
            yield (*path, "default_args"), field(item, "default_args")
        else:
            yield path, item


def code_of(callback: Callback) -> PythonCode:
    """Return the checked code of a callback that has `python_code`."""
    return parse_python_code(callback["python_code"], is_callback=True)


def callback_warnings(data: object) -> Iterator[tuple[Path, Warnings]]:
    """Yield the warnings about the code of each callback in data without errors."""
    for path, callback in callbacks_in(data):
        if "python_code" in callback:
            yield (*path, "python_code"), code_of(callback).warnings


def _one_problems(value: object, path: Path) -> Iterator[Problem]:
    if isinstance(value, str):
        message = "a callback is a mapping, not text"
        key = "python_code" if "(" in value else "callable"
        hint = f"write `{{{key}: {value}}}`" if len(value) <= MAX_PATH else None
        yield Problem(Code.WRONG_TYPE, message, hint).at(*path)
        return
    if isinstance(value, dict) and (marker := marker_of(value)):
        key = {"$new": "notifier", "$python_code": "python_code"}.get(marker, "callable")
        message = f"a callback is no marker, such as {quoted(marker)}"
        hint = f"write `{key}` in place of `{marker}`"[:MAX_PATH]
        yield Problem(Code.UNKNOWN_KEY, message, hint).at(*path, marker)
        return
    yield from form_problems(value, path, FORMS, "a callback")
    form = form_of(value, FORMS)
    if form is None or not isinstance(value, dict):
        return
    for problem in _CHECKS[form](value[form]):
        yield problem.at(*path, form)
    if "with" in value and form != "python_code":
        yield from _argument_problems(value["with"], (*path, "with"))


def _argument_problems(given: object, path: Path) -> Iterator[Problem]:
    message = "Airflow puts no output of a task into a callback"
    hint = "read it there: `{{ ti.xcom_pull(...) }}`, or `context['ti'].xcom_pull(...)`"
    yield from early_argument_problems(given, path, message, hint)


def _notifier_problems(name: object) -> Iterator[Problem]:
    if not isinstance(name, str) or not is_class_name(name):
        shown = quoted(name) if isinstance(name, str) else "this"
        hint = "write its class, `provider.Class`, or its import path: `package.module.Class`"
        yield Problem(Code.BAD_IMPORT_PATH, f"{shown} is not the name of a notifier", hint)


def _code_problems(code: object) -> Iterator[Problem]:
    if not isinstance(code, str):
        yield wrong_type(("python_code",), TEXT, code)
        return
    too_long = list(length_problems(code, MAX_TEXT))
    yield from too_long
    try:
        if not too_long:
            parse_python_code(code, is_callback=True)
    except PythonCodeError as error:
        yield from error.problems


_CHECKS = {
    "callable": path_problems,
    "notifier": _notifier_problems,
    "python_code": _code_problems,
}
