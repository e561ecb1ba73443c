"""Where a value of a spec comes from, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dagctl.spec.resolution.origins import Origin


def origin_data(field: str, origin: Origin, spec: str) -> dict[str, Any]:
    """Return a value, and the file, the line and the path that said it.

    Args:
        field: The name that was asked for.
        origin: Where it comes from.
        spec: What the spec is called.
    """
    return {
        "field": field,
        "value": origin.value,
        "file": origin.file or spec,
        "line": origin.line,
        "column": origin.column,
        "path": list(origin.said_as),
        "variables": origin.variables,
    }
