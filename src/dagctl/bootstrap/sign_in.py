"""Opens what signing in needs: the project, the session, its store, the auth endpoints."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from dagctl.errors import UsageError
from dagctl.next_step import LOGIN, Fix
from dagctl.settings import load_remote
from dagctl.workspace import find_workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.adapters.http.http_client import Connections
    from dagctl.adapters.sign_in.loopback import LoopbackListener
    from dagctl.adapters.sign_in.session_file import SessionFile, Vault
    from dagctl.endpoint import Endpoint
    from dagctl.session.bearer import TokenVerifier
    from dagctl.session.ports import AuthServer
    from dagctl.session.signed_in import SignedIn
    from dagctl.session.static_token import GivenToken
    from dagctl.settings import Remote


def _install(extra: str) -> str:
    return f"pip install 'dagctl-airflow[{extra}]' (in a clone of dagctl: pip install '.[{extra}]')"


INSTALL_SERVE = _install("serve")
"""How to get what the server needs."""


def find_remote(environ: Mapping[str, str]) -> Remote:
    """Return the Supabase project that the workspace here, or the environment, names.

    Raises:
        UsageError: Neither does, or a setting is wrong.
    """
    try:
        workspace = find_workspace(Path())
    except UsageError:  # one can sign in from anywhere
        workspace = None
    return load_remote(workspace, environ)


def open_session(
    endpoint: Endpoint, environ: Mapping[str, str], *, profile: str | None = None
) -> SignedIn:
    """Return the session that the environment or an earlier login gives; close it.

    Raises:
        NotSignedInError: There is none, the credentials are refused, or they are of the environment
            and the URL is not.
        UnavailableError: The server does not answer.
    """
    from dagctl.session.for_process import ProcessSession
    from dagctl.session.renewing import RenewingSession
    from dagctl.session.session_source import (
        EMAIL,
        PASSWORD,
        SessionSource,
        check_url_origin,
        profile_of,
        source_of,
    )

    url, source = endpoint.url, source_of(environ)
    match source:
        case SessionSource.TOKEN:
            return given_token(endpoint, environ)
        case SessionSource.PASSWORD:
            check_url_origin(source, endpoint)
            credentials = environ[EMAIL], environ[PASSWORD]
            return ProcessSession(url, credentials, auth_server(endpoint), time.time)
        case SessionSource.STORED:
            store = session_file(endpoint, profile_of(environ, profile))
            return RenewingSession(url, store, auth_server(endpoint), time.time)


def given_token(endpoint: Endpoint, environ: Mapping[str, str]) -> GivenToken:
    """Return the access token of the environment, if it may be sent to the project.

    Raises:
        NotSignedInError: It is no token of a user, was issued elsewhere, or the URL is not from
            the environment.
        UsageError: It is a secret key.
    """
    from dagctl.session.session_source import TOKEN, check_url_origin
    from dagctl.session.static_token import GivenToken

    token = GivenToken(endpoint.url, environ[TOKEN], time.time)
    check_url_origin(TOKEN, endpoint)
    return token


def session_file(endpoint: Endpoint, profile: str) -> SessionFile:
    """Return where the session of a project is stored under a profile."""
    from dagctl.adapters.sign_in.session_file import SessionFile

    state = platformdirs.user_state_path("dagctl")
    return SessionFile(state, endpoint.url, profile, open_keyring)


def auth_server(endpoint: Endpoint, connections: Connections | None = None) -> AuthServer:
    """Return the auth endpoints of a project; close them.

    Args:
        endpoint: The project.
        connections: Those that many share; by default connections of their own.
    """
    from dagctl.adapters.supabase.auth import SupabaseAuth

    return SupabaseAuth(endpoint, connections)


def open_verifier(endpoint: Endpoint, connections: Connections | None = None) -> TokenVerifier:
    """Return what verifies the access token of a request; close it.

    Args:
        endpoint: The project.
        connections: Those that many share; by default connections of its own.

    Raises:
        UsageError: The extra is not installed.
    """
    try:
        from dagctl.session.bearer import TokenVerifier
    except ImportError as error:
        raise UsageError("the extra `serve` is not installed", hint=INSTALL_SERVE) from error
    return TokenVerifier(endpoint.url, auth_server(endpoint, connections), time.time)


def browser_listener() -> LoopbackListener:
    """Return what waits for a browser, once it is entered.

    Raises:
        UnavailableError: No port is free.
    """
    from dagctl.adapters.sign_in.loopback import LoopbackListener

    return LoopbackListener()


def open_keyring() -> Vault:
    """Return the system's keyring.

    Raises:
        UsageError: The extra is not installed.
    """
    try:
        from dagctl.adapters.sign_in.session_keyring import Keyring
    except ImportError as error:
        raise UsageError(
            "the extra `keyring` is not installed",
            hint=Fix(f"{_install('keyring')}, or ", LOGIN, " without --keyring"),
        ) from error
    return Keyring()
