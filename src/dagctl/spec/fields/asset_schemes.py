"""What the providers of Airflow ask of the URI of an asset, by its scheme.

Airflow 3 refuses the DAG, and Airflow 2 warns, where the provider of a scheme is installed and its
`sanitize_uri` does not take the URI. These are the rules of all official providers.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit


class _Rule(NamedTuple):
    """What a URI of a scheme is made of."""

    form: str
    """What it looks like, for a hint."""
    parts: tuple[int, ...] = ()
    """How many names its path may have; none: any number."""
    port: bool = False
    """Whether the provider reads the port."""


_TABLE = "database/schema/table"
_RULES = {
    "bigquery": _Rule("project/dataset/table", (2,)),
    "databricks": _Rule("host/catalog/schema/table", (3,)),
    "ftp": _Rule("host/path", port=True),
    "gs": _Rule("bucket/path"),
    "hdfs": _Rule("namenode/path"),
    "hive": _Rule("host/database/table", (2,)),
    "kafka": _Rule("host/topic"),
    "mariadb": _Rule("host/database/table", (2,), port=True),
    "mongodb": _Rule("host/database/collection", (2,), port=True),
    "mssql": _Rule(f"host/{_TABLE}", (3, 4), port=True),
    "mysql": _Rule("host/database/table", (2,), port=True),
    "oracle": _Rule("host/service/schema/table", (3,), port=True),
    "postgres": _Rule(f"host/{_TABLE}", (3,), port=True),
    "postgresql": _Rule(f"host/{_TABLE}", (3,), port=True),
    "presto": _Rule("host/catalog/schema/table", (3,), port=True),
    "redshift": _Rule(f"host/{_TABLE}", (3,), port=True),
    "s3": _Rule("bucket/path"),
    "sftp": _Rule("host/path", port=True),
    "snowflake": _Rule(f"account/{_TABLE}", (3,)),
    "teradata": _Rule("host/database/table", (2,), port=True),
    "trino": _Rule("host/catalog/schema/table", (3,), port=True),
    "vertica": _Rule(f"host/{_TABLE}", (3,), port=True),
}


def wanted_form(uri: str) -> str | None:
    """Return the form that the provider of a URI's scheme asks for, where the URI has another."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    return form_of_parts(parts)


def form_of_parts(parts: SplitResult) -> str | None:
    """Return the same of a URI that is split."""
    rule = _RULES.get(parts.scheme)
    if rule is None or "@" in parts.netloc or _fits(parts, rule):
        return None
    return f"{parts.scheme}://{rule.form}"


def _fits(parts: SplitResult, rule: _Rule) -> bool:
    path = parts.path.rstrip("/") or "/"
    if not parts.netloc or (rule.port and not _has_port(parts)):
        return False
    if parts.scheme == "kafka":
        return path != "/"
    return not rule.parts or path.count("/") in rule.parts


def _has_port(parts: SplitResult) -> bool:
    """Return whether the port can be read; none is fine."""
    try:
        return parts.port is None or parts.port >= 0
    except ValueError:
        return False
