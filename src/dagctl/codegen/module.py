"""A spec as the module that Airflow reads: sections of statements, as text and as trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.codegen.blocks import reserved_names, task_statements
from dagctl.codegen.dag_call import dag_call, default_args
from dagctl.codegen.expressions import assign, mapping
from dagctl.codegen.imports import Imports
from dagctl.codegen.module_scope import ModuleScope, Piece
from dagctl.codegen.names import labels, stems
from dagctl.codegen.printer import source
from dagctl.frozen import frozen
from dagctl.spec.checks.shared_parameters import shared_parameters

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Sequence

    from dagctl.spec.model import DagSpec
    from dagctl.target import Target


@frozen(kw_only=True)
class Sections:
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


def module_of(spec: DagSpec, target: Target, dag_id: str) -> Sections:
    """Return the module for a spec that is recorded under `dag_id`."""
    names = stems(labels(spec.outline))
    reserved = frozenset(reserved_names(spec.outline, names))
    imports = Imports(reserved, names.values())
    shared = {each.path: each for each in shared_parameters(spec.recorded, target)}
    scope = ModuleScope(target, spec.outline, names, imports, zone=spec.timezone, shared=shared)
    arguments = assign("default_args", mapping(default_args(spec, scope)))
    dag = assign("dag", dag_call(spec, dag_id, scope))
    tasks, edges = task_statements(scope)
    return Sections(
        default_args=_printed(arguments),
        dag=_printed(dag),
        tasks=[_printed(task) for task in tasks],
        edges=[_printed(edge) for edge in edges],
        functions=scope.functions,
        imports=[[_printed(each) for each in section] for section in scope.imports.sections()],
    )


def _printed(statement: ast.stmt) -> Piece:
    return Piece(source(statement), lambda: statement)
