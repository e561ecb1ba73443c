"""`dagctl rollback`."""

from __future__ import annotations

from typing import Annotated

import typer

from dagctl.cli.arguments.options import DagId, DryRun, Force, NoVerify, Push, TextOrJson, examples
from dagctl.cli.invocation import begun

To = Annotated[
    int | None,
    typer.Option(
        "--to",
        metavar="N",
        min=1,
        max=10**9,
        help="The version whose spec comes back. Default: the newest one with another spec.",
    ),
]
EPILOG = examples(
    "dagctl history daily_orders",
    "dagctl rollback daily_orders --to 3 --dry-run",
    "dagctl rollback daily_orders",
)


def rollback(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    dag_id: DagId,
    *,
    to: To = None,
    dry_run: DryRun = False,
    force: Force = False,
    no_verify: NoVerify = False,
    push: Push = None,
    output: TextOrJson = "text",
) -> None:
    """Give a DAG the spec of an older version again.

    It is a new version, in a commit of its own. The spec file follows, if it is as the newest
    version had it.
    """
    from dagctl.cli.reports.operated import carry_out

    invocation = begun(context, output, dry_run=dry_run)

    carry_out(
        invocation,
        lambda client: client.plan_rollback(dag_id, to, force=force),
        lambda client, show: client.rollback(
            dag_id, to, force=force, verify=not no_verify, push=push, on_result=show
        ),
    )
