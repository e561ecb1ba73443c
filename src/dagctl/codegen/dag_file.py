"""`DagFile`: what stands in a generated file, as values. A template lays it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagctl.codegen.edges import Edge, edges
from dagctl.codegen.names import stems, variable
from dagctl.codegen.tasks import RENDERERS
from dagctl.codegen.values import Import, Minutes, Reference, Target, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dagctl.codegen.task_source import FunctionSource, TaskSource
    from dagctl.spec.model import DagSpec

_DAG: dict[Target, Import] = {
    "2": Import("airflow", "DAG"),
    "3": Import("airflow.sdk", "DAG"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DagFile:
    """The parts of a generated file in their order, but for the header, which holds no code."""

    imports: tuple[Import, ...]
    default_args: Mapping[str, Value]
    dag_id: str
    dag_arguments: Mapping[str, Value]
    tasks: tuple[TaskSource, ...]
    edges: tuple[Edge, ...]

    @property
    def functions(self) -> list[FunctionSource]:
        """The functions that the tasks call."""
        return [task.function for task in self.tasks if task.function]


def dag_file(spec: DagSpec, target: Target, dag_id: str) -> DagFile:
    """Return the parts of the file for a spec that is recorded under `dag_id`."""
    names = stems(task.task_id for task in spec.tasks)
    tasks = tuple(
        RENDERERS[task.task_type](task, names[task.task_id], target) for task in spec.tasks
    )
    return DagFile(
        imports=_imports(tasks, target),
        default_args=_default_args(spec),
        dag_id=dag_id,
        dag_arguments=_dag_arguments(spec),
        tasks=tasks,
        edges=tuple(edges(_dependencies(spec, names))),
    )


def _imports(tasks: Iterable[TaskSource], target: Target) -> tuple[Import, ...]:
    return tuple(sorted({_DAG[target], *(task.operator for task in tasks)}))


def _default_args(spec: DagSpec) -> dict[str, Value]:
    return {
        "owner": spec.owner,
        "depends_on_past": spec.depends_on_past,
        "start_date": spec.start_date,
        "email_on_failure": spec.email_on_failure,
        "email_on_retry": spec.email_on_retry,
        "retries": spec.retries,
        "retry_delay": Minutes(spec.retry_delay_minutes),
    }


def _dag_arguments(spec: DagSpec) -> dict[str, Value]:
    arguments: dict[str, Value] = {
        "default_args": Reference("default_args"),
        "description": spec.description,
        "schedule": spec.schedule_interval,
        "catchup": spec.catchup,
        "tags": spec.tags,
    }
    # Airflow refuses a continuous DAG that may have two runs at a time.
    return arguments | ({"max_active_runs": 1} if spec.schedule_interval == "@continuous" else {})


def _dependencies(spec: DagSpec, names: Mapping[str, str]) -> Iterable[tuple[str, tuple[str, ...]]]:
    for task in spec.tasks:
        upstream = tuple(variable(names[task_id]) for task_id in task.dependencies)
        yield variable(names[task.task_id]), upstream
