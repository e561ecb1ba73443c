"""The stand-in for a Supabase project, as tests see it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Literal, Self

from tests.stand_in.auth import users
from tests.stand_in.auth.codes import token_hash
from tests.stand_in.auth.grants import access_claims
from tests.stand_in.auth.tokens import Algorithm, TokenIssuer
from tests.stand_in.clock import Clock
from tests.stand_in.database import Database
from tests.stand_in.project import Keys, Project, Settings
from tests.stand_in.server import Server

if TYPE_CHECKING:
    import uuid
    from types import TracebackType

    from tests.stand_in.faults import Faults
    from tests.stand_in.request_log import RequestLog

Role = Literal["owner", "editor", "viewer"]

PATIENT_FUNCTIONS = """
select oid::regprocedure::text from pg_proc, unnest(proconfig) setting
where setting like 'statement_timeout=%'
"""


class StandIn:
    """A Supabase project on a loopback port, in front of a real PostgreSQL.

    Usable as a context manager. `use` gives the running server a fresh project on another
    database, so that one server serves a whole test session.
    """

    def __init__(
        self,
        conninfo: str,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        algorithm: Algorithm = "ES256",
    ) -> None:
        """Bind the port.

        Args:
            conninfo: A superuser's connection string to a database with the roles and schemas of
                a Supabase project.
            host: A loopback address; anything else is refused.
            port: The port, or 0 for a free one.
            algorithm: How access tokens are signed.
        """
        self._algorithm: Algorithm = algorithm
        self._keys = Keys()
        self._server = Server(self._new_project(conninfo), host, port)
        self.url = f"http://{host}:{self._server.server_port}"
        self._project.url = self.url
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    # --- What a client is told ---

    @property
    def publishable_key(self) -> str:
        return self._keys.publishable

    @property
    def secret_key(self) -> str:
        """The key of `service_role`, which dagctl must refuse."""
        return self._keys.secret

    @property
    def conninfo(self) -> str:
        """The superuser's connection string to the project's database."""
        return self._project.database.conninfo

    # --- What a test can watch and turn ---

    @property
    def faults(self) -> Faults:
        return self._server.faults

    @property
    def requests(self) -> RequestLog:
        return self._server.requests

    @property
    def clock(self) -> Clock:
        return self._project.clock

    @property
    def settings(self) -> Settings:
        return self._project.settings

    @property
    def reuse_interval(self) -> float:
        """For how many seconds a refresh token may be used again."""
        return self._project.sessions.reuse_interval

    @reuse_interval.setter
    def reuse_interval(self, seconds: float) -> None:
        self._project.sessions.reuse_interval = seconds

    # --- Life ---

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._project.database.close()

    def use(self, conninfo: str) -> None:
        """Go on with a fresh project on another database; URL and keys stay."""
        self._server.late.lose()
        old, self._server.project = self._project, self._new_project(conninfo)
        self._project.url = self.url
        old.database.close()
        self.faults.clear()
        self.requests.clear()

    def settle(self) -> None:
        """Let each late or delayed request arrive now, and wait until it has been acted on."""
        self._server.late.settle()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # --- The project's people ---

    def add_user(self, email: str, password: str | None) -> str:
        """Add a user, with a confirmed address; return the id."""
        return users.add(self._project.database, email, password=password)

    def add_member(self, project_id: str | uuid.UUID, user_id: str, role: Role = "editor") -> None:
        """Make a user a member of a project, or change the role."""
        self.sql(
            "insert into public.project_members (project_id, user_id, role) values (%s, %s, %s)"
            " on conflict (project_id, user_id) do update set role = excluded.role",
            project_id,
            user_id,
            role,
        )

    def remove_member(self, project_id: str | uuid.UUID, user_id: str) -> None:
        self.sql(
            "delete from public.project_members where project_id = %s and user_id = %s",
            project_id,
            user_id,
        )

    def token(self, user_id: str, **claims: object) -> str:
        """Return an access token of a new session, as a login would; a hook may set claims."""
        return self._project.tokens.sign(self.claims(user_id) | claims)

    def claims(self, user_id: str) -> dict[str, Any]:
        """Return what the access token of a new session would say."""
        user = users.by_id(self._project.database, user_id)
        if user is None:
            raise LookupError(user_id)
        session = self._project.sessions.open(user_id, "password", self.clock.now())
        return access_claims(self._project, user, session)

    def rotate_key(self) -> None:
        """Sign with a new key, or with a first one in place of the secret; old tokens stay good."""
        self._project.tokens.rotate()

    def revoke_old_keys(self) -> None:
        """Refuse every token that was not signed with the key of now."""
        self._project.tokens.revoke_previous()

    def expire(self, user_id: str) -> None:
        """Let every access token that this user has run out now; refresh tokens stay good."""
        self._project.tokens.expire(user_id)

    def end_sessions(self, user_id: str) -> None:
        """Log the user out everywhere, as from another device."""
        self._project.sessions.close_all(user_id)

    def code_for(self, email: str) -> str:
        """Return the one-time code that was "sent" to this address."""
        return self._project.codes[email.lower()][0]

    def link_for(self, email: str) -> str:
        """Return the link that stands in the default mail, in place of a code."""
        token = token_hash(email.lower(), self.code_for(email))
        return f"{self.url}/auth/v1/verify?token={token}&type=magiclink&redirect_to=http://x/"

    def at_provider(self, user_id: str | None) -> None:
        """Say who logs in on the provider's page; None clicks "cancel" there."""
        self._project.provider_user = user_id

    # --- The world behind the server ---

    def sql(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Run SQL as superuser, behind the server's back; return the rows of the last statement."""
        with self._project.database.as_owner() as connection:
            cursor = connection.execute(statement.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def limit_statements(self, seconds: float, *, functions: bool = True) -> None:
        """Cancel each statement of a user that takes longer, as a timeout of the role does.

        Args:
            seconds: How long one may take.
            functions: Whether that counts for functions, too, that have a timeout of their own.
        """
        self._project.database.limit("authenticated", seconds)
        for (function,) in self.sql(PATIENT_FUNCTIONS) if functions else ():
            self.sql(f"alter function {function} set statement_timeout = {round(seconds * 1000)}")

    def stored(self, key: str, bucket: str = "dags") -> bytes | None:
        """Return the bytes of an object, or None."""
        version = self._version(bucket, key)
        return self._project.objects.get(version) if version else None

    def tamper(self, key: str, data: bytes, bucket: str = "dags") -> None:
        """Change the bytes of an object without touching its row."""
        version = self._version(bucket, key)
        if version is None:
            raise LookupError(key)
        self._project.objects[version] = data

    def _version(self, bucket: str, key: str) -> str | None:
        statement = "select version from storage.objects where bucket_id = %s and name = %s"
        rows = self.sql(statement, bucket, key)
        return str(rows[0][0]) if rows else None

    # --- Inside ---

    @property
    def _project(self) -> Project:
        return self._server.project

    def _new_project(self, conninfo: str) -> Project:
        clock = Clock()
        return Project(Database(conninfo), self._keys, clock, TokenIssuer(clock, self._algorithm))
