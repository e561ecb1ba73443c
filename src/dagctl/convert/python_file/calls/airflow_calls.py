"""Calls of what a DAG file imports: Airflow's own words, operators, dates, anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.operators.operator_names import notifier_form
from dagctl.convert.python_file.airflow import (
    configured,
    decorated_tasks,
    making,
    mapped_calls,
    task_edges,
)
from dagctl.convert.python_file.calls import library_calls, project_calls
from dagctl.convert.python_file.calls.data_calls import builtin
from dagctl.convert.python_file.calls.project_modules import UNKNOWN, attribute
from dagctl.convert.python_file.state.items import (
    Dag,
    Decorator,
    Function,
    Label,
    LocalClass,
    Made,
    Name,
    Output,
    Partial,
    Task,
)
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.values import (
    connections,
    file_paths,
    kept,
    methods,
    moments,
    parse_reads,
)
from dagctl.convert.python_file.values.records import record
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine

_DAG_POSITIONS = ("dag_id", "description", "schedule")
_GROUP_POSITIONS = ("group_id",)


def named(machine: Machine, name: Name, made: Call) -> Any:  # noqa: ANN401
    """Return what a call of an import path gives."""
    path = name.path
    if path.startswith("builtins.") and path not in {"builtins.getattr", "builtins.open"}:
        return builtin(machine, path.removeprefix("builtins."), made)
    special = _special(path) or (_made_group if _is_group(machine, path, made) else None)
    if special is not None:
        return special(machine, name, made)
    for followed in (_attribute, file_paths.call, library_calls.call, moments.call):
        value = followed(machine, path, made)
        if value is not None:
            return value
    if path.endswith(".partial") and path != "functools.partial":
        return mapped_calls.of_operator(machine, path.rpartition(".")[0], "partial", made)
    if _is_operator(machine, path, made):
        return _operator(machine, name, made)
    value = project_calls.call(machine, name, made)
    return (made.unknown or _plain(made, name, machine)) if value is UNKNOWN else value


def _attribute(machine: Machine, path: str, made: Call) -> Any:  # noqa: ANN401
    """Return what `getattr` gives of a class of the project; None where that is not known."""
    if path != "builtins.getattr":
        return None
    if len(made.args) > 1 and isinstance(made.args[1], str):
        known = attribute(machine, made.args[0], made.args[1])
        if known is not UNKNOWN:
            return known
    return builtin(machine, "getattr", made)


def _special(path: str) -> Callable[[Machine, Name, Call], Any] | None:
    """Return what follows a call of one of Airflow's own words, or None."""
    if path.startswith("airflow_config."):
        return _AIRFLOW_CONFIG.get(path)
    if not path.startswith("airflow."):
        return None
    if decorated_tasks.kind_of(path):
        return _decorator
    if path.endswith(".Variable.get"):
        return parse_reads.variable
    if path.endswith(connections.READERS):
        return _connection
    return _AIRFLOW.get(path.rpartition(".")[2])


def _plain(made: Call, name: Name, machine: Machine) -> Any:  # noqa: ANN401
    """Return the object that a call makes, or why only Python knows it."""
    if name.path.startswith(parse_reads.READS):
        return parse_reads.environment(machine, name, made)
    args, kwargs = made.args, made.kwargs
    if name.path != "functools.partial":
        args = [kept.as_now(machine, value) for value in args]
        kwargs = {key: kept.as_now(machine, value) for key, value in kwargs.items()}
    return Made(name, args, kwargs, machine.place(made.node))


def local(machine: Machine, given: LocalClass, made: Call) -> Any:  # noqa: ANN401
    """Return what a class of the file makes: a task, where it is called like an operator."""
    if "task_id" not in made.kwargs:
        known = record(machine, given, made)
        return known or methods.instance(machine, given, made)
    item = _operator(machine, _name_of(machine, given), made)
    if not given.scope.origin.module:
        machine.stays_code.append((given, item))
    return item


def partial_of_local(machine: Machine, given: LocalClass, made: Call) -> Any:  # noqa: ANN401
    """Return what `partial` of a class makes that is an operator of the file."""
    if "task_id" not in made.kwargs or made.args or made.unknown:
        return machine.only_python(made.node)
    kind = None if given.scope.origin.module else given
    return Partial(_name_of(machine, given), made.kwargs, made.places, kind)


def _name_of(machine: Machine, given: LocalClass) -> Name:
    """Return the import path of a class; of one of the file, that in the module of what stays."""
    return Name(f"{given.scope.origin.module or machine.code_module}.{given.node.name}")


