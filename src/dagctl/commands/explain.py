"""What an error code means, and what to do about it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from dagctl.catalogue import CATALOGUE
from dagctl.errors import NotFoundError

if TYPE_CHECKING:
    from dagctl.catalogue import Entry


def explain(code: str) -> tuple[str, Entry]:
    """Return the code as it is written and what the catalogue says of it.

    Raises:
        NotFoundError: There is no such code.
    """
    asked = code.strip().upper()
    if asked in CATALOGUE:
        return asked, CATALOGUE[asked]
    near = get_close_matches(asked, CATALOGUE, n=3)
    names = " or ".join(f"`{name}`" for name in near)
    hint = f"did you mean {names}?" if near else "dagctl explain --list"
    raise NotFoundError(f"there is no error code `{code}`", hint=hint)
