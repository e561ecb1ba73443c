"""A service for one local user, without HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from dagctl.adapters.embedded.local_user import local_user_id
from dagctl.server.identity import LocalAuthenticator
from dagctl.server.projects import Projects
from dagctl.server.server_options import ServerOptions
from dagctl.server.service import Service

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.server.check_processes import CheckProcesses


EMAIL = "ana@example.com"


NO_CHECKS = cast("CheckProcesses", None)
"""Nothing is checked here."""


def opened(root: Path, seconds: float, *, cors_origins: tuple[str, ...] = ()) -> Service:
    options = ServerOptions(
        root=root, local_user=EMAIL, request_timeout=seconds, cors_origins=cors_origins
    )
    authenticator = LocalAuthenticator(EMAIL, local_user_id(EMAIL))
    projects = Projects(options, {})
    return Service(options, authenticator, projects, {}, waited=lambda _: None, checks=NO_CHECKS)
