"""What a command asks for: specs, each with the file that it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dagctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dagctl.spec.model import DagSpec

IfExists = Literal["number", "update", "fail"]


@dataclass(frozen=True, slots=True)
class Request:
    """One spec, and its path relative to the workspace (None: standard input, library)."""

    spec: DagSpec
    source: str | None = None


def distinct(requests: Iterable[Request]) -> list[Request]:
    """Return the requests, a file that is named twice only once."""
    seen: set[str] = set()
    return [one for one in requests if one.source is None or _is_new(one.source, seen)]


def check_projects(requests: Sequence[Request], project_id: str) -> None:
    """Check that each spec that names a project names this one.

    Raises:
        UsageError: One names another.
    """
    for one in requests:
        named = one.spec.project_id
        if named is not None and str(named) != project_id:
            raise UsageError(
                f"{one.source or one.spec.dag_id}: project_id is {named}, the workspace's is "
                f"{project_id}",
                hint="leave project_id out of the spec, or use the workspace of that project",
            )


def _is_new(source: str, seen: set[str]) -> bool:
    is_new = source not in seen
    seen.add(source)
    return is_new
