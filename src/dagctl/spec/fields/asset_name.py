"""The name or URI of an asset, which Airflow 2 calls a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.spec.fields.asset_schemes import form_of_parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from urllib.parse import SplitResult

LONGEST = 1_500
"""Airflow's column for the name and the URI of an asset."""
_HINT = "write a name or a URI, such as `warehouse://orders`"


def asset_problems(value: object) -> Iterator[Problem]:
    """Yield what is wrong with a value that shall name an asset on every Airflow."""
    if not isinstance(value, str):
        yield Problem(Code.BAD_ASSET, "the name of an asset is text", _HINT)
    elif not 0 < len(value) <= LONGEST or not value.isascii() or not value.isprintable():
        message = f"an asset has a name of 1 to {LONGEST:,} printable ASCII characters"
        yield Problem(Code.BAD_ASSET, message, _HINT)
    elif not value.strip() or value != value.strip():
        yield Problem(Code.BAD_ASSET, "the name of an asset begins or ends with a space", _HINT)
    else:
        yield from _of_uri(value)


def _of_uri(value: str) -> Iterator[Problem]:
    try:
        parts = urlsplit(value)
    except ValueError:
        yield Problem(Code.BAD_ASSET, f"{quoted(value)} is not a URI", _HINT)
        return
    if parts.scheme == "airflow":
        message = "Airflow keeps the scheme `airflow` for itself"
        yield Problem(Code.BAD_ASSET, message, "write another scheme")
    elif parts.scheme and "@" in parts.netloc:
        message = "Airflow drops the user and the password of a URI"
        yield Problem(Code.BAD_ASSET, message, "take them out")
    elif parts.scheme and not parts.scheme.startswith("x-") and form_of_parts(parts) is None:
        yield from kept_problems(value)


def kept_problems(value: str) -> Iterator[Problem]:
    """Yield that Airflow keeps another URI than the one that is written, if it does."""
    kept = _kept(urlsplit(value))
    if kept.rstrip("/") != value.rstrip("/"):
        message = f"Airflow keeps another URI: {quoted(kept)}"
        yield Problem(Code.BAD_ASSET, message, "write it as Airflow keeps it")


def _kept(parts: SplitResult) -> str:
    """Return a URI as Airflow keeps it (`_sanitize_uri`): query in order, without a fragment."""
    query = urlencode(sorted(parse_qsl(parts.query)))
    path = parts.path.rstrip("/") or "/"
    return urlunsplit(parts._replace(path=path, query=query, fragment=""))
