"""A spec as the module that Airflow reads: sections of statements, as text and as trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagctl.codegen.edges import edges
from dagctl.codegen.expressions import assign, call, duration, mapping, moment, name, plain
from dagctl.codegen.names import stems, variable
from dagctl.codegen.printer import source
from dagctl.codegen.scope import Piece, Scope
from dagctl.codegen.tasks import call_of

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dagctl.codegen.imports import Imports
    from dagctl.spec.model import DagSpec
    from dagctl.spec.target import Target

_DAG = {"2": "airflow", "3": "airflow.sdk"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """The sections of a generated file in their order; a template lays them out."""

    imports: Sequence[Sequence[Piece]]
    """The imports of the standard library, and all others."""
    functions: Sequence[Piece]
    default_args: Piece
    dag: Piece
    tasks: Sequence[Piece]
    edges: Sequence[Piece]

    def pieces(self) -> Iterator[Piece]:
        """Yield every statement in its order."""
        for section in self.imports:
            yield from section
        yield from (*self.functions, self.default_args, self.dag, *self.tasks, *self.edges)


def module_of(spec: DagSpec, target: Target, dag_id: str) -> Module:
    """Return the module for a spec that is recorded under `dag_id`."""
    scope = Scope(target, stems(task.task_id for _, task in spec.walk()))
    default_args = assign("default_args", mapping(_default_args(spec, scope.imports)))
    dag = assign("dag", _dag(spec, dag_id, scope))
    tasks = [
        assign(variable(scope.names[task.task_id]), call_of(task, scope)) for _, task in spec.walk()
    ]
    return Module(
        default_args=_printed(default_args),
        dag=_printed(dag),
        tasks=[_printed(task) for task in tasks],
        edges=[_printed(edge) for edge in edges(_dependencies(spec, scope.names))],
        functions=scope.functions,
        imports=[[_printed(each) for each in section] for section in scope.imports.sections()],
    )


def _printed(statement: ast.stmt) -> Piece:
    return Piece(source(statement), lambda: statement)


def _default_args(spec: DagSpec, imports: Imports) -> dict[str, ast.expr]:
    return {
        "owner": plain(spec.owner),
        "depends_on_past": plain(spec.depends_on_past),
        "start_date": moment(imports, spec.start_date),
        "email_on_failure": plain(spec.email_on_failure),
        "email_on_retry": plain(spec.email_on_retry),
        "retries": plain(spec.retries),
        "retry_delay": duration(imports, minutes=spec.retry_delay_minutes),
    }


def _dag(spec: DagSpec, dag_id: str, scope: Scope) -> ast.Call:
    arguments = {
        "default_args": name("default_args"),
        "description": plain(spec.description),
        "schedule": plain(spec.schedule_interval),
        "catchup": plain(spec.catchup),
        "tags": plain(spec.tags),
    }
    if spec.schedule_interval == "@continuous":
        # Airflow refuses a continuous DAG that may have two runs at a time.
        arguments["max_active_runs"] = plain(1)
    return call(scope.use(_DAG, "DAG"), [plain(dag_id)], arguments)


def _dependencies(spec: DagSpec, names: Mapping[str, str]) -> Iterable[tuple[str, tuple[str, ...]]]:
    for _, task in spec.walk():
        upstream = tuple(variable(names[task_id]) for task_id in task.dependencies)
        yield variable(names[task.task_id]), upstream
