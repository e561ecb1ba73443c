"""The local backend: SQLite, a folder and the user's git repository."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dagctl.bootstrap.workspace_backend import WorkspaceBackend
from dagctl.errors import NoRepositoryError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from dagctl.adapters.embedded.registry import SqliteRegistry
    from dagctl.commands.behind import Mark
    from dagctl.commands.doctor import HealthCheck
    from dagctl.ports import Cache, DagVersion, GitIdentity, Store


class LocalBackend(WorkspaceBackend):
    """SQLite, a folder and the user's git repository: nothing to sign in to."""

    @cached_property
    def registry(self) -> SqliteRegistry:
        """The registry in the state folder."""
        from dagctl.adapters.embedded.registry import SqliteRegistry

        registry = SqliteRegistry(
            self._state,
            self._settings.project_id,
            lambda: self.user_id(self._author.email),
            lambda: self._author.signature,
            lambda files, of: self.repo.line_of(files, of),  # noqa: PLW0108 - git is asked late
            older=self._older,
        )
        return self._watched("database", registry)

    @property
    def cache(self) -> Cache:
        """The registry: it keeps what the DAG files certify."""
        return self.registry

    def _older(
        self, newest: DagVersion, before: int, limit: int, known: Collection[int]
    ) -> Iterable[DagVersion]:
        """Return versions of a DAG that other clones have made, as git has them."""
        from dagctl.commands.older_versions import OlderVersions
        from dagctl.operation.backend import Context, Silence

        context = Context(self, self._settings, Silence(), self.loader)
        return OlderVersions(context, newest).below(before, limit, known)

    @property
    def followed(self) -> Mark | None:
        """Up to where the registry has followed the DAG files; None: in no repository."""
        from dagctl.adapters.embedded.followed import Followed

        try:
            return Followed(self._git_folder.files["index"], self._state)
        except NoRepositoryError:
            return None

    @property
    def author(self) -> str:
        """Who creates DAGs here: git's `Name <e-mail>`."""
        return self._author.signature

    @cached_property
    def store(self) -> Store:
        """The objects in the state folder."""
        from dagctl.adapters.embedded.store import FolderStore

        return self._watched("storage", FolderStore(self._state.below("store")))

    @property
    def _author(self) -> GitIdentity:
        return self.repo.identity()

    def user_id(self, email: str) -> str:
        """Return the id that stands for an e-mail address."""
        return local_user_id(email)

    def role(self) -> str:
        """Return that everything here is the user's own."""
        return "owner"

    def checks(self) -> Sequence[HealthCheck]:
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


def local_user_id(email: str) -> str:
    """Return the id that the local backend gives the user with an e-mail address."""
    from dagctl.adapters.embedded import local_user

    return local_user.local_user_id(email)
