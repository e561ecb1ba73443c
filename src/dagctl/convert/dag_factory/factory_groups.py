"""Tasks and groups of dag-factory, which stand side by side there, as the nested ones of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.dag_factory.factory_documents import listed, named_entries
from dagctl.convert.dag_factory.shared_arguments import Spreading, tasks_of
from dagctl.convert.foreign_yaml.reader import Fields
from dagctl.frozen import frozen
from dagctl.spec.fields.callback_form import TASK_CALLBACKS
from dagctl.spec.tasks.arguments import DefaultArgs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.dag_factory.factory_tasks import FactoryTasks
    from dagctl.convert.outcome.report import Report

_DEEPEST = 20
"""As many groups a spec may have in one another."""
_GROUP_FIELDS = ("tooltip", "prefix_group_id", "group_display_name", "doc_md")
_KNOWN_OF_GROUPS = {
    *_GROUP_FIELDS,
    "group_name",
    "dependencies",
    "parent_group_name",
    "default_args",
}


@frozen
class _Names:
    """Where each task and group stands: the groups around it, from the outermost."""

    tasks: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, tuple[str, ...]]

    def seen_from(self, name: str, around: tuple[str, ...]) -> str | None:
        """Return how a dependency on `name` is written within some groups; None: unknown."""
        where = self.tasks.get(name, self.groups.get(name))
        if where is None:
            return None
        shared = around[: len(where)] == where
        return name if shared else ".".join((*where, name))


def share_of_groups(
    dag: Fields, tasks: FactoryTasks, spreading: Spreading
) -> dict[str, dict[str, Any]]:
    """Write what the `default_args` of groups say for some operators into their tasks.

    The innermost group comes first, as its values hold in Airflow; call this before the values of
    the DAG are written. Return what stays in the `default_args` of each group.
    """
    report = tasks.report
    groups = named_entries(dag.get("task_groups"), "group_name", dag.at("task_groups"), report)
    within: dict[str, list[str]] = {}
    depths: dict[str, int] = {}
    for name, task in tasks_of(dag, report).items():
        for depth, group in enumerate(_around(task.get("task_group_name"), groups, report)):
            depths[group] = depth
            within.setdefault(group, []).append(name)
    return {
        group: spreading.spread(_shared(groups[group], tasks)[1], within[group])
        for group in sorted(depths, key=lambda name: depths[name], reverse=True)
    }


def entries(
    dag: Fields, tasks: FactoryTasks, shared: Mapping[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the tasks of a DAG, each in its group, with what `share_of_groups` returned."""
    report = tasks.report
    written = named_entries(dag.get("tasks"), "task_id", dag.at("tasks"), report)
    groups = named_entries(dag.get("task_groups"), "group_name", dag.at("task_groups"), report)
    around = {
        name: _around(groups[name].get("parent_group_name"), groups, report) for name in groups
    }
    names = _Names(
        {
            name: _around(task.get("task_group_name"), groups, report)
            for name, task in written.items()
        },
        around,
    )
    made_groups = {
        name: _group(name, group, tasks, shared.get(name, {}))
        | _dependencies(group, names, around[name], report)
        for name, group in groups.items()
    }
    top: list[dict[str, Any]] = []
    bodies: dict[tuple[str, ...], list[dict[str, Any]]] = {(): top}
    for name, task in written.items():
        where = names.tasks[name]
        made = tasks.task(name, task, frozenset(written))
        own = _dependencies(task, names, where, report)
        _body(where, made_groups, bodies).append(made | own)
    _report_empty(made_groups, around, bodies, groups, report)
    return top


def _around(name: object, groups: Mapping[str, Fields], report: Report) -> tuple[str, ...]:
    """Return the groups from the outermost to the one of that name.

    None of them, and a gap in the report, where they stand in a circle or too deep for a spec.
    """
    path: dict[str, None] = {}
    while isinstance(name, str) and name in groups:
        if name in path or len(path) == _DEEPEST:
            text = f"the groups around it stand in a circle, or more than {_DEEPEST} deep"
            report.gap(groups[name].place, "parent_group_name", text)
            return ()
        path[name] = None
        name = groups[name].get("parent_group_name")
    return tuple(reversed(path))


def _group(
    name: str, group: Fields, tasks: FactoryTasks, shared: Mapping[str, Any]
) -> dict[str, Any]:
    report = tasks.report
    made: dict[str, Any] = {"group_id": name}
    for key in _GROUP_FIELDS:
        value = group.get(key)
        if isinstance(value, str | bool | int | float):
            made[key] = value
        elif value is not None:
            report.gap(group.at(key), key, "it must be text")
    defaults = {**_shared(group, tasks)[0], **shared}
    made |= {"default_args": defaults} if defaults else {}
    for key in group:
        if key not in _KNOWN_OF_GROUPS:
            report.gap(group.at(key), key, "a group of a spec has no word for it")
    return made


def _shared(group: Fields, tasks: FactoryTasks) -> tuple[dict[str, Any], Fields]:
    """Return what a group of a spec says for its tasks, and what only some operators take."""
    shared = group.get("default_args")
    left = shared.copy() if isinstance(shared, Fields) else Fields(group.place)
    defaults = tasks.callbacks.taken(left, TASK_CALLBACKS)
    return defaults | tasks.arguments(left, DefaultArgs.key_names()), left


def _dependencies(
    entry: Fields, names: _Names, around: tuple[str, ...], report: Report
) -> dict[str, Any]:
    made: list[str] = []
    for name in listed(entry, "dependencies", report):
        seen = names.seen_from(str(name), around)
        if seen is None:
            text = f"there is no task or group {str(name)[:60]!r}"
            report.gap(entry.at("dependencies"), "dependencies", text)
        else:
            made.append(seen)
    return {"dependencies": list(dict.fromkeys(made))} if made else {}


def _body(
    where: tuple[str, ...],
    made: Mapping[str, dict[str, Any]],
    bodies: dict[tuple[str, ...], list[dict[str, Any]]],
) -> list[dict[str, Any]]:
    """Return the tasks of a group, which stands where the first of them does."""
    for depth in range(1, len(where) + 1):
        here = where[:depth]
        if here not in bodies:
            bodies[here] = []
            bodies[here[:-1]].append(made[here[-1]] | {"tasks": bodies[here]})
    return bodies[where]


def _report_empty(
    made: Mapping[str, dict[str, Any]],
    around: Mapping[str, tuple[str, ...]],
    bodies: Mapping[tuple[str, ...], list[dict[str, Any]]],
    groups: Mapping[str, Fields],
    report: Report,
) -> None:
    """Say which groups have no tasks, in themselves or in a group of theirs."""
    for name in made:
        if (*around[name], name) not in bodies:
            text = f"the group {name} has no tasks; Airflow would show nothing of it"
            report.dropped(groups[name].place, "task_groups", text)
