"""How a program hears of the progress of an operation."""

from __future__ import annotations

from typing import Protocol


class Listener(Protocol):
    """What is called as an operation goes on. The library itself prints nothing."""

    def step(self, name: str, *, done: bool, detail: str = "") -> None:
        """A step begins (`done=False`) or is done (`done=True`)."""

    def progress(self, name: str, completed: int, total: int) -> None:
        """A step over many specs has come so far."""

    def warn(self, text: str) -> None:
        """Something may be wrong, though nothing failed."""

    def waiting(self, text: str) -> None:
        """The operation has been waiting for this for a second."""
