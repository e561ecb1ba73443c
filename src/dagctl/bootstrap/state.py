"""What a workspace has on this machine: state folder, lock, git repository, an Airflow."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dagctl.adapters.git.folder import locate
from dagctl.durable import Location
from dagctl.workspace import find_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dagctl.commands.adopt import Serialise
    from dagctl.ports import Journal
    from dagctl.ports.template_store import TemplateStore
    from dagctl.ports.text_merge import Merged, MergeSide
    from dagctl.workspace import Workspace


def take_over_old_state(workspace: Workspace) -> str | None:
    """Move what an earlier dagctl kept in the work tree to the state folder; return a warning.

    Raises:
        UsageError: The workspace is in no repository, or git does not trust it.
        UnavailableError: It cannot be moved now.
    """
    from dagctl.adapters.state.old_state import has_old_state, take_over

    if not has_old_state(workspace.root):
        return None
    from dagctl.adapters.state.state_folder import state_in

    return take_over(workspace.root, state_in(locate(workspace.root)))


def open_lock(folder: Path, name: str) -> Journal:
    """Return the lock in `name` below a folder that exists; both are made if need be."""
    from dagctl.adapters.state.file_journal import FileJournal

    return FileJournal(Location(folder, (name,)))


def journal_folder(root: Path) -> Path:
    """Return where the journal of a workspace is; it need not exist.

    Raises:
        UsageError: The workspace is in no repository.
    """
    from dagctl.adapters.state.state_folder import state_in

    return state_in(locate(root)).below("journal").path


def start_repository(folder: Path, *, own: bool = False) -> bool:
    """Make a git repository unless one is around the folder, or is its `own`; return whether."""
    from dagctl.adapters.git import new_repository

    return new_repository.start_repository(folder, own=own)


def merge_texts(mine: MergeSide, base: MergeSide, theirs: MergeSide) -> Merged:
    """Return the text that has what two sides have changed since their base, merged by git.

    Raises:
        NoRepositoryError: There is no git.
        UnavailableError: git cannot merge them.
    """
    from dagctl.adapters.git.merge_file import merged

    return merged(mine, base, theirs)


def earlier_files(start: Path, folder: str) -> Iterator[tuple[str, bytes]]:
    """Yield the paths and contents that files of a folder had in earlier commits, newest first.

    Args:
        start: A folder at or below the workspace.
        folder: The folder, relative to the workspace.
    """
    from dagctl.adapters.git.earlier_texts import earlier_texts
    from dagctl.text.lines import MAX_BYTES

    yield from earlier_texts(find_workspace(start).root, folder, MAX_BYTES)


def airflow_of(python: str, folder: Path) -> Serialise:
    """Return what asks an Airflow what it makes of DAG files; that runs their code.

    Args:
        python: The program of an environment with Airflow.
        folder: The folder of the DAGs, which their code may import from.
    """
    from dagctl.adapters.airflow.process import serialised

    return partial(serialised, python, folder=folder)


def open_template_store(root: Path) -> TemplateStore:
    """Return what fetches templates of other repositories, and keeps them for a workspace.

    Raises:
        UsageError: The workspace is in no repository, or git does not trust it.
    """
    from dagctl.adapters.git.template_store import GitTemplateStore
    from dagctl.adapters.state.state_folder import state_in

    return GitTemplateStore(state_in(locate(root)))
