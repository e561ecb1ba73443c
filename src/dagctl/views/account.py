"""Who is signed in, and where, as JSON data: of `login`, `logout`, `whoami` and `link`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

from dagctl.commands.times import rfc3339
from dagctl.views.form import Time, Uuid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.commands.link import Link
    from dagctl.commands.login import LoginResult
    from dagctl.commands.logout import LogoutResult
    from dagctl.commands.whoami import Identity


class UserData(TypedDict):
    """A user of the Supabase project."""

    id: str
    """`auth.users.id`."""
    email: str


class LoginData(TypedDict):
    """Who is signed in now."""

    user: UserData
    url: str
    """The Supabase project."""
    place: str
    """Where the session is stored."""
    project_id: Uuid | None
    role: str | None
    """The role in the project: owner, editor or viewer; null: none, or not known."""
    role_failure: NotRequired[str]
    """Why the role is not known; left out if the project has answered."""
    in_keyring: bool
    """Whether the system's keyring has the refresh token."""


class LogoutData(TypedDict):
    """Who was signed out."""

    user: UserData | None
    """Null if there was no session."""
    ended_on_server: bool


class CallerData(TypedDict):
    """Whom a token belongs to."""

    id: str | None
    """`auth.users.id`; null: only a login would show it."""
    email: str


class WhoamiData(TypedDict):
    """Who is signed in, and by what."""

    user: CallerData
    url: str | None
    """The Supabase project; null: the local backend."""
    project_id: Uuid | None
    role: str | None
    """The role in the project: owner, editor or viewer; null: none, or not known."""
    source: str
    """Where the token comes from: variables, or the file of the session; `git` on the local
    backend."""
    expires_at: Time | None
    renews: bool
    """Whether the token renews itself."""
    checked: bool
    """Whether the server was asked."""


class LinkData(TypedDict):
    """What the workspace is linked to."""

    url: str
    publishable_key: str
    project_id: Uuid
    bucket: str
    local_dags: list[str]
    """The DAGs that are recorded in this workspace only."""


def login_data(result: LoginResult) -> LoginData:
    """Return who is signed in now."""
    data: LoginData = {
        "user": {"id": result.user.id, "email": result.user.email},
        "url": result.url,
        "place": result.place,
        "project_id": result.project_id,
        "role": result.role,
        "in_keyring": result.in_keyring,
    }
    if result.role_failure is not None:
        data["role_failure"] = result.role_failure
    return data


def logout_data(result: LogoutResult) -> LogoutData:
    """Return who was signed out."""
    user = result.user
    return {
        "user": None if user is None else {"id": user.id, "email": user.email},
        "ended_on_server": user is not None and result.server is None,
    }


def whoami_data(identity: Identity) -> WhoamiData:
    """Return who is signed in, and by what."""
    until = identity.expires_at
    return {
        "user": {"id": identity.user_id, "email": identity.email},
        "url": identity.url,
        "project_id": identity.project_id,
        "role": identity.role,
        "source": identity.source,
        "expires_at": None if until is None else rfc3339(until),
        "renews": identity.renews,
        "checked": identity.is_checked,
    }


def link_data(link: Link, local_dags: Sequence[str]) -> LinkData:
    """Return what the workspace is linked to, and what is recorded elsewhere."""
    return {
        "url": link.endpoint.url,
        "publishable_key": link.endpoint.publishable_key,
        "project_id": link.project_id,
        "bucket": link.bucket,
        "local_dags": list(local_dags),
    }
