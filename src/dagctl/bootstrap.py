"""The only chooser of adapters. Each is imported and opened when it is first asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from dagctl.errors import UsageError
from dagctl.ports import Query
from dagctl.session.redaction import remember_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from dagctl.adapters.durable import Location
    from dagctl.adapters.git.folder import GitFolder
    from dagctl.adapters.sqlite_registry import SqliteRegistry
    from dagctl.adapters.supabase.client import DataClient
    from dagctl.adapters.supabase.http import Connections
    from dagctl.adapters.supabase.probe import ProjectProbe
    from dagctl.adapters.supabase.registry import SupabaseRegistry
    from dagctl.commands.doctor import Check
    from dagctl.endpoint import Endpoint
    from dagctl.ports import Cache, Files, Identity, Journal, Registry, Repo, Store
    from dagctl.session.signed_in import SignedIn
    from dagctl.settings import Settings
    from dagctl.workspace import Workspace

P = TypeVar("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whom a backend works for, where that is not the user of this process."""

    user_id: str
    author: Identity
    """Who commits."""
    signed_in: SignedIn | None = None
    """Whose session is used; None on the local backend."""
    connections: Connections | None = None
    """The connections to Supabase that all callers share."""
    watch: Callable[[str, Any], Any] | None = None
    """Wraps each port, named by the part of the outside that it is, as metrics do."""


class _Workshop(ABC):
    """What every backend works with on this machine: the work tree, git and the journal."""

    def __init__(
        self,
        settings: Settings,
        workspace: Workspace,
        environ: Mapping[str, str],
        caller: Caller | None = None,
    ) -> None:
        self._settings = settings
        self._workspace = workspace
        self._environ = environ
        self._caller = caller

    @cached_property
    def files(self) -> Files:
        """The work tree."""
        from dagctl.adapters.work_tree import WorkTree

        return self._watched("files", WorkTree(self._workspace.root, self._settings.dags_folder))

    @cached_property
    def repo(self) -> Repo:
        """The git repository around the workspace."""
        from dagctl.adapters.git.repo import GitRepo

        repo = GitRepo(
            self._workspace.root,
            self._settings.dags_folder,
            identity=None if self._caller is None else self._caller.author,
            located=lambda: self._git_folder,
        )
        return self._watched("git", repo)

    @cached_property
    def journal(self) -> Journal:
        """The journal in the state folder, and the lock beside it."""
        from dagctl.adapters.file_journal import FileJournal

        return self._watched("journal", FileJournal(self._state))

    @property
    @abstractmethod
    def registry(self) -> Registry:
        """Where DAGs are recorded."""

    @property
    @abstractmethod
    def store(self) -> Store:
        """Where DAG files are uploaded."""

    @property
    @abstractmethod
    def cache(self) -> Cache | None:
        """The registry, if it is a cache of the DAG files."""

    @property
    @abstractmethod
    def author(self) -> str | None:
        """Who creates DAGs here, as the registry records it."""

    @abstractmethod
    def user_id(self, email: str) -> str:
        """Return the id under which the user with this e-mail address creates DAGs.

        Raises:
            UsageError: The backend does not know.
        """

    @abstractmethod
    def role(self) -> str | None:
        """Return the user's role in the project: owner, editor, viewer, or None."""

    @abstractmethod
    def checks(self) -> Sequence[Check]:
        """Return what `dagctl doctor` looks at."""

    @abstractmethod
    def close(self) -> None:
        """Close what was opened."""

    def _watched(self, part: str, port: P) -> P:
        if self._caller is None or self._caller.watch is None:
            return port
        found: P = self._caller.watch(part, port)
        return found

    @cached_property
    def _state(self) -> Location:
        from dagctl.adapters.state_folder import state_in, state_of_nothing

        if not self._workspace.config.exists():  # a project that a server has not made yet
            return state_of_nothing(self._workspace.root)
        return state_in(self._git_folder)

    @cached_property
    def _git_folder(self) -> GitFolder:
        from dagctl.adapters.git.folder import locate

        return locate(self._workspace.root)


