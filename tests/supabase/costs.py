"""Which requests were made."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.supabase.place import Place


def asked(place: Place) -> Counter[str]:
    """Return how often each endpoint was asked since the last look."""
    counted = Counter(
        "upload" if "/object/" in entry.path else entry.path.rpartition("/")[2]
        for entry in place.stand_in.requests
    )
    place.stand_in.requests.clear()
    return counted
