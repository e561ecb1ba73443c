"""The three-way merge of a text, as the core asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class MergeSide(NamedTuple):
    """One of the texts of a merge, and what the markers of a conflict call it."""

    label: str
    text: str


class Merged(NamedTuple):
    """A text that two sides have changed."""

    text: str
    conflicts: int
    """Places where both have changed the same lines; each has markers in the text."""


TextMerge = Callable[[MergeSide, MergeSide, MergeSide], Merged]
"""Takes mine, the base and theirs; raises `UnavailableError` where they cannot be merged."""
