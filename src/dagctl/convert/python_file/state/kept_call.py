"""What a call of a file is known by, where it stays a call."""

from __future__ import annotations

from typing import NamedTuple


class KeptCall(NamedTuple):
    """A call of the file, by its place: one that may stand in the new file as it is."""

    file: str
    line: int
    column: int
    end: tuple[int | None, int | None]
    """Where it ends: `make().run()` begins where `make()` does."""
