"""Which name each claim gets: the wished one, or the first free number (`x`, `x_2`, `x_3`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

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


def expected_names(
    claims: Sequence[Claim], taken: Collection[str], find: Callable[[Collection[str]], set[str]]
) -> list[str]:
    """Return the names that `grant_names` would give now, asking as few times as possible.

    Args:
        claims: What is asked.
        taken: Which of the wished names are taken.
        find: Returns which of some names are taken.

    Raises:
        ConflictError: A name that may not be numbered is taken.
    """
    taken = set(taken)
    bases = {claim.dag_id for claim in claims if not claim.replaces}
    asked = {claim.dag_id for claim in claims}
    ahead = 8
    while True:
        names = grant_names(claims, taken)
        unknown = set(names) - asked
        if not unknown:
            return names
        numbers = range(2, ahead)
        asking = unknown | {numbered(base, n) for base in bases & taken for n in numbers} - asked
        taken |= find(asking)
        asked |= asking
        ahead *= 4


def _grant(claim: Claim, used: set[str], following: dict[str, int]) -> str:
    number = following.get(claim.dag_id, 1)
    while (name := numbered(claim.dag_id, number)) in used:
        number += 1
    if number > 1 and claim.on_taken == "fail":
        raise ConflictError(
            f"a DAG `{claim.dag_id}` exists", hint="choose another dag_id, or --if-exists number"
        )
    used.add(name)
    following[claim.dag_id] = number + 1
    return name
