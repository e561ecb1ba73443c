"""What every backend works with on this machine, and for whom it works."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from dagctl.adapters.git.folder import locate
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dagctl.adapters.git.folder import GitFolder
    from dagctl.adapters.git.repo import GitRepo
    from dagctl.adapters.http.http_client import Connections
    from dagctl.commands.behind import Mark
    from dagctl.commands.doctor import HealthCheck
    from dagctl.durable import Location
    from dagctl.operation.backend import Loader
    from dagctl.ports import Cache, Files, GitIdentity, Journal, Registry, Repo, Store, Upstream
    from dagctl.ports.template_store import SharedTemplates
    from dagctl.session.signed_in import SignedIn
    from dagctl.settings import Settings
    from dagctl.workspace import Workspace

P = TypeVar("P")


@frozen(kw_only=True)
class Caller:
    """Whom a backend works for, where that is not the user of this process."""

    user_id: str
    author: GitIdentity
    """Who commits."""
    signed_in: SignedIn | None = None
    """Whose session is used; None on the local backend."""
    connections: Connections | None = None
    """The connections to Supabase that all callers share."""
    watch: Callable[[str, Any], Any] | None = None
    """Wraps each port, named by the part of the outside that it is, as metrics do."""


class WorkspaceBackend(ABC):
    """What every backend works with on this machine: the work tree, git and the journal."""

    loader: Loader | None = None
    """Reads the specs that git has; None: each counts as it stands there."""

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
        self._upstreams: dict[str, Upstream] = {}

    @cached_property
    def files(self) -> Files:
        """The work tree."""
        from dagctl.adapters.work_tree import WorkTree

        return self._watched("files", WorkTree(self._workspace.root, self._settings.dags_folder))

    @cached_property
    def repo(self) -> Repo:
        """The git repository around the workspace."""
        return self._watched("git", self._git_repo)

    def upstream(self, remote: str) -> Upstream:
        """Return a remote of that repository, by its name."""
        if remote not in self._upstreams:
            # no password is asked for where no person could type it, and never for a caller
            asks = self._caller is None and not self._environ.get("CI") and has_terminal()
            opened = self._git_repo.upstream(remote, asks=asks)
            self._upstreams[remote] = self._watched("git", opened)
        return self._upstreams[remote]

    @cached_property
    def _git_repo(self) -> GitRepo:
        from dagctl.adapters.git.commit import Patience
        from dagctl.adapters.git.repo import GitRepo

        return GitRepo(
            self._workspace.root,
            self._settings.dags_folder,
            identity=None if self._caller is None else self._caller.author,
            patience=Patience(remote=self._settings.push_timeout),
            located=lambda: self._git_folder,
        )

    @cached_property
    def journal(self) -> Journal:
        """The journal in the state folder, and the lock beside it."""
        from dagctl.adapters.state.file_journal import FileJournal

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
    def templates(self) -> SharedTemplates | None:
        """The templates of the project; None: the backend shares none."""
        return None

    @property
    @abstractmethod
    def cache(self) -> Cache | None:
        """The registry, if it is a cache of the DAG files."""

    @property
    def followed(self) -> Mark | None:
        """Up to where the registry has followed the DAG files, if it is a cache of them."""
        return None

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
    def checks(self) -> Sequence[HealthCheck]:
        """Return what `dagctl doctor` looks at."""

    @abstractmethod
    def close(self) -> None:
        """Close what was opened."""

    def renew(self) -> None:
        """Forget what git has answered: its settings, hooks and place may change between calls."""
        for name in ("repo", "_git_repo", "_git_folder"):
            self.__dict__.pop(name, None)
        self._upstreams.clear()

    def _watched(self, part: str, port: P) -> P:
        if self._caller is None or self._caller.watch is None:
            return port
        watched: P = self._caller.watch(part, port)
        return watched

    @cached_property
    def _state(self) -> Location:
        from dagctl.adapters.state.state_folder import state_in, state_of_nothing

        if not self._workspace.config.exists():  # a project that a server has not made yet
            return state_of_nothing(self._workspace.root)
        return state_in(self._git_folder)

    @cached_property
    def _git_folder(self) -> GitFolder:
        return locate(self._workspace.root)


def has_terminal() -> bool:
    """Return whether a person may read a question, and answer it."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))
