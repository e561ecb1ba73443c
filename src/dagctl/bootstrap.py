"""The only chooser of adapters. Each is imported and opened when it is first asked for."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING

from dagctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dagctl.adapters.session_file import SessionFile, Vault
    from dagctl.adapters.sqlite_registry import SqliteRegistry
    from dagctl.endpoint import Endpoint
    from dagctl.ports import Files, Journal, Repo, Store
    from dagctl.session.ports import AuthServer
    from dagctl.session.signed_in import SignedIn
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


def open_session(
    endpoint: Endpoint, environ: Mapping[str, str], *, profile: str | None = None
) -> SignedIn:
    """Return the session that the environment or an earlier login gives; close it.

    Raises:
        NotSignedInError: There is none, or the credentials are refused.
        UnavailableError: The server does not answer.
    """
    from dagctl.session.for_process import ProcessSession
    from dagctl.session.given import GivenToken
    from dagctl.session.renewing import RenewingSession
    from dagctl.session.source import EMAIL, PASSWORD, TOKEN, Source, profile_of, source_of

    url = endpoint.url
    match source_of(environ):
        case Source.TOKEN:
            return GivenToken(url, environ[TOKEN], time.time)
        case Source.PASSWORD:
            credentials = environ[EMAIL], environ[PASSWORD]
            return ProcessSession(url, credentials, auth_server(endpoint), time.time)
        case Source.STORED:
            store = session_file(endpoint, profile_of(environ, profile))
            return RenewingSession(url, store, auth_server(endpoint), time.time)


def session_file(
    endpoint: Endpoint, profile: str, *, in_keyring: bool | None = None
) -> SessionFile:
    """Return where the session of a project is stored.

    Args:
        endpoint: The project.
        profile: The name that tells several sessions of one project apart.
        in_keyring: Whether the keyring shall hold the refresh token; None: as before.
    """
    import platformdirs

    from dagctl.adapters.session_file import SessionFile

    state = platformdirs.user_state_path("dagctl")
    return SessionFile(state, endpoint.url, profile, _keyring, in_vault=in_keyring)


def auth_server(endpoint: Endpoint) -> AuthServer:
    """Return the auth endpoints of a project; close them."""
    from dagctl.adapters.supabase.auth import SupabaseAuth

    return SupabaseAuth(endpoint)


def _keyring() -> Vault:
    """Return the system's keyring.

    Raises:
        UsageError: The extra is not installed.
    """
    try:
        from dagctl.adapters.session_keyring import Keyring
    except ImportError as error:
        raise UsageError(
            "the extra `keyring` is not installed",
            hint="pip install 'dagctl-airflow[keyring]', or dagctl login without --keyring",
        ) from error
    return Keyring()


def start_repository(folder: Path) -> bool:
    """Make a git repository at `folder` unless one is around it; return whether one was made."""
    from dagctl.adapters.git import start

    return start.start_repository(folder)