class LocalBackend(_Workshop):
    """SQLite, a folder and the user's git repository: nothing to sign in to."""

    @cached_property
    def registry(self) -> SqliteRegistry:
        """The registry in the state folder."""
        from dagctl.adapters.sqlite_registry import SqliteRegistry

        registry = SqliteRegistry(
            self._state,
            self._settings.project_id,
            lambda: self.user_id(self._author.email),
            lambda: self._author.signature,
        )
        return self._watched("database", registry)

    @property
    def cache(self) -> Cache:
        """The registry: it keeps what the DAG files certify."""
        return self.registry

    @property
    def author(self) -> str:
        """Who creates DAGs here: git's `Name <e-mail>`."""
        return self._author.signature

    @cached_property
    def store(self) -> Store:
        """The objects in the state folder."""
        from dagctl.adapters.folder_store import FolderStore

        return self._watched("storage", FolderStore(self._state.below("store")))

    @cached_property
    def _author(self) -> Identity:
        return self.repo.identity()

    def user_id(self, email: str) -> str:
        """Return the id that stands for an e-mail address."""
        from dagctl.adapters.local_user import local_user_id

        return local_user_id(email)

    def role(self) -> str:
        """Return that everything here is the user's own."""
        return "owner"

    def checks(self) -> Sequence[Check]:
        """Return what there is to look at on this machine."""
        from dagctl.commands.doctor import check_of_settings, checks_here
        from dagctl.commands.doctor_dags import checks_of_dags

        return (
            check_of_settings(self._settings, self._environ),
            *checks_here(self, self._settings),
            *checks_of_dags(self, self._settings),
        )

    def close(self) -> None:
        """Close what was opened."""
        if "registry" in self.__dict__:
            self.registry.close()


class SupabaseBackend(_Workshop):
    """A Supabase project, as the user who is signed in. Nothing is asked before it is needed."""

    @cached_property
    def registry(self) -> SupabaseRegistry:
        """The table `user_dags`."""
        from dagctl.adapters.supabase.registry import SupabaseRegistry

        registry = SupabaseRegistry(self._client, self._settings.project_id)
        return self._watched("database", registry)

    @property
    def cache(self) -> None:
        """None: the registry is shared, and counts."""
        return

    @property
    def author(self) -> str:
        """Who creates DAGs here: the e-mail address of the account."""
        return self._session.email

    @cached_property
    def store(self) -> Store:
        """The bucket."""
        from dagctl.adapters.supabase.store import SupabaseStore

        store = SupabaseStore(self._client, self._settings.supabase_bucket)
        return self._watched("storage", store)

    def user_id(self, email: str) -> str:
        """Return the id of the user who is signed in; others' addresses are nobody's to read.

        Raises:
            UsageError: It is another's address.
        """
        if email.lower() != self._session.email.lower():
            raise UsageError(
                "Supabase tells nobody's e-mail address but your own",
                hint="give the user's id (UUID), as `dagctl show` has it",
            )
        return self._session.user_id

    def role(self) -> str | None:
        """Return the user's role in the project, as the database sees it now."""
        return self.registry.role()

    def checks(self) -> Sequence[Check]:
        """Return what there is to look at in the project and on this machine."""
        from dagctl.commands.doctor import check_of_settings, checks_here, supabase_checks
        from dagctl.commands.doctor_dags import checks_of_dags

        return (
            check_of_settings(self._settings, self._environ),
            *supabase_checks(self._probe, self._settings),
            *checks_here(self, self._settings),
            *checks_of_dags(self, self._settings, needs=("table", "bucket")),
        )

    def close(self) -> None:
        """Hang up, and sign out if the session was begun for this process."""
        for opened in ("_probe", "_client"):
            if opened in self.__dict__:
                getattr(self, opened).close()
        if "_session" in self.__dict__:
            self._session.close()

    @cached_property
    def _probe(self) -> ProjectProbe:
        from dagctl.adapters.supabase.probe import ProjectProbe

        return ProjectProbe(self._settings, lambda: self._session)

    @cached_property
    def _client(self) -> DataClient:
        from dagctl.adapters.supabase.client import DataClient

        connections = None if self._caller is None else self._caller.connections
        return DataClient(self._settings.endpoint, self._session, connections)

    @cached_property
    def _session(self) -> SignedIn:
        from dagctl.sign_in import open_session

        if self._caller is not None and self._caller.signed_in is not None:
            return self._caller.signed_in
        return open_session(self._settings.endpoint, self._environ)


