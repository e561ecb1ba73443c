"""`dagctl restore`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer  # noqa: TC002 - Typer reads annotations at run time

from dagctl.cli.invocation import current
from dagctl.cli.options import DagIds, DryRun, NoVerify, Push, TextOrJson, examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.client import Client
    from dagctl.commands.operate import OperationResult

EPILOG = examples("dagctl restore daily_orders", "dagctl restore daily_orders --dry-run")


def restore(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    dag_ids: DagIds,
    *,
    dry_run: DryRun = False,
    no_verify: NoVerify = False,
    push: Push = None,
    output: TextOrJson = "text",
) -> None:
    """Bring removed DAGs back, each as it was.

    A spec file that is gone is written again as its author wrote it.
    """
    from dagctl.cli.operated import carry_out

    invocation = current(context)
    invocation.output, invocation.dry_run = output, dry_run

    def act(client: Client, show: Callable[[OperationResult], None]) -> OperationResult:
        return client.restore(dag_ids, verify=not no_verify, push=push, on_result=show)

    carry_out(invocation, lambda client: client.plan_restore(dag_ids), act)
