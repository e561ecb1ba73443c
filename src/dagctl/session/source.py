"""Where the session of a run comes from: a token, a password, or what `login` stored. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from dagctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN, EMAIL, PASSWORD = "DAGCTL_ACCESS_TOKEN", "DAGCTL_EMAIL", "DAGCTL_PASSWORD"
PROFILE = "DAGCTL_PROFILE"
DEFAULT_PROFILE = "default"


class Source(StrEnum):
    """Where the session comes from, the strongest first."""

    TOKEN = "DAGCTL_ACCESS_TOKEN"  # noqa: S105 - the name of a variable
    PASSWORD = "DAGCTL_EMAIL and DAGCTL_PASSWORD"  # noqa: S105 - the names of variables
    STORED = "login"


def source_of(environ: Mapping[str, str]) -> Source:
    """Return which source the environment chooses; an empty variable counts as not set."""
    if environ.get(TOKEN):
        return Source.TOKEN
    if environ.get(EMAIL) and environ.get(PASSWORD):
        return Source.PASSWORD
    return Source.STORED


def profile_of(environ: Mapping[str, str], flag: str | None = None) -> str:
    """Return the profile under which a session is stored: a user may have several for one URL.

    Raises:
        UsageError: It is no name.
    """
    profile = flag or environ.get(PROFILE) or DEFAULT_PROFILE
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", profile):
        raise UsageError(f"{profile!a} is not a valid profile name: use letters, digits, - and _")
    return profile
