"""The Supabase backend: a project, and the user who is signed in to it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dagctl.bootstrap.workspace_backend import WorkspaceBackend
from dagctl.errors import UsageError
from dagctl.next_step import Command, Fix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dagctl.adapters.http.http_client import Connections
    from dagctl.adapters.supabase.probe import ProjectProbe
    from dagctl.adapters.supabase.registry import SupabaseRegistry
    from dagctl.adapters.supabase.supabase_client import DataClient
    from dagctl.commands.doctor import HealthCheck
    from dagctl.endpoint import Endpoint
    from dagctl.ports import Store
    from dagctl.ports.template_store import SharedTemplates
    from dagctl.session.signed_in import SignedIn
    from dagctl.settings import Settings


class SupabaseBackend(WorkspaceBackend):
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

    @cached_property
    def templates(self) -> SharedTemplates:
        """The table `dag_templates`."""
        from dagctl.adapters.supabase.shared_templates import SupabaseTemplates

        shared = SupabaseTemplates(self._client, self._settings.project_id)
        return self._watched("database", shared)

    def user_id(self, email: str) -> str:
        """Return the id of the user who is signed in; addresses of others cannot be read.

        Raises:
            UsageError: It is another's address.
        """
        if email.lower() != self._session.email.lower():
            raise UsageError(
                "Supabase shows only your own e-mail address",
                hint=Fix("give the user's id (UUID), as `", Command("show"), "` has it"),
            )
        return self._session.user_id

    def role(self) -> str | None:
        """Return the user's role in the project, as the database sees it now."""
        return self.registry.role()

    def checks(self) -> Sequence[HealthCheck]:
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
        from dagctl.adapters.supabase.supabase_client import DataClient

        connections = None if self._caller is None else self._caller.connections
        return DataClient(self._settings.endpoint, self._session, connections)

    @cached_property
    def _session(self) -> SignedIn:
        from dagctl.bootstrap.sign_in import open_session

        if self._caller is not None and self._caller.signed_in is not None:
            return self._caller.signed_in
        return open_session(self._settings.endpoint, self._environ)


def open_connections(patience: float) -> Connections:
    """Return connections that many callers share; hang them up.

    Args:
        patience: How many seconds a request may take in all, its repetitions included.
    """
    from dagctl.adapters.http.http_client import Connections

    return Connections(patience)


def services_of(endpoint: Endpoint, connections: Connections) -> Mapping[str, Callable[[], None]]:
    """Return a look at each service of a Supabase project; one that is down raises."""
    from dagctl.adapters.supabase.probe import services

    return services(endpoint, connections)


def open_probe(settings: Settings, environ: Mapping[str, str]) -> ProjectProbe:
    """Return a look at the Supabase project that the settings name; close it."""
    from dagctl.adapters.supabase.probe import ProjectProbe
    from dagctl.bootstrap.sign_in import open_session

    return ProjectProbe(settings, lambda: open_session(settings.endpoint, environ))
