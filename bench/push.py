"""One `create` that pushes, against a `create`, and `git commit` with `git push`, one by one."""

from __future__ import annotations

import subprocess
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from bench.clock import ms
from bench.place import SCRATCH, dagctl, environment, git, spec, workspace
from bench.table import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TIMES = 10
MOST = 1.5


def measure() -> Iterator[Row]:
    """Yield what the push adds: git's own way is what it is compared with."""
    folder = workspace("pushed")
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "-m", "Workspace")
    remote = SCRATCH / "pushed.git"
    git(SCRATCH, "clone", "--quiet", "--bare", str(folder), str(remote))
    git(folder, "remote", "add", "origin", f"file://{remote}")
    git(folder, "push", "--quiet", "-u", "origin", "main")
    alone = _middle(lambda number: _create(folder, number, "--no-push"), folder)
    by_git = _middle(lambda number: _by_git(folder, number), folder)
    pushed = _middle(lambda number: _create(folder, number + 100, "--push"), folder)
    ratio = pushed / (alone + by_git)
    yield Row("git commit and git push of one file", ms(by_git))
    yield Row("create without a push", ms(alone))
    yield Row(
        "create with a push, against both together", ms(pushed), ratio, f"<= {MOST}", ratio <= MOST
    )


def _middle(act: Callable[[int], None], folder: Path) -> float:
    """Return the median of the seconds of the act; what it leaves unpushed does not count."""
    taken = []
    for number in range(TIMES + 1):
        begin = perf_counter()
        act(number)
        taken.append(perf_counter() - begin)
        git(folder, "push", "--quiet")
    return median(taken[1:])


def _create(folder: Path, number: int, push: str) -> None:
    (folder / f"bench_{number}.yaml").write_text(spec(number), "utf-8")
    dagctl(folder, "create", f"bench_{number}.yaml", push)


def _by_git(folder: Path, number: int) -> None:
    file = folder / "notes" / f"{number}.txt"
    file.parent.mkdir(exist_ok=True)
    file.write_text("a line\n", "utf-8")
    for command in (["add", str(file)], ["commit", "-qm", "Note"], ["push", "-q"]):
        subprocess.run(["git", *command], cwd=folder, env=environment(), check=True)
