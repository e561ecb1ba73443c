"""What the shell may complete an argument to. Changes nothing, and fails in silence."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import typer  # noqa: TC002 - Typer reads the annotations

from dagctl.errors import DagctlError
from dagctl.workspace import find_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 100
"""How many DAGs are offered."""


def dag_ids(context: typer.Context, incomplete: str) -> list[str]:
    """Return recorded ids that begin so; none outside of a workspace."""
    try:
        return list(_recorded(_directory(context), incomplete))
    except DagctlError:
        return []


def codes(incomplete: str) -> list[str]:
    """Return the error codes that begin so."""
    from dagctl.explanations import EXPLANATIONS

    return [code for code in EXPLANATIONS if code.startswith(incomplete)]


def operators(incomplete: str) -> list[str]:
    """Return the operators whose names begin so; none before a letter is typed."""
    from dagctl.operators.search import names_like

    return names_like(incomplete) if incomplete else []


def templates(incomplete: str) -> list[str]:
    """Return the templates whose names begin so."""
    from dagctl.commands.templates.listing import templates as all_templates

    try:
        names = [item.template.name for item in all_templates(Path()).listed]
    except DagctlError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def _directory(context: typer.Context) -> Path:
    """Return the folder of `dagctl -C DIR`; the callback that goes there is not called here."""
    return Path(context.find_root().params.get("directory") or "")


def _recorded(folder: Path, incomplete: str) -> Iterator[str]:
    from dagctl.bootstrap import open_backend
    from dagctl.ports import Query
    from dagctl.settings import load_settings

    workspace = find_workspace(folder)
    settings = load_settings(workspace, os.environ, {})
    if settings.backend != "local":
        return  # a key press is no reason to wait for a network
    # not by the client: it would recover what a killed run left
    with closing(open_backend(settings, workspace, os.environ)) as backend:
        whole = backend.registry.find(dag_ids=[incomplete], specs=False)
        # ids are sorted, so those that begin so and go on come first behind it
        longer = backend.registry.page(Query(after=incomplete, limit=MOST)).records
    for record in (*whole, *longer):
        if record.dag_id.startswith(incomplete):
            yield record.dag_id
