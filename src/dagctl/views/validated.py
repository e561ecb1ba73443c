"""What `validate` says, as JSON data: which specs are good, and where a value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from dagctl.views.form import Positive

if TYPE_CHECKING:
    from dagctl.spec.resolution.value_origins import Origin


class ValidData(TypedDict):
    """Which specs are good."""

    valid: list[str | None]
    """The good specs; null is standard input."""


class PartData(TypedDict):
    """A part of a value that another line said, such as a tag of a `defaults.yaml`."""

    path: list[str | int]
    """Where the part stands in the spec that is meant."""
    file: str
    line: Positive
    column: Positive


class OriginData(TypedDict):
    """With `--explain`: where a value comes from."""

    field: str
    value: Any
    file: str
    line: Positive
    column: Positive
    path: list[str | int]
    """Where it stands in that file."""
    variables: str | None
    """The variables in it, and what set each."""
    parts: list[PartData]
    """The parts of the value that other lines said."""


def origin_data(field: str, origin: Origin, spec: str) -> OriginData:
    """Return a value, and the file, the line and the path that said it and its parts.

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
        "parts": [
            {
                "path": list(part.path),
                "file": part.file or spec,
                "line": part.line,
                "column": part.column,
            }
            for part in origin.parts
        ],
    }
