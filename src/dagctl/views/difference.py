"""A difference between two specs as JSON data, for the command line and the HTTP API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dagctl.difference import Difference


def difference_data(change: Difference) -> dict[str, Any]:
    """Return what changed: `kind`, `path`, and the values before and after."""
    return {
        "kind": change.kind,
        "path": list(change.path),
        "before": change.before,
        "after": change.after,
    }
