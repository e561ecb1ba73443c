"""The three-way merge of a text, as the core asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Side(NamedTuple):
    """One of the texts of a merge, and what the markers of a conflict call it."""

    label: str
    text: str


class Merged(NamedTuple):
    """A text that two sides have changed."""

    text: str
    conflicts: int
    """Places where both have changed the same lines; each has markers in the text."""


TextMerge = Callable[[Side, Side, Side], Merged]
"""Takes mine, the base and theirs; raises `UnavailableError` where they cannot be merged."""
