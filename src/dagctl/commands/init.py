"""Make a folder a workspace: its settings, its schema, its repository."""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING, Literal

from dagctl.durable import CREATE
from dagctl.errors import UNCHANGED, ConflictError, DagctlError, UnavailableError, advice
from dagctl.frozen import frozen
from dagctl.next_step import INIT, Command, Fix
from dagctl.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dagctl.workspace import Workspace

AGAIN = f"what was made before stays; `{INIT}` makes what is missing"
ELSEWHERE = Fix("choose another folder: ", Command("init", "DIR"))

_MODE = 0o644  # never writable for all, whatever the umask is
_FOLDER_MODE = 0o755


@frozen
class InitChoices:
    """What `dagctl.toml` shall say."""

    project_id: str
    airflow: str = "3"
    dags_folder: str = "dags"


@frozen
class InitResult:
    """What was made, and what was there already; paths relative to the workspace."""

    root: Path
    created: tuple[str, ...]
    kept: tuple[str, ...]
    repository: Literal["created", "found"]


def init(
    workspace: Workspace,
    choices: InitChoices,
    *,
    schema: str,
    start_repository: Callable[[Path], bool],
) -> InitResult:
    """Make what is missing of a workspace and overwrite nothing.

    `start_repository` makes a git repository at a path unless one is around it, and says whether it
    had to.

    Raises:
        ConflictError: Something else stands where a file or folder has to be.
        UnavailableError: A file cannot be written.
        UsageError: There is a `dagctl.toml` already, and it is not valid.
    """
    texts = {workspace.config: toml(choices), workspace.schema: schema}
    state, is_there = UNCHANGED, workspace.root.is_dir()
    try:
        _make_folder(workspace.root)
        state = AGAIN
        is_new = start_repository(workspace.root)
        made = {path: _write_new(path, text) for path, text in texts.items()}
    except DagctlError as error:  # of git
        error.state = error.state if is_there else state
        raise
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        is_folder = isinstance(error, IsADirectoryError)
        raise ConflictError(
            f"{error.filename} is in the way: it is {'a' if is_folder else 'not a'} folder",
            state=state,
            hint=Fix("move it away, or choose another folder: ", Command("init", "DIR")),
        ) from error
    except OSError as error:
        message = f"cannot write {error.filename}: {error.strerror}"
        raise UnavailableError(message, state=state, hint=advice(error) or ELSEWHERE) from error
    if not made[workspace.config]:
        check_settings(workspace, os.environ)  # else a file that no command can read counts as good
    names = {path: path.relative_to(workspace.root).as_posix() for path in texts}
    return InitResult(
        root=workspace.root,
        created=tuple(names[path] for path, is_made in made.items() if is_made),
        kept=tuple(names[path] for path, is_made in made.items() if not is_made),
        repository="created" if is_new else "found",
    )


def toml(choices: InitChoices) -> str:
    """Return a commented `dagctl.toml`."""
    return f"""\
# Settings of this dagctl workspace. Each can be overruled by an environment variable:
# DAGCTL_AIRFLOW=2 dagctl create ...

# Every DAG is recorded under this project. Commit this file, and everybody has the same one.
project_id = "{choices.project_id}"

# Where DAG files go, relative to this file.
dags_folder = {json.dumps(choices.dags_folder, ensure_ascii=False)}

# The Airflow that DAG files are written for: "2" (2.9 to 2.11), "3" (3.0 and newer), or one
# version such as "3.1".
airflow = "{choices.airflow}"

# Where DAGs are recorded and stored: "local" (in .git/dagctl/, no account needed), or "supabase"
# (`dagctl link` sets it up).
backend = "local"

# How many seconds to wait for another dagctl in this workspace.
lock_timeout = 60
"""


def _write_new(path: Path, text: str) -> bool:
    """Write the file unless something is there; return whether it was written."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "a folder is in the way", str(path))
    if os.path.lexists(path):
        return False
    with os.fdopen(os.open(path, CREATE, _MODE), "w", encoding="utf-8") as file:
        file.write(text)
    return True


def _make_folder(path: Path) -> None:
    """Make the folder and those above it that are missing, none of them writable for all."""
    if not path.is_dir():
        _make_folder(path.parent)
        path.mkdir(_FOLDER_MODE, exist_ok=True)
