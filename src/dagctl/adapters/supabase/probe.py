"""Looks at a Supabase project from outside: whether all that dagctl needs is there.

Each look returns what was found, for people, or raises what is wrong with the fix as its hint.
Nothing stays changed: the one thing that is tried out is undone, but for an operation's tombstone.
"""

from __future__ import annotations

import time
from contextlib import suppress
from email.utils import parsedate_to_datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING
from uuid import uuid4

from dagctl.adapters.http.http_client import ONCE
from dagctl.adapters.supabase.http import open_client
from dagctl.adapters.supabase.registry import SupabaseRegistry
from dagctl.adapters.supabase.store import SupabaseStore
from dagctl.adapters.supabase.supabase_client import DataClient
from dagctl.adapters.supabase.supabase_errors import NEWEST_MIGRATION, Refusal, error_of
from dagctl.errors import ConflictError, DagctlError, NotAMemberError, UsageError
from dagctl.next_step import LINK, Fix
from dagctl.ports import COLUMNS, Claim

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.adapters.http.http_client import Connections
    from dagctl.adapters.http.messages import Client
    from dagctl.endpoint import Endpoint
    from dagctl.ports import Reservation
    from dagctl.session.signed_in import SignedIn
    from dagctl.settings import Settings

SERVICES = {
    "auth": "/auth/v1/health",
    "database": "/rest/v1/user_dags?limit=0",
    "storage": "/storage/v1/status",
}
"""Where each service answers without a session, be it with a refusal."""
LEEWAY = 30
"""Seconds by which a clock may be wrong: what PostgREST allows a token."""
TRIAL = "dagctl_doctor"
"""The DAG id that is tried out."""
OK = 200
SHORT = 3.0
"""Seconds that a service may take to show that it is there."""


def services(endpoint: Endpoint, connections: Connections) -> Mapping[str, Callable[[], None]]:
    """Return a look at each service: it raises `UnavailableError` if the service is down."""

    def look(path: str) -> None:
        with open_client(endpoint, connections=connections) as client:
            client.get(f"{endpoint.url}{path}", extensions=ONCE, timeout=SHORT)

    return {name: partial(look, path) for name, path in SERVICES.items()}


