"""Who issued a token: the project itself, or somebody else. Pure."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from dagctl.endpoint import checked_url, is_loopback
from dagctl.errors import UsageError

AUTH = "/auth/v1"
"""Where a project's auth server is; with it, a project's URL is the issuer of its tokens."""


def may_have_issued(issuer: str, url: str) -> bool:
    """Return whether a token may be sent to `url`, which then checks it.

    A loopback URL may stand in front of a server that knows itself by another name (a container, a
    tunnel); an issuer that is no URL tells nothing.
    """
    if not issuer.lower().startswith(("http://", "https://")):
        return True
    here = urlsplit(url)
    try:
        there = urlsplit(issuer)
        if is_loopback(here.hostname or ""):
            return _is_other_name(there, here)
        return checked_url(f"{there.scheme}://{there.netloc}") == url
    except (UsageError, ValueError):
        return False


def is_issuer(issuer: object, url: str) -> bool:
    """Return whether the issuer is the auth server at `url`, to the letter.

    Only for a loopback URL it may have another name, as in `may_have_issued`.
    """
    if not isinstance(issuer, str):
        return False
    here = urlsplit(url)
    if issuer == f"{url}{AUTH}" or not is_loopback(here.hostname or ""):
        return issuer == f"{url}{AUTH}"
    try:
        there = urlsplit(issuer)
        bare = issuer == f"{there.scheme}://{there.netloc}{AUTH}" and there.hostname
        return bool(bare) and there.scheme in {"http", "https"} and _is_other_name(there, here)
    except ValueError:
        return False


def _is_other_name(there: SplitResult, here: SplitResult) -> bool:
    """Return whether a server at a loopback address may know itself by this name."""
    return there.port == here.port or not is_loopback(there.hostname or "")
