"""What files with defaults cost: the same specs with and without them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.clock import in_turn
from bench.place import dagctl, repository, spec
from bench.table import Row
from dagctl.commands.files.read_specs import ReadSpecs, SpecText
from dagctl.commands.validate import validate
from dagctl.spec.strictness import Checks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SPECS = 300
SHARED = """\
owner: data-platform
tags: [warehouse]
email: [oncall@example.com]
email_on_failure: true
task_defaults:
  all: {retries: 2, retry_delay: 5m, pool: warehouse}
  bash: {cwd: /opt/jobs}
  python: {queue: large}
"""
MOST = 1.2
"""Times what the specs cost without defaults."""


def measure() -> Iterator[Row]:
    """Yield the check of 300 specs of 10 tasks under one file with defaults, against none."""
    plain, shared = _folder("plain", None), _folder("shared", SHARED)
    seconds = in_turn(3, {"plain": _check(plain), "shared": _check(shared)})
    times = seconds["shared"] / seconds["plain"]
    yield Row(
        f"check of {SPECS:,} specs under one defaults.yaml, against none",
        f"{seconds['shared']:.1f} s",
        times,
        f"<= {MOST}",
        times <= MOST,
    )


def _folder(name: str, defaults: str | None) -> Path:
    folder = repository(f"defaults_{name}")
    dagctl(folder, "init")
    for number in range(SPECS):
        (folder / f"{number}.yaml").write_text(spec(number))
    if defaults is not None:
        (folder / "defaults.yaml").write_text(defaults)
    return folder


def _check(folder: Path) -> Callable[[], float]:
    documents = tuple(
        SpecText(str(path), path.read_bytes()) for path in sorted(folder.glob("[0-9]*.yaml"))
    )

    def run() -> float:
        begin = time.process_time()
        result = validate(ReadSpecs(documents, ()), Checks())
        assert len(result.specs) == SPECS
        return time.process_time() - begin

    return run
