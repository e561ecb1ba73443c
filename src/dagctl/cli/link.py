"""`dagctl link`."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.arguments.options import TextOrJson, examples
from dagctl.cli.invocation import begun
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.text import plural, shown
from dagctl.commands import link as command
from dagctl.commands.link import Link
from dagctl.errors import DagctlError
from dagctl.settings import load_settings
from dagctl.views.account import link_data
from dagctl.workspace import find_workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.settings import Settings
    from dagctl.workspace import Workspace

Url = Annotated[
    str | None, typer.Option(metavar="URL", help="The project's URL: https://abc.supabase.co")
]
Key = Annotated[
    str | None, typer.Option(metavar="KEY", help="Its publishable key: sb_publishable_...")
]
ProjectId = Annotated[
    str | None, typer.Option(metavar="UUID", help="The id of the project that all members use.")
]
Bucket = Annotated[str | None, typer.Option(metavar="NAME", help="The bucket for DAG files.")]
Check = Annotated[
    bool, typer.Option("--check/--no-check", help="Ask the project whether it knows the key.")
]
EPILOG = examples(
    "dagctl link --url https://abc.supabase.co --key sb_publishable_...",
    "dagctl link --project-id 123e4567-e89b-12d3-a456-426614174000",
)


def link(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    url: Url = None,
    key: Key = None,
    project_id: ProjectId = None,
    bucket: Bucket = None,
    check: Check = True,
    output: TextOrJson = "text",
) -> None:
    """Link the workspace to a Supabase project.

    Writes backend, project_id and the table [supabase] into dagctl.toml; what is left out stays as
    it is set.
    """
    from dagctl.bootstrap.supabase import open_probe
    from dagctl.commands.doctor import named

    invocation = begun(context, output)
    console = invocation.console
    given = {
        "supabase_url": url,
        "supabase_key": key,
        "project_id": project_id,
        "supabase_bucket": bucket,
    }
    overrides = {name: value for name, value in given.items() if value is not None}
    workspace = find_workspace(Path())
    settings = load_settings(workspace, console.environ, {**overrides, "backend": "supabase"})
    chosen = _link_of(settings)
    left = _local_dags(workspace, console.environ)
    with closing(open_probe(settings, console.environ)) as project:
        written = command.link(workspace, chosen, project if check else None)
    if output == "json":
        console.document(envelope(invocation, result=link_data(chosen, left)))
    else:
        console.data(f"{shown(written.name)} links this workspace to {shown(chosen.endpoint.url)}")
        if left:
            console.warn(
                f"{plural(len(left), 'DAG')} {'is' if len(left) == 1 else 'are'} recorded in this "
                f"workspace only ({named(left)}): `dagctl create SPECS` records them in the "
                "project, as version 1"
            )
        console.note("  next: dagctl login, then dagctl doctor")


def _local_dags(workspace: Workspace, environ: Mapping[str, str]) -> list[str]:
    """Return the DAGs that stay behind in the embedded registry, if the workspace has used it."""
    from dagctl.bootstrap import local_dag_ids

    with suppress(DagctlError):  # then there is nothing that could be read
        before = load_settings(workspace, environ, {})
        if before.backend == "local":
            return local_dag_ids(before, workspace, environ)
    return []


def _link_of(settings: Settings) -> Link:
    return Link(
        endpoint=settings.endpoint,
        project_id=settings.project_id,
        bucket=settings.supabase_bucket,
    )
