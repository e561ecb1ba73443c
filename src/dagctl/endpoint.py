"""Which Supabase project to talk to: its URL and publishable key, checked. Pure."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from dataclasses import field
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from dagctl.errors import UsageError
from dagctl.frozen import frozen

PORTS = {"https": 443, "http": 80}


@frozen
class Endpoint:
    """A Supabase project. The key is public by design: it opens nothing without a session."""

    url: str
    """Scheme, host and port, as `https://abc.supabase.co`; no path and no slash at the end."""
    publishable_key: str
    url_origin: str = field(default="", compare=False)
    """Where the URL was set: `DAGCTL_SUPABASE_URL`, `--url`, `dagctl.toml:5`; empty: not known."""


def checked_url(text: str) -> str:
    """Return the URL of a project in its canonical form.

    Raises:
        UsageError: It is no bare `https://host`; `http://` is for loopback addresses only.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = SplitResult("", "", "", "", ""), None, None
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc)
    if not host or parts.scheme not in PORTS or not bare or not _is_plain(text):
        raise UsageError(
            "the URL of the Supabase project must look like https://abc.supabase.co",
            hint="copy it from the project's settings, without a path",
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageError(
            f"http://{host} is refused: a session would travel in the clear",
            hint=f"use https://{host}; http:// is for 127.0.0.1 only",
        )
    return _origin(parts.scheme, host, port)


def checked_key(text: str) -> str:
    """Return the publishable key of a project.

    Raises:
        UsageError: It is empty or no key, or it is a secret key. The message never quotes it.
    """
    kind = secret_kind(text)
    if kind:
        raise UsageError(
            f"this is a {kind}, which dagctl never uses: it would bypass row level security",
            hint="use the publishable key (sb_publishable_...) or the legacy anon key; "
            "and revoke this one if it was stored or shared",
        )
    if not text or not _is_plain(text):
        raise UsageError(
            "the publishable key is not a key", hint="copy it from the project's settings, API keys"
        )
    return text


def secret_kind(text: str) -> str | None:
    """Return what kind of secret key the text is, or None if it is none."""
    if text.strip().startswith("sb_secret_"):
        return "secret key (sb_secret_...)"
    if claims(text.strip()).get("role") in {"service_role", "supabase_admin"}:
        return "service_role key"
    return None


def claims(token: str) -> dict[str, Any]:
    """Return the claims of a JWT, unverified; nothing if it is no JWT."""
    head, _, rest = token.partition(".")
    body, dot, _ = rest.partition(".")
    if not head or not dot:
        return {}
    try:
        document = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def is_loopback(host: str) -> bool:
    """Return whether a host name can only mean this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _origin(scheme: str, host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + (f":{port}" if port not in {None, PORTS[scheme]} else "")


def _is_plain(text: str) -> bool:
    """Return whether the text can stand in a header as it is."""
    return text.isascii() and text.isprintable() and " " not in text
