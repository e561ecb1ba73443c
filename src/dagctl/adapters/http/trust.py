"""Whose certificates and which proxies count: what the environment says of them, checked."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from dagctl.errors import UsageError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy")


@cache
def trusted(*, trust_env: bool) -> ssl.SSLContext:
    """Return whom to trust; reading the list takes longer than the rest of making a client.

    Raises:
        UsageError: A variable of the environment names no such file.
    """
    _check_file("SSLKEYLOGFILE")  # Python opens it, whatever is trusted
    if trust_env:
        _check_file("SSL_CERT_FILE", must_exist=True)
    try:
        return httpx.create_ssl_context(trust_env=trust_env)
    except OSError as error:  # an `ssl.SSLError` is one
        named = next(
            (name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), ""
        )
        if not (trust_env and named):
            raise
        raise _refusal(named, "has no certificates that can be read") from error


def _check_file(variable: str, *, must_exist: bool = False) -> None:
    """Check that a variable, if it is set, names a file: a pipe would be waited for without end."""
    given = os.environ.get(variable)
    if given and not Path(given).is_file() and (must_exist or os.path.lexists(given)):
        raise _refusal(variable, "is no file")


def _refusal(variable: str, what: str) -> UsageError:
    return UsageError(
        f"{variable} in the environment names {os.environ[variable]!a}, which {what}",
        hint=f"unset {variable}, or let it name a file that is there",
    )


@contextmanager
def known_proxies() -> Iterator[None]:
    """Say of a proxy that cannot be used which variables name one; a value may hold a password.

    Raises:
        UsageError: There is one.
    """
    try:
        yield
    except (ValueError, httpx.InvalidURL, ImportError) as error:
        names = [name for name in _PROXIES if os.environ.get(name)]
        if not names:
            raise
        raise UsageError(
            f"{' or '.join(names)} in the environment names no proxy that dagctl can use",
            hint="write it as http://host:port, or unset it",
        ) from error
