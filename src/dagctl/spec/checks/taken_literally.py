"""Text that Airflow takes as it is, or as something else, where its author seldom means that.

Warnings only, of raw data: Jinja in what is not rendered, lengths of time where no type is known,
and text that names a template file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.findings.wording import quoted
from dagctl.patterns import lazy_pattern
from dagctl.spec.catalogue import known_class
from dagctl.spec.fields.durations import is_duration
from dagctl.spec.fields.import_path import is_class_name
from dagctl.spec.fields.markers import markers_in
from dagctl.spec.tasks import KINDS
from dagctl.spec.walk import field, is_group, mapping_in, raw_entries, raw_tasks
from dagctl.text.template_signs import has_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.operators.model import Operator
    from dagctl.spec.walk import Path
    from dagctl.target import Target

_OF_TASKS = ("pool", "queue", "owner", "email", "run_as_user", "executor", "task_display_name")
"""Arguments of every task that are text, and that no Airflow renders."""
_OF_DAG = ("owner", "email", "dag_display_name")
TEMPLATE_FILES = {
    "sql": (".sql",),
    "hql": (".hql", ".sql"),
    "bash_command": (".sh", ".bash"),
    "html_content": (".html",),
}
"""`template_ext` of the operators whose template fields these are."""
_LENGTH_NAME = lazy_pattern(
    r"(?:^|_)(?:timeout|delay|interval|wait|duration|period|ttl|delta|backoff|age)(?:$|_)"
)
"""Names of parameters that are a length of time."""
_LONGEST_CALL = 200
_CALL = lazy_pattern(
    r"""(Variable\.get|Param|os\.getenv|os\.environ\.get|(?:datetime\.)?timedelta|Asset|Dataset|"""
    r"""XComArg)\(["']?([\w.:/-]*)[^()]*\)"""
)
_IN_PLACE_OF_CALLS = {
    "Variable.get": "write `{{{{ var.value.{} }}}}` where Airflow renders it",
    "Param": "write `{{type: ..., default: {}}}`",
    "timedelta": "write `{{$duration: 5m}}`, or `5m` where a length of time is taken",
    "Asset": "write `{{$asset: {}}}`",
    "Dataset": "write `{{$asset: {}}}`",
}
_SHELL_VARIABLE = lazy_pattern(r"\$\{(?P<name>[A-Za-z_]\w{0,60})(?::-[^{}\n]{0,60})?\}")


def literal_warnings(data: object, target: Target) -> Iterator[Problem]:
    """Yield a warning for each text in raw data of a DAG that is seldom meant as it is taken."""
    if not isinstance(data, dict):
        return
    yield from _not_rendered(data, (), _OF_DAG)
    yield from _not_rendered(data.get("default_args"), ("default_args",), _OF_TASKS)
    yield from _assets_not_rendered(data)
    yield from _calls(data.get("params"), ("params",))
    searched = data.get("template_searchpath") is not None
    for path, item, _ in raw_entries(data):
        if is_group(item):
            yield from _not_rendered(
                field(item, "default_args"), (*path, "default_args"), _OF_TASKS
            )
        elif isinstance(item, dict):
            yield from _not_rendered(item, path, _OF_TASKS)
            yield from _calls(item.get("with"), (*path, "with"))
            if KINDS.tag_of(item) == "operator":
                for warned in _of_operator(item, target, searched=searched):
                    yield warned.under(*path)


_LINEAGE = "airflow.lineage.entities."
"""`File` and others, which have `template_fields`: `airflow.lineage.prepare_lineage`."""


def _assets_not_rendered(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a warning for each template in what names an asset: Airflow takes it for the name."""
    holders: list[tuple[Path, object]] = [
        ((name, key), mapping_in(data, name).get(key))
        for name in ("schedule", "schedule_interval")
        for key in ("assets", "any", "all")
    ]
    for path, task in raw_tasks(data):
        holders += [((*path, key), field(task, key)) for key in ("inlets", "outlets")]
    for path, held in holders:
        for here, text in _texts_in(held, path):
            if has_code(text):
                message = "Airflow does not render the name of an asset: the text stays as it is"
                hint = "write one name for all runs"
                yield warning(Code.NOT_RENDERED, message, hint).at(*here)


def _texts_in(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield each text with its path, apart from those of what Airflow 2 renders there."""
    stack = [(path, value)]
    while stack:
        here, item = stack.pop()
        if isinstance(item, str):
            yield here, item
        elif isinstance(item, dict) and not str(item.get("$new")).startswith(_LINEAGE):
            stack += (((*here, key), inner) for key, inner in item.items())
        elif isinstance(item, list):
            stack += (((*here, place), inner) for place, inner in enumerate(item))


def _not_rendered(owner: object, path: Path, keys: tuple[str, ...]) -> Iterator[Problem]:
    if not isinstance(owner, dict) or owner.keys().isdisjoint(keys):
        return
    for key in keys:
        value = owner.get(key)
        for text in value if isinstance(value, list) else (value,):
            problem = _stays(key, text) if isinstance(text, str) else None
            if problem:
                yield problem.at(*path, key)
                break


def _stays(key: str, text: str) -> Problem | None:
    """Return the warning of a template, or a variable of the shell, where none is replaced."""
    variable = _SHELL_VARIABLE.search(text)
    if has_code(text):
        message, hint = f"Airflow does not render {quoted(key)}", "write the value itself"
    elif variable:
        message = f"nothing replaces {quoted(variable.group())} in {quoted(key)}"
        name = variable["name"]
        hint = f"write `${{{{ vars.{name} }}}}`, and its value under `[vars]` in dagctl.toml"
    else:
        return None
    stays = f"{message}: the text stays as it is"
    return warning(Code.NOT_RENDERED, stays, hint)


def _of_operator(task: Mapping[str, Any], target: Target, *, searched: bool) -> Iterator[Problem]:
    given, name = task.get("with"), task.get("operator")
    if not isinstance(given, dict) or not isinstance(name, str) or not is_class_name(name):
        return
    from dagctl.operators.model import Operator

    known = known_class(name, target)
    operator = known if isinstance(known, Operator) else None
    if not isinstance(known, Operator) and (known.candidates or not known.allowed):
        return  # what is not there is an error already, or may be meant for one that is known
    yield from _untyped_lengths(given, operator)
    if operator is not None and not searched:
        yield from _template_files(given, operator)


def _untyped_lengths(given: Mapping[str, Any], operator: Operator | None) -> Iterator[Problem]:
    """Yield each length of time in a parameter of which no type is known."""
    for name, value in given.items():
        parameter = operator.parameters.get(name) if operator is not None else None
        # an unknown parameter is an error, unless it takes any
        is_free = operator is None or operator.open
        if is_free if parameter is None else parameter.kind.silent:
            yield from _length(("with", name), name, value)
    for path, item in markers_in(given, "$new", ("with",)):
        for name, value in mapping_in(item, "with").items():
            yield from _length((*path, "with", name), name, value)


def _calls(value: object, path: Path) -> Iterator[Problem]:
    """Yield each text that is a call of Python, which nothing makes."""
    for where, text in _texts_in(value, path):
        call = _CALL.fullmatch(text) if len(text) <= _LONGEST_CALL else None
        if call:
            message = f"nothing calls {quoted(call[1])} here: the text stays as it is"
            hint = _IN_PLACE_OF_CALLS.get(call[1], "write the value itself").format(call[2])
            yield warning(Code.NOT_RENDERED, message, hint).at(*where)


def _length(path: Path, name: object, value: object) -> Iterator[Problem]:
    if isinstance(name, str) and _LENGTH_NAME.search(name) and is_duration(value):
        message = f"no type of {quoted(name)} is known, so {quoted(str(value))} stays text"
        hint = f"write `{{$duration: {value}}}` where a length of time is taken"
        yield warning(Code.UNTYPED_LENGTH, message, hint).at(*path)


def _template_files(given: Mapping[str, Any], operator: Operator) -> Iterator[Problem]:
    """Yield each text that Airflow replaces by the content of a file that dagctl does not write."""
    for name, ends in TEMPLATE_FILES.items():
        value = given.get(name)
        if value is None or operator.template_fields is None:
            continue
        texts = enumerate(value) if isinstance(value, list) else ((None, value),)
        for place, text in texts if name in operator.template_fields else ():
            if isinstance(text, str) and text.endswith(ends) and "\n" not in text:
                path: Path = ("with", name) if place is None else ("with", name, place)
                yield _template_file(name, text).at(*path)


def _template_file(name: str, text: str) -> Problem:
    end = text[text.rindex(".") :]
    message = (
        f"Airflow takes a text in {quoted(name)} that ends in `{end}` for the name of a template "
        "file, and looks for it beside the DAG file"
    )
    hint = "write `{$file: path/in/the/workspace}` for its text, or set `template_searchpath`"
    if name == "bash_command":
        hint += "; a command ends with a space"
    return warning(Code.TEMPLATE_FILE, message, hint)
