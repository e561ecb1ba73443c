"""What the tables of a reference page hold."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


REFERENCE = ROOT / "docs" / "reference"


def table(page: str, heading: str | None = None) -> list[list[str]]:
    """Return the body cells of the first table of a page, or of the first behind a heading."""
    text = (REFERENCE / page).read_text("utf-8")
    if heading:
        text = text.split(f"\n{heading}\n", 1)[1]
    lines = re.search(r"^\|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert lines, f"no table in {page}"
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in lines[1].splitlines()]


def quoted(cells: list[list[str]], column: int = 0) -> list[str]:
    return [name for row in cells for name in re.findall(r"`([^`]+)`", row[column])]
