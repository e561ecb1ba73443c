"""Where a path really leads: a clone may hold a link to any file of the user's."""

from __future__ import annotations

import os
from pathlib import Path

from dagctl.errors import ConflictError
from dagctl.paths import is_reserved
from dagctl.workspace import CONFIG_NAME

_GIT = ".git"


def outside_of_workspace(path: str | Path) -> Path | None:
    """Return where a path really leads, if a link takes it out of the folder that it belongs to.

    That is the nearest folder above with a `dagctl.toml` or a `.git`. Its git folder counts as
    outside: the configuration in it may hold a token. None where no link leads out, or where the
    path can be none.
    """
    plain = Path(os.path.abspath(path))  # noqa: PTH100 - links stay as they are
    try:
        real = Path(os.path.realpath(path))
    except ValueError:  # no path at all, which reading it says
        return None
    top = _top_of(plain)
    if top is None:
        return None
    real_top = Path(os.path.realpath(top))
    if not real.is_relative_to(real_top):
        return real
    is_in_git = _GIT in real.relative_to(real_top).parts
    return real if is_in_git and _GIT not in plain.relative_to(top).parts else None


def refuse_outside(path: Path) -> None:
    """Let nothing be written in a folder of git or dagctl, or through a link out of the workspace.

    Raises:
        ConflictError: The path is in such a folder, or there is such a link.
    """
    plain = Path(os.path.abspath(path))  # noqa: PTH100 - links stay as they are
    top = _top_of(plain)
    if top is not None and any(map(is_reserved, plain.relative_to(top).parts[:-1])):
        raise ConflictError(
            f"{path} is in a folder of git or dagctl", hint="choose another file or folder"
        )
    outside = outside_of_workspace(path)
    if outside is not None:
        message = f"{path} leads out of the workspace, through a link, to {outside}"
        raise ConflictError(message, hint="choose another file or folder, or remove the link")


def _top_of(plain: Path) -> Path | None:
    return next((folder for folder in plain.parents if _is_top(folder)), None)


def _is_top(folder: Path) -> bool:
    return os.path.lexists(folder / CONFIG_NAME) or os.path.lexists(folder / _GIT)
