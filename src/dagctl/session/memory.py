"""A session that lives and ends with the process, as CI wants it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.session.model import Session


class MemorySession:
    """The `SessionStore` of one process."""

    place = "memory"
    profile = None

    def __init__(self, session: Session | None = None) -> None:
        self._session = session
        self._lock = threading.Lock()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the session for the length of the block."""
        with self._lock:
            yield

    def load(self) -> Session | None:
        """Return the session."""
        return self._session

    def refresh_token(self, session: Session) -> str:
        """Return the refresh token."""
        return session.refresh_token

    def save(self, session: Session) -> Session:
        """Keep the session."""
        self._session = session
        return session

    def is_there(self) -> bool:
        """Return whether there is a session."""
        return self._session is not None

    def delete(self) -> None:
        """Forget the session."""
        self._session = None
