"""The people in the golden rows, and how each of them sends a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jwt

if TYPE_CHECKING:
    from tests.stand_in import StandIn

PROJECT = "11111111-1111-4111-8111-111111111111"
FOREIGN = "22222222-2222-4222-8222-222222222222"
NOTES = [
    ("a", 1, [], '{"kind": "x", "deep": [7]}'),
    ("b", 2, ["x", "y"], None),
    ("c", 3, ["y"], None),
]
INSERT = "insert into public.notes (project_id, name, size, tags, data) values (%s, %s, %s, %s, %s)"
PASSWORD = "correct horse battery staple"


class Cast:
    """An editor of a project, a stranger who belongs to another one, and three notes."""

    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in = stand_in
        self.editor = stand_in.add_user("editor@example.com", PASSWORD)
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
            "password": PASSWORD,
        }

    def headers(self, sender: str) -> dict[str, str]:
        """Return the headers with which this sender comes."""
        if sender == "nobody":
            return {}
        key = {"apikey": self._stand_in.publishable_key}
        return key if sender == "anon" else key | {"authorization": f"Bearer {self.token(sender)}"}

    def token(self, sender: str) -> str:
        match sender:
            case "key only":
                return self._stand_in.publishable_key
            case "malformed":
                return "nonsense"
            case "forged":
                return jwt.encode({"role": "service_role"}, "x" * 32, "HS256")
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
                head, _, signature = token.rpartition(".")
                return f"{head}.{signature[::-1]}"
        return token
