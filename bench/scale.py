"""What does not grow: a commit in a large repository, a page of a large registry."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from bench.clock import cost, middle, ms
from bench.create import by_dagctl
from bench.place import DAGCTL, dagctl, environment, git, workspace, write_specs
from bench.table import Row
from dagctl import Client
from dagctl.bootstrap import open_backend
from dagctl.ports import Claim

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = 50_000
FOLDERS = 500
ROWS = 100_000
TIMES = 10


def measure() -> Iterator[Row]:
    """Yield `create` among 50,000 files, and `list` of the first page of 100,000 rows."""
    empty, full = workspace("empty"), workspace("full")
    fill_repository(full)
    few, many = by_dagctl(empty), by_dagctl(full)
    yield Row("create in an empty repository", ms(few))
    yield Row(
        f"create in one of {FILES:,} files, against the empty one",
        ms(many),
        many / few,
        "<= 1.5",
        many / few <= 1.5,
    )
    none, rows = workspace("no_rows"), workspace("many_rows")
    fill_registry(rows)
    fast, slow = first_page(none), first_page(rows)
    yield Row("list of an empty registry", ms(fast))
    yield Row(
        f"list of the first page of {ROWS:,} rows",
        ms(slow),
        slow / fast,
        "<= 300 ms more",
        slow - fast <= 0.3,
    )


def fill_repository(folder: Path) -> None:
    """Commit many files on top of what is there, and check them out."""
    commands = ["blob\nmark :1\ndata 5\nfile\n\n"]
    commands += ["commit refs/heads/main\ncommitter Bench <bench@example.com> 0 +0000\ndata 0\n"]
    commands += [f"M 100644 :1 src/{n % FOLDERS}/file_{n}.txt\n" for n in range(FILES)]
    stream = "".join(commands).encode()
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input=stream, check=True)
    git(folder, "reset", "--quiet", "--hard")


def fill_registry(folder: Path) -> None:
    """Record more than a page of real DAGs, then many rows that sort behind them."""
    write_specs(folder / "specs", 60)
    dagctl(folder, "create", "specs")
    with Client.open(folder) as client:
        backend = open_backend(client.settings, client.workspace, os.environ)
        like = client.get("bench_00000")
        names = [f"later_{number:06}" for number in range(ROWS)]
        operation = str(uuid4())
        granted = backend.registry.reserve(operation, [Claim(dag_id=name) for name in names])
        backend.registry.confirm(
            operation,
            [
                replace(
                    like, id=one.row_id, dag_id=one.dag_id, base_name=one.dag_id, source_path=None
                )
                for one in granted
            ],
        )
        backend.close()


def first_page(folder: Path) -> float:
    """Return the seconds of `dagctl list`."""
    return middle(
        TIMES, lambda: cost([DAGCTL, "list", "--limit", "50"], cwd=folder, env=environment())
    )
