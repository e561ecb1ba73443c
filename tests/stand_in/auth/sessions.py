"""Sessions and their refresh tokens: rotation with reuse detection.

The rules are those of Supabase Auth (`internal/tokens/service.go`, refresh tokens of version 2): a
token is good once; the one before the active token always gets the active one back; an older one
does so only within the reuse interval after the last refresh, and otherwise ends the session.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
import threading
import uuid
from dataclasses import dataclass, field

LENGTH = 36
"""Bytes of a token of version 2: session, counter and signature."""


class RefreshRefusedError(Exception):
    """A refresh token that is not accepted; `code` is the error code of Supabase Auth."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class Session:
    """One login of one user on one device."""

    user_id: str
    method: str
    started_at: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    counter: int = 0
    refreshed_at: float = 0.0
    key: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)

    def refresh_token(self) -> str:
        return self._token(self.counter)

    def _token(self, counter: int) -> str:
        head = uuid.UUID(self.id).bytes + counter.to_bytes(4, "big")
        signature = hmac.digest(self.key, head, "sha256")[:16]
        return base64.urlsafe_b64encode(head + signature).decode().rstrip("=")

    def counter_of(self, token: str) -> int | None:
        """Return which of this session's tokens it is, or None if it is none of them."""
        counter = int.from_bytes(_raw(token)[16:20], "big")
        return counter if hmac.compare_digest(self._token(counter), token) else None


@dataclass
class Sessions:
    """All sessions of one project. Safe to use from many threads."""

    reuse_interval: float = 10.0
    _sessions: dict[str, Session] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, user_id: str, method: str, now: float) -> Session:
        session = Session(user_id, method, now, refreshed_at=now)
        with self._lock:
            self._sessions[session.id] = session
        return session

    def get(self, session_id: str) -> Session | None:
        return self._sessions.get(session_id)

    def close(self, session_id: str) -> None:
        with self._lock:
            self._sessions.pop(session_id, None)

    def close_all(self, user_id: str, *, but: str | None = None) -> None:
        with self._lock:
            for session in list(self._sessions.values()):
                if session.user_id == user_id and session.id != but:
                    del self._sessions[session.id]

    def refresh(self, token: str, now: float) -> Session:
        """Return the session with its active token, which is a new one if `token` was active.

        Raises:
            RefreshRefusedError: The token is unknown, or was used before.
        """
        with self._lock:
            session = self._sessions.get(_session_id(token))
            counter = session.counter_of(token) if session else None
            if session is None or counter is None:
                text = "Invalid Refresh Token: Refresh Token Not Found"
                raise RefreshRefusedError("refresh_token_not_found", text)
            self._advance(session, counter, now)
            session.refreshed_at = now
            return session

    def _advance(self, session: Session, counter: int, now: float) -> None:
        behind = session.counter - counter
        if behind == 0:
            session.counter += 1
        elif behind > 1 and now - session.refreshed_at >= self.reuse_interval:
            del self._sessions[session.id]
            text = "Invalid Refresh Token: Already Used"
            raise RefreshRefusedError("refresh_token_already_used", text)


def is_formed(token: str) -> bool:
    """Return whether a text has the form of a refresh token, of version 1 or 2."""
    return re.fullmatch("[a-z0-9]{12}", token) is not None or len(_raw(token)) == LENGTH


def _raw(token: str) -> bytes:
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""


def _session_id(token: str) -> str:
    head = _raw(token)[:16]
    return str(uuid.UUID(bytes=head)) if len(head) == 16 else ""
