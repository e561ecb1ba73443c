"""`dagctl templates fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.cli.text import plural, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.cli.invocation import Invocation
    from dagctl.commands.template_fetch import Fetched


def fetch(invocation: Invocation, names: Sequence[str]) -> None:
    """Fetch the templates of the sources with these names, or of all.

    Raises:
        DagctlError: One could not be fetched; those before it were.
    """
    from dagctl.bootstrap import open_template_store
    from dagctl.cli.envelope import envelope
    from dagctl.commands.template_fetch import chosen
    from dagctl.commands.template_fetch import fetch as fetch_source
    from dagctl.settings import load_template_sources
    from dagctl.views.templates import fetched_data
    from dagctl.workspace import find_workspace

    workspace = find_workspace(Path())
    sources = chosen(load_template_sources(workspace), names)
    store = open_template_store(workspace.root)
    done: list[Fetched] = []
    for source in sources:
        invocation.result = {"fetched": [fetched_data(each) for each in done]}
        done.append(fetch_source(workspace.root, source, store))
        if not invocation.is_json:
            invocation.console.data(_line(done[-1]))
    if invocation.is_json:
        result = {"fetched": [fetched_data(each) for each in done]}
        invocation.console.document(envelope(invocation, result=result))
    else:
        invocation.console.note("  next: dagctl templates")


def _line(fetched: Fetched) -> str:
    new = f", new: {', '.join(fetched.new)}" if fetched.new else ""
    return shown(f"fetched {fetched.source}: {plural(len(fetched.templates), 'template')}{new}")
