"""How many DAGs are in each state."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


STATES = ("created", "updated", "unchanged")


def totals(states: Iterable[str]) -> dict[str, int]:
    """Return how many DAGs are in each state."""
    counted = Counter(states)
    return {state: counted[state] for state in STATES}
