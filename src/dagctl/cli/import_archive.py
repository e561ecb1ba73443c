"""`dagctl import`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from dagctl.cli.arguments.options import DryRun, NoVerify, TextOrJson, examples
from dagctl.cli.invocation import begun

Source = Annotated[str, typer.Argument(metavar="FILE", help="An archive of `dagctl export`.")]
IfThere = Annotated[
    Literal["skip", "update", "number"] | None,
    typer.Option(
        "--if-exists",
        help="What to do about an id that is taken: leave that DAG, give it the archive's spec, or "
        "make another DAG. By default it is refused.",
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--force", help="Overwrite files that stand where the DAG files go.")
]
EPILOG = examples(
    "dagctl import dags.zip --dry-run",
    "dagctl import dags.zip",
    "dagctl import dags.zip --if-exists skip",
)


def import_archive(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    file: Source,
    *,
    dry_run: DryRun = False,
    if_exists: IfThere = None,
    force: Overwrite = False,
    no_verify: NoVerify = False,
    output: TextOrJson = "text",
) -> None:
    """Restore DAGs and their versions from an archive.

    All of them with their ids, or none: the archive is checked whole first. DAG files are made of
    the specs, and a spec file that is not there is written as its author wrote it. A DAG that is
    here as the archive has it stays.
    """
    from dagctl.cli.reports.operated import carry_out

    invocation = begun(context, output, dry_run=dry_run)

    carry_out(
        invocation,
        lambda client: client.plan_import(file, if_exists=if_exists, force=force),
        lambda client, show: client.import_archive(
            file, if_exists=if_exists, force=force, verify=not no_verify, on_result=show
        ),
    )
