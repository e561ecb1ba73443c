"""What one `create` costs beside what git alone costs."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from bench.clock import Cost, cost, middle, ms
from bench.place import DAGCTL, environment, repository, spec, workspace
from bench.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIMES = 10


def measure() -> Iterator[Row]:
    """Yield one `create` of a spec of 10 tasks against `git add` and `git commit` of a file."""
    git = by_git(repository("by_git"))
    ours = by_dagctl(workspace("by_dagctl"))
    yield Row("git add + git commit of one file", ms(git))
    yield Row("dagctl create of one spec, against git add + commit", ms(ours), ours / git)


def by_git(folder: Path) -> float:
    """Return the seconds that git takes to commit a new file."""
    numbers = count()
    script = 'git add -- "$0" && git commit --quiet --message "Add $0" -- "$0"'

    def run() -> Cost:
        name = f"dag_{next(numbers)}.py"
        (folder / name).write_text(spec(0), "utf-8")
        return cost(["sh", "-c", script, name], cwd=folder, env=environment())

    return middle(TIMES, run)


def by_dagctl(folder: Path) -> float:
    """Return the seconds that `dagctl create` takes for a new spec."""
    numbers = count()

    def run() -> Cost:
        number = next(numbers)
        name = f"spec_{number}.yaml"
        (folder / name).write_text(spec(number), "utf-8")
        return cost([DAGCTL, "create", name], cwd=folder, env=environment())

    return middle(TIMES, run)
