"""`dagctl init`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from dagctl.cli.arguments.options import TextOrJson, airflow_option, examples
from dagctl.cli.invocation import begun
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.text import shown
from dagctl.commands import init as command
from dagctl.commands.init import InitChoices
from dagctl.errors import ConflictError
from dagctl.settings import check_flag
from dagctl.views.setup import init_data
from dagctl.workspace import Workspace, workspace_around

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.commands.init import InitResult

Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar="DIR", help="The folder; it is made if it is missing. Default: this one."
    ),
]
ProjectId = Annotated[
    str | None, typer.Option(metavar="UUID", help="The id of the project. Default: a new one.")
]
Target = Annotated[str, airflow_option("to write for")]
DagsFolder = Annotated[str, typer.Option(metavar="DIR", help="Where DAG files go, below DIR.")]
EPILOG = examples(
    "dagctl init",
    "dagctl init pipelines --airflow 2",
    "dagctl init --project-id 123e4567-e89b-12d3-a456-426614174000",
)


def init(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    folder: Folder = None,
    *,
    project_id: ProjectId = None,
    airflow: Target = "3",
    dags_folder: DagsFolder = "dags",
    output: TextOrJson = "text",
) -> None:
    """Make a folder a workspace.

    Writes dagctl.toml and .dag.schema.json (the schema of a spec, for editors), and starts a git
    repository if there is none. Commit both files. Nothing that is there already is overwritten.
    Inside another workspace, name the folder.
    """
    from dagctl import bootstrap
    from dagctl.commands.schema import schema_text

    invocation = begun(context, output)
    choices = _choices(project_id, airflow, dags_folder)
    workspace = Workspace(Path(os.path.realpath(folder or Path())))
    outer = _outer(workspace, is_named=folder is not None)
    result = command.init(
        workspace,
        choices,
        schema=schema_text(),
        start_repository=bootstrap.start_repository,
    )
    if output == "json":
        invocation.console.document(envelope(invocation, result=init_data(result)))
    else:
        invocation.console.running(_lines(result), hang=9)
        if outer is not None:
            invocation.console.note(f"  note: it lies in the workspace {shown(outer.root)}")
        invocation.console.note("  next: write a spec (dagctl help spec), then dagctl create SPEC")


def _outer(workspace: Workspace, *, is_named: bool) -> Workspace | None:
    """Return the workspace around a new one.

    Raises:
        ConflictError: There is one, and the flag to make another in it is missing.
    """
    outer = None if workspace.config.is_file() else workspace_around(workspace.root)
    if outer is not None and not is_named:
        raise ConflictError(
            f"this folder lies in the workspace {outer.root}",
            hint="work in that one; or make a workspace inside it: dagctl init .",
        )
    return outer


def _choices(project_id: str | None, airflow: str, dags_folder: str) -> InitChoices:
    return InitChoices(
        project_id=check_flag("project_id", project_id or str(uuid4())),
        airflow=airflow,
        dags_folder=check_flag("dags_folder", dags_folder),
    )


def _lines(result: InitResult) -> Iterator[str]:
    state = "is a workspace already" if "dagctl.toml" in result.kept else "is a workspace now"
    yield f"{shown(result.root)} {state}"
    yield from (f"  wrote  {name}" for name in result.created)
    yield from (f"  kept   {name}" for name in result.kept)
    if result.repository == "created":
        yield "  made   a git repository (there was none)"
