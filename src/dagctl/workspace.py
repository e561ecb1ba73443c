"""Which folder is the workspace, and where things stand in it. Paths only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.errors import UsageError
from dagctl.frozen import frozen
from dagctl.next_step import INIT, Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG_NAME = "dagctl.toml"
"""The file that makes a folder a workspace."""

SCHEMA_NAME = ".dag.schema.json"
"""The JSON Schema of a spec, for editors: beside `dagctl.toml`, and committed like that."""


@frozen
class Workspace:
    """The folder with `dagctl.toml`, as an absolute path without symbolic links."""

    root: Path

    @property
    def config(self) -> Path:
        """Where the workspace's settings stand."""
        return self.root / CONFIG_NAME

    @property
    def schema(self) -> Path:
        """Where editors find the JSON Schema of a spec."""
        return self.root / SCHEMA_NAME


def find_workspace(start: Path) -> Workspace:
    """Return the nearest workspace at or above `start`, up to the git root or the home folder.

    Raises:
        UsageError: `start` is not a folder, or there is no `dagctl.toml`.
    """
    folder = resolve_folder(start)
    for candidate in _upwards(folder):
        if _is_marked(candidate):
            return Workspace(candidate)
    raise UsageError(f"no {CONFIG_NAME} in {folder} or the folders above it", hint=Fix(INIT))


def workspace_around(root: Path) -> Workspace | None:
    """Return the workspace in whose folders `root` lies, itself left out, or None.

    Args:
        root: An absolute path without symbolic links; it need not exist.
    """
    for candidate in _upwards(root):
        if candidate != root and _is_marked(candidate):
            return Workspace(candidate)
    return None


def _is_marked(folder: Path) -> bool:
    """Return whether a folder has a `dagctl.toml`, be it one that cannot be read.

    A link that leads nowhere counts: reading it says what is wrong, where `dagctl init` would not.
    """
    marker = folder / CONFIG_NAME
    return os.path.lexists(marker) and not marker.is_dir()


def resolve_folder(path: Path) -> Path:
    """Return `path` as an absolute path without symbolic links.

    Raises:
        UsageError: It is not a folder, or cannot be one.
    """
    try:
        folder = path.resolve()
        is_folder = folder.is_dir()
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a NUL character
        raise UsageError(f"{path} is not a usable path: {error}") from error
    if not is_folder:
        raise _no_folder(path, folder)
    return folder


def _no_folder(path: Path, folder: Path) -> UsageError:
    if folder.exists():
        return UsageError(f"{path} is not a folder", hint=f"name a folder, such as {folder.parent}")
    return UsageError(
        f"there is no folder {path}", hint=f"check the spelling; dagctl looked for {folder}"
    )


def _upwards(folder: Path) -> Iterator[Path]:
    home = _home()
    for candidate in (folder, *folder.parents):
        yield candidate
        if candidate == home or (candidate / ".git").exists():
            return


def _home() -> Path | None:
    try:
        return Path.home().resolve()
    except RuntimeError:  # no HOME and no entry in the password file
        return None
