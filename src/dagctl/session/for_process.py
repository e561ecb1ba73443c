"""A session of one process: signed in at its start, in memory, signed out at its end."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dagctl.errors import DagctlError
from dagctl.session.memory import MemorySession
from dagctl.session.model import Session
from dagctl.session.renewing import RenewingSession

if TYPE_CHECKING:
    from dagctl.session.ports import AuthServer, Clock


class ProcessSession(RenewingSession):
    """The session for `DAGCTL_EMAIL` and `DAGCTL_PASSWORD`, as a `SignedIn`."""

    def __init__(
        self, url: str, credentials: tuple[str, str], auth: AuthServer, clock: Clock
    ) -> None:
        try:
            tokens = auth.sign_in(*credentials)
        except DagctlError:
            auth.close()
            raise
        store = MemorySession(Session.begin(url, tokens, clock()))
        super().__init__(url, store, auth, clock)

    def close(self) -> None:
        """Sign out; if the server does not answer, the session ends by itself in time."""
        with suppress(DagctlError):
            self._auth.sign_out(self.access_token())
        self._store.delete()
        super().close()