def open_backend(
    settings: Settings,
    workspace: Workspace,
    environ: Mapping[str, str],
    caller: Caller | None = None,
) -> LocalBackend | SupabaseBackend:
    """Return the adapters that the settings choose. Nothing is opened yet."""
    remember_environment(environ)  # for programs other than the command line
    if settings.backend == "supabase":
        return SupabaseBackend(settings, workspace, environ, caller)
    return LocalBackend(settings, workspace, environ, caller)


def local_dag_ids(
    settings: Settings, workspace: Workspace, environ: Mapping[str, str]
) -> list[str]:
    """Return the ids of the DAGs that the embedded registry of the workspace has recorded.

    Raises:
        DagctlError: It cannot be read.
    """
    backend = LocalBackend(settings, workspace, environ)
    ids: list[str] = []
    try:
        query = Query(limit=1000)
        while True:
            page = backend.registry.page(query)
            ids += [record.dag_id for record in page.records]
            if page.next is None:
                return ids
            query = replace(query, after=page.next)
    finally:
        backend.close()


def open_connections(patience: float) -> Connections:
    """Return connections that many callers share; hang them up.

    Args:
        patience: How many seconds a request may take in all, its repetitions included.
    """
    from dagctl.adapters.supabase.http import Connections

    return Connections(patience)


def services_of(endpoint: Endpoint, connections: Connections) -> Mapping[str, Callable[[], None]]:
    """Return a look at each service of a Supabase project; one that is down raises."""
    from dagctl.adapters.supabase.probe import services

    return services(endpoint, connections)


def open_probe(settings: Settings, environ: Mapping[str, str]) -> ProjectProbe:
    """Return a look at the Supabase project that the settings name; close it."""
    from dagctl.adapters.supabase.probe import ProjectProbe
    from dagctl.sign_in import open_session

    return ProjectProbe(settings, lambda: open_session(settings.endpoint, environ))


def take_over_old_state(workspace: Workspace) -> str | None:
    """Move what an earlier dagctl kept in the work tree to the state folder; return a warning.

    Raises:
        UsageError: The workspace is in no repository, or git does not trust it.
        UnavailableError: It cannot be moved now.
    """
    from dagctl.adapters.old_state import has_old_state, take_over

    if not has_old_state(workspace.root):
        return None
    from dagctl.adapters.git.folder import locate
    from dagctl.adapters.state_folder import state_in

    return take_over(workspace.root, state_in(locate(workspace.root)))


def open_lock(folder: Path, name: str) -> Journal:
    """Return the lock in `name` below a folder that exists; both are made if need be."""
    from dagctl.adapters.durable import Location
    from dagctl.adapters.file_journal import FileJournal

    return FileJournal(Location(folder, (name,)))


def journal_folder(root: Path) -> Path:
    """Return where the journal of a workspace is; it need not exist.

    Raises:
        UsageError: The workspace is in no repository.
    """
    from dagctl.adapters.git.folder import locate
    from dagctl.adapters.state_folder import state_in

    return state_in(locate(root)).below("journal").path


def start_repository(folder: Path) -> bool:
    """Make a git repository at `folder` unless one is around it; return whether one was made."""
    from dagctl.adapters.git import start

    return start.start_repository(folder)


def start_own_repository(folder: Path) -> bool:
    """Make a git repository of the folder's own; return whether one was made."""
    from dagctl.adapters.git import start

    return start.start_own_repository(folder)
