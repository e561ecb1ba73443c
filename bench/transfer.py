"""An archive of many DAGs: written, and restored in another workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.batch import LARGE, batch
from bench.clock import cost
from bench.place import DAGCTL, SCRATCH, environment, workspace
from bench.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_EXPORTING, MOST_IMPORTING = 150, 200
"""Megabytes: of each DAG what names it is in memory, specs and files are not."""


def measure() -> Iterator[Row]:
    """Yield what `export` of 10,000 DAGs costs, and `import` of the archive."""
    yield from rows(LARGE)


def rows(count: int) -> Iterator[Row]:
    """Yield the rows for that many DAGs of 10 tasks."""
    folder = SCRATCH / f"batch_{count}"
    if not folder.is_dir():
        batch(count)
    archive = SCRATCH / f"{count}.zip"
    written = cost([DAGCTL, "export", "-o", archive], cwd=folder, env=environment())
    yield Row(f"export of {count:,} DAGs", f"{written.seconds:.1f} s")
    yield Row(
        "  its peak of memory",
        f"{written.megabytes:.0f} MB",
        target=f"<= {MOST_EXPORTING} MB",
        holds=written.megabytes <= MOST_EXPORTING,
    )
    yield Row("  its archive", f"{archive.stat().st_size / 1e6:.1f} MB")
    target = workspace(f"import_{count}")
    read = cost([DAGCTL, "import", archive], cwd=target, env=environment())
    yield Row(f"import of {count:,} DAGs", f"{read.seconds:.1f} s")
    yield Row(
        "  its peak of memory",
        f"{read.megabytes:.0f} MB",
        target=f"<= {MOST_IMPORTING} MB",
        holds=read.megabytes <= MOST_IMPORTING,
    )
