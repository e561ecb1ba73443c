"""DAGs, groups and tasks, as calls of a DAG file make them."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.items import (
    Dag,
    Decorated,
    Name,
    Opaque,
    Output,
    Task,
    TaskGroup,
    dag_of,
    full_id,
    is_bare,
    prefix_of,
    settled,
)
from dagctl.convert.python_file.state.scope import containers_in
from dagctl.convert.python_file.state.source_tree import words
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping

    from dagctl.convert.outcome.report import Place, Report
    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine

_COPIED = ("default_args", "params", "tags")
_KEEP = frozenset({"BashOperator", "BranchPythonOperator", "PythonOperator"})
"""Operators that keep the very lists and mappings that they get."""
_NUMBERED = lazy_pattern(r"(.*)__(\d+)")


def dag(machine: Machine, kwargs: dict[str, Any], places: dict[str, Place], place: Place) -> Dag:
    """Return a new DAG of the file."""
    dag_id = settled(kwargs.pop("dag_id", None))
    kwargs = _apart(machine, kwargs)
    name = dag_id if isinstance(dag_id, str) else _name_of_file(machine)
    made = Dag(place, kwargs, dict(places), dag_id=name)
    machine.dags.append(made)
    machine.count(made)
    if not isinstance(dag_id, str):
        made.report.gap(places.get("dag_id", place), "dag_id", _no_text(dag_id))
    return made


def _no_text(value: object) -> str:
    """Return why a value is no text."""
    return value.why if isinstance(value, Opaque) else "it is no text"


def _name_of_file(machine: Machine) -> str:
    """Return a name for a DAG whose id is not known, that no DAG of the file has."""
    stem = machine.file.rpartition("/")[2].removesuffix(".py") or "dag"
    taken = {each.dag_id for each in machine.dags}
    names = (f"{stem}_{number}" if number > 1 else stem for number in count(1))
    return next(name for name in names if name not in taken)


def group(
    machine: Machine,
    kwargs: dict[str, Any],
    places: dict[str, Place],
    node: ast.AST,
    *,
    repeated: bool = False,
) -> TaskGroup:
    """Return a new group, in the one that is open or that it names."""
    place, kwargs = machine.place(node), _apart(machine, kwargs)
    group_id = settled(kwargs.pop("group_id", None))
    parent = _parent(machine, kwargs, "parent_group", place)
    made = TaskGroup(place, kwargs, dict(places), group_id="group", parent=parent)
    machine.count(made)
    if isinstance(group_id, str):
        made.group_id = _free(made, group_id) if repeated else group_id
    else:
        report_of(machine, made).gap(place, "group_id", _no_text(group_id))
    _enter(machine, made)
    return made


def group_made_by(machine: Machine, maker: str, made: Call) -> TaskGroup:
    """Return a group in which another class makes one at each parse, with the ids that it has."""
    own = str(made.kwargs["group_id"])
    settings = {"group_id": f"{own}_group", "prefix_group_id": False}
    around = group(machine, settings, made.places, made.node)
    around.maker, around.given = maker, dict(made.kwargs)
    text = f"{maker} makes it at each parse, as before; the group {own}_group is around it"
    report_of(machine, around).changed(around.place, own, text)
    return around


def made_by_call(machine: Machine, path: str, made: Call, owner: Dag | None) -> TaskGroup:
    """Return what stands for the tasks that a function makes at each parse.

    Args:
        machine: Reads the file.
        path: The import path of the function.
        made: The call.
        owner: The DAG that it gets, if it gets one.
    """
    name = path.rpartition(".")[2]
    settings = {"group_id": f"{name}_made", "dag": owner}
    bare = group(machine, settings, {}, made.node, repeated=True)
    bare.maker, bare.given, bare.args, bare.is_bare = path, made.kwargs, made.args, True
    text = "it is called at each parse, as before: what it makes is not followed"
    report_of(machine, bare).changed(bare.place, words(made.node.func)[:60], text)
    return bare


def item_of(machine: Machine, owner: TaskGroup, key: str | int, node: ast.AST) -> TaskGroup:
    """Return what stands for an item of what a function returns at each parse."""
    word = f"last{'' if key == -1 else -key}" if isinstance(key, int) and key < 0 else key
    settings = {"group_id": f"{owner.group_id}_{word}", "dag": dag_of(owner)}
    bare = group(machine, settings, {}, node, repeated=True)
    bare.maker, bare.args, bare.is_bare = "operator.getitem", [owner, key], True
    return bare


def task(  # noqa: PLR0913 - the parts of a call
    machine: Machine,
    callee: Name | Decorated,
    kwargs: dict[str, Any],
    places: dict[str, Place],
    node: ast.AST,
    *,
    repeated: bool = False,
) -> Task:
    """Return a new task, in the group that is open or that it names."""
    place, kwargs = machine.place(node), _apart(machine, kwargs)
    task_id = settled(kwargs.pop("task_id", None))
    parent = _parent(machine, kwargs, "task_group", place)
    made = Task(place, "task", parent, callee, kwargs, dict(places))
    machine.count(made)
    if isinstance(callee, Name) and callee.path.rpartition(".")[2] not in _KEEP:
        for container in containers_in([*kwargs.values()]):
            machine.charge()
            machine.changes.hold(made, container)
    if isinstance(task_id, str):
        made.task_id = _free(made, task_id) if repeated else task_id
    else:
        report_of(machine, made).gap(place, "task_id", _no_text(task_id))
    _enter(machine, made)
    if machine.enclosed:
        machine.enclosed[-1].append(made)
    return made


def output(item: Task) -> Output:
    """Return what a task returns."""
    return Output(item)


def report_of(machine: Machine, item: Task | TaskGroup) -> Report:
    """Return the report of the DAG that something belongs to."""
    dag_ = dag_of(item)
    return dag_.report if dag_ else machine.report


def _parent(
    machine: Machine, kwargs: dict[str, Any], key: str, place: Place
) -> Dag | TaskGroup | None:
    """Return where a new task or group belongs: what it names, or the innermost that is open."""
    named, given = kwargs.pop(key, None), kwargs.pop("dag", None)
    if isinstance(named, Dag | TaskGroup) and not is_bare(named):
        return named
    inner = _around(machine, given)
    if named is not None:
        why = named.why if isinstance(named, Opaque) else "it is no group that is known"
        whole = dag_of(inner)
        (whole.report if whole else machine.report).gap(place, key, why)
    return inner


def _around(machine: Machine, given: object) -> Dag | TaskGroup | None:
    """Return where a new task belongs: the innermost group of the DAG that is open or given."""
    inner = machine.around[-1] if machine.around else None
    if isinstance(given, Dag) and dag_of(inner) is not given:
        return given
    return inner


def _apart(machine: Machine, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments, with copies of those that Airflow copies: no later change is in these.

    What is nested in them is not copied, there and here.
    """
    made = dict(kwargs)
    for key in _COPIED:
        value = made.get(key)
        if isinstance(value, dict | list | set):
            machine.charge(len(value) // 64)
            made[key] = value.copy()
    return made


def _enter(machine: Machine, item: Task | TaskGroup) -> None:
    if not isinstance(item.parent, Dag | TaskGroup):
        item.parent = None
        machine.orphans.append(item)
        return
    item.parent.children.append(item)
    whole = dag_of(item)
    if whole is None:
        return
    if isinstance(item, Task):  # it has what `dag.default_args` says now
        machine.changes.hold(whole, whole.kwargs.get("default_args"))
    own = full_id(item)
    if own in whole.ids:
        whole.report.gap(item.place, own, "Airflow refuses the file: the id is taken")
    whole.ids.add(own)


def _free(item: Task | TaskGroup, asked: str) -> str:
    """Return an id that Airflow gives to a function that is called again: `load__1`."""
    whole, prefix = dag_of(item.parent), prefix_of(item.parent)
    if whole is None or prefix + asked not in whole.ids:
        return asked
    match = _NUMBERED.fullmatch(asked)
    stem = match[1] if match else asked
    number = whole.numbers.get(prefix + stem, int(match[2]) if match else 0)
    while True:
        number += 1
        if f"{prefix}{stem}__{number}" not in whole.ids:
            break
    whole.numbers[prefix + stem] = number
    return f"{stem}__{number}"
