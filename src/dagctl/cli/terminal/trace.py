"""With `--verbose`: the git commands and the requests of a run, each with its time."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dagctl.cli.terminal.text import shown
from dagctl.session.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.cli.terminal.console import Console

SOURCES = ("dagctl.git", "dagctl.http")
"""The loggers of the adapters that run git and send requests."""


class _TraceHandler(logging.Handler):
    """Writes each record as a line to standard error, without secrets."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line."""
        self._console.detail(f"    {shown(redacted(record.getMessage()))}")


@contextmanager
def traced(console: Console) -> Iterator[None]:
    """Show what the adapters do, until the block ends."""
    handler = _TraceHandler(console)
    loggers = [logging.getLogger(name) for name in SOURCES]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
            logger.setLevel(logging.NOTSET)
