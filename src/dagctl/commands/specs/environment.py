"""Which variables of the environment dagctl reads, and which look as if it should. Pure."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from dagctl.session.session_source import EMAIL, PASSWORD, PROFILE, TOKEN
from dagctl.settings import CHECKS
from dagctl.settings.setting_sources import ENVIRONMENT_PREFIX
from dagctl.settings.workspace_variables import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VARIABLES = (
    *(ENVIRONMENT_PREFIX + key.upper() for key in CHECKS),
    *(TOKEN, EMAIL, PASSWORD, PROFILE, ENVIRONMENT),
)
"""All that dagctl reads under its own prefix."""
NEAR = 0.75
"""How alike two names must be (`difflib`): that of another program's variable is not."""


def unknown(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names with dagctl's prefix that it does not read, sorted."""
    return tuple(
        sorted(
            name for name in names if name.startswith(ENVIRONMENT_PREFIX) and name not in VARIABLES
        )
    )


def misspelt(names: Iterable[str]) -> Mapping[str, str]:
    """Return each name that was probably meant to be one that dagctl reads, and that one."""
    near = {name: _near(name.removeprefix(ENVIRONMENT_PREFIX)) for name in unknown(names)}
    return {name: meant for name, meant in near.items() if meant is not None}


def _near(name: str) -> str | None:
    known = [known_name.removeprefix(ENVIRONMENT_PREFIX) for known_name in VARIABLES]
    # `URL` is less like `SUPABASE_URL` than like many a word, but nothing else can be meant
    ends = [known_name for known_name in known if known_name.endswith(f"_{name}")]
    near = get_close_matches(name, known, n=1, cutoff=NEAR) or ends[:1]
    return ENVIRONMENT_PREFIX + near[0] if near else None
