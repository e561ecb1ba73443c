"""Whether the server can work: what each thing that it depends on says."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from functools import partial
from typing import TYPE_CHECKING

from dagctl.errors import DagctlError, UnavailableError
from dagctl.server.turns import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

READY_FOR = 1.0
"""Seconds for which the answers hold."""


class Readiness:
    """A look at each dependency, at most once a second. Belongs to one event loop."""

    def __init__(self, root: Path, looks: Mapping[str, Callable[[], None]]) -> None:
        """Set what is looked at.

        Args:
            root: The folder of the workspaces.
            looks: A look at each further dependency; it raises what is wrong.
        """
        self._looks: dict[str, Callable[[], None]] = {
            **looks,
            "root": partial(_look_at_folder, root),
            "git": _look_for_git,
        }
        self._looking = asyncio.Lock()
        self._answers: tuple[float, dict[str, str]] = (0.0, {})

    async def answers(self) -> dict[str, str]:
        """Return what each dependency says: `ok`, or what is wrong."""
        async with self._looking:  # requests that come meanwhile get the same answers
            since, said = self._answers
            if not said or time.monotonic() - since > READY_FOR:
                answers = await asyncio.gather(*(_said(look) for look in self._looks.values()))
                said = dict(zip(self._looks, answers, strict=True))
                self._answers = (time.monotonic(), said)
            return said


async def _said(look: Callable[[], None]) -> str:
    try:
        await in_thread(look)
    except DagctlError as error:
        return error.message
    return "ok"


def _look_at_folder(root: Path) -> None:
    if not os.access(root, os.W_OK | os.X_OK):
        raise UnavailableError("the folder of the workspaces cannot be written")


def _look_for_git() -> None:
    if shutil.which("git") is None:
        raise UnavailableError("git is not installed")
