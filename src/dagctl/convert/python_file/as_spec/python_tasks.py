"""Tasks that call a Python function: decorated ones, and those of the Python operators."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.airflow.mapped_calls import ALL
from dagctl.convert.python_file.as_spec.function_needs import Calling
from dagctl.convert.python_file.as_spec.values_as_spec import MISSING
from dagctl.convert.python_file.state.binding import bind
from dagctl.convert.python_file.state.items import (
    Decorated,
    Function,
    Late,
    Made,
    Name,
    Opaque,
    Task,
    dag_of,
)
from dagctl.convert.python_file.values import kept
from dagctl.convert.python_file.values.texts import literal
from dagctl.spec.tasks import PythonTask
from dagctl.spec.tasks.function_settings import LENGTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.python_file.as_spec.functions import Functions
    from dagctl.convert.python_file.as_spec.values_as_spec import ValuesAsSpec

_KINDS = {
    "task": "python",
    "task.python": "python",
    "task.branch": "branch",
    "task.short_circuit": "short_circuit",
    "task.sensor": "sensor",
    "task.virtualenv": "virtualenv",
    "task.external_python": "external_python",
}
_OPERATORS = {
    "python": "PythonOperator",
    "branch": "BranchPythonOperator",
    "short_circuit": "ShortCircuitOperator",
    "sensor": "PythonSensor",
}
_FUNCTIONS = ("python_callable", "op_kwargs", "op_args")
_DICTS = ("dict", "Dict", "Mapping", "typing.Dict", "TypedDict")


class PythonTasks:
    """Turns tasks that call a function into those of a spec."""

    def __init__(self, values: ValuesAsSpec, functions: Functions) -> None:
        self._values = values
        self._report = values.report
        self._functions = functions

    def decorated(self, item: Task, given: dict[str, Any]) -> dict[str, Any]:
        """Return the task of a decorated function."""
        callee: Decorated = item.callee
        decorator = callee.decorator.kind
        kind = _KINDS.get(decorator, "")
        if kind not in PythonTask.type_names():
            return self._by_decorator(item, decorator, given)
        text = f"`@{decorator}` is the {_OPERATORS.get(kind, kind)} that it makes"
        self._report.changed(callee.function.place, item.task_id, text)
        if given.get("op_args"):
            self._report.gap(item.place, item.task_id, "arguments of `*` have no names")
        if "multiple_outputs" not in given and gives_mapping(callee.function):
            given["multiple_outputs"] = True
        is_called_again = kind == "sensor" and given.get("mode") != "reschedule"
        function, arguments = self._with_defaults(item, callee.function, item.given)
        made = self._function(item, kind, function, is_called_again=is_called_again)
        made |= self._settings(item, given)
        return made | self._given(item, arguments)

    def _by_decorator(self, item: Task, decorator: str, given: dict[str, Any]) -> dict[str, Any]:
        """Return the task of a decorator that is no kind of a python task."""
        made: dict[str, Any] = {"decorator": decorator}
        function, arguments = self._with_defaults(item, item.callee.function, item.given)
        made |= self._function(item, "python", function, is_elsewhere=True)
        options = self._converted(item, given, is_rendered=False)
        rest = self._given(item, arguments)
        arguments = rest.pop("with", None)
        made |= {"with": options} if options else {}
        return made | ({"op_kwargs": arguments} if arguments else {}) | rest

    def classic(self, item: Task, kind: str, given: dict[str, Any]) -> dict[str, Any]:
        """Return the task of a Python operator."""
        function = given.pop("python_callable", None)
        if isinstance(function, Decorated):
            function = function.function
        if kind not in PythonTask.type_names():
            text = f"a spec has no word for `{kind}`; its function is kept as a python task"
            self._report.gap(item.place, item.task_id, text)
            kind = "python"
        named = self._op_args(item, function, given)
        if isinstance(function, Function) and item.mapped is None:
            function, named = self._with_defaults(item, function, named)
        is_called_again = kind == "sensor" and given.get("mode") != "reschedule"
        made = self._function(item, kind, function, is_called_again=is_called_again)
        made |= self._settings(item, given)
        return made | self._given(item, named, classic=True)

    def _function(
        self,
        item: Task,
        kind: str,
        function: object,
        *,
        is_elsewhere: bool = False,
        is_called_again: bool = False,
    ) -> dict[str, Any]:
        made: dict[str, Any] = {} if kind == "python" else {"task_type": kind}
        if isinstance(function, Name):
            return made | {"python_callable": function.path}
        assert isinstance(function, Function)  # noqa: S101 - the callers have looked
        has_context = kind in _OPERATORS and not is_elsewhere
        dag = dag_of(item) if has_context else None
        use = Calling(dag=dag, is_called_again=is_called_again, is_elsewhere=not has_context)
        written = self._functions.written(function, self._report, item.task_id, use)
        return made | written.under("python_code", "python_callable")

    def _with_defaults(
        self, item: Task, function: Function, given: dict[str, Any]
    ) -> tuple[Function, dict[str, Any]]:
        """Give the defaults that each parse works out as arguments, which it works out too."""
        mapped = item.mapped or {}
        taken = given.keys() | mapped.keys()
        known = function.defaults.items()
        idle = {name for name, value in known if name in taken and literal(value) is None}
        left = {name: value for name, value in known if name not in taken and _is_worked_out(value)}
        if ALL in mapped or not (left or idle):
            return function, given
        function = replace(function, defaults=function.defaults | dict.fromkeys((*left, *idle)))
        if not left:
            return function, given
        names = ", ".join(f"`{name}`" for name in left)
        text = f"what each parse gives as the default of {names} is given as an argument"
        self._report.changed(function.place, item.task_id, text)
        return function, given | left

    def _op_args(self, item: Task, function: object, given: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments of a function by name; `given` loses them."""
        args, kwargs = given.pop("op_args", None) or [], given.pop("op_kwargs", None) or {}
        place = item.places.get("op_kwargs", item.place)
        if not isinstance(kwargs, dict) or not isinstance(args, list | tuple):
            why = next((each.why for each in (args, kwargs) if isinstance(each, Opaque)), None)
            self._report.gap(place, item.task_id, why or "its arguments are known only at run time")
            return {}
        if not args or not isinstance(function, Function):
            return dict(kwargs)
        bindings = bind(function.node.args, args, {})
        self._report.changed(place, "op_args", "the arguments are given by name")
        return bindings.values | kwargs

    def _settings(self, item: Task, given: dict[str, Any]) -> dict[str, Any]:
        """Return the operator's own arguments, where a python task has them."""
        made: dict[str, Any] = {}
        for key, value in given.items():
            place = item.places.get(key, item.place)
            if key in _FUNCTIONS or value is None or _is_idle(key, value):
                continue
            if key not in PythonTask.key_names():
                self._report.gap(place, key, "a python task of a spec has no word for it")
                continue
            converted = self._values.value(_length(key, value), place, key)
            if isinstance(converted, dict) and "$duration" in converted:
                converted = converted["$duration"]
            if converted is not MISSING:
                made[key] = converted
        return made

    def _given(
        self, item: Task, arguments: Mapping[str, Any], *, classic: bool = False
    ) -> dict[str, Any]:
        made: dict[str, Any] = {}
        converted = self._converted(item, arguments)
        if converted:
            made["with"] = converted
        if item.mapped is None:
            return made
        if classic:
            return made | self._classic_mapping(item)
        if ALL in item.mapped:
            value = self._values.value(item.mapped[ALL], item.place, "expand_kwargs")
            return made | ({} if value is MISSING else {"expand_kwargs": value})
        return made | {"expand": self._converted(item, item.mapped)}

    def _converted(
        self, item: Task, arguments: Mapping[str, Any], *, is_rendered: bool = True
    ) -> dict[str, Any]:
        with self._values.rendered(really=is_rendered):
            made = {
                key: self._values.value(value, item.places.get(key, item.place), key)
                for key, value in arguments.items()
            }
        return {key: value for key, value in made.items() if value is not MISSING}

    def _classic_mapping(self, item: Task) -> dict[str, Any]:
        """Return what a Python operator is mapped over: its `op_kwargs`, or its `op_args`."""
        mapped = dict(item.mapped or {})
        function = item.kwargs.get("python_callable")
        kwargs, args = mapped.pop("op_kwargs", None), mapped.pop("op_args", None)
        if isinstance(args, list) and isinstance(function, Function) and kwargs is None:
            rows = [row if isinstance(row, list | tuple) else [row] for row in args]
            kwargs = [bind(function.node.args, row, {}).values for row in rows]
            self._report.changed(item.place, "op_args", "the arguments are given by name")
            args = None
        if mapped or args is not None or kwargs is None:
            text = "a python task is mapped over the arguments of its function alone"
            self._report.gap(item.place, item.task_id, text)
        if kwargs is None:
            return {}
        value = self._values.value(kwargs, item.place, "op_kwargs")
        return {} if value is MISSING else {"expand_kwargs": value}


def _length(key: str, value: object) -> object:
    """Return the seconds of a sensor as a length of time."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if key not in LENGTHS or not is_number or not 0 <= float(str(value)) < 1e9:  # noqa: PLR2004
        return value
    return timedelta(seconds=float(str(value)))


def _is_idle(key: str, value: object) -> bool:
    """Return whether an argument says what is so without being said."""
    return (key == "multiple_outputs" and value is False) or (
        key == "show_return_value_in_logs" and value is True
    )


def _is_worked_out(value: object) -> bool:
    """Return whether a value is a call that each parse makes: it reads, or puts texts together."""
    return isinstance(value, Made | Late) and kept.read(value) is not None


def gives_mapping(function: Function) -> bool:
    """Return whether a function says that it returns a mapping: each of its keys is an output."""
    returns = getattr(function.node, "returns", None)
    if returns is None:
        return False
    text = ast.unparse(returns.value if isinstance(returns, ast.Subscript) else returns)
    return text in _DICTS
