"""DAG files that stand where DAG files stood before `dags_folder` was changed.

Airflow may read both folders: a file that is written in the new one makes the DAG twice, and a DAG
whose file is looked for there only is not removed.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dagctl.dag_file.header import read_header
from dagctl.errors import DagctlError, WorkspaceError

if TYPE_CHECKING:
    from dagctl.operation.change import Change
    from dagctl.operation.options import Options
    from dagctl.ports import DagRecord, Files


def left_behind(files: Files, record: DagRecord, path: str) -> str | None:
    """Return where the file of a DAG stands that is not at its `path`; None: in no other folder.

    The row's path is only a hint: it counts if a file of that DAG's name is there, and is dagctl's.
    """
    other = record.file_path
    if other == path or PurePosixPath(other).name != PurePosixPath(path).name:
        return None
    try:
        content = files.read(other)
    except DagctlError:
        return None
    return other if content is not None and read_header(content) is not None else None


def checked_folder(files: Files, change: Change, options: Options) -> Change:
    """Return the change of a DAG; with `force` it warns of a file that stays in another folder.

    Raises:
        WorkspaceError: Without `force`: the DAG file stands in another folder.
    """
    record = change.record
    if record is None or change.old_file is not None:
        return change
    left = left_behind(files, record, change.path)
    if left is None:
        return change
    if not options.force:
        folder, new = left.rpartition("/")[0], change.path.rpartition("/")[0]
        raise WorkspaceError(
            f"the file of `{change.dag_id}` is {left}, and dags_folder is {new} now",
            hint=step(folder, new),
        )
    warning = f"{left} stays where it is: remove it, or Airflow may see `{change.dag_id}` twice"
    return change.warned(warning)


def step(folder: str, new: str) -> str:
    """Return how the DAG files of one folder come into the new one."""
    return f"git mv {folder} {new}, commit, then again; or set dags_folder back"
