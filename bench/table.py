"""What was measured, as one table."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Row:
    """One measure; its ratio, if it has one, is against what the name says or the row above."""

    measure: str
    value: str
    ratio: float | None = None
    target: str = ""
    holds: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """Return its five columns."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        verdict = {None: "", True: "holds", False: "MISSED"}[self.holds]
        return self.measure, self.value, ratio, self.target, verdict


HEAD = ("measure", "value", "ratio", "target", "")
WIDTHS = (62, 12, 6, 18, 6)
"""A longer cell moves what follows it; a row is printed before the next one is known."""


def print_head() -> None:
    """Print the machine that is measured, and the names of the columns."""
    print(f"\n{machine()}\n")
    _print_line(HEAD)


def print_row(row: Row) -> None:
    """Print one row at once, so that a long run shows how far it is."""
    _print_line(row.cells())


def _print_line(cells: tuple[str, ...]) -> None:
    columns = (cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True))
    print("  ".join(columns).rstrip(), flush=True)


def machine() -> str:
    """Return where and when this is."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"
    )
