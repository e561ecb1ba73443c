"""Tasks: operators by their import paths, `run` of other languages, and what neither is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.airflow_yaml.yaml_arguments import NOT_YET, Taken, arguments
from dagctl.convert.foreign_yaml.reader import Fields
from dagctl.convert.operators.operator_names import operator_name
from dagctl.operators.base_parameters import base_parameters
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator
from dagctl.spec.fields.callback_form import TASK_CALLBACKS
from dagctl.spec.tasks import OperatorTask, bash
from dagctl.text.template_signs import is_template
from dagctl.user_code.bash.bash_command import TEMPLATE_FILES

if TYPE_CHECKING:
    from dagctl.convert.airflow_yaml.yaml_values import YamlValues
    from dagctl.convert.outcome.report import Report

_OWN = frozenset({"id", "needs", "uses", "with", "run"})
_MANAGED = frozenset({"task_id", "dag", "task_group", "default_args"})


class YamlTasks:
    """Turns the tasks of one DAG into those of a spec."""

    def __init__(self, report: Report, values: YamlValues, target: str) -> None:
        self._report = report
        self._values = values
        self._target = target
        self._base = base_parameters("operator", "3")
        self._taken = Taken(
            "every task",
            own=_OWN,
            refused=dict.fromkeys((*TASK_CALLBACKS, "inlets", "outlets"), NOT_YET),
            by_airflow={*self._base} - _MANAGED,
            by_spec=frozenset(OperatorTask.key_names()),
        )

    def task(self, task_id: str, written: Fields) -> dict[str, Any]:
        """Return a task of a spec.

        Args:
            task_id: Its id.
            written: The task with the templates that it extends.
        """
        made: dict[str, Any] = {"task_id": task_id}
        made |= self._kind(written)
        made |= self.arguments(written)
        needs = written.get("needs") or []
        if not isinstance(needs, list):
            self._report.gap(written.at("needs"), "needs", "it must be a list of ids")
            needs = []
        return made | ({"dependencies": list(dict.fromkeys(map(str, needs)))} if needs else {})

    def _kind(self, written: Fields) -> dict[str, Any]:
        place = written.at("uses")
        if written.get("run") is not None:
            text = "a spec has no task of another language; an EmptyOperator stands for it"
            self._report.gap(written.at("run"), "run", text)
            return {"operator": "EmptyOperator"}
        path = written.get("uses")
        if path is None:
            return {"operator": "EmptyOperator"}
        name = operator_name(str(path), self._target, self._report, place)
        known = lookup(name, self._target)
        operator = known if isinstance(known, Operator) else None
        given = self._given(written, operator)
        if name == "BashOperator" and given.keys() <= {*bash.FIELDS} and _plain_command(given):
            return {key: given[key] for key in bash.FIELDS if given.get(key) is not None}
        return {"operator": name} | ({"with": given} if given else {})

    def _given(self, written: Fields, operator: Operator | None) -> dict[str, Any]:
        """Return the arguments of the operator itself."""
        arguments = written.get("with")
        if arguments is None:
            return {}
        if not isinstance(arguments, Fields):
            self._report.gap(written.at("with"), "with", "it must be a mapping")
            return {}
        made: dict[str, Any] = {}
        for name, value in arguments.items():
            place = arguments.at(name)
            if name in self._base or name in _MANAGED:
                self._report.gap(place, name, "Airflow refuses it here: it stands beside `with`")
            else:
                made[name] = self._values.argument(name, value, place, operator)
        return _simple_command(made)

    def arguments(self, written: Fields) -> dict[str, Any]:
        """Return the arguments that every task has."""
        return arguments(written, self._taken, self._report, self._values.plain)


def _plain_command(given: dict[str, Any]) -> bool:
    """Return whether `bash_command` can be written as such: as text without a marker."""
    command = given.get("bash_command")
    texts = (given.get("env", {}), given.get("cwd", ""), given.get("append_env", False))
    kinds_fit = all(map(isinstance, texts, (dict, str, bool)))
    return kinds_fit and isinstance(command, str) and not command.endswith(TEMPLATE_FILES)


def _simple_command(given: dict[str, Any]) -> dict[str, Any]:
    """Return arguments whose shell command is a text, where a shell takes it in the same way.

    A line end, or a space, at the end of a command means nothing to a shell. Airflow renders away
    the one, and takes a command that ends in `.sh` without the other for the name of a file.
    """
    command = given.get("bash_command")
    literal = command.get("$const") if isinstance(command, dict) else None
    if not isinstance(literal, str) or is_template(literal):
        return given
    text = literal.rstrip("\n")
    return given | {"bash_command": f"{text} " if text.endswith(TEMPLATE_FILES) else text}