class ProjectProbe:
    """One project, seen as the user who is signed in."""

    def __init__(self, settings: Settings, session: Callable[[], SignedIn]) -> None:
        self._settings = settings
        self._open_session = session
        self._is_public: bool | None = None
        """Whether anybody could read the object that was tried out; None: none was."""

    def close(self) -> None:
        """Hang up; the session is left as it is."""
        for opened in ("_public", "_client"):
            if opened in self.__dict__:
                getattr(self, opened).close()

    # --- Without a session ---

    def url(self) -> str:
        """Return that a Supabase project answers."""
        response = self._public.get(f"{self._url}/auth/v1/health")
        if response.status_code not in {OK, 401}:
            raise UsageError(
                f"{self._url} answers HTTP {response.status_code}, as no Supabase project does",
                hint=Fix(LINK, " with the URL from the project's settings"),
            )
        return f"{self._url} answers"

    def key(self) -> str:
        """Return that the project knows the publishable key."""
        response = self._public.get(f"{self._url}/auth/v1/settings")
        if response.status_code != OK:
            said = Refusal(status=response.status_code, message=response.text)
            raise error_of(said, "the publishable key")
        return "the project knows the publishable key"

    def clock(self) -> str:
        """Return how far this machine's clock is from the server's."""
        response = self._public.get(f"{self._url}/auth/v1/health")
        try:
            server = parsedate_to_datetime(response.headers["date"]).timestamp()
        except (KeyError, ValueError):
            return "the server does not give its time"
        ahead = round(time.time() - server)
        if abs(ahead) > LEEWAY:
            way = "ahead of" if ahead > 0 else "behind"
            raise ConflictError(
                f"this machine's clock is {abs(ahead)} s {way} the server's",
                hint="set the clock by the network: timedatectl set-ntp true",
            )
        return "the clocks agree"

    # --- With a session ---

    def session(self) -> str:
        """Return who is signed in."""
        session = self._open_session()
        session.access_token()
        return f"signed in as {session.email or session.user_id}"

    def functions(self) -> str:
        """Return that all functions of the migrations are there."""
        unused = str(uuid4())
        registry = self._registry
        registry.status(unused)
        registry.reserved(unused)
        registry.keyed(unused)
        registry.find(dag_ids=[TRIAL])
        for function in ("begin_abort", "abort"):
            # a call without a project finds the function and does nothing
            self._client.call(function, {"p_operation": unused, "p_project": None})
        for function, parameters in (
            ("reserve", {"p_operation": unused, "p_project": None, "p_claims": []}),
            ("confirm", {"p_operation": unused, "p_records": []}),
        ):
            with suppress(NotAMemberError, ConflictError):  # the refusal that shows it is there
                self._client.call(function, parameters)
        return self._version()

    def table(self) -> str:
        """Return that the table has all its columns and may be read."""
        self._client.first_row("user_dags", COLUMNS)
        return f"user_dags has its {len(COLUMNS)} columns"

    def membership(self) -> str:
        """Return the user's role in the project."""
        role = self._role
        if role is None:
            raise NotAMemberError(
                f"you are not a member of the project {self._settings.project_id}",
                hint="ask an owner of the project to add you, or check project_id",
            )
        may = "may list and show" if role == "viewer" else "may create"
        return f"{role} of the project: {may}"

    def bucket(self) -> str:
        """Return that the bucket is there."""
        name = self._settings.supabase_bucket
        try:
            self._store.get(f"{self._settings.project_id}/dags/{TRIAL}.py")
        except UsageError as error:
            raise UsageError(f"the project has no bucket `{name}`") from error
        return f"the bucket {name} is there"

    def policies(self) -> str:
        """Return that a DAG can be reserved, uploaded, read, removed and given back."""
        if self._role == "viewer":
            return "not tried out: a viewer changes nothing"
        if missing := self._registry.missing_policies():
            raise NotAMemberError(f"the bucket lacks the policy {', '.join(missing)}")
        operation = str(uuid4())
        try:
            (granted,) = self._registry.reserve(operation, [Claim(dag_id=TRIAL)])
            self._try(operation, granted)
        finally:
            with suppress(DagctlError):
                self._registry.abort(operation)
        return "reserving, uploading, reading and removing work"

    def privacy(self) -> str:
        """Return that no other user can read what is stored, as was tried with an object."""
        name = self._settings.supabase_bucket
        if self._is_public is None:
            return "not tried out: a viewer stores nothing"
        if self._is_public:
            raise ConflictError(
                f"the bucket {name} is public: anybody can read the DAGs",
                hint="make it private: in the project's dashboard, Storage, the bucket's settings",
            )
        return f"the bucket {name} is private"

    # --- Inside ---

    def _version(self) -> str:
        """Return that the project has the migrations that this dagctl needs."""
        version = self._registry.schema_version()
        if version < NEWEST_MIGRATION:
            raise ConflictError(
                f"the project has dagctl's migrations up to {version}; this dagctl needs those up "
                f"to {NEWEST_MIGRATION}"
            )
        if version > NEWEST_MIGRATION:
            return (
                f"all functions are there; the project has newer migrations ({version}) than this "
                f"dagctl knows ({NEWEST_MIGRATION})"
            )
        return f"all functions are there, as of migration {version}"

    def _try(self, operation: str, granted: Reservation) -> None:
        key = f"{self._settings.project_id}/dags/{granted.dag_id}.py"
        content = b"# a trial of dagctl doctor\n"
        try:
            self._store.put(key, b"#", operation_id=operation)
            self._store.put(key, content, operation_id=operation)  # over what is there
            if self._store.get(key) != content:
                raise ConflictError("what is uploaded cannot be read again")
            # without an object, Storage refuses alike what is private and what is not there
            path = f"/storage/v1/object/public/{self._settings.supabase_bucket}/{key}"
            self._is_public = self._public.get(f"{self._url}{path}").status_code == OK
        finally:
            self._registry.begin_abort(operation)  # only then it may be removed
            self._store.delete(key)

    @cached_property
    def _role(self) -> str | None:
        return self._registry.role()

    @property
    def _url(self) -> str:
        return self._settings.endpoint.url

    @cached_property
    def _public(self) -> Client:
        return open_client(self._settings.endpoint)

    @cached_property
    def _client(self) -> DataClient:
        return DataClient(self._settings.endpoint, self._open_session())

    @cached_property
    def _registry(self) -> SupabaseRegistry:
        return SupabaseRegistry(self._client, self._settings.project_id)

    @cached_property
    def _store(self) -> SupabaseStore:
        return SupabaseStore(self._client, self._settings.supabase_bucket)
