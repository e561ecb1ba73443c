"""Measures dagctl, a row at a time: `python -m bench SUITE...`; `SUITES` has their names."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from bench import (
    against,
    batch,
    checks,
    create,
    defaults,
    fair,
    large,
    lifecycle,
    operators,
    parse,
    processor,
    push,
    same,
    scale,
    secrets,
    serve,
    start,
    supabase,
    task,
    transfer,
)
from bench.place import SCRATCH
from bench.table import print_head, print_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.table import Row

SUITES: dict[str, list[Callable[[], Iterator[Row]]]] = {
    "local": [
        start.measure,
        operators.measure,
        large.measure,
        create.measure,
        push.measure,
        batch.measure,
        secrets.measure,
        defaults.measure,
    ],
    "full": [batch.measure_large, transfer.measure, scale.measure, lifecycle.measure],
    "supabase": [supabase.measure],
    "checks": [checks.measure],
    "serve": [serve.measure, fair.measure],
    "fair": [fair.measure],
    "airflow": [parse.measure, processor.measure, task.measure],
    "against": [against.measure],
    "same": [same.measure],
}


def main(names: list[str]) -> int:
    """Run the suites; return 1 if a target was missed."""
    is_missed = False
    print_head()
    for name in names:
        shutil.rmtree(SCRATCH, ignore_errors=True)
        SCRATCH.mkdir()
        for measure in SUITES[name]:
            for row in measure():
                print_row(row)
                is_missed |= row.holds is False
    shutil.rmtree(SCRATCH, ignore_errors=True)
    return int(is_missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