def _is_operator(machine: Machine, path: str, made: Call) -> bool:
    word = path.rpartition(".")[2]
    if "task_id" in made.kwargs:
        return word[:1].isupper() or word.endswith(("Operator", "Sensor"))
    if not word[:1].isupper() or notifier_form(path)[0] == "notifier":
        return False
    return path.startswith("airflow.") and isinstance(lookup(path, machine.target), Operator)


def _is_group(machine: Machine, path: str, made: Call) -> bool:
    """Return whether a call makes a group by a class of another package, such as `DbtTaskGroup`.

    Within a group, the ids of its tasks would lack those of the groups around.
    """
    is_named = isinstance(made.kwargs.get("group_id"), str) and not made.args and not made.unknown
    is_outermost = bool(machine.around) and isinstance(machine.around[-1], Dag)
    is_class = path.endswith("TaskGroup") and "." in path
    return is_class and is_named and is_outermost and not {"parent_group", "dag"} & {*made.kwargs}


def _operator(machine: Machine, name: Name, made: Call) -> Task:
    item = making.task(machine, name, made.kwargs, made.places, made.node)
    if made.args or made.unknown:
        why = made.unknown.why if made.unknown else "Airflow takes arguments by name alone"
        making.report_of(machine, item).gap(item.place, item.task_id, why)
    return item


def _dag(machine: Machine, _name: Name, made: Call) -> Any:  # noqa: ANN401
    kwargs = dict(zip(_DAG_POSITIONS, made.args, strict=False)) | made.kwargs
    place = machine.place(made.node)
    dag = making.dag(machine, kwargs, made.places, place)
    if made.unknown:
        dag.report.gap(made.unknown.place, "DAG", made.unknown.why)
    return dag


def _group(machine: Machine, _name: Name, made: Call) -> Any:  # noqa: ANN401
    kwargs = dict(zip(_GROUP_POSITIONS, made.args, strict=False)) | made.kwargs
    return making.group(machine, kwargs, made.places, made.node)


def _made_group(machine: Machine, name: Name, made: Call) -> Any:  # noqa: ANN401
    return making.group_made_by(machine, name.path, made)


def _chain(machine: Machine, _name: Name, made: Call) -> None:
    task_edges.chain(machine, made.args, made.node)


def _linear(machine: Machine, _name: Name, made: Call) -> None:
    task_edges.chain_linear(machine, made.args, made.node)


def _cross(machine: Machine, _name: Name, made: Call) -> None:
    given = [*made.args, *made.kwargs.values()]
    if len(given) >= 2:  # noqa: PLR2004 - from, to
        task_edges.connect(machine, given[0], given[1], made.node)


def _label(machine: Machine, _name: Name, made: Call) -> Label:
    text = next(iter([*made.args, *made.kwargs.values()]), "")
    if not isinstance(text, str):
        machine.report.gap(machine.place(made.node), "Label", "its text is known when Python runs")
    return Label(text if isinstance(text, str) else "")


def _output(machine: Machine, _name: Name, made: Call) -> Any:  # noqa: ANN401
    given = [*made.args, *made.kwargs.values()]
    task = given[0].task if given and isinstance(given[0], Output) else given[0] if given else None
    key = given[1] if len(given) > 1 else None
    if isinstance(task, Task) and (key is None or isinstance(key, str)):
        return Output(task, None if key == "return_value" else key)
    return machine.only_python(made.node)


def _decorator(machine: Machine, name: Name, made: Call) -> Any:  # noqa: ANN401
    kind = decorated_tasks.kind_of(name.path) or "task"
    if made.args and isinstance(made.args[0], Function):
        decorator = Decorator(kind, made.kwargs, made.places)
        return decorated_tasks.wrapped(machine, decorator, made.args[0])
    kwargs = dict(made.kwargs)
    first = {"dag": "dag_id", "task_group": "group_id"}.get(kind)
    if first and made.args:
        kwargs.setdefault(first, made.args[0])
    return Decorator(kind, kwargs, made.places)


def _connection(machine: Machine, _name: Name, made: Call) -> Any:  # noqa: ANN401
    conn_id = next(iter([*made.args, *made.kwargs.values()]), None)
    if not isinstance(conn_id, str) or not connections.is_plain(conn_id):
        return machine.opaque(made.node, f"`{words(made.node)}` has a name that is not known")
    return connections.connected(machine, conn_id, made)


_AIRFLOW: Mapping[str, Callable[[Machine, Name, Call], Any]] = {
    "DAG": _dag,
    "TaskGroup": _group,
    "chain": _chain,
    "chain_linear": _linear,
    "cross_downstream": _cross,
    "Label": _label,
    "XComArg": _output,
}
_AIRFLOW_CONFIG: Mapping[str, Callable[[Machine, Name, Call], Any]] = {
    **dict.fromkeys(configured.DAGS, configured.dag),
    **dict.fromkeys(configured.LOADERS, configured.load),
}
