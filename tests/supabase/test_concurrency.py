"""Promise 5 across machines: two clones, sixteen processes in each, one name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.supabase.clones import clone
from tests.supabase.place import PROJECT, Place

if TYPE_CHECKING:
    from pathlib import Path

EACH = 16


def creating(place: Place, number: int) -> subprocess.Popen[bytes]:
    """Start a process that creates one more DAG of the same name."""
    spec = place.spec(f"specs/{place.root.name}/{number}.yaml", "X", str(number))
    command = [sys.executable, "-m", "dagctl", "create", str(spec), "-o", "json"]
    environ = {**os.environ, "DAGCTL_LOCK_TIMEOUT": "600", "PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.Popen(
        command,
        cwd=place.root,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def test_promise_5_two_clones_and_16_processes_each_give_32_dags(
    place: Place, tmp_path: Path
) -> None:
    clones = [clone(place, tmp_path / name) for name in ("laptop", "runner")]
    running = [creating(one, number) for number in range(EACH) for one in clones]
    answers = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0] * 2 * EACH
    told = [json.loads(answer)["result"]["dags"][0]["dag_id"] for answer in answers]
    names = ["x", *(f"x_{number}" for number in range(2, 2 * EACH + 1))]
    assert sorted(told) == sorted(names)
    assert sorted(place.versions()) == sorted(names)
    assert (place.held(), len(place.objects())) == (0, 2 * EACH)
    objects = place.objects()
    for one in clones:
        files = one.files()
        assert len(files) == EACH
        for path, content in files.items():
            assert objects[f"{PROJECT}/{path}"] == content
            assert one.git("show", f"HEAD:{path}").encode() == content
