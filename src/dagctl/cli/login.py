"""`dagctl login`."""

from __future__ import annotations

import sys
import time
import webbrowser
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.arguments.options import Profile, TextOrJson, examples
from dagctl.cli.invocation import begun
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.console import is_terminal
from dagctl.cli.terminal.prompt import ask, ask_hidden, secret_from_stdin
from dagctl.cli.terminal.text import shown
from dagctl.commands import login as command
from dagctl.commands.login import MINUTES, by_browser, by_code, by_password
from dagctl.errors import NotSignedInError, UsageError
from dagctl.frozen import frozen
from dagctl.session.session_source import (
    EMAIL,
    PASSWORD,
    SessionSource,
    check_url_origin,
    profile_of,
    source_of,
)
from dagctl.views.account import login_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.cli.terminal.console import Console
    from dagctl.commands.login import LoginResult, Way
    from dagctl.endpoint import Endpoint
    from dagctl.session.ports import BrowserListener

Email = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Who signs in. Default: DAGCTL_EMAIL; else dagctl asks."),
]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]
LINK_IN_MAIL = (
    "If the mail has only a link, do not open it: copy its address and paste it here. For a code, "
    "the project's Magic Link template needs {{ .Token }}."
)
Otp = Annotated[bool, typer.Option("--otp", help="Sign in by a code, or the link, that is mailed.")]
Provider = Annotated[
    str | None, typer.Option(metavar="NAME", help="Sign in at github, google, ... by a browser.")
]
NoBrowser = Annotated[
    bool, typer.Option("--no-browser", help="With --provider: only print the page's address.")
]
Keyring = Annotated[
    bool | None,
    typer.Option(
        "--keyring/--no-keyring",
        help="Keep the refresh token in the system's keyring. Default: as at the last login.",
    ),
]
EPILOG = examples(
    "dagctl login",
    "dagctl login --email ana@example.com --otp",
    "dagctl login --provider github",
    "pass dagctl | dagctl login --email ana@example.com --password-stdin",
)
ELSEWHERE = (
    "--password-stdin, or no login at all: set DAGCTL_SUPABASE_URL with DAGCTL_EMAIL and "
    "DAGCTL_PASSWORD, or DAGCTL_ACCESS_TOKEN"
)


def login(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    email: Email = None,
    password_stdin: PasswordStdin = False,
    otp: Otp = False,
    provider: Provider = None,
    no_browser: NoBrowser = False,
    keyring: Keyring = None,
    profile: Profile = None,
    output: TextOrJson = "text",
) -> None:
    """Sign in to the Supabase project.

    The session is stored for you alone, and renews itself. In CI no login is needed: see dagctl
    help environment.
    """
    from dagctl.bootstrap import sign_in

    invocation = begun(context, output)
    console = invocation.console
    _check(password_stdin=password_stdin, otp=otp, provider=provider, no_browser=no_browser)
    remote = sign_in.find_remote(console.environ)
    store = sign_in.session_file(remote.endpoint, profile_of(console.environ, profile))
    if keyring:
        sign_in.open_keyring()
    with ExitStack() as stack:
        way: Way
        if provider is not None:
            listener = stack.enter_context(sign_in.browser_listener())
            way = _by_browser(console, provider, listener, opens=not no_browser)
        else:
            given = _Given(email=email, password_stdin=password_stdin, otp=otp)
            way = _by_email(console, remote.endpoint, given)
        auth = stack.enter_context(closing(sign_in.auth_server(remote.endpoint)))
        result = command.login(
            way,
            auth,
            store,
            remote=remote,
            in_keyring=keyring,
            clock=time.time,
        )
    if output == "json":
        console.document(envelope(invocation, result=login_data(result)))
    else:
        console.running(_lines(result), hang=12)
    for note in store.notes:
        console.warn(note)
    if keyring and not result.in_keyring:
        console.error("warning: the system's keyring does not answer; all is in the file")
    _warn(console)


def _check(*, password_stdin: bool, otp: bool, provider: str | None, no_browser: bool) -> None:
    if sum((password_stdin, otp, provider is not None)) > 1:
        raise UsageError(
            "choose one of --password-stdin, --otp and --provider", hint="dagctl login --help"
        )
    if no_browser and provider is None:
        raise UsageError("--no-browser goes with --provider", hint="dagctl login --help")


@frozen(kw_only=True)
class _Given:
    """What the options of a login by e-mail say."""

    email: str | None
    password_stdin: bool
    otp: bool


def _by_email(console: Console, endpoint: Endpoint, given: _Given) -> Way:
    password = secret_from_stdin() if given.password_stdin else None
    _check_secrets_of_environment(console.environ, endpoint, given.email, password)
    if password is None and is_terminal(sys.stdin):
        console.error(f"Signing in to {endpoint.url} (from {shown(endpoint.url_origin)}).")
    address = given.email or console.environ.get("DAGCTL_EMAIL")
    if not address:
        otherwise = "--email ADDRESS" if given.password_stdin else f"--email ADDRESS {ELSEWHERE}"
        address = ask(console, "E-mail address", otherwise=otherwise)
    if given.otp:
        _require_terminal()
        note = f"A code was mailed to {shown(address)}. {LINK_IN_MAIL}"
        return by_code(address, lambda: _code(console, note))
    if password is None:
        password = ask_hidden("Password", otherwise=ELSEWHERE)
    return by_password(address, password)


def _check_secrets_of_environment(
    environ: Mapping[str, str], endpoint: Endpoint, email: str | None, password: str | None
) -> None:
    """Refuse variables as credentials for a URL that is not of the environment.

    A password that a script pipes in may be the one in `DAGCTL_PASSWORD`.
    """
    if password is not None and environ.get(PASSWORD) == password:
        check_url_origin(PASSWORD, endpoint)
    if not email and environ.get(EMAIL):
        check_url_origin(EMAIL, endpoint)


def _require_terminal() -> None:
    """Refuse before a code is mailed that could not be typed in."""
    if not is_terminal(sys.stdin):
        raise NotSignedInError("there is no terminal to ask for the code", hint=ELSEWHERE)


def _code(console: Console, note: str) -> str:
    console.error(note)
    return ask(console, "Code", otherwise=ELSEWHERE).strip()


def _by_browser(console: Console, provider: str, listener: BrowserListener, *, opens: bool) -> Way:
    def show(address: str) -> None:
        console.error(f"Sign in on this page within {MINUTES} minutes:\n  {address}")
        if opens:
            webbrowser.open(address)

    return by_browser(provider, listener, show)


def _lines(result: LoginResult) -> Iterator[str]:
    yield f"Signed in as {shown(result.user.email)} to {result.url}"
    yield f"  session   {shown(result.place)}"
    if result.in_keyring:
        yield "  keyring   has the refresh token"
    if result.project_id is not None:
        yield f"  project   {result.project_id}, {shown(_role(result))}"


def _role(result: LoginResult) -> str:
    if result.role_failure is not None:
        return f"role not known: the project could not be asked ({result.role_failure})"
    return result.role or "no member yet"


def _warn(console: Console) -> None:
    """Say so if the environment makes the login useless."""
    source = source_of(console.environ)
    if source is not SessionSource.STORED:
        console.note(f"  note: {source} in the environment wins over this session")
