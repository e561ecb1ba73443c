"""`dagctl rm`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.arguments.options import DagIds, DryRun, Force, NoVerify, Push, TextOrJson, examples
from dagctl.cli.invocation import begun
from dagctl.cli.terminal.prompt import agreed
from dagctl.cli.terminal.text import plural, shown
from dagctl.errors import UsageError

if TYPE_CHECKING:
    from dagctl.cli.terminal.console import Console
    from dagctl.client import Client

Purge = Annotated[
    bool, typer.Option("--purge", help="Forget the versions and the id too, after asking.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="With --purge: do not ask.")]
EPILOG = examples(
    "dagctl rm daily_orders",
    "dagctl rm daily_orders weekly_orders --dry-run",
    "dagctl rm daily_orders --purge --yes",
)


def remove(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    dag_ids: DagIds,
    *,
    dry_run: DryRun = False,
    purge: Purge = False,
    yes: Yes = False,
    force: Force = False,
    no_verify: NoVerify = False,
    push: Push = None,
    output: TextOrJson = "text",
) -> None:
    """Remove DAGs: file, commit, stored copy and record.

    Their versions stay, and their ids are not given to other DAGs: `dagctl restore` brings a DAG
    back. With --purge nothing stays but the commits.
    """
    from dagctl.cli.reports.operated import carry_out

    invocation = begun(context, output, dry_run=dry_run)
    if yes and not purge:
        raise UsageError("--yes goes with --purge", hint="dagctl rm --help")
    if purge and not (yes or dry_run):
        _ask(invocation.console, dag_ids)

    carry_out(
        invocation,
        lambda client: client.plan_removal(dag_ids, force=force, purges=purge),
        lambda client, show: client.remove(
            dag_ids, force=force, verify=not no_verify, push=push, on_result=show, purges=purge
        ),
        after=(lambda client: _purge(client, invocation.console, dag_ids)) if purge else None,
    )


def _ask(console: Console, dag_ids: list[str]) -> None:
    """Ask whether DAGs may be forgotten for good.

    Raises:
        typer.Abort: They may not.
        UsageError: There is no terminal to ask at.
    """
    names = ", ".join(map(shown, dag_ids))
    question = f"Remove {names}, and forget all versions for good?"
    if not agreed(console, question, otherwise="--yes does it without asking"):
        console.note("Nothing was changed.")
        raise typer.Exit


def _purge(client: Client, console: Console, dag_ids: list[str]) -> None:
    forgotten = client.purge(dag_ids)
    console.note(f"Forgot {plural(forgotten, 'DAG')} for good, with all versions.")
