"""Which name each claim gets: the wished one, or the first free number (`x`, `x_2`, `x_3`).

Ids that differ only by case are one name: a file system or a database may take them for one.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from dagctl.errors import ConflictError
from dagctl.next_step import NUMBER, Fix
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from dagctl.ports import Claim

_NUMBER = lazy_pattern(r"_(?:[2-9]|[1-9]\d{1,8})\Z", re.ASCII)

ASKED = (128, 16_384)
"""Up to which number names are asked for, one call each."""


def numbered(base: str, number: int) -> str:
    """Return the name with this number; the first one has none."""
    return base if number == 1 else f"{base}_{number}"


def without_number(name: str) -> str:
    """Return the name that a number was added to; the name itself if it has none."""
    return _NUMBER.sub("", name)


def folded(names: Iterable[str]) -> set[str]:
    """Return the names as they are compared."""
    return {name.casefold() for name in names}


def grant_names(claims: Sequence[Claim], taken: Collection[str]) -> list[str]:
    """Return the final name of each claim, in order; `taken` are the names that others have.

    Raises:
        ConflictError: A name that may not be numbered is taken.
    """
    used = folded(taken)
    following: dict[str, int] = {}
    return [claim.dag_id if claim.replaces else _grant(claim, used, following) for claim in claims]


def numbers_to_ask(
    wishes: Collection[str], taken: Collection[str], asked: int, most: int
) -> set[str]:
    """Return the names of which it must be known whether they are taken.

    Args:
        wishes: The names that new DAGs ask for; a name that is asked for twice stands there twice.
        taken: The names that are known to be taken.
        asked: Up to which number that is known.
        most: Up to which number to ask now.
    """
    used = folded(taken)
    short = {
        base
        for base, count in Counter(wishes).items()
        if sum(numbered(base, n).casefold() not in used for n in range(1, asked + 1)) < count
    }
    return {numbered(base, number) for base in short for number in range(asked + 1, most + 1)}


def _grant(claim: Claim, used: set[str], following: dict[str, int]) -> str:
    base = claim.dag_id.casefold()
    number = following.get(base, 1)
    while numbered(base, number) in used:
        number += 1
    if number > 1 and claim.on_taken == "fail":
        raise ConflictError(
            f"a DAG `{claim.dag_id}` exists",
            hint=Fix("choose another dag_id, or ", NUMBER),
        )
    used.add(numbered(base, number))
    following[base] = number + 1
    return numbered(claim.dag_id, number)
