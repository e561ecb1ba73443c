"""`dagctl serve`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.invocation import current
from dagctl.cli.options import Airflow, examples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.endpoint import Endpoint

Root = Annotated[
    Path, typer.Option("--root", metavar="DIR", help="The folder with a repository a project id.")
]
Projects = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help='Workspaces elsewhere: a line `"UUID" = "DIR"` each (TOML).'),
]
Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")]
LocalUser = Annotated[
    str | None,
    typer.Option(metavar="EMAIL", help="Try it out: local backend, one user, no tokens."),
]
Target = Annotated[
    Airflow, typer.Option("--airflow", help="The Airflow of repositories that are made here.")
]
Origins = Annotated[
    list[str] | None,
    typer.Option("--cors-origin", metavar="URL", help="A web app that may call; may be repeated."),
]
BodyLimit = Annotated[
    int, typer.Option(metavar="BYTES", min=1024, help="The largest body of a request.")
]
Timeout = Annotated[
    float, typer.Option(metavar="SECONDS", min=1, help="When a request is answered at the latest.")
]
Queue = Annotated[
    int, typer.Option(metavar="N", min=0, help="How many operations may wait in one project.")
]
Grace = Annotated[
    int, typer.Option(metavar="SECONDS", min=0, help="What requests get at shutdown to end.")
]
EPILOG = examples(
    "dagctl serve --root repositories --local-user you@example.com",
    "DAGCTL_SUPABASE_URL=... DAGCTL_SUPABASE_KEY=... dagctl serve --root /srv/dagctl",
    "dagctl serve --host 0.0.0.0 --cors-origin https://app.example.com",
)


def serve(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    root: Root = Path("repositories"),
    projects: Projects = None,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    local_user: LocalUser = None,
    airflow: Target = "3",
    cors_origin: Origins = None,
    body_limit: BodyLimit = 2 * 1024 * 1024,
    request_timeout: Timeout = 60,
    queue: Queue = 100,
    grace: Grace = 25,
) -> None:
    """Serve the HTTP API: POST /create-dag, GET /dags and more (needs the extra `serve`).

    Each project has a git repository of its own, made on first use. Every call carries a Supabase
    access token, and is made as its user. Logs go to standard error, one JSON document a line.
    """
    try:
        from dagctl.server.options import Options
        from dagctl.server.projects import mapped_workspaces
        from dagctl.server.serve import serve as run
    except ImportError as error:
        raise _not_installed() from error

    console = current(context).console
    endpoint, bucket = (None, "dags") if local_user else _supabase(console.environ)
    options = Options(
        root=root.absolute(),
        workspaces={} if projects is None else mapped_workspaces(projects),
        endpoint=endpoint,
        bucket=bucket,
        local_user=local_user,
        airflow=airflow,
        host=host,
        port=port,
        cors_origins=tuple(cors_origin or ()),
        body_limit=body_limit,
        request_timeout=request_timeout,
        most_waiting=queue,
        grace=grace,
    )
    run(options, console.environ, lambda url: console.note(f"Serving on {url}; Ctrl-C stops it."))


def _supabase(environ: Mapping[str, str]) -> tuple[Endpoint, str]:
    """Return the Supabase project that is set, and its bucket."""
    from dagctl import sign_in

    remote = sign_in.find_remote(environ)
    return remote.endpoint, remote.bucket


def _not_installed() -> Exception:
    from dagctl.errors import UsageError

    return UsageError(
        "the extra `serve` is not installed", hint="pip install 'dagctl-airflow[serve]'"
    )
