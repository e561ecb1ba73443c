"""Which name each claim gets: the wished one, or the first free number (`x`, `x_2`, `x_3`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dagctl.ports import Claim


def numbered(base: str, number: int) -> str:
    """Return the name with this number; the first one has none."""
    return base if number == 1 else f"{base}_{number}"


def grant_names(claims: Sequence[Claim], taken: Collection[str]) -> list[str]:
    """Return the final name of each claim, in order; `taken` are the names that others have.

    Raises:
        ConflictError: A name that may not be numbered is taken.
    """
    used = set(taken)
    following: dict[str, int] = {}
    return [claim.dag_id if claim.replaces else _grant(claim, used, following) for claim in claims]


def _grant(claim: Claim, used: set[str], following: dict[str, int]) -> str:
    number = following.get(claim.dag_id, 1)
    while (name := numbered(claim.dag_id, number)) in used:
        if claim.on_taken == "fail":
            raise ConflictError(
                f"a DAG `{claim.dag_id}` exists", hint="choose another dag_id, or --if-exists"
            )
        number += 1
    used.add(name)
    following[claim.dag_id] = number + 1
    return name
