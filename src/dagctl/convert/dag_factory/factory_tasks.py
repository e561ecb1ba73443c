"""Tasks of dag-factory: operators, decorators, mapped tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.dag_factory.docstrings import docstring
from dagctl.convert.dag_factory.factory_documents import listed
from dagctl.convert.dag_factory.factory_values import (
    TIMEDELTA,
    asset_text,
    is_asset,
    minutes_of,
    seconds_of,
    with_rules,
    xcom,
)
from dagctl.convert.dag_factory.http_bodies import put_json
from dagctl.convert.dag_factory.pods import put_objects
from dagctl.convert.foreign_yaml.reader import Fields, Tagged, as_list
from dagctl.convert.operators.databases import SUCCESSOR, for_all_databases, is_of_a_database
from dagctl.convert.operators.old_arguments import DURATIONS, RENAMED, argument_now, gone_arguments
from dagctl.convert.operators.operator_names import operator_name
from dagctl.findings.wording import in_json
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator
from dagctl.spec.catalogue import text_meaning
from dagctl.spec.fields.callback_form import TASK_CALLBACKS
from dagctl.spec.fields.durations import duration_text
from dagctl.spec.tasks import BashTask, OperatorTask, bash
from dagctl.spec.tasks.arguments import MOMENTS
from dagctl.spec.tasks.function_settings import FUNCTION_CLASSES, LENGTHS, TAKEN_BY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.convert.dag_factory.factory_callbacks import FactoryCallbacks
    from dagctl.convert.dag_factory.factory_schedules import FactorySchedules
    from dagctl.convert.dag_factory.factory_values import FactoryValues
    from dagctl.convert.outcome.report import Place

_MINUTES = "retry_delay_minutes"
OLD_DURATIONS = {f"{name}_{unit}": name for name in DURATIONS for unit in ("sec", "secs")}
"""The names that dag-factory 0.x had for seconds."""
_NOT_THE_OPERATORS = frozenset({"operator", "decorator", "dependencies", "task_id"})
_GROUP_KEYS = frozenset({"task_group_name", "parent_group_name"})
_PYTHON = {name: kind for kind, name in FUNCTION_CLASSES.items()}
"""The kind of task that each operator of functions is."""
_DECORATORS = {
    "task": "PythonOperator",
    "task.python": "PythonOperator",
    "task.branch": "BranchPythonOperator",
    "task.short_circuit": "ShortCircuitOperator",
    "task.sensor": "PythonSensor",
}
_OF_DECORATORS = frozenset(
    {
        *("python_callable", "multiple_outputs", "show_return_value_in_logs"),
        *("templates_dict", "templates_exts"),
    }
)
"""What a decorator takes itself; the rest is for the function."""
FUNCTIONS = {
    "python_callable": "python_callable",
    "success_check": "success",
    "failure_check": "failure",
    "response_check": "response_check",
    "execution_date_fn": "execution_date_fn",
}
"""What stands before `_name` and `_file`, and the parameter that the function is for."""
_TASK_FIELDS = frozenset(OperatorTask.key_names()) - {"task_type", "operator", "with", "expand"}
"""The arguments of every task; what it is mapped over is read apart."""


class FactoryTasks:
    """Turns tasks into those of a spec."""

    def __init__(
        self,
        values: FactoryValues,
        callbacks: FactoryCallbacks,
        schedules: FactorySchedules,
        text_of: Callable[[str], str | None],
    ) -> None:
        self.values, self.callbacks = values, callbacks
        self.report = values.report
        self._schedules = schedules
        self._target = values.target
        self._text_of = text_of

    def task(self, task_id: str, written: Fields, known: frozenset[str]) -> dict[str, Any]:
        """Return a task of a spec, without its dependencies.

        Args:
            task_id: Its id.
            written: What dag-factory reads.
            known: The ids of all tasks of the DAG.
        """
        fields = written.copy()
        for key in (*_NOT_THE_OPERATORS, *_GROUP_KEYS):
            fields.pop(key, None)
        _join_partial(fields)
        task: dict[str, Any] = {"task_id": task_id}
        made = self.callbacks.taken(fields, TASK_CALLBACKS)
        made |= self.arguments(fields, OperatorTask.key_names())
        self._functions(fields)
        self._variables(fields)
        put_objects(str(written.get("operator")), fields, self.report)
        put_json(str(written.get("operator")), fields, self.report)
        mapped = self._mapped(fields, known)
        arguments = {
            key: xcom(fields[key], known) or self.values.value(fields[key], fields.at(key), key)
            for key in fields
        }
        if "decorator" in written:
            made |= docstring(written, self._text_of, self.report)
            kind = self._decorated(written, arguments, mapped)
        else:
            kind = self._operator(written, arguments, mapped)
        return task | kind | made | mapped

    def arguments(self, fields: Fields, names: tuple[str, ...]) -> dict[str, Any]:
        """Return the arguments that every task has; `fields` loses them."""
        made: dict[str, Any] = {}
        gone = gone_arguments(self._target)
        for key in [*fields]:
            name, place = OLD_DURATIONS.get(key, key), fields.at(key)
            if key in RENAMED:
                name = RENAMED[key]
                self.report.changed(place, key, f"it is `{name}` now")
            if name in gone:
                fields.pop(key)
                self.report.dropped(place, key, gone[name])
            elif name in MOMENTS:
                moment = self.values.value(fields.pop(key), place, key)
                is_moment = isinstance(moment, dict) and moment.keys() == {"$datetime"}
                made[name] = moment["$datetime"] if is_moment else moment
            elif (
                name == "retry_delay"
                and _MINUTES in names
                and minutes_of(fields.get(key)) is not None
            ):
                made[_MINUTES] = minutes_of(fields.pop(key))
            elif name in DURATIONS:
                text = self.values.duration(fields.pop(key), place, key)
                made |= {name: text} if text else {}
            elif name in {"inlets", "outlets"}:
                value = fields.pop(key)
                if "task_id" not in names and any(isinstance(each, str) for each in as_list(value)):
                    text = "in `default_args`, dag-factory gives the tasks texts, and no assets"
                    self.report.new(place, key, text)
                made[name] = self._assets(value, place, name) or None
            elif name in names and name in _TASK_FIELDS:
                value = self.values.value(fields.pop(key), place, key)
                made[name] = (
                    with_rules(value) if name == "params" and isinstance(value, dict) else value
                )
        return {key: value for key, value in made.items() if value is not None}

    def _assets(self, value: object, place: Place, key: str) -> list[Any]:
        if isinstance(value, Fields) and "__type__" not in value:
            uris = self._schedules.named_in(value.get("file"), place)
            value = [uris.get(str(name), str(name)) for name in value.get("datasets") or ()]
        items = value if isinstance(value, list) else [value]
        return [self._asset(item, place, key) for item in items]

    def _asset(self, item: object, place: Place, key: str) -> Any:  # noqa: ANN401 - JSON data
        if isinstance(item, str):
            return {"$asset": item}
        if isinstance(item, Fields) and is_asset(item):
            return {"$asset": asset_text(item)}
        return self.values.value(item, place, key)

    def _functions(self, fields: Fields) -> None:
        """Put `$ref` in the place of functions that are named with their files, or by path."""
        for prefix, parameter in FUNCTIONS.items():
            name, file = fields.pop(f"{prefix}_name", None), fields.pop(f"{prefix}_file", None)
            place = fields.at(f"{prefix}_name" if name else parameter)
            if fields.pop(f"{prefix}_lambda", None) is not None:
                text = "a lambda has no word in a spec: write the function into a module"
                self.report.gap(place, f"{prefix}_lambda", text)
            if isinstance(file, Tagged):
                fields.put(parameter, file, place)
            elif name and file:
                path = self.callbacks.function(str(name), str(file), place, f"{prefix}_name")
                fields.put(parameter, Tagged(f"name:{path}", ""), place)
            elif isinstance(fields.get(parameter), str) and parameter in {
                "python_callable",
                "execution_date_fn",
            }:
                fields.put(parameter, Tagged(f"name:{fields[parameter]}", ""), place)
        self._execution_delta(fields)

    def _execution_delta(self, fields: Fields) -> None:
        """Put an object in the place of a text such as `1 hours`, or of seconds."""
        old = "execution_delta_secs"
        key = old if old in fields else "execution_delta"
        place, delta = fields.at(key), fields.pop(key, None)
        if delta is None or isinstance(delta, Fields):
            if delta is not None:
                fields.put(key, delta, place)
            return
        made = Fields(place)
        made.update({"__type__": TIMEDELTA, "seconds": seconds_of(delta)})
        fields.put("execution_delta", made, place)

    def _variables(self, fields: Fields) -> None:
        """Put a template in the place of `variables_as_arguments`, which is read at parse time."""
        key = "variables_as_arguments"
        place, rows = fields.at(key), listed(fields, key, self.report)
        fields.pop(key, None)
        for row in rows:
            if not isinstance(row, Fields):
                self.report.gap(place, key, "an item has no `variable` and no `attribute`")
                continue
            name, attribute = str(row.get("variable")), str(row.get("attribute"))
            fields.put(attribute, f"{{{{ var.value.{name} }}}}", place)
            text = f"`{attribute}` reads the variable {name} when the task runs, not at each parse"
            self.report.changed(place, key, text)

    def _mapped(self, fields: Fields, known: frozenset[str]) -> dict[str, Any]:
        """Return what the task is mapped over."""
        expand = fields.pop("expand", None)
        if not isinstance(expand, Fields):
            return {}
        made = {key: self._over(expand[key], expand.at(key), key, known) for key in expand}
        return {"expand": made} if made else {}

    def _over(self, value: object, place: Place, key: str, known: frozenset[str]) -> Any:  # noqa: ANN401
        if isinstance(value, str):
            other = value.split(".output")[0] if ".output" in value else _xcom_arg(value)
            if other in known:
                return {"$xcom": other}
        return xcom(value, known) or self.values.value(value, place, key)

    def _decorated(
        self, written: Fields, arguments: dict[str, Any], mapped: dict[str, Any]
    ) -> dict[str, Any]:
        """Return a decorated function as the operator that the decorator makes."""
        place = written.at("decorator")
        path = str(written["decorator"])
        name = path[path.find("task") :] if "task" in path else path
        operator = _DECORATORS.get(name)
        if operator is None:
            text = f"the decorator {path} has no operator here; write `decorator` in the spec"
            self.report.gap(place, "decorator", text)
            operator = "PythonOperator"
        else:
            text = f"{path} is the {operator} that it makes"
            self.report.changed(place, "decorator", text)
        given = {key: value for key, value in arguments.items() if key not in _OF_DECORATORS}
        kept = {key: value for key, value in arguments.items() if key in _OF_DECORATORS}
        if kept.get("multiple_outputs") is False:
            del kept["multiple_outputs"]  # it is off unless it is given
        if "expand" in mapped:
            return _python(operator, kept | {"op_kwargs": given})
        return _python(operator, kept | ({"op_kwargs": given} if given else {}))

    def _operator(
        self, written: Fields, arguments: dict[str, Any], mapped: dict[str, Any]
    ) -> dict[str, Any]:
        place = written.at("operator")
        path = written.get("operator")
        if not isinstance(path, str):
            self.report.gap(place, "operator", "the task has neither `operator` nor `decorator`")
            return {"operator": "EmptyOperator"}
        if is_of_a_database(path) and not isinstance(lookup(path, self._target), Operator):
            arguments = for_all_databases(path, arguments)
            self.report.changed(place, "operator", f"{path} is {SUCCESSOR} now")
            path = SUCCESSOR
        name = operator_name(path, self._target, self.report, place)
        if name == "BashOperator" and not mapped and arguments.keys() <= {*BashTask.key_names()}:
            return _bash(arguments)
        if name in _PYTHON and not mapped:
            return _python(name, arguments)
        given = {
            key: self._plain(name, key, value)
            for key, value in self._modern(name, arguments, written).items()
        }
        return {"operator": name} | ({"with": given} if given else {})

    def _modern(self, operator: str, arguments: dict[str, Any], written: Fields) -> dict[str, Any]:
        """Return arguments under the names, and in the form, that the operator has now."""
        known = lookup(operator, self._target)
        if not isinstance(known, Operator):
            return arguments
        made = dict(arguments)
        for key, value in arguments.items():
            name, new = argument_now(key, value, made, known.parameters)
            if (name, new) != (key, value):
                del made[key]
                made[name] = new
                self.report.changed(written.at(key), key, f"it is `{name}: {in_json(new)}` now")
        return made

    def _plain(self, operator: str, parameter: str, value: Any) -> Any:  # noqa: ANN401 - JSON data
        """Return a length of time as text alone where the type of the parameter says it is one."""
        known = lookup(operator, self._target)
        if not isinstance(known, Operator) or not isinstance(value, dict):
            return value
        text = value.get("$duration")
        return text if text_meaning(known, parameter, text) == "duration" else value


def _python(operator: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return a Python task: by its function alone where that says all."""
    function = arguments.get("python_callable")
    by_path = isinstance(function, dict) and "$ref" in function
    given = arguments.get("op_kwargs") or {}
    kind = _PYTHON[operator]
    settings = _settings(arguments, kind)
    own = {"python_callable", "op_kwargs", *settings}
    if by_path and arguments.keys() <= own and isinstance(given, dict):
        task: dict[str, Any] = {} if kind == "python" else {"task_type": kind}
        task["python_callable"] = function["$ref"]  # type: ignore[index] # a mapping, see above
        return task | ({"with": given} if given else {}) | settings
    return {"operator": operator, "with": arguments}


