"""The same commands of this tree and of another commit, in turn, in one run: `REV=COMMIT`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from bench.clock import cost, in_turn, ms
from bench.place import PYTHON, ROOT, SCRATCH, environment, repository, spec, write_specs
from bench.table import Row
from tests.server.load import Caller, projects
from tests.server.served import Served
from tests.server.served import spec as request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

DAGS = 30
TIMES = 15
REQUESTS = 60
TARGETS = {"list": 0.6, "show": 0.8, "create": 0.75}
"""The most that a command may take, as a share of what it took at `REV`."""
SERVED = 1.6
"""The least rate of a served `create`, as a multiple of the one at `REV`."""


@dataclass(frozen=True)
class Tree:
    """A dagctl to measure, and a workspace with recorded DAGs that it made itself."""

    python: Path
    program: Path
    folder: Path

    def run(self, *arguments: str) -> float:
        """Return the processor time of one command and its children, in seconds."""
        return cost([self.program, *arguments], cwd=self.folder, env=environment()).processor


def measure() -> Iterator[Row]:
    """Yield list, show and create of one spec, and a served create, before and after."""
    before = tree("before", installed(rev()))
    after = tree("after", environment_of(ROOT, SCRATCH / "here"))
    for name, target in TARGETS.items():
        seconds = in_turn(TIMES, {"before": runner(before, name), "after": runner(after, name)})
        yield from rows(name, seconds, target)
    rates = in_turn(3, {"before": served_rate(before), "after": served_rate(after)})
    ratio = rates["after"] / rates["before"]
    yield Row("served create, embedded, one client: before", f"{rates['before']:.1f} a s")
    yield Row("  after", f"{rates['after']:.1f} a s", ratio, f">= {SERVED}", ratio >= SERVED)


def rev() -> str:
    """Return the commit that `REV` names."""
    name = os.environ.get("REV")
    if not name:
        sys.exit("say which commit to compare with: REV=COMMIT")
    return name


def rows(name: str, seconds: Mapping[str, float], target: float) -> Iterator[Row]:
    """Yield the processor time of one command before and after."""
    ratio = seconds["after"] / seconds["before"]
    yield Row(f"dagctl {name}: before", ms(seconds["before"]))
    yield Row("  after", ms(seconds["after"]), ratio, f"<= {target}", ratio <= target)


def installed(rev: str) -> Path:
    """Return the Python of an environment with that commit's dagctl and its locked packages."""
    folder = SCRATCH / "rev"
    folder.mkdir()
    archive = subprocess.run(
        ["git", "archive", rev], cwd=ROOT, check=True, capture_output=True
    ).stdout
    subprocess.run(["tar", "-x"], cwd=folder, input=archive, check=True)
    return environment_of(folder, folder / ".venv")


def environment_of(project: Path, place: Path) -> Path:
    """Return the Python of a new environment with a project and its locked packages alone.

    One with tools of development beside them takes longer to start Python.
    """
    uv = PYTHON.with_name("uv")
    _quietly(uv, "venv", "--python", PYTHON, place, cwd=project)
    _quietly(
        *(uv, "pip", "install", "--compile-bytecode", "--editable", ".[serve]"),
        *("--constraint", "tests/constraints.txt"),
        cwd=project,
        env=os.environ | {"VIRTUAL_ENV": str(place)},
    )
    return place / "bin" / "python"


def _quietly(*command: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> None:
    subprocess.run(command, cwd=cwd, env=env, check=True, capture_output=True)


def tree(name: str, python: Path) -> Tree:
    """Return a dagctl with a workspace of its own, in which some DAGs are recorded."""
    made = Tree(python, python.with_name("dagctl"), repository(name))
    made.run("init")
    write_specs(made.folder / "specs", DAGS)
    made.run("create", "specs")
    return made


def runner(tree: Tree, name: str) -> Callable[[], float]:
    """Return what runs one command, and gives its processor time in seconds."""
    if name == "create":
        return creator(tree)
    arguments: Sequence[str] = ["show", "bench_00000"] if name == "show" else [name]
    return lambda: tree.run(*arguments)


def creator(tree: Tree) -> Callable[[], float]:
    """Return what creates another DAG each time."""
    numbers = count(DAGS)

    def run() -> float:
        number = next(numbers)
        (tree.folder / f"one_{number}.yaml").write_text(spec(number), "utf-8")
        return tree.run("create", f"one_{number}.yaml")

    return run


def served_rate(tree: Tree) -> Callable[[], float]:
    """Return what serves on the embedded backend, and gives the creates of one client a second."""
    runs = count()

    def run() -> float:
        root = SCRATCH / f"served_{tree.folder.name}_{next(runs)}" / "repositories"
        root.mkdir(parents=True)
        options = ("--local-user", "bench@example.com")
        with Served(root, environment(), options, python=str(tree.python)) as served:
            return rate(served, projects(1)[0])

    return run


def rate(served: Served, project_id: str) -> float:
    """Return how many creates a second one client gets answered, after one that does not count."""
    caller = Caller(served.url)
    began = 0.0
    for number in range(REQUESTS + 1):
        body = request(f"Bench {number}", project_id)
        answer = caller.request("POST", "/create-dag", "", body)
        assert answer.status == 200, answer.body
        began = began or time.perf_counter()
    caller.close()
    return REQUESTS / (time.perf_counter() - began)
