"""`dagctl logout`."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import typer  # noqa: TC002 - Typer reads annotations at run time

from dagctl.cli.arguments.options import Profile, TextOrJson, examples
from dagctl.cli.invocation import begun
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.text import shown
from dagctl.commands import logout as command
from dagctl.session.session_source import profile_of
from dagctl.views.account import logout_data

if TYPE_CHECKING:
    from dagctl.commands.logout import LogoutResult

EPILOG = examples("dagctl logout", "dagctl logout --profile bot --output json")


def logout(context: typer.Context, *, profile: Profile = None, output: TextOrJson = "text") -> None:
    """Sign out, on this device only."""
    from dagctl.bootstrap import sign_in

    invocation = begun(context, output)
    console = invocation.console
    endpoint = sign_in.find_remote(console.environ).endpoint
    store = sign_in.session_file(endpoint, profile_of(console.environ, profile))
    with closing(sign_in.auth_server(endpoint)) as auth:
        result = command.logout(auth, store, time.time)
    if output == "json":
        console.document(envelope(invocation, result=logout_data(result)))
    else:
        console.data(_line(result, endpoint.url))
    for note in store.notes:
        console.warn(note)
    if result.server is not None:
        console.error(
            f"warning: the session is gone from this device, but the server did not end it: "
            f"{shown(result.server)}"
        )


def _line(result: LogoutResult, url: str) -> str:
    if result.user is None:
        return f"There was no session for {url}"
    return f"Signed {shown(result.user.email)} out of {url}"
