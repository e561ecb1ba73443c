"""`dagctl templates fetch`, `share` and `unshare`."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.arguments.candidates import templates as candidates
from dagctl.cli.arguments.options import TextOrJson, examples
from dagctl.cli.invocation import begun
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.text import plural, shown
from dagctl.errors import UsageError
from dagctl.settings import load_settings
from dagctl.settings.template_folders import PROJECT, load_template_sources
from dagctl.workspace import find_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.cli.invocation import Invocation
    from dagctl.commands.templates.fetch import Fetched
    from dagctl.ports.template_store import SharedTemplates
    from dagctl.views.templates import ShareData, UnshareData
    from dagctl.workspace import Workspace


Sources = Annotated[
    list[str] | None,
    typer.Argument(metavar="SOURCE", help="Sources of dagctl.toml; all without one."),
]
Name = Annotated[
    str,
    typer.Argument(
        metavar="TEMPLATE", help="Its name, or with a version: report@2.", autocompletion=candidates
    ),
]
FETCH_EXAMPLES = examples("dagctl templates fetch", "dagctl templates fetch team")
SHARE_EXAMPLES = examples("dagctl templates share report", "dagctl templates share report@2")
UNSHARE_EXAMPLES = examples("dagctl templates unshare report@1", "dagctl templates unshare report")


def fetch(context: typer.Context, sources: Sources = None, *, output: TextOrJson = "text") -> None:
    """Bring templates here: of git repositories, and of the project.

    dagctl.toml names the repositories. Their templates are kept as they are in one commit, until
    the next `fetch`.
    """
    from dagctl.bootstrap import open_template_store
    from dagctl.commands.templates.fetch import chosen
    from dagctl.commands.templates.fetch import fetch as fetch_source
    from dagctl.views.templates import fetch_data

    invocation = begun(context, output)
    names = sources or []
    workspace = find_workspace(Path())
    has_project = _shares(workspace) and (not names or PROJECT in names)
    of_git = [name for name in names if not (has_project and name == PROJECT)]
    every = load_template_sources(workspace)
    is_asked = of_git or not names
    has_git = any(source.git is not None for source in every)
    fetched = chosen(every, of_git) if is_asked and (has_git or not has_project) else []
    store = open_template_store(workspace.root)
    done: list[Fetched] = []
    for source in fetched:
        invocation.result = fetch_data(done)
        done.append(fetch_source(workspace.root, source, store))
        _say(invocation, _line(done[-1]))
    if has_project:
        with _shared(workspace) as (project_id, shared):
            done.append(_keep(workspace, project_id, shared))
        _say(invocation, _line(done[-1]))
    if invocation.is_json:
        invocation.console.document(envelope(invocation, result=fetch_data(done)))
    else:
        invocation.console.note("  next: dagctl templates")


def share(context: typer.Context, template: Name, *, output: TextOrJson = "text") -> None:
    """Give a template to all members of the Supabase project."""
    from dagctl.cli.specs import checks_of
    from dagctl.commands.templates.share import to_share

    invocation = begun(context, output)
    workspace = find_workspace(Path())
    checks = checks_of(strict=None)
    offered = to_share(template, Path(), airflow=checks.airflow)
    with _shared(workspace) as (project_id, shared):
        is_new = shared.share(offered)
        _keep(workspace, project_id, shared)
    version = f"{offered.name}@{offered.version}"
    _end(invocation, {"shared": [version] if is_new else []})
    _say(invocation, f"Shared {version}" if is_new else f"{version} is shared already")
    if not invocation.is_json:
        invocation.console.note(f"  next: use: {PROJECT}/{version} in a spec")


def unshare(context: typer.Context, template: Name, *, output: TextOrJson = "text") -> None:
    """Take a template back from the project; DAGs made of it stay."""
    from dagctl.commands.templates.share import unshare as take_back

    invocation = begun(context, output)
    workspace = find_workspace(Path())
    with _shared(workspace) as (project_id, shared):
        taken = take_back(template, shared)
        _keep(workspace, project_id, shared)
    versions = [f"{each.name}@{each.version}" for each in taken]
    _end(invocation, {"unshared": versions})
    _say(invocation, f"Took back {', '.join(versions)}; DAGs made of it stay as they are")


def _shares(workspace: Workspace) -> bool:
    return load_settings(workspace, os.environ, {}).backend == "supabase"


@contextmanager
def _shared(workspace: Workspace) -> Iterator[tuple[str, SharedTemplates]]:
    """Open the templates of the project for the length of the block.

    Raises:
        UsageError: The backend shares none.
    """
    from dagctl.bootstrap import open_backend

    settings = load_settings(workspace, os.environ, {})
    with closing(open_backend(settings, workspace, os.environ)) as backend:
        if backend.templates is None:
            message = "templates are shared through a Supabase project, and this workspace has none"
            raise UsageError(message, hint="commit the folder templates: every clone has it then")
        yield settings.project_id, backend.templates


def _keep(workspace: Workspace, project_id: str, shared: SharedTemplates) -> Fetched:
    from dagctl.bootstrap import open_template_store
    from dagctl.commands.templates.share import fetch_shared

    store = open_template_store(workspace.root)
    return fetch_shared(workspace.root, project_id, shared.all(), store)


def _say(invocation: Invocation, line: str) -> None:
    if not invocation.is_json:
        invocation.console.data(shown(line))


def _end(invocation: Invocation, result: ShareData | UnshareData) -> None:
    if invocation.is_json:
        invocation.console.document(envelope(invocation, result=result))


def _line(fetched: Fetched) -> str:
    new = f", new: {', '.join(fetched.new)}" if fetched.new else ""
    return f"fetched {fetched.source}: {plural(len(fetched.templates), 'template')}{new}"
