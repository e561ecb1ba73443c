"""What is done with recorded DAGs: removed, brought back, rolled back, renamed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from dagctl.commands.create import create
from dagctl.commands.operate import Intent, command_of
from dagctl.commands.recorded_state import record_of
from dagctl.errors import ConflictError
from dagctl.operation.change import Action
from dagctl.operation.comparison.consequences import of_rename
from dagctl.operation.plans.removal import plan_removal
from dagctl.operation.plans.rename import plan_rename
from dagctl.operation.plans.reversal import plan_restore, plan_rollback
from dagctl.operation.repeat import reused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dagctl.commands.create import CreateResult
    from dagctl.commands.specs.given_specs import SpecOrFile
    from dagctl.commands.workspace_specs import WorkspaceSpecs
    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.operation.execution.settling import Recovered
    from dagctl.operation.options import Options


def removal(
    context: Context,
    dag_ids: Sequence[str],
    options: Options,
    *,
    purges: bool = False,
) -> Intent:
    """Return the intent to remove DAGs: file, commit, object and record; a tombstone stays."""
    command = command_of(Action.DELETE, dag_ids)
    return Intent(
        action=Action.DELETE,
        dag_ids=tuple(dict.fromkeys(dag_ids)),
        command=command,
        plan=partial(plan_removal, context, dag_ids, options, command, purges=purges),
        options=options,
    )


def restoration(context: Context, dag_ids: Sequence[str], options: Options) -> Intent:
    """Return the intent to bring removed DAGs back, each as it was."""
    return Intent(
        action=Action.RESTORE,
        dag_ids=tuple(dict.fromkeys(dag_ids)),
        command=command_of(Action.RESTORE, dag_ids),
        plan=partial(plan_restore, context, dag_ids, options),
        options=options,
    )


def rollback(context: Context, dag_id: str, to: int | None, options: Options) -> Intent:
    """Return the intent to give a DAG the spec of an older version, as a new version."""
    return Intent(
        action=Action.ROLLBACK,
        dag_ids=(dag_id,),
        command=command_of(Action.ROLLBACK, [dag_id], to),
        plan=partial(plan_rollback, context, dag_id, to, options),
        options=options,
        to=to,
    )


def rename(
    context: Context, dag_id: str, new_id: str, options: Options, *, now: datetime
) -> Intent:
    """Return the intent to give a DAG another id; `now` is for what that costs in Airflow."""
    command = command_of(Action.RENAME, [dag_id, new_id])

    def planned() -> list[Change]:
        gone, arrival = plan_rename(context, dag_id, new_id, options, command)
        costs = of_rename(dag_id, new_id, arrival.spec, now) if arrival.spec else ()
        return [gone, arrival.warned(*costs)]

    return Intent(
        action=Action.RENAME,
        dag_ids=(dag_id, new_id),
        command=command,
        plan=planned,
        options=options,
    )


def replaced(  # noqa: PLR0913 - what `create` takes, and the DAG
    context: Context,
    dag_id: str,
    spec: SpecOrFile,
    options: Options,
    *,
    specs: WorkspaceSpecs,
    on_recovered: Callable[[Sequence[Recovered]], None],
) -> CreateResult:
    """Give a DAG another spec, as the next version of it, and return what was done.

    Raises:
        NotFoundError: There is no such DAG.
        ConflictError: The spec gives another id.
        KeyReusedError: The key stands for a new DAG, or for another one with the same spec.
    """
    record_of(context.backend.registry, dag_id)
    (change,) = specs.changes(spec, context.settings.checks)
    if change.spec is not None and change.spec.dag_id_given and change.base_name != dag_id:
        raise ConflictError(
            f"the spec gives dag_id `{change.base_name}`, but the DAG is `{dag_id}`",
            hint=f"leave dag_id out, or write `{dag_id}`",
        )
    named = replace(change, base_name=dag_id, dag_id=dag_id)
    result = create(context, [named], options, on_recovered=on_recovered)
    (dag,) = result.dags
    is_update = dag.version > 1 or not dag.changed
    if result.replayed and not (is_update and dag.dag_id == dag_id):
        raise reused(options.key or "", result.operation_id, "for something else")
    return result