def _join_partial(fields: Fields) -> None:
    """Put the arguments in `partial` beside the others."""
    partial = fields.pop("partial", None)
    if isinstance(partial, Fields):
        for key, value in partial.items():
            fields.put(key, value, partial.at(key))


def _settings(arguments: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return what a task of a kind has beside its function, lengths of time as text."""
    known = {key: arguments[key] for key in arguments if kind in TAKEN_BY.get(key, ())}
    made = {key: _setting(key, value) for key, value in known.items()}
    return {key: value for key, value in made.items() if value is not None}


def _setting(key: str, value: Any) -> Any:  # noqa: ANN401 - JSON data
    """Return a value as a task has it beside its function; None: it cannot stand there."""
    if isinstance(value, dict):
        return value.get("$duration", value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return duration_text(value) if key in LENGTHS and is_number else value


def _bash(arguments: Mapping[str, Any]) -> dict[str, Any]:
    made = {key: arguments[key] for key in bash.FIELDS if key in arguments}
    return made | {key: value for key, value in arguments.items() if key not in made}


def _xcom_arg(text: str) -> str | None:
    """Return the task that `XcomArg(task)` names."""
    start, end = text.find("("), text.find(")")
    return text[start + 1 : end] if text.startswith("XcomArg") and 0 < start < end else None
