"""How a program hears of the progress of an operation."""

from __future__ import annotations

from typing import Protocol


class Listener(Protocol):
    """Who wants to hear how an operation goes. The library itself prints nothing."""

    def step(self, name: str, *, done: bool, detail: str = "") -> None:
        """Be told that a step begins (`done=False`) or has ended well (`done=True`)."""

    def progress(self, name: str, completed: int, total: int) -> None:
        """Be told how far a step over many specs is."""

    def warn(self, text: str) -> None:
        """Be told of what may be wrong without being a failure."""

    def waiting(self, text: str) -> None:
        """Be told what the operation has been waiting for since a second."""
