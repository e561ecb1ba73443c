"""Assets that are joined, and those with the function that makes them: `@asset` of Airflow 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.airflow import making
from dagctl.convert.python_file.state.items import (
    Condition,
    Decorated,
    Decorator,
    Function,
    Made,
    Name,
)

if TYPE_CHECKING:
    import ast

    from dagctl.convert.python_file.state.items import Dag
    from dagctl.convert.python_file.state.machine import Machine

_ASSETS = frozenset({"Dataset", "Asset", "AssetAlias", "DatasetAlias"})
_OF_THE_ASSET = ("name", "uri", "group", "extra", "watchers")


def materialised(
    machine: Machine,
    decorator: Name | Made,
    value: Function | Decorated,
    node: ast.AST,
) -> Any:  # noqa: ANN401 - an asset, several, or why there is none
    """Return the asset of a function, and put the DAG with its one task beside the others.

    What the DAG cannot have is reported in that DAG alone.
    """
    if not isinstance(value, Function) and not _is_task(value):
        return machine.opaque(node, "`@asset` is around something that is no function")
    given = dict(decorator.kwargs) if isinstance(decorator, Made) else {}
    places = dict.fromkeys(given, machine.place(node))
    of_asset = {key: given.pop(key) for key in _OF_THE_ASSET if key in given}
    outlets = given.pop("outlets", None)
    function = value.function if isinstance(value, Decorated) else value
    asset_id = of_asset.get("name") or function.name
    dag_id = given.pop("dag_id", None) or (function.name if outlets is not None else asset_id)
    dag = making.dag(machine, given | {"dag_id": dag_id, "catchup": False}, places, function.place)
    if outlets is None:
        asset = Name("airflow.sdk.Asset")
        made: Any = Made(asset, [], {"name": asset_id} | of_asset, function.place)
        outlets = [made]
    else:
        made = Condition("all", list(outlets) if isinstance(outlets, list | tuple) else [outlets])
    _task(machine, dag, value, outlets, node)
    return made


def _is_task(value: object) -> bool:
    return isinstance(value, Decorated) and value.decorator.kind.partition(".")[0] == "task"


def _task(
    machine: Machine, dag: Dag, value: Function | Decorated, outlets: object, node: ast.AST
) -> None:
    """Put the task that makes the assets into its DAG."""
    function = value.function if isinstance(value, Decorated) else value
    callee = value if isinstance(value, Decorated) else Decorated(value, Decorator("task", {}, {}))
    machine.around.append(dag)
    kwargs = {"task_id": function.name} | callee.decorator.kwargs | {"outlets": outlets}
    making.task(machine, callee, kwargs, callee.decorator.places, node)
    machine.around.pop()
    parameters = function.node.args
    taken = [parameter.arg for parameter in (*parameters.args, *parameters.kwonlyargs)]
    if taken and not isinstance(value, Decorated):
        names = ", ".join(f"`{name}`" for name in taken[:6])
        text = f"Airflow gives the function of an asset what {names} names: a task reads it itself"
        dag.report.gap(function.place, function.name, text)


def is_asset(value: object) -> bool:
    """Return whether a value is an asset, or assets that are joined."""
    if isinstance(value, Condition):
        return True
    return isinstance(value, Made) and value.target.path.rpartition(".")[2] in _ASSETS


def condition(word: str, left: object, right: object) -> Condition:
    """Return assets that `&` or `|` joins."""
    members: list[Any] = []
    for side in (left, right):
        same = isinstance(side, Condition) and side.word == word
        members += side.members if same and isinstance(side, Condition) else [side]
    return Condition(word, members)
