"""What runs before what: dependencies, sensors for other DAGs, roots, leaves, and `latest_only`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.foreign_yaml.reader import Fields, as_list
from dagctl.convert.gusty.levels import GustyTask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import PurePosixPath

    from dagctl.convert.gusty.levels import Level
    from dagctl.convert.outcome.report import Place, Report

_WAIT = "ExternalTaskSensor"
_NO_SENSORS = (".EmptyOperator", ".DummyOperator")
"""Classes that gusty gives nothing of what a sensor takes."""
_WAIT_DEFAULTS: Mapping[str, Any] = {"poke_interval": 10, "timeout": 3600, "retries": 60}
"""What gusty gives its sensors, where the DAG does not say more."""


class Edges:
    """Sets what the tasks and groups of a DAG wait for."""

    def __init__(
        self, levels: Mapping[PurePosixPath, Level], root: PurePosixPath, report: Report
    ) -> None:
        self._levels = levels
        self._root = levels[root]
        self._report = report
        self._tasks = {task.task_id: task for level in levels.values() for task in level.tasks}
        self.waits: dict[str, GustyTask] = {}
        """The sensors that wait for tasks of other DAGs, by their ids."""

    def connect(self) -> None:
        """Set all edges, in the order in which gusty does."""
        for level in self._levels.values():
            if level is not self._root:
                parent = self._levels[level.path.parent]
                near = {task.task_id for task in parent.tasks} | self._groups_in(parent)
                self._depend(level, level.metadata, near - {level.name})
        for level in self._levels.values():
            for task in level.tasks:
                self._depend(task, task.fields, {*self._tasks} | self._groups_in(level))
        for level in self._levels.values():
            for task in level.tasks:
                task.upstream |= self._waits_of(task.fields)
        for level in self._levels.values():
            if level is not self._root:
                level.upstream |= self._waits_of(level.metadata)
        self._leaves()
        self._roots()

    def _groups_in(self, level: Level) -> set[str]:
        return {each.name for each in self._levels.values() if each.path.parent == level.path}

    def _depend(self, item: GustyTask | Level, said: Fields, known: set[str]) -> None:
        """Set what something depends on; names that the DAG does not have are passed over."""
        names = said.pop("dependencies", None) or []
        place = said.at("dependencies")
        for name in names if isinstance(names, list) else ():
            if str(name) in known:
                item.upstream[str(name)] = None
            elif str(name) not in self._tasks:
                text = f"there is no {str(name)[:60]!r} near it, so gusty passes over it"
                self._report.dropped(place, "dependencies", text)

    def _waits_of(self, said: Fields) -> dict[str, None]:
        """Return the sensors of what something outside must have done, which are made."""
        place, value = said.at("external_dependencies"), said.pop("external_dependencies", None)
        return {
            self._wait(dag_id, task_id, own, place): None
            for dag_id, task_id, own in _external(value)
        }

    def _wait(self, dag_id: str, task_id: str, own: Fields, place: Place) -> str:
        name = f"wait_for_DAG_{dag_id}" if task_id == "all" else f"wait_for_{dag_id}_{task_id}"
        if name not in self.waits:
            shared = self._root.metadata.get("wait_for_defaults")
            fields = Fields(place)
            sensor = str(self._root.metadata.get("wait_for_class", _WAIT))
            fields.put("operator", sensor, place)
            waits = (_WAIT_DEFAULTS, shared or {}, own, {"external_dag_id": dag_id})
            for given in () if sensor.endswith(_NO_SENSORS) else waits:
                for key, value in given.items():
                    fields.put(key, value, place)
            if task_id != "all" and not sensor.endswith(_NO_SENSORS):
                fields.put("external_task_id", task_id, place)
            self.waits[name] = GustyTask(name, fields, None)
        return name

    def _near_root(self) -> dict[str, GustyTask | Level]:
        groups = {
            level.name: level
            for level in self._levels.values()
            if level is not self._root and level.path.parent == self._root.path
        }
        return {task.task_id: task for task in self._root.tasks} | groups

    def _leaves(self) -> None:
        """Let the leaves wait for all of the outermost that nothing waits for."""
        leaves = self._named("leaf_tasks")
        roots = {task.task_id for task in self._named("root_tasks")}
        waiting: list[GustyTask | Level] = [*self._tasks.values(), *self._levels.values()]
        waited_for = {name for item in waiting for name in item.upstream}
        own = {task.task_id for task in leaves}
        for name in self._near_root():
            if name not in waited_for | own | roots:
                for leaf in leaves:
                    leaf.upstream[name] = None

    def _roots(self) -> None:
        """Let what waits for nothing wait for the roots, for other DAGs, and for `latest_only`."""
        names = {level.name for level in self._levels.values()}
        near = {
            name: item
            for name, item in self._near_root().items()
            if isinstance(item, GustyTask) or not names & {*item.upstream}
        }
        first: dict[str, GustyTask | Level] = {**near, **self.waits}
        roots = {task.task_id for task in self._named("root_tasks")}
        for name, item in first.items():
            if name not in roots and all(each.startswith("wait_for_") for each in item.upstream):
                item.upstream |= dict.fromkeys(roots)
        outside = self._waits_of(self._root.metadata)
        for name, item in first.items():
            if not item.upstream:
                item.upstream |= {wait: None for wait in outside if wait != name}
        if self._root.metadata.get("latest_only", True):
            for item in {**first, **self.waits}.values():
                if not item.upstream:
                    item.upstream["latest_only"] = None

    def _named(self, key: str) -> list[GustyTask]:
        names = as_list(self._root.metadata.get(key))
        return [task for task in self._root.tasks if task.task_id in names]


def _external(value: object) -> Iterator[tuple[str, str, Fields]]:
    """Yield the DAG, the task, and what is said of the sensor, for each dependency outside."""
    if isinstance(value, Fields):
        for dag_id, given in value.items():
            if isinstance(given, Fields):
                own = given.copy()
                tasks = as_list(own.pop("tasks", None))
                yield from ((dag_id, str(task), own) for task in tasks)
    elif isinstance(value, list):
        for row in value:
            if isinstance(row, Fields):
                yield from ((dag_id, str(task), Fields(row.place)) for dag_id, task in row.items())
