"""How many DAGs are in each state."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypedDict

from dagctl.views.form import Count

if TYPE_CHECKING:
    from collections.abc import Iterable


class TotalsData(TypedDict):
    """How many DAGs are, or would be, in each state."""

    created: Count
    updated: Count
    unchanged: Count


def totals(states: Iterable[str]) -> TotalsData:
    """Return how many DAGs are in each state."""
    counted = Counter(states)
    return {
        "created": counted["created"],
        "updated": counted["updated"],
        "unchanged": counted["unchanged"],
    }
