"""A real Supabase project that is for tests alone, and the two users whom the tests sign in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import httpx

from dagctl.endpoint import Endpoint, checked_key, checked_url

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLES = (
    "DAGCTL_LIVE_URL",
    "DAGCTL_LIVE_KEY",
    "DAGCTL_LIVE_EDITOR_EMAIL",
    "DAGCTL_LIVE_EDITOR_PASSWORD",
    "DAGCTL_LIVE_STRANGER_EMAIL",
    "DAGCTL_LIVE_STRANGER_PASSWORD",
)
"""The project, its publishable key, and two users."""
SETUP = "tests/stand_in/tests/notes.sql, tests/stand_in/open_bucket.sql, tests/live/setup.sql"


class NotLiveError(RuntimeError):
    """The environment names no project; the message says what it lacks."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user who is signed in."""

    id: str
    email: str
    password: str
    token: str


@dataclass(frozen=True, slots=True)
class LiveProject:
    """The project, as its two users reach it."""

    endpoint: Endpoint
    http: httpx.Client
    editor: Person
    stranger: Person

    @classmethod
    def open(cls, environ: Mapping[str, str]) -> Self:
        """Sign both users in; close it.

        Raises:
            NotLiveError: The environment lacks a variable.
        """
        missing = [name for name in VARIABLES if not environ.get(name)]
        if missing:
            raise NotLiveError(f"no real Supabase project is given: set {', '.join(missing)}")
        url, key, *users = (environ[name] for name in VARIABLES)
        endpoint = Endpoint(checked_url(url), checked_key(key))
        http = httpx.Client(base_url=endpoint.url, headers={"apikey": key}, timeout=30)
        return cls(endpoint, http, _signed_in(http, *users[:2]), _signed_in(http, *users[2:]))

    def close(self) -> None:
        """Sign both users out."""
        for person in (self.editor, self.stranger):
            self.ask(person, "POST", "/auth/v1/logout?scope=local")
        self.http.close()

    def begin(self, person: Person, project_id: str) -> None:
        """Empty a project of the suite and make the person its editor."""
        self.ask(person, "POST", "/rest/v1/rpc/begin_test", json={"p_project": project_id})
        listing = {"prefix": f"{project_id}/dags", "limit": 1000}
        found = self.ask(person, "POST", "/storage/v1/object/list/dags", json=listing).json()
        if keys := [f"{project_id}/dags/{one['name']}" for one in found]:
            self.ask(person, "DELETE", "/storage/v1/object/dags", json={"prefixes": keys})

    def ask(self, person: Person, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Send a request as a user, which must succeed."""
        headers = {"authorization": f"Bearer {person.token}"}
        response = self.http.request(method, path, headers=headers, **options)
        assert response.is_success, f"{method} {path}: {response.text}; has {SETUP} been run?"
        return response


def _signed_in(http: httpx.Client, email: str, password: str) -> Person:
    answer = http.post(
        "/auth/v1/token?grant_type=password", json={"email": email, "password": password}
    )
    assert answer.is_success, f"{email} cannot sign in: {answer.text}"
    session = answer.json()
    return Person(session["user"]["id"], email, password, session["access_token"])
