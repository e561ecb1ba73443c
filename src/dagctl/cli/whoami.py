"""`dagctl whoami`."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.arguments.options import Profile, TextOrJson, examples
from dagctl.cli.invocation import begun
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.text import shown
from dagctl.commands import whoami as command
from dagctl.errors import NotAMemberError, UsageError
from dagctl.frozen import frozen
from dagctl.settings import NotLinkedError, load_settings
from dagctl.views.account import whoami_data
from dagctl.workspace import find_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.commands.whoami import Identity
    from dagctl.session.ports import SessionStore
    from dagctl.settings import Remote

A_MINUTE = 60
"""In seconds."""
Check = Annotated[
    bool, typer.Option("--check", help="Ask the server: is the session good, and which role?")
]
EPILOG = examples("dagctl whoami", "dagctl whoami --check", "dagctl whoami --output json")


def whoami(
    context: typer.Context,
    *,
    check: Check = False,
    profile: Profile = None,
    output: TextOrJson = "text",
) -> None:
    """Show who is signed in, as what and until when.

    Without --check no server is asked, and the role is the one of its last answer. On the local
    backend it shows the user of git.
    """
    from dagctl.bootstrap import sign_in

    invocation = begun(context, output)
    console = invocation.console
    try:
        run = _Run(sign_in.find_remote(console.environ), console.environ, profile)
    except NotLinkedError as error:
        identity = _local(console.environ, error)
    else:
        identity = run.checked() if check else run.identity()
    invocation.result = whoami_data(identity)
    if output == "text":
        console.running(_lines(identity), hang=12)
    if check and identity.role is None and identity.project_id is not None:
        raise NotAMemberError(
            f"{identity.email} is not a member of project {identity.project_id}",
            hint="ask an owner of the project to add you",
        )
    if output == "json":
        console.document(envelope(invocation, result=invocation.result))


def _local(environ: Mapping[str, str], not_linked: NotLinkedError) -> Identity:
    """Return who works in the workspace here; raise `not_linked` if there is no local one."""
    from dagctl.bootstrap import open_backend

    try:
        workspace = find_workspace(Path())
    except UsageError:
        raise not_linked from None
    settings = load_settings(workspace, environ, {})
    if settings.backend != "local":
        raise not_linked
    with closing(open_backend(settings, workspace, environ)) as backend:
        user = backend.repo.identity()
        return command.local(user, backend.user_id(user.email), settings.project_id)


@frozen
class _Run:
    """What one run is about: a project, and where its session comes from."""

    remote: Remote
    environ: Mapping[str, str]
    profile: str | None

    def identity(self) -> Identity:
        """Return who is signed in, without asking the server."""
        from dagctl.bootstrap import sign_in
        from dagctl.session.session_source import EMAIL, SessionSource, check_url_origin, source_of

        url, project_id = self.remote.endpoint.url, self.remote.project_id
        source = source_of(self.environ)
        match source:
            case SessionSource.TOKEN:
                token = sign_in.given_token(self.remote.endpoint, self.environ)
                return command.given(token, url, source, project_id)
            case SessionSource.PASSWORD:
                check_url_origin(source, self.remote.endpoint)
                return command.by_password(self.environ[EMAIL], url, source, project_id)
            case SessionSource.STORED:
                return command.stored(self._store(), url, project_id, time.time)

    def checked(self) -> Identity:
        """Return who is signed in as the server sees it now; remember the role."""
        from dagctl.bootstrap import sign_in
        from dagctl.session.session_source import SessionSource, source_of

        endpoint, project_id = self.remote.endpoint, self.remote.project_id
        with (
            closing(sign_in.open_session(endpoint, self.environ, profile=self.profile)) as session,
            closing(sign_in.auth_server(endpoint)) as auth,
        ):
            user, role = command.ask(session, auth, project_id)
        if source_of(self.environ) is SessionSource.STORED:
            command.remember(self._store(), project_id, role)
        return replace(
            self.identity(), email=user.email, user_id=user.id, role=role, is_checked=True
        )

    def _store(self) -> SessionStore:
        from dagctl.bootstrap import sign_in
        from dagctl.session.session_source import profile_of

        return sign_in.session_file(self.remote.endpoint, profile_of(self.environ, self.profile))


def _lines(identity: Identity) -> Iterator[str]:
    yield shown(identity.email or identity.user_id)
    for name, value in _facts(identity, datetime.now(UTC)):
        yield f"  {name:<9} {shown(value)}"


def _facts(identity: Identity, now: datetime) -> Iterator[tuple[str, str]]:
    if identity.user_id is not None:
        yield "user", identity.user_id
    yield "server", identity.url or "none: the local backend"
    if identity.project_id is not None:
        yield "project", identity.project_id
        unknown = "none" if identity.is_checked else "not known yet: dagctl whoami --check"
        yield "role", identity.role or unknown
    if identity.url is None:
        yield "token", "none: git says who you are (user.email)"
    else:
        yield "token", f"from {identity.source}"
        yield "expires", _expiry(identity, now)


def _expiry(identity: Identity, now: datetime) -> str:
    until = identity.expires_at
    renews = "; it renews itself" if identity.renews else ""
    if until is None:
        return f"when the run ends{renews}" if identity.renews else "not said"
    seconds = round((until - now).total_seconds())
    size = abs(seconds)
    span = f"{size} s" if size < A_MINUTE else f"{round(size / A_MINUTE)} min"
    return f"{f'in {span}' if seconds > 0 else f'{span} ago'}{renews}"
