"""`dagctl serve`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dagctl.cli.arguments.options import checked_airflow, examples
from dagctl.cli.invocation import current
from dagctl.cli.terminal.console import is_terminal
from dagctl.errors import UsageError
from dagctl.server.server_options import DEFAULTS, ServerOptions
from dagctl.settings import HOW_TO_LINK, NotLinkedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.cli.terminal.console import Console
    from dagctl.endpoint import Endpoint

Root = Annotated[
    Path,
    typer.Option(
        "--root", metavar="DIR", help="The folder that has a repository for each project."
    ),
]
Projects = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help='Workspaces elsewhere: a line `"UUID" = "DIR"` each (TOML).'),
]
Host = Annotated[str, typer.Option(metavar="ADDRESS", help="The address to listen on.")]
Port = Annotated[
    int, typer.Option(metavar="PORT", min=0, max=65535, help="The port; 0 takes a free one.")
]
LocalUser = Annotated[
    str | None,
    typer.Option(metavar="EMAIL", help="Try it out: local backend, one user, no tokens."),
]
Target = Annotated[
    str,
    typer.Option(
        "--airflow",
        metavar="VERSION",
        callback=checked_airflow,
        help="The Airflow of repositories that are made here, such as 2, 3 or 3.1.",
    ),
]
Origins = Annotated[
    list[str] | None,
    typer.Option(
        "--cors-origin", metavar="URL", help="The origin of a web app that may call; repeatable."
    ),
]
Proxies = Annotated[
    list[str] | None,
    typer.Option(
        "--trusted-proxy",
        metavar="ADDRESS",
        help="A proxy that says where requests come from; repeatable.  [default: 127.0.0.1, ::1]",
    ),
]
BodyLimit = Annotated[
    int, typer.Option(metavar="BYTES", min=1024, help="The largest body of a request.")
]
Timeout = Annotated[
    float,
    typer.Option(metavar="SECONDS", min=1, help="The most seconds until a request is answered."),
]
Queue = Annotated[
    int, typer.Option(metavar="N", min=0, help="How many operations may wait in one project.")
]
Grace = Annotated[
    int,
    typer.Option(
        metavar="SECONDS", min=0, help="The seconds that requests have to end at a shutdown."
    ),
]
LogFormat = Annotated[
    Literal["auto", "json", "text"],
    typer.Option(help="The form of the log on standard error; auto: text on a terminal."),
]
TRY_IT_OUT = "to try it out without one: --local-user you@example.com"
EPILOG = examples(
    "dagctl serve --root repositories --local-user you@example.com",
    "DAGCTL_SUPABASE_URL=... DAGCTL_SUPABASE_KEY=... dagctl serve --root /srv/dagctl",
    "dagctl serve --host 0.0.0.0 --cors-origin https://app.example.com",
)


def serve(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    root: Root = DEFAULTS.root,
    projects: Projects = None,
    host: Host = DEFAULTS.host,
    port: Port = DEFAULTS.port,
    local_user: LocalUser = None,
    airflow: Target = DEFAULTS.airflow,
    trusted_proxy: Proxies = None,
    cors_origin: Origins = None,
    body_limit: BodyLimit = DEFAULTS.body_limit,
    request_timeout: Timeout = DEFAULTS.request_timeout,
    queue: Queue = DEFAULTS.most_waiting,
    grace: Grace = DEFAULTS.grace,
    log_format: LogFormat = "auto",
) -> None:
    """Serve the HTTP API (needs the extra `serve`).

    It answers POST /create-dag, GET /dags and more.
    Each project has a git repository of its own, made on first use. Every call carries a Supabase
    access token, and is made as its user. The log goes to standard error: readable lines on a
    terminal, else one JSON document a line.
    """
    try:
        from dagctl.server.projects import mapped_workspaces
        from dagctl.server.serve import serve as run
    except ImportError as error:
        raise _not_installed() from error

    console = current(context).console
    if local_user:
        endpoint, bucket = None, DEFAULTS.bucket
        _warn_of_supabase(console)
    else:
        endpoint, bucket = _supabase(console.environ)
    options = ServerOptions(
        root=root.absolute(),
        workspaces={} if projects is None else mapped_workspaces(projects),
        endpoint=endpoint,
        bucket=bucket,
        local_user=local_user,
        airflow=airflow,
        host=host,
        port=port,
        trusted_proxies=tuple(trusted_proxy or DEFAULTS.trusted_proxies),
        cors_origins=tuple(cors_origin or ()),
        body_limit=body_limit,
        request_timeout=request_timeout,
        most_waiting=queue,
        grace=grace,
        log_format=_for_reader(console) if log_format == "auto" else log_format,
    )
    run(options, console.environ, lambda url: console.note(f"Serving on {url}; Ctrl-C stops it."))


def _supabase(environ: Mapping[str, str]) -> tuple[Endpoint, str]:
    """Return the Supabase project that is set, and its bucket."""
    from dagctl.bootstrap import sign_in

    try:
        remote = sign_in.find_remote(environ)
    except NotLinkedError as error:
        raise UsageError(error.message, hint=f"{HOW_TO_LINK}; {TRY_IT_OUT}") from error
    return remote.endpoint, remote.bucket


def _warn_of_supabase(console: Console) -> None:
    """Warn of settings that are not used: who has them may expect DAGs to go there."""
    from dagctl.bootstrap import sign_in

    with suppress(UsageError):
        url = sign_in.find_remote(console.environ).endpoint.url
        console.warn(f"--local-user serves the local backend; the Supabase project {url} is unused")


def _for_reader(console: Console) -> Literal["json", "text"]:
    return "text" if is_terminal(console.err) else "json"


def _not_installed() -> Exception:
    from dagctl.bootstrap.sign_in import INSTALL_SERVE

    return UsageError("the extra `serve` is not installed", hint=INSTALL_SERVE)
