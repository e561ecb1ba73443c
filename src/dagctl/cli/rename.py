"""`dagctl mv`."""

from __future__ import annotations

from typing import Annotated

import typer

from dagctl.cli.arguments.options import DagId, DryRun, Force, NoVerify, TextOrJson, examples
from dagctl.cli.invocation import begun

NewId = Annotated[str, typer.Argument(metavar="NEW_ID", help="The new id.")]
EPILOG = examples(
    "dagctl mv daily_orders orders_daily --dry-run",
    "dagctl mv daily_orders orders_daily",
)


def rename(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    dag_id: DagId,
    new_id: NewId,
    *,
    dry_run: DryRun = False,
    force: Force = False,
    no_verify: NoVerify = False,
    output: TextOrJson = "text",
) -> None:
    """Give a DAG another id: file, commit, stored copy and record.

    To Airflow it is a new DAG without the old runs. The spec file gives the new id from now on, if
    it is as it was recorded.
    """
    from dagctl.cli.reports.operated import carry_out

    invocation = begun(context, output, dry_run=dry_run)

    carry_out(
        invocation,
        lambda client: client.plan_rename(dag_id, new_id, force=force),
        lambda client, show: client.rename(
            dag_id, new_id, force=force, verify=not no_verify, on_result=show
        ),
    )
