"""Promise 10 with real processes and a real database: no update is lost, a viewer lends nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode
from tests.attacks.repositories import entry_2
from tests.attacks.victim import write
from tests.supabase.conftest import ada, place
from tests.supabase.place import PROJECT, Place

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ada", "place"]

WRITERS = 4
EVIL = "import os; os.system('evil')\n"

pytestmark = pytest.mark.sweep


def begun(root: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start `dagctl` in a workspace."""
    return subprocess.Popen(
        [sys.executable, "-m", "dagctl", *arguments],
        cwd=root,
        env={name: text for name, text in os.environ.items() if not name.startswith("DAGCTL_")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=300)
    return process.returncode, out + err


def test_promise_10_of_writers_at_once_one_wins_and_the_others_are_refused(
    place: Place, tmp_path: Path
) -> None:
    place.create(place.spec("specs/x.yaml"))
    place.git("add", "-A")
    place.git("commit", "-qm", "Add the spec")
    clones = []
    for number in range(WRITERS):
        root = tmp_path / f"clone-{number}"
        place.git("clone", "-q", ".", str(root))
        clone = Place(root, place.stand_in)
        clone.git("config", "user.name", "Ada")
        clone.git("config", "user.email", "ada@example.com")
        clone.spec("specs/x.yaml", word=f"of {number}")
        clones.append(clone)
    for first in (True, False):
        ends = [ended(each) for each in [begun(clone.root, "create", "specs") for clone in clones]]
        codes = [code for code, _ in ends]
        ((_, state, recorded, key, digest, commit),) = place.rows()
        objects = place.objects()
        # the second time the winner is at peace, and the others are refused until they pull
        assert sorted(codes) == [ExitCode.OK, *[ExitCode.CONFLICT] * (WRITERS - 1)], ends
        winner = codes.index(ExitCode.OK)
        for code, said in ends:  # at first it may be under way yet
            assert first or code == ExitCode.OK or ("version 2" in said and commit[:7] in said)
        assert (state, recorded) == ("active", 2)
        made = objects[key]
        assert made is not None
        assert sha256(made).hexdigest() == digest
        assert f"of {winner}".encode() in made
        assert (clones[winner].root / "dags/orders.py").read_bytes() == made
        losers = [clone for number, clone in enumerate(clones) if number != winner]
        assert all(b"one" in (each.root / "dags/orders.py").read_bytes() for each in losers)


def test_promise_10_a_viewers_journal_makes_no_process_of_an_editor_store_his_code(
    place: Place, tmp_path: Path
) -> None:
    place.create(place.spec("specs/x.yaml"))
    (record,) = place.records()
    before = place.objects()
    recorded = (place.root / "dags/orders.py").read_text()
    entry = entry_2("dags/orders.py", recorded, recorded)
    (change,) = entry["changes"]
    change |= {"base_name": "orders", "dag_id": "orders", "storage_path": record.storage_path}
    change |= {"source": "specs/x.yaml", "old_object": EVIL}
    change["reservation"] |= {"row_id": record.id, "dag_id": "orders", "version": 2}
    change["reservation"] |= {"user_id": record.user_id}
    entry |= {"backend": "supabase", "project_id": PROJECT}
    name = f"{entry['operation_id']}.json"
    for folder in (".dagctl/journal", "dagctl/top/journal", ".git_/dagctl/top/journal"):
        write(place.root / folder / name, json.dumps(entry))
    place.git("add", "-A", "-f", ".")
    place.git("commit", "-qm", "Add")
    clone = Place(tmp_path / "clone", place.stand_in)
    place.git("clone", "-q", ".", str(clone.root))
    clone.git("config", "user.name", "Ada")
    clone.git("config", "user.email", "ada@example.com")
    commands = (
        ["list"],
        ["show", "orders"],
        ["recover"],
        ["doctor", "--fix", "--yes"],
        ["history", "orders"],
        ["create", "specs"],
    )
    for command in commands:
        code, said = ended(begun(clone.root, *command))
        assert code == ExitCode.OK, (command, said)
        assert place.objects() == before, command
