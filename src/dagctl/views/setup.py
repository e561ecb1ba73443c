"""What `init` and `migrations` wrote, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from dagctl.commands.init import InitResult
    from dagctl.commands.migrations import ExportResult


class InitData(TypedDict):
    """What `init` made."""

    root: str
    """The folder of the workspace."""
    created: list[str]
    """Files that were written, relative to the workspace."""
    kept: list[str]
    """Files that were there already."""
    repository: Literal["created", "found"]


class MigrationsData(TypedDict):
    """Which files `migrations export` wrote."""

    written: list[str]
    unchanged: list[str]
    """Files that stood there already, with the same content."""


def init_data(result: InitResult) -> InitData:
    """Return what `init` made."""
    return {
        "root": str(result.root),
        "created": list(result.created),
        "kept": list(result.kept),
        "repository": result.repository,
    }


def migrations_data(result: ExportResult) -> MigrationsData:
    """Return which files were written."""
    return {
        "written": [str(path) for path in result.written],
        "unchanged": [str(path) for path in result.unchanged],
    }
