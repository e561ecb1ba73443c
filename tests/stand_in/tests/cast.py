"""The people in the golden rows, and how each of them sends a request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jwt

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.live.project import LiveProject
    from tests.stand_in import StandIn

PROJECT = "11111111-1111-4111-8111-111111111111"
FOREIGN = "22222222-2222-4222-8222-222222222222"
NOTES = [
    ("c", 3, ["y"], None),
    ("b", 2, ["x", "y"], None),
    ("a", 1, [], '{"kind": "x", "deep": [7]}'),
]
"""A true database gives rows in any order: so a golden row that names none fails here."""
MALFORMED = "nonsense"
FORGED = jwt.encode({"role": "service_role"}, "x" * 32, "HS256")
INSERT = "insert into public.notes (project_id, name, size, tags, data) values (%s, %s, %s, %s, %s)"
EMAIL = "editor@example.com"
PASSWORD = "correct horse battery staple"


class Cast:
    """An editor of a project, a stranger who belongs to another one, and three notes."""

    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in = stand_in
        self.editor = stand_in.add_user(EMAIL, PASSWORD)
        self.stranger = stand_in.add_user("stranger@example.com", PASSWORD)
        stand_in.add_member(PROJECT, self.editor, "editor")
        stand_in.add_member(FOREIGN, self.stranger, "editor")
        for note in NOTES:
            stand_in.sql(INSERT, PROJECT, *note)

    @property
    def names(self) -> dict[str, str]:
        """What `{name}` stands for in the golden rows."""
        return {
            "project": PROJECT,
            "foreign": FOREIGN,
            "editor": self.editor,
            "stranger": self.stranger,
            "email": EMAIL,
            "password": PASSWORD,
        }

    def sql(self, statement: str) -> None:
        """Change the database behind the server's back."""
        self._stand_in.sql(statement)

    def headers(self, sender: str) -> dict[str, str]:
        """Return the headers with which this sender comes."""
        return _headers(sender, self._stand_in.publishable_key, self.token)

    def token(self, sender: str) -> str:
        match sender:
            case "key only":
                return self._stand_in.publishable_key
            case "malformed":
                return MALFORMED
            case "forged":
                return FORGED
            case "stranger":
                return self._stand_in.token(self.stranger)
        return self._spoiled(sender, self._stand_in.token(self.editor))

    def _spoiled(self, sender: str, token: str) -> str:
        match sender:
            case "expired":
                self._stand_in.expire(self.editor)
            case "future":
                self._stand_in.clock.skew = -120
            case "gone":
                self._stand_in.sql("delete from auth.users")
            case "logged out":
                self._stand_in.end_sessions(self.editor)
            case "altered":
                return _altered(token)
        return token


class LiveCast:
    """The same people and notes in a real project."""

    def __init__(self, live: LiveProject) -> None:
        self._live = live
        live.begin(live.editor, PROJECT)
        live.begin(live.stranger, FOREIGN)
        for name, size, tags, data in NOTES:
            note: dict[str, Any] = {"project_id": PROJECT, "name": name, "size": size, "tags": tags}
            note["data"] = None if data is None else json.loads(data)
            live.ask(live.editor, "POST", "/rest/v1/notes", json=note)

    @property
    def names(self) -> dict[str, str]:
        """What `{name}` stands for in the golden rows."""
        return {
            "project": PROJECT,
            "foreign": FOREIGN,
            "editor": self._live.editor.id,
            "stranger": self._live.stranger.id,
            "email": self._live.editor.email,
            "password": self._live.editor.password,
        }

    def sql(self, statement: str) -> None:
        raise AssertionError(f"nobody runs {statement!r} in a real project")

    def headers(self, sender: str) -> dict[str, str]:
        """Return the headers with which this sender comes."""
        return _headers(sender, self._live.endpoint.publishable_key, self._token)

    def _token(self, sender: str) -> str:
        return {
            "key only": self._live.endpoint.publishable_key,
            "malformed": MALFORMED,
            "forged": FORGED,
            "stranger": self._live.stranger.token,
            "editor": self._live.editor.token,
            "altered": _altered(self._live.editor.token),
        }[sender]


def _headers(sender: str, key: str, token: Callable[[str], str]) -> dict[str, str]:
    if sender == "nobody":
        return {}
    if sender == "anon":
        return {"apikey": key}
    return {"apikey": key, "authorization": f"Bearer {token(sender)}"}


def _altered(token: str) -> str:
    head, _, signature = token.rpartition(".")
    return f"{head}.{signature[::-1]}"
