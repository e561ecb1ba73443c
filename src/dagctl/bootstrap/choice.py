"""Chooses the backend that the settings of a workspace name."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from dagctl.bootstrap.local import LocalBackend
from dagctl.ports import Query
from dagctl.session.redaction import remember_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.bootstrap.workspace_backend import Caller, WorkspaceBackend
    from dagctl.settings import Settings
    from dagctl.workspace import Workspace


def open_backend(
    settings: Settings,
    workspace: Workspace,
    environ: Mapping[str, str],
    caller: Caller | None = None,
) -> WorkspaceBackend:
    """Return the adapters that the settings choose. Nothing is opened yet."""
    remember_environment(environ)  # for programs other than the command line
    if settings.backend == "supabase":
        from dagctl.bootstrap.supabase import SupabaseBackend

        return SupabaseBackend(settings, workspace, environ, caller)
    return LocalBackend(settings, workspace, environ, caller)


def local_dag_ids(
    settings: Settings, workspace: Workspace, environ: Mapping[str, str]
) -> list[str]:
    """Return the ids of the DAGs that the embedded registry of the workspace has recorded.

    Raises:
        DagctlError: It cannot be read.
    """
    from dagctl.commands.recorded_state import pages

    with closing(LocalBackend(settings, workspace, environ)) as backend:
        listed = pages(backend.registry, Query(limit=1000))
        return [record.dag_id for page in listed for record in page.records]
