"""`dagctl restore`."""

from __future__ import annotations

import typer  # noqa: TC002 - Typer reads annotations at run time

from dagctl.cli.arguments.options import DagIds, DryRun, NoVerify, Push, TextOrJson, examples
from dagctl.cli.invocation import begun

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
    from dagctl.cli.reports.operated import carry_out

    invocation = begun(context, output, dry_run=dry_run)

    carry_out(
        invocation,
        lambda client: client.plan_restore(dag_ids),
        lambda client, show: client.restore(
            dag_ids, verify=not no_verify, push=push, on_result=show
        ),
    )
