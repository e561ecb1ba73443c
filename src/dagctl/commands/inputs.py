"""Specs as a program gives them: a spec, the path of a file, or data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagctl.commands.read import Document, failure, read_file
from dagctl.commands.spec_files import workspace_files
from dagctl.errors import SpecError
from dagctl.operation.change import asked
from dagctl.spec.load import check_data, load_spec
from dagctl.spec.model import DagSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.errors import Diagnostic
    from dagctl.operation.change import Change

SpecOrFile = DagSpec | str | Path | Mapping[str, Any]
"""A spec, the path of the file that holds one, or its data."""


def changes_of(specs: SpecOrFile | Sequence[SpecOrFile], root: Path) -> list[Change]:
    """Return what these specs ask for, in their order.

    Args:
        specs: One spec, or several of them.
        root: The workspace.

    Raises:
        SpecError: Some specs have errors or cannot be read; it has the findings of all of them.
    """
    sources = [specs] if isinstance(specs, DagSpec | str | Path | Mapping) else specs
    return [asked(spec, source_path(spec.origin, root)) for spec in _load_all(sources)]


def source_path(origin: str | None, root: Path) -> str | None:
    """Return the spec file's path relative to the workspace, or None if the spec has no file."""
    if origin is None or not Path(origin).is_file():
        return None
    path = Path(origin)
    return Path(os.path.relpath(path.parent.resolve() / path.name, root)).as_posix()


def _load_all(sources: Sequence[SpecOrFile]) -> list[DagSpec]:
    specs: list[DagSpec] = []
    diagnostics: list[Diagnostic] = []
    for source in sources:
        try:
            specs.append(_load(source))
        except SpecError as error:
            diagnostics.extend(error.diagnostics)
    if diagnostics:
        raise failure(diagnostics)
    return specs


def _load(source: SpecOrFile) -> DagSpec:
    if isinstance(source, DagSpec):
        return source
    if isinstance(source, Mapping):
        return check_data(source).result()
    document = read_file(str(source))
    if not isinstance(document, Document):
        raise SpecError([document])
    files = workspace_files(Path(source).parent)
    return load_spec(document.data, origin=document.origin, files=files)
