"""A difference between two specs as JSON data, for the command line and the HTTP API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from dagctl.difference import Difference


class ChangeData(TypedDict):
    """One difference between two versions of a spec."""

    kind: Literal["added", "removed", "changed"]
    path: list[str]
    """The field: `["retries"]`, `["tasks", "load"]` or `["tasks", "load", "bash_command"]`."""
    before: Any
    after: Any


def change_data(change: Difference) -> ChangeData:
    """Return what changed: `kind`, `path`, and the values before and after."""
    return {
        "kind": change.kind,
        "path": list(change.path),
        "before": change.before,
        "after": change.after,
    }
