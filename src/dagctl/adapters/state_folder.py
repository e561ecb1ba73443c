"""The workspace's state folder, which a fresh clone does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import UnavailableError, advice
from dagctl.workspace import STATE_GITIGNORE

if TYPE_CHECKING:
    from pathlib import Path


def make_state_folder(path: Path) -> Path:
    """Make the folder, and make git ignore it, unless that is done; return `path`.

    Raises:
        UnavailableError: It cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        ignore = path / ".gitignore"
        if not ignore.exists():
            ignore.write_text(STATE_GITIGNORE, "utf-8")
    except OSError as error:
        raise UnavailableError(
            f"cannot make {path}: {error.strerror}", hint=advice(error)
        ) from error
    return path
