"""Tasks of a DAG file as those of a spec."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dagctl.convert.operators.old_arguments import DURATIONS, RENAMED, gone_arguments
from dagctl.convert.operators.operator_names import operator_name
from dagctl.convert.python_file.airflow.mapped_calls import ALL
from dagctl.convert.python_file.as_spec.python_tasks import PythonTasks, gives_mapping
from dagctl.convert.python_file.as_spec.values_as_spec import CHANGED_LATER, MISSING
from dagctl.convert.python_file.state.binding import bind
from dagctl.convert.python_file.state.items import (
    Decorated,
    Function,
    Made,
    Moment,
    Name,
    Opaque,
    Output,
    Task,
)
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator, Unresolved
from dagctl.patterns import lazy_pattern
from dagctl.spec.fields.callback_form import TASK_CALLBACKS
from dagctl.spec.fields.durations import duration_text
from dagctl.spec.fields.markers import marker_of, markers_in
from dagctl.spec.tasks import BashTask, OperatorTask, bash
from dagctl.spec.tasks.argument_types import RENAMED_RULES
from dagctl.spec.tasks.arguments import MOMENTS
from dagctl.spec.tasks.function_settings import FUNCTION_CLASSES
from dagctl.user_code.bash.bash_command import TEMPLATE_FILES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.outcome.report import Place
    from dagctl.convert.python_file.as_spec.callbacks_as_spec import CallbacksAsSpec
    from dagctl.convert.python_file.as_spec.functions import Functions
    from dagctl.convert.python_file.as_spec.values_as_spec import ValuesAsSpec

_FIELDS = frozenset(OperatorTask.key_names()) - {
    *("task_type", "operator", "with", "expand", "expand_kwargs", "task_id", "dependencies"),
    *("setup", "teardown", "on_failure_fail_dagrun", "provide_context"),
}
"""The arguments that every task has beside its own."""
_PYTHON = {name: kind for kind, name in FUNCTION_CLASSES.items()}
"""The kind of task that each operator of functions is."""
_NAME = lazy_pattern(r"(?:\./)?[\w.\-]+(?:/[\w.\-]+)*")
"""The name of a template file below a folder."""
_DECORATED = {
    "task": "PythonOperator",
    "task.python": "PythonOperator",
    "task.branch": "BranchPythonOperator",
    "task.short_circuit": "ShortCircuitOperator",
}
_UNNAMED = ("templates_dict", "op_args")
"""What only the operator itself gives to its function."""
_OLD_EXECUTOR = "KubernetesExecutor"
"""What Airflow 1 read of `executor_config`."""


class TasksAsSpec:
    """Turns tasks into those of a spec, without their dependencies."""

    def __init__(
        self, values: ValuesAsSpec, callbacks: CallbacksAsSpec, functions: Functions, target: str
    ) -> None:
        self._values = values
        self._report = values.report
        self._callbacks = callbacks
        self._functions = functions
        self._python = PythonTasks(values, functions)
        self._target = target
        self._gone = {**gone_arguments(target), "dag": "the spec is the DAG"}

    def task(self, item: Task) -> dict[str, Any]:
        """Return a task of a spec."""
        given = dict(item.kwargs)
        if item.is_old:
            self._report.gap(item.place, item.task_id, CHANGED_LATER)
        fields = self.arguments(given, item.places, item.place, _FIELDS)
        if isinstance(item.callee, Decorated) and not self._is_for_the_operator(item, given):
            kind = self._python.decorated(item, given)
        else:
            kind = self._operator(item, given)
        stage = self._stage(item)
        return {"task_id": item.task_id} | kind | fields | stage

    def _is_for_the_operator(self, item: Task, given: dict[str, Any]) -> bool:
        """Turn a decorated function into its operator, where only that takes an argument of it."""
        function = item.callee.function
        operator = _DECORATED.get(item.callee.decorator.kind)
        key = next((key for key in _UNNAMED if given.get(key) is not None), None)
        if not operator or key is None or item.mapped is not None or gives_mapping(function):
            return False
        text = f"the decorator is the {operator} that it makes: it gives `{key}`"
        self._report.changed(function.place, item.task_id, text)
        item.callee = Name(f"airflow.operators.python.{operator}")
        given |= {"python_callable": function} | ({"op_kwargs": item.given} if item.given else {})
        return True

    def arguments(
        self,
        given: dict[str, Any],
        places: Mapping[str, Place],
        place: Place,
        names: frozenset[str] = _FIELDS,
    ) -> dict[str, Any]:
        """Return the arguments that every task has; `given` loses them."""
        made: dict[str, Any] = {}
        places = self._renamed(given, places, place)
        for key in [*given]:
            here = places.get(key, place)
            if key in self._gone:
                given.pop(key)
                self._report.dropped(here, key, self._gone[key])
            elif key in names:
                value = self._argument(key, given.pop(key), here)
                if value is not MISSING and value is not None:
                    made[key] = value
        return made

    def _renamed(
        self, given: dict[str, Any], places: Mapping[str, Place], place: Place
    ) -> Mapping[str, Place]:
        """Give arguments the names of now, and return their places; of two the new one counts."""
        for key in [key for key in RENAMED if key in given]:
            new, here = RENAMED[key], places.get(key, place)
            if given.get(new) is not None:
                del given[key]
                self._report.dropped(here, key, f"`{new}` counts, which stands beside it")
                continue
            given.pop(new, None)
            self._report.changed(here, key, f"it is `{new}`")
            renamed = {new if name == key else name: value for name, value in given.items()}
            given.clear()
            given.update(renamed)
            places = {**places, new: here}
        return places

    def _argument(self, key: str, value: object, place: Place) -> Any:  # noqa: ANN401 - JSON data
        if key in DURATIONS:
            return self.duration(value, place, key)
        if key in MOMENTS and isinstance(value, Moment):
            return self._moment(key, value, place)
        if key == "params":
            return self.params(value, place)
        if key in TASK_CALLBACKS:
            return self._callbacks.callback(value, place, key)
        if key == "executor_config" and isinstance(value, dict) and _OLD_EXECUTOR in value:
            self._report.dropped(place, key, f"Airflow 2 and 3 do not read `{_OLD_EXECUTOR}` there")
            value = {name: item for name, item in value.items() if name != _OLD_EXECUTOR} or None
        if key in {"inlets", "outlets"}:
            value = value if isinstance(value, list | tuple) else [value]
            value = value or None
        if key == "retry_exponential_backoff" and isinstance(value, float | int):
            value = bool(value) if value in {0, 1} else value
        made = self._values.argument(value, place, key)
        if key == "trigger_rule" and isinstance(made, str) and made in RENAMED_RULES:
            self._report.changed(place, key, f"`{made}` is `{RENAMED_RULES[made]}` now")
            return RENAMED_RULES[made]
        return self._addresses(made, place) if key == "email" else made

    def params(self, value: object, place: Place) -> Any:  # noqa: ANN401 - JSON data
        """Return params: a `Param` as a mapping, anything else as a default."""
        if not isinstance(value, dict):
            return self._values.value(value, place, "params")
        with self._values.frozen(), self._values.rendered(really=False):
            made = {str(key): self._param(item, place, str(key)) for key, item in value.items()}
        return {key: item for key, item in made.items() if item is not MISSING}

    def _param(self, value: object, place: Place, key: str) -> Any:  # noqa: ANN401 - JSON data
        if not isinstance(value, Made) or not value.target.path.endswith(".Param"):
            converted = self._values.value(value, place, key)
            is_list = isinstance(converted, list) and any(markers_in(converted, "$new"))
            is_default = is_list or isinstance(converted, dict)
            return {"default": converted} if is_default else converted
        named = self._values.named(value, place, key)
        schema = named.pop("schema", None) or {}
        nested = schema if isinstance(schema, dict) else {}
        converted = self._values.value(nested | named, place, key)
        if isinstance(converted, dict) and converted.get("description", "") is None:
            converted.pop("description")
        return converted

    def _addresses(self, value: Any, place: Place) -> Any:  # noqa: ANN401 - JSON data
        """Return the addresses of mails, without those that are empty."""
        given = value if isinstance(value, list) else [value]
        named = [item for item in given if not isinstance(item, str) or item.strip()]
        if named == given:
            return value
        self._report.dropped(place, "email", "an empty address gets no mail")
        return named or None

    def _moment(self, key: str, value: Moment, place: Place) -> Any:  # noqa: ANN401 - JSON data
        text = self._values.moment(value, place, key)
        if value.zone not in {None, "UTC"}:
            return self._values.missing(place, key, "a date of a task has no zone in a spec")
        return text

    def duration(self, value: object, place: Place, key: str) -> Any:  # noqa: ANN401 - JSON data
        """Return a length of time as text, or `MISSING`, which is reported."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = timedelta(seconds=value) if abs(value) < 1e9 else value  # noqa: PLR2004
        text = duration_text(value.total_seconds()) if isinstance(value, timedelta) else None
        if value is None:
            return None
        if text is None:
            why = value.why if isinstance(value, Opaque) else "it is no length of time of a spec"
            return self._values.missing(place, key, why)
        return text

    def _operator(self, item: Task, given: dict[str, Any]) -> dict[str, Any]:
        assert isinstance(item.callee, Name)  # noqa: S101 - a task is an operator or a function
        place = item.place
        name = operator_name(item.callee.path, self._target, self._report, place)
        kind = _PYTHON.get(name)
        if kind is not None and self._is_code(given, item.mapped):
            return self._python.classic(item, kind, given)
        known = lookup(name, self._target)
        arguments = self._with(given, item, known)
        mapped = self._mapped(item, known)
        if name == "BashOperator" and not mapped and _is_bash(arguments):
            arguments |= self._bash_command(item, arguments)
            made = {key: arguments[key] for key in bash.FIELDS if key in arguments}
            return made | {key: value for key, value in arguments.items() if key not in made}
        return {"operator": name} | ({"with": arguments} if arguments else {}) | mapped

    def _bash_command(self, item: Task, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the command where Airflow takes it for the name of a template file."""
        command = arguments.get("bash_command", "")
        if not command.endswith(TEMPLATE_FILES):
            return {}
        place = item.places.get("bash_command", item.place)
        if ".." in command.split("/"):
            why = "Airflow takes it for the name of a file above the folder, and refuses that"
            self._report.gap(place, "bash_command", why)
            return {"bash_command": command + " "}
        if _NAME.fullmatch(command):
            text = "Airflow reads the command from the file; the new one includes it"
            made = f"{{% include {command!r} %}}"
        else:
            text = "Airflow takes the whole for the name of a file, and fails; a space mends that"
            made = command + " "
        self._report.changed(place, "bash_command", text)
        return {"bash_command": made}

    def _is_code(self, given: Mapping[str, Any], mapped: Mapping[str, Any] | None) -> bool:
        """Return whether a Python task is best said by its function."""
        function = given.get("python_callable")
        if given.get("templates_dict") is not None:
            return False  # only the operator itself gives it to the function
        if isinstance(function, Function | Decorated):
            return not self._has_unnamed(function, given)
        extra = given.keys() - {"python_callable", "op_kwargs", "op_args"}
        known = isinstance(function, Name) and not extra and not given.get("op_args")
        return known and mapped is None and isinstance(given.get("op_kwargs", {}), dict)

    @staticmethod
    def _has_unnamed(function: Function | Decorated, given: Mapping[str, Any]) -> bool:
        """Return whether `*` of a function takes arguments, which have no names."""
        args = given.get("op_args")
        node = (function.function if isinstance(function, Decorated) else function).node
        return isinstance(args, list | tuple) and bool(bind(node.args, args, {}).left)

    def _with(
        self, given: Mapping[str, Any], item: Task, known: Operator | Unresolved
    ) -> dict[str, Any]:
        fields = known.template_fields if isinstance(known, Operator) else None
        made: dict[str, Any] = {}
        for key, value in given.items():
            here = item.places.get(key, item.place)
            with self._values.rendered(really=fields is not None and key in fields):
                converted = self._values.value(value, here, key)
            if converted is not MISSING:
                made[key] = converted
        return made

    def _mapped(self, item: Task, known: Operator | Unresolved) -> dict[str, Any]:
        """Return what an operator is mapped over."""
        if item.mapped is None:
            return {}
        if ALL in item.mapped:
            value = self._values.value(item.mapped[ALL], item.place, "expand_kwargs")
            return {} if value is MISSING else {"expand_kwargs": value}
        made = self._with(item.mapped, item, known)
        return {"expand": made} if made else {}

    def _stage(self, item: Task) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if item.setup:
            made["setup"] = True
        if item.teardown:
            torn = [self._values.output(Output(setup))["$xcom"] for setup in item.tears_down]
            made["teardown"] = torn or True
            if item.fails_run:
                made["on_failure_fail_dagrun"] = True
        return made


def _is_bash(arguments: Mapping[str, Any]) -> bool:
    """Return whether arguments of a BashOperator are what a bash task takes."""
    kinds = {"bash_command": str, "env": dict, "append_env": bool, "cwd": str}
    named = arguments.keys() <= {*BashTask.key_names()} and marker_of(arguments.get("env")) is None
    return named and all(isinstance(arguments[key], kinds.get(key, object)) for key in arguments)


__all__ = ["Made", "TasksAsSpec"]
