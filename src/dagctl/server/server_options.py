"""The options of a server."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.frozen import frozen
from dagctl.text.lines import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.endpoint import Endpoint
    from dagctl.server.log import LogFormat


@frozen(kw_only=True)
class ServerOptions:
    """How to serve, and for which backend: Supabase, or the local one for one user."""

    root: Path
    """The folder with a workspace for each project id."""
    workspaces: Mapping[str, Path] = field(default_factory=dict)
    """Workspaces elsewhere, by project id."""
    endpoint: Endpoint | None = None
    """The Supabase project; None: the local backend."""
    bucket: str = "dags"
    """Its bucket for DAG files."""
    local_user: str | None = None
    """On the local backend: the e-mail address of the one user, who needs no token."""
    airflow: str = "3"
    """The Airflow of workspaces that are made here."""
    host: str = "127.0.0.1"
    port: int = 8080
    """0: a free one."""
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    """Addresses and networks of proxies whose `X-Forwarded-For` says where a request comes from."""
    cors_origins: tuple[str, ...] = ()
    """The origins whose pages may call."""
    body_limit: int = MAX_BYTES
    """Bytes of a request's body: as much as a spec may have."""
    request_timeout: float = 60
    """Seconds until a request is answered, no matter what it waits for."""
    most_waiting: int = 100
    """How many operations may wait for their turn in one project."""
    side_by_side: int = 16
    """How many projects may have an operation under way at once."""
    grace: int = 25
    """Seconds that requests under way get at shutdown; what they leave is journalled."""
    log_format: LogFormat = "json"
    """Of the log on standard error: for machines, or for a person at a terminal."""


DEFAULTS = ServerOptions(root=Path("repositories"))
"""How the command line serves without options."""
