"""What `create` and `list` cost on Supabase, and how much of it is dagctl's own."""

from __future__ import annotations

import tomllib
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from statistics import median
from typing import TYPE_CHECKING

from bench.clock import cost, ms
from bench.create import by_dagctl
from bench.place import DAGCTL, dagctl, environment, spec, workspace, write_specs
from bench.table import Row
from tests.postgres import server as postgres
from tests.postgres.database import migrated_project
from tests.stand_in import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.stand_in.request_log import Entry

TIMES = 10
MANY = 100


@dataclass(frozen=True)
class Share:
    """One run: its wall time, and how much of it the server spent on requests."""

    seconds: float
    uploads: float
    """Seconds in which at least one upload was under way at the server."""
    served: float
    """Seconds in which any request was."""
    requests: int
    """Other than uploads."""

    @property
    def own(self) -> float:
        """The part of the wall time in which the server had nothing to do."""
        return 1 - self.served / self.seconds


def measure() -> Iterator[Row]:
    """Yield `create` of one and of 100 specs, and `list`, against a stand-in on loopback."""
    embedded = by_dagctl(workspace("embedded"))
    with project() as (folder, stand_in, env):

        def run(*arguments: str | Path) -> Share:
            stand_in.requests.clear()
            seconds = cost([DAGCTL, *arguments], cwd=folder, env=env).seconds
            return share(seconds, list(stand_in.requests))

        one = middle(creator(folder, run))
        yield Row("create of one spec, embedded backend", ms(embedded))
        yield Row("  on Supabase, against it", ms(one.seconds), one.seconds / embedded)
        yield from details(one, most=5)
        write_specs(folder / "many", MANY)
        many = run("create", "many")
        rest = many.seconds - many.uploads
        yield Row(
            f"create of {MANY} specs on Supabase, but for the uploads",
            ms(rest),
            target="<= 2000 ms",
            holds=rest <= 2,
        )
        yield from details(many, most=5)
        page = middle(lambda: run("list"))
        yield Row("list of a page on Supabase", ms(page.seconds))
        yield from details(page, most=1)


def details(run: Share, *, most: int) -> Iterator[Row]:
    """Yield how many requests a run made, and dagctl's own share of its time."""
    yield Row(
        "  its requests, but for uploads",
        str(run.requests),
        target=f"<= {most}",
        holds=run.requests <= most,
    )
    yield Row("  dagctl's own share of the time", f"{100 * run.own:.0f} %")


def creator(folder: Path, run: Callable[..., Share]) -> Callable[[], Share]:
    """Return what creates another spec each time."""
    numbers = count(MANY)  # behind those of the batch

    def create() -> Share:
        name = f"spec_{next(numbers)}.yaml"
        (folder / name).write_text(spec(int(name[5:-5])), "utf-8")
        return run("create", name)

    return create


def middle(run: Callable[[], Share]) -> Share:
    """Return the run of median time, after one that warms the caches."""
    run()
    runs = [run() for _ in range(TIMES + 1)]
    wanted = median(one.seconds for one in runs)
    return next(one for one in runs if one.seconds == wanted)


def share(seconds: float, entries: list[Entry]) -> Share:
    """Return what a run cost, from the server's log of it."""
    uploads = [entry for entry in entries if entry.path.startswith("/storage/v1/object/")]
    return Share(seconds, busy(uploads), busy(entries), len(entries) - len(uploads))


def busy(entries: list[Entry]) -> float:
    """Return the seconds in which at least one of the requests was under way."""
    total, until = 0.0, 0.0
    for entry in sorted(entries, key=lambda one: one.began):
        total += max(0.0, entry.ended - max(entry.began, until))
        until = max(until, entry.ended)
    return total


@contextmanager
def project() -> Iterator[tuple[Path, StandIn, dict[str, str]]]:
    """Give a linked workspace, its project and the environment of a member of it."""
    cluster = postgres.start()
    try:
        with StandIn(cluster.url_of(migrated_project(cluster))) as stand_in:
            folder = workspace("on_supabase")
            dagctl(folder, "link", "--url", stand_in.url, "--key", stand_in.publishable_key)
            user = stand_in.add_user("bench@example.com", None)
            stand_in.add_member(
                tomllib.loads((folder / "dagctl.toml").read_text("utf-8"))["project_id"], user
            )
            variables = {
                "DAGCTL_SUPABASE_URL": stand_in.url,
                "DAGCTL_ACCESS_TOKEN": stand_in.token(user),
            }
            yield folder, stand_in, environment() | variables
    finally:
        cluster.stop()
