"""Promise 5 with real processes: 32 of them in one workspace."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.e2e.conftest import Place, all_at_once

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROCESSES = 32


def creating(place: Place, spec: Path, states: Path) -> Callable[[], None]:
    def act() -> None:
        os.environ["DAGCTL_LOCK_TIMEOUT"] = "600"  # on a busy machine the last one waits for long
        with place.open() as client:
            (dag,) = client.create(spec).dags
        (states / f"{os.getpid()}").write_text(dag.state)

    return act


def test_promise_5_32_processes_with_32_files_of_one_name_give_32_dags(
    place: Place, tmp_path: Path
) -> None:
    users = place.users()
    before = len(place.git("rev-list", "HEAD").split())
    specs = [place.spec(f"specs/{n}.yaml", "X", str(n)) for n in range(PROCESSES)]
    (tmp_path / "states").mkdir()
    acts = [creating(place, spec, tmp_path / "states") for spec in specs]
    assert all_at_once(acts) == [0] * PROCESSES
    names = ["x", *(f"x_{number}" for number in range(2, PROCESSES + 1))]
    records = place.records()
    assert sorted(record.dag_id for record in records) == sorted(names)
    assert len({record.source_path for record in records}) == PROCESSES
    assert len({record.commit_id for record in records}) == PROCESSES
    assert len(place.git("rev-list", "HEAD").split()) == before + PROCESSES
    place.check_agreement()
    assert place.users() | {"untracked": ""} == users | {"untracked": ""}


def test_32_processes_with_one_file_create_it_once(place: Place, tmp_path: Path) -> None:
    spec = place.spec("specs/x.yaml", "X")
    (tmp_path / "states").mkdir()
    acts = [creating(place, spec, tmp_path / "states") for _ in range(PROCESSES)]
    assert all_at_once(acts) == [0] * PROCESSES
    states = sorted(file.read_text() for file in (tmp_path / "states").iterdir())
    assert states == ["created", *["unchanged"] * (PROCESSES - 1)]
    assert [record.dag_id for record in place.records()] == ["x"]
    place.check_agreement()
