"""Measures dagctl, and prints one table: `python -m bench local|supabase|serve|airflow...`."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from bench import batch, create, parse, processor, scale, serve, start, supabase, task
from bench.place import SCRATCH
from bench.table import Row, print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUITES: dict[str, list[Callable[[], Iterator[Row]]]] = {
    "local": [start.measure, create.measure, batch.measure, scale.measure],
    "supabase": [supabase.measure],
    "serve": [serve.measure],
    "airflow": [parse.measure, processor.measure, task.measure],
}


def main(names: list[str]) -> int:
    """Run the suites; return 1 if a target was missed."""
    rows: list[Row] = []
    for name in names:
        shutil.rmtree(SCRATCH, ignore_errors=True)
        SCRATCH.mkdir()
        for measure in SUITES[name]:
            rows += measure()
    shutil.rmtree(SCRATCH, ignore_errors=True)
    print_table(rows)
    return int(any(row.holds is False for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(SUITES)))
