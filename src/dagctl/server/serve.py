"""`serve`: puts a server together from its options, and runs it."""

from __future__ import annotations

import logging
import os
from contextlib import ExitStack, closing
from functools import partial
from ipaddress import ip_network
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from dagctl.bootstrap import Caller, local_user_id
from dagctl.bootstrap.sign_in import open_verifier
from dagctl.bootstrap.supabase import open_connections, services_of
from dagctl.endpoint import is_loopback
from dagctl.errors import ExitCode, UnavailableError, UsageError
from dagctl.server.app import make_app
from dagctl.server.check_processes import CheckProcesses
from dagctl.server.identity import LocalAuthenticator, TokenAuthenticator
from dagctl.server.listen import bind, listen
from dagctl.server.log import log_to_standard_error
from dagctl.server.metrics import Metrics
from dagctl.server.projects import Projects
from dagctl.server.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from dagctl.server.identity import Authenticator
    from dagctl.server.server_options import ServerOptions

LOG = logging.getLogger("dagctl.server")
SUPABASE_PATIENCE = 20.0
"""Seconds that a request to Supabase may take in all: a caller waits for it."""

PLAIN_HTTP = (
    "this server speaks plain HTTP: on a network, access tokens can be read; put a proxy with TLS "
    "in front of it"
)


def serve(
    options: ServerOptions, environ: Mapping[str, str], announce: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        options: How.
        environ: Settings of workspaces that `DAGCTL_*` variables give.
        announce: Shows a person the server's URL, once it can be called; machines have the log.

    Raises:
        UsageError: The options contradict each other.
        UnavailableError: The address or the folder cannot be had.
    """
    _check(options)
    log_to_standard_error(options.log_format)
    metrics = Metrics()
    with ExitStack() as opened:
        bound = opened.enter_context(bind(options))
        _make_root(options.root)
        authenticator, looks = _authenticator(options, opened)
        projects = Projects(options, environ, metrics.watched)
        checks = opened.enter_context(closing(CheckProcesses()))
        service = Service(
            options, authenticator, projects, looks, waited=metrics.waited, checks=checks
        )
        _measure(metrics, service, checks)
        opened.callback(_stopped, service)
        _announce(options, _url(options, bound.getsockname()[1]), announce)
        listen(make_app(service, metrics), options, bound, service.turns.close)


def _announce(options: ServerOptions, url: str, announce: Callable[[str], None]) -> None:
    if not is_loopback(options.host):
        LOG.warning(PLAIN_HTTP, extra={"fields": {"host": options.host}})
    if options.log_format == "json":
        LOG.info("listening", extra={"fields": {"url": url}})
    else:
        announce(url)


def _stopped(service: Service) -> None:
    left = service.turns.under_way
    LOG.info("stopped", extra={"fields": {"under_way": left}})
    if left:
        _leave()


def _leave() -> NoReturn:
    """End the process as a kill would, but with the exit code of success.

    Operations under way have had their time, and stand in their journals. Python would wait for
    some of their threads, and let others fail and put things right half way.
    """
    logging.shutdown()
    os._exit(ExitCode.OK)


def _make_root(root: Path) -> None:
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnavailableError(
            f"cannot make the folder {root}: {error.strerror}",
            hint="choose another --root, or make it for the user who serves",
        ) from error
    if not os.access(root, os.W_OK | os.X_OK):
        raise UnavailableError(
            f"the folder {root} cannot be written",
            hint="choose another --root, or give it to the user who serves",
        )


def _check(options: ServerOptions) -> None:
    if options.local_user is not None and "@" not in options.local_user:
        raise UsageError(
            f"--local-user {options.local_user!a} is not an e-mail address",
            hint="--local-user you@example.com",
        )
    for origin in options.cors_origins:
        _check_origin(origin)
    for proxy in options.trusted_proxies:
        _check_proxy(proxy)
    if options.local_user is not None and not is_loopback(options.host):
        raise UsageError(
            f"--local-user asks for no token, so it is not served on {options.host}",
            hint="--host 127.0.0.1",
        )


def _check_origin(origin: str) -> None:
    parts = urlsplit(origin)
    if origin != "*" and (f"{parts.scheme}://{parts.netloc}" != origin or not parts.netloc):
        raise UsageError(
            f"--cors-origin {origin!a} is not an origin: scheme, host and port, without a path",
            hint="--cors-origin https://app.example.com",
        )


def _check_proxy(proxy: str) -> None:
    try:
        ip_network(proxy)
    except ValueError as error:
        raise UsageError(
            f"--trusted-proxy {proxy!a} is no address and no network",
            hint="--trusted-proxy 10.0.0.7, or --trusted-proxy 10.0.0.0/8",
        ) from error


def _authenticator(
    options: ServerOptions, opened: ExitStack
) -> tuple[Authenticator, Mapping[str, Callable[[], None]]]:
    """Return who is let in, and a look at each service that this needs."""
    if options.endpoint is None:
        email = options.local_user or ""
        return LocalAuthenticator(email, local_user_id(email), options.cors_origins), {}
    connections = open_connections(SUPABASE_PATIENCE)
    opened.callback(connections.hang_up)
    verifier = opened.enter_context(closing(open_verifier(options.endpoint, connections)))
    looks = services_of(options.endpoint, connections)
    return TokenAuthenticator(verifier.verify, partial(Caller, connections=connections)), looks


def _measure(metrics: Metrics, service: Service, checks: CheckProcesses) -> None:
    metrics.gauge(
        "dagctl_checks",
        "Checks and renderings that are under way or wait.",
        lambda: checks.in_use,
    )
    metrics.gauge(
        "dagctl_operations_waiting",
        "Operations that wait for their turn.",
        lambda: service.turns.waiting,
    )
    metrics.gauge(
        "dagctl_operations_under_way",
        "Operations that have begun and not ended.",
        lambda: service.turns.under_way,
    )
    metrics.gauge(
        "dagctl_operations_journalled",
        "Operations in the journals: under way, or left by a server that was killed.",
        service.projects.unfinished,
    )


def _url(options: ServerOptions, port: int) -> str:
    host = f"[{options.host}]" if ":" in options.host else options.host
    return f"http://{host}:{port}"
