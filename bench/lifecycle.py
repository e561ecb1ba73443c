"""What versions cost: a page of a long history, and a list behind which many old ones lie."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING
from uuid import uuid4

from bench.clock import cost, ms
from bench.place import DAGCTL, dagctl, environment, workspace, write_specs
from bench.scale import fill_registry
from bench.table import Row
from dagctl import Client
from dagctl.bootstrap import open_backend
from dagctl.ports import Claim, Query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dagctl.ports import DagRecord, Registry

SHORT, LONG = 100, 10_000
REMOVED = 0.5
"""Which part of the rows is removed."""
TIMES = 10


def measure() -> Iterator[Row]:
    """Yield `history` of 10,000 versions, and `list` of 100,000 rows with older versions."""
    yield from histories(LONG)
    yield from lists()


def histories(count: int) -> Iterator[Row]:
    """Yield what the newest and the oldest page of a history of that many versions cost."""
    short, long = with_versions("short_history", SHORT), with_versions("long_history", count)
    few = page_of_history(short)
    yield Row(f"history of a DAG of {SHORT} versions", ms(few))
    for name, before in (("newest", ()), ("oldest", ("--before", "21"))):
        many = page_of_history(long, *before)
        yield Row(
            f"history of one of {count:,} versions, the {name} page",
            ms(many),
            many / few,
            "<= 1.2",
            many / few <= 1.2,
        )


def lists() -> Iterator[Row]:
    """Yield `list` of 100,000 rows, then with an older version of each, then with half removed."""
    folder = workspace("rows_with_versions")
    fill_registry(folder)
    plain = first_page_of(folder)
    yield Row("list of the first page of 100,000 rows", ms(plain))
    with registry_of(folder) as registry:
        rows = all_rows(registry)
        record_again(registry, rows)
    old = first_page_of(folder)
    yield Row("  each with an older version", ms(old), old / plain, "<= 1.2", old / plain <= 1.2)
    with registry_of(folder) as registry:
        rows = all_rows(registry)
        record_again(registry, rows[: int(len(rows) * REMOVED)], is_removed=True)
    gone = first_page_of(folder)
    yield Row("  half of them removed", ms(gone), gone / plain, "<= 1.2", gone / plain <= 1.2)


@contextmanager
def registry_of(folder: Path) -> Iterator[Registry]:
    """Open the registry of a workspace."""
    with Client.open(folder) as client:
        backend = open_backend(client.settings, client.workspace, os.environ)
        yield backend.registry
        backend.close()


def all_rows(registry: Registry) -> list[DagRecord]:
    """Return all records but those of real files, which sort first."""
    rows: list[DagRecord] = []
    after: str | None = "later"
    while after is not None:
        page = registry.page(Query(after=after, limit=5000))
        rows += page.records
        after = page.next
    return rows


def record_again(registry: Registry, rows: list[DagRecord], *, is_removed: bool = False) -> None:
    """Give each DAG a next version, or its removal, in one operation."""
    operation = str(uuid4())
    claims = [
        Claim(dag_id=row.dag_id, replaces=row.id, expected_version=row.version) for row in rows
    ]
    registry.reserve(operation, claims)
    made = (replace(row, version=row.version + 1, is_removed=is_removed) for row in rows)
    registry.confirm(operation, made)


def with_versions(name: str, count: int) -> Path:
    """Return a workspace with one DAG of that many versions."""
    folder = workspace(name)
    write_specs(folder / "specs", 1)
    dagctl(folder, "create", "specs")
    with registry_of(folder) as registry:
        (row,) = registry.find(dag_ids=["bench_00000"])
        for version in range(1, count):
            record_again(registry, [replace(row, version=version)])
    return folder


def first_page_of(folder: Path) -> float:
    """Return the seconds of processor time of `dagctl list` of 50 rows."""
    command: list[str | Path] = [DAGCTL, "list", "--limit", "50"]
    return median(cost(command, cwd=folder, env=environment()).processor for _ in range(TIMES))


def page_of_history(folder: Path, *options: str) -> float:
    """Return the seconds of processor time of `dagctl history` of 20 versions."""
    command: list[str | Path] = [DAGCTL, "history", "bench_00000", "--limit", "20", *options]
    return median(cost(command, cwd=folder, env=environment()).processor for _ in range(TIMES))
