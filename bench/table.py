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


def print_table(rows: list[Row]) -> None:
    """Print the rows under the machine that they were measured on."""
    cells = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    print(f"\n{machine()}\n")
    for line in cells:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        )


def machine() -> str:
    """Return where and when this is."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"
    )
