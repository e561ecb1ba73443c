"""The only chooser of adapters. Each is imported and opened when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.adapters.sqlite_registry import SqliteRegistry
    from dagctl.ports import Files, Journal, Repo, Store
    from dagctl.settings import Settings
    from dagctl.workspace import Workspace


class LocalBackend:
    """SQLite, a folder and the user's git repository: nothing to sign in to."""

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self._settings = settings
        self._workspace = workspace

    @cached_property
    def registry(self) -> SqliteRegistry:
        """The registry in `.dagctl/registry.db`."""
        from dagctl.adapters.sqlite_registry import SqliteRegistry

        path = self._state / "registry.db"
        return SqliteRegistry(path, self._settings.project_id, self._user_id)

    @cached_property
    def store(self) -> Store:
        """The objects in `.dagctl/store`."""
        from dagctl.adapters.folder_store import FolderStore

        return FolderStore(self._state / "store")

    @cached_property
    def files(self) -> Files:
        """The work tree."""
        from dagctl.adapters.work_tree import WorkTree

        return WorkTree(self._workspace.root)

    @cached_property
    def repo(self) -> Repo:
        """The git repository around the workspace."""
        from dagctl.adapters.git import GitRepo

        return GitRepo(self._workspace.root)

    @cached_property
    def journal(self) -> Journal:
        """The journal in `.dagctl/journal`, and the lock beside it."""
        from dagctl.adapters.journal import FileJournal

        return FileJournal(self._state)

    def close(self) -> None:
        """Close what was opened."""
        if "registry" in self.__dict__:
            self.registry.close()

    @cached_property
    def _state(self) -> Path:
        from dagctl.adapters.state_folder import make_state_folder

        return make_state_folder(self._workspace.state)

    def _user_id(self) -> str:
        from dagctl.adapters.local_user import local_user_id

        return local_user_id(self.repo.identity().email)


def open_backend(settings: Settings, workspace: Workspace) -> LocalBackend:
    """Return the adapters that the settings choose. Nothing is opened yet."""
    backends = {"local": LocalBackend}
    return backends[settings.backend](settings, workspace)


def start_repository(folder: Path) -> bool:
    """Make a git repository at `folder` unless one is around it; return whether one was made."""
    from dagctl.adapters.git import start

    return start.start_repository(folder)
