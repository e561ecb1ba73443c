"""Which DAGs `create --prune` removes: those whose spec file in the named folders is gone.

A DAG of which it is not certain stays: another clone may have its spec, or git never had it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.errors import ConflictError, UsageError
from dagctl.next_step import Command, Fix
from dagctl.operation.dags.inventory import path_of
from dagctl.ports import Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.change import Change
    from dagctl.operation.options import Options
    from dagctl.ports import DagRecord, Files, Registry

_PAGE = 1000


def with_pruned(
    context: Context,
    planned: Sequence[Change],
    folders: Sequence[str],
    options: Options,
    command: str,
) -> list[Change]:
    """Return the plan with the removals of DAGs whose spec file is gone from these folders.

    Args:
        context: The ports and the settings.
        planned: What is planned about the specs that are there.
        folders: Folders relative to the workspace; `.` is the workspace itself.
        options: How, as for a removal.
        command: The digest of what is asked.

    Raises:
        ConflictError: The file of such a DAG was changed by hand, or a newer version is recorded;
            or all that could be done is not certain.
    """
    if not folders:
        return list(planned)
    from dagctl.operation.plans.removal import plan_removal

    kept = {change.dag_id for change in planned}
    gone = [record for record in _gone(context, folders) if record.dag_id not in kept]
    known = context.backend.repo.remembered([record.source_path or "" for record in gone])
    sure = [record.dag_id for record in gone if record.source_path in known]
    removals = plan_removal(context, sure, options, command) if sure else []
    warnings = [_unsure(record) for record in gone if record.source_path not in known]
    changes = [*planned, *(replace(each, warnings=()) for each in removals)]
    if warnings and not changes:
        raise ConflictError(warnings[0], hint=Fix(Command("rm", gone[0].dag_id)))
    return _with_warnings(changes, warnings)


def folders_of(
    folders: Sequence[str | Path], root: Path, backend: Backend, key: str | None = None
) -> tuple[str, ...]:
    """Return folders relative to the workspace.

    One that is gone counts if a DAG was made from a spec there, or a commit had it: git keeps no
    folder without files, and the same command again must do nothing.

    Raises:
        UsageError: One is no folder, or not in the workspace; or a call with an idempotency key
            asks for it: a key stands for the specs that are given.
    """
    if folders and key is not None:
        raise UsageError("a key stands for specs that are given", hint="leave `prune` out")
    return tuple(dict.fromkeys(_folder(Path(folder), root, backend) for folder in folders))


def _folder(folder: Path, root: Path, backend: Backend) -> str:
    path = os.path.relpath(folder.resolve(), root.resolve())
    if path.split(os.sep, 1)[0] == "..":
        raise UsageError(
            f"{folder} is outside of the workspace {root}", hint="name a folder of the workspace"
        )
    path = Path(path).as_posix()
    if not folder.is_dir() and (folder.exists() or not _was_there(path, backend)):
        raise UsageError(f"{folder} is no folder", hint="name the folder of the specs")
    return path


def _was_there(path: str, backend: Backend) -> bool:
    """Return whether a DAG was made from a spec in a folder, or a commit had the folder."""
    return any(_made_below(backend.registry, [path])) or bool(backend.repo.log([path]))


def _gone(context: Context, folders: Sequence[str]) -> Iterator[DagRecord]:
    """Yield the DAGs of this work tree whose spec stood in one of the folders and does not now."""
    files = context.backend.files
    for source, record in _made_below(context.backend.registry, folders):
        path = path_of(context.settings, record.dag_id)
        if not _is_there(files, source) and _is_there(files, path):
            yield record


def _made_below(registry: Registry, folders: Sequence[str]) -> Iterator[tuple[str, DagRecord]]:
    """Yield the DAGs that were made from a spec in one of the folders, each with its path."""
    from dagctl.commands.recorded_state import pages

    for page in pages(registry, Query(limit=_PAGE)):
        for record in page.records:
            source = record.source_path
            if source is not None and _is_below(source, folders):
                yield source, record


def _is_below(source: str, folders: Iterable[str]) -> bool:
    if source.startswith("../"):
        return False
    return any(folder == "." or source.startswith(f"{folder}/") for folder in folders)


def _is_there(files: Files, path: str) -> bool:
    """Return whether something stands at a path, as far as that can be seen."""
    try:
        return files.read(path) is not None
    except (ConflictError, UsageError):  # a link, a folder, outside of the workspace
        return True


def _unsure(record: DagRecord) -> str:
    return (
        f"`{record.dag_id}` stays: {record.source_path} is not here, and the history of this clone "
        "does not have it (a shallow clone? a spec that was never committed?)"
    )


def _with_warnings(changes: list[Change], warnings: Sequence[str]) -> list[Change]:
    if not warnings:
        return changes
    return [changes[0].warned(*warnings), *changes[1:]]
