"""Which auth server issued a token: that of the project, or another. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from dagctl.endpoint import checked_url, is_loopback
from dagctl.errors import UsageError

AUTH = "/auth/v1"
"""Where a project's auth server is; with it, a project's URL is the issuer of its tokens."""


def may_have_issued(issuer: str, url: str) -> bool:
    """Return whether a token may be sent to `url`, which then checks it.

    An issuer that is no URL names no server: some self-hosted projects set one.
    """
    if not issuer.lower().startswith(("http://", "https://")):
        return True
    try:
        parts = urlsplit(issuer)
        return _same_name(checked_url(f"{parts.scheme}://{parts.netloc}")) == _same_name(url)
    except (UsageError, ValueError):
        return False


def is_issuer(issuer: object, url: str) -> bool:
    """Return whether the issuer is the auth server at `url`, to the letter.

    Only the names of this machine count as one: a local project may call itself `127.0.0.1` where
    the URL says `localhost`.
    """
    if not isinstance(issuer, str) or not issuer.endswith(AUTH):
        return False
    base = issuer.removesuffix(AUTH)
    if base == url:
        return True
    try:
        return base == checked_url(base) and _same_name(base) == _same_name(url)
    except UsageError:
        return False


def _same_name(url: str) -> str:
    """Return a URL with `localhost` in place of any other name of this machine."""
    parts = urlsplit(url)
    if not is_loopback(parts.hostname or ""):
        return url
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://localhost{port}"
