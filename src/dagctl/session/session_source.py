"""Where the session of a run comes from: a token, a password, or what `login` stored. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from dagctl.errors import NotSignedInError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.endpoint import Endpoint

TOKEN, EMAIL, PASSWORD = "DAGCTL_ACCESS_TOKEN", "DAGCTL_EMAIL", "DAGCTL_PASSWORD"
PROFILE = "DAGCTL_PROFILE"
DEFAULT_PROFILE = "default"
URL = "DAGCTL_SUPABASE_URL"
TRUSTED_ORIGINS = frozenset({URL, "--url"})
"""Where a URL must come from to get a secret of the environment.

A file in a folder may be anybody's: a clone, a pull request, a folder above. With a secret of the
environment it would choose the server that gets the secret.
"""


class SessionSource(StrEnum):
    """Where the session comes from, the strongest first."""

    TOKEN = "DAGCTL_ACCESS_TOKEN"  # noqa: S105 - the name of a variable
    PASSWORD = "DAGCTL_EMAIL and DAGCTL_PASSWORD"  # noqa: S105 - the names of variables
    STORED = "login"


def source_of(environ: Mapping[str, str]) -> SessionSource:
    """Return which source the environment chooses; an empty variable counts as not set."""
    if environ.get(TOKEN):
        return SessionSource.TOKEN
    if environ.get(EMAIL) and environ.get(PASSWORD):
        return SessionSource.PASSWORD
    return SessionSource.STORED


def check_url_origin(names: str, endpoint: Endpoint) -> None:
    """Refuse to send a secret of the environment to a URL that comes from somewhere else.

    Args:
        names: The variables that hold the secret, for the message.
        endpoint: Where the secret would be sent.

    Raises:
        NotSignedInError: The URL is not from the environment or an option of the command.
    """
    if endpoint.url_origin in TRUSTED_ORIGINS:
        return
    origin = endpoint.url_origin or "somewhere else"
    raise NotSignedInError(
        f"{names} would be sent to {endpoint.url}, a URL from {origin}: a secret of the "
        "environment is sent only to a URL of the environment",
        state="nothing was sent",
        hint=f"set {URL} to the URL of your project in the same place as {names}",
    )


def profile_of(environ: Mapping[str, str], flag: str | None = None) -> str:
    """Return the profile under which a session is stored: a user may have several for one URL.

    Raises:
        UsageError: It is no name.
    """
    profile = flag or environ.get(PROFILE) or DEFAULT_PROFILE
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", profile):
        raise UsageError(f"{profile!a} is not a valid profile name: use letters, digits, - and _")
    return profile
