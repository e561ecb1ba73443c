"""What an error code means, and what to do about it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from dagctl.errors import NotFoundError
from dagctl.explanations import EXPLANATIONS
from dagctl.next_step import Command, Fix

if TYPE_CHECKING:
    from dagctl.explanations import Explanation


def explain(code: str) -> tuple[str, Explanation]:
    """Return the code as it is written and its explanation.

    Raises:
        NotFoundError: There is no such code.
    """
    asked = code.strip().upper()
    if asked in EXPLANATIONS:
        return asked, EXPLANATIONS[asked]
    near = get_close_matches(asked, EXPLANATIONS, n=3)
    names = " or ".join(f"`{name}`" for name in near)
    hint = f"did you mean {names}?" if near else Fix(Command("explain", "--list"))
    raise NotFoundError(f"there is no error code `{code}`", hint=hint)
