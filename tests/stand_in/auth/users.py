"""The users of a project: rows of `auth.users`."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row

if TYPE_CHECKING:
    from tests.stand_in.database import Database

INSERT = """
insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at,
                        raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
values (%s, 'authenticated', 'authenticated', %s, %s, now(),
        '{"provider": "email", "providers": ["email"]}', '{}', now(), now())
"""


@dataclass(frozen=True, slots=True)
class User:
    """One row of `auth.users`."""

    row: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def email(self) -> str:
        return str(self.row["email"])

    @property
    def app_metadata(self) -> dict[str, Any]:
        return self.row["raw_app_meta_data"] or {}

    @property
    def user_metadata(self) -> dict[str, Any]:
        return self.row["raw_user_meta_data"] or {}

    @property
    def banned(self) -> bool:
        until = self.row["banned_until"]
        return until is not None and until > datetime.now(UTC)

    @property
    def confirmed(self) -> bool:
        return self.row["email_confirmed_at"] is not None

    @property
    def has_password(self) -> bool:
        return bool(self.row["encrypted_password"])

    def accepts(self, password: str) -> bool:
        salt, _, stored = str(self.row["encrypted_password"]).partition("$")
        return secrets.compare_digest(_digest(salt, password), stored)

    def described(self) -> dict[str, Any]:
        """Return the user object that Supabase Auth shows."""
        created, updated = _text(self.row["created_at"]), _text(self.row["updated_at"])
        return {
            "id": self.id,
            "aud": "authenticated",
            "role": "authenticated",
            "email": self.email,
            "phone": "",
            "email_confirmed_at": _text(self.row["email_confirmed_at"]),
            "confirmed_at": _text(self.row["email_confirmed_at"]),
            "last_sign_in_at": _text(self.row["last_sign_in_at"]),
            "app_metadata": self.app_metadata,
            "user_metadata": self.user_metadata,
            "identities": [self._identity(created, updated)],
            "created_at": created,
            "updated_at": updated,
            "is_anonymous": False,
        }

    def _identity(self, created: str | None, updated: str | None) -> dict[str, Any]:
        return {
            "identity_id": self.id,
            "id": self.id,
            "user_id": self.id,
            "identity_data": {"email": self.email, "sub": self.id},
            "provider": "email",
            "last_sign_in_at": updated,
            "created_at": created,
            "updated_at": updated,
            "email": self.email,
        }


def add(database: Database, email: str, *, password: str | None) -> str:
    """Add a user with a confirmed address; return the id."""
    user_id, salt = str(uuid.uuid4()), secrets.token_hex(4)
    stored = None if password is None else f"{salt}${_digest(salt, password)}"
    with database.as_owner() as connection:
        connection.execute(INSERT, (user_id, email.lower(), stored))
    return user_id


def by_email(database: Database, email: str) -> User | None:
    return _find(database, "email = %s", email.lower())


def by_id(database: Database, user_id: str) -> User | None:
    return _find(database, "id = %s", user_id)


def _find(database: Database, condition: str, value: str) -> User | None:
    with database.as_owner() as connection, connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(f"select * from auth.users where {condition}".encode(), (value,))
        row = cursor.fetchone()
    return User(row) if row else None


def _digest(salt: str, password: str) -> str:
    return hashlib.sha256(f"{salt}{password}".encode()).hexdigest()


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
