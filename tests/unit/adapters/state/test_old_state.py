"""What an earlier dagctl kept in the work tree: taken over once, or left alone with a warning."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.state.old_state import has_old_state, take_over
from dagctl.durable import Location

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Sandbox


@pytest.fixture
def old(sandbox: Sandbox) -> Path:
    """Return a state folder as an earlier dagctl has left it."""
    folder = sandbox.root / ".dagctl"
    for name in (".gitignore", "registry.db", "registry.db-wal", "store/p/dags/x.py", "lock"):
        sandbox.write(f".dagctl/{name}", name.encode())
    sandbox.write(".dagctl/.gitignore", b"*\n")
    (folder / "journal").mkdir()
    return folder


def state(sandbox: Sandbox) -> Location:
    return Location(sandbox.root / ".git", ("dagctl", "top"))


def test_records_and_stored_files_are_moved_once(sandbox: Sandbox, old: Path) -> None:
    assert has_old_state(sandbox.root)
    assert take_over(sandbox.root, state(sandbox)) is None
    new = state(sandbox).path
    assert (new / "registry.db").read_text() == "registry.db"
    assert (new / "registry.db-wal").read_text() == "registry.db-wal"
    assert (new / "store/p/dags/x.py").read_text() == "store/p/dags/x.py"
    assert not has_old_state(sandbox.root)
    assert not (old / "registry.db").exists()


def test_a_take_over_that_was_cut_short_is_gone_on_with(sandbox: Sandbox, old: Path) -> None:
    new = state(sandbox).path
    new.mkdir(parents=True)
    for name in ("store", "registry.db-wal"):
        (old / name).rename(new / name)
    assert take_over(sandbox.root, state(sandbox)) is None
    assert (new / "registry.db").read_text() == "registry.db"


def test_where_there_is_none_nothing_is_said(sandbox: Sandbox) -> None:
    assert not has_old_state(sandbox.root)
    sandbox.write(".dagctl/.gitignore", b"*\n")
    sandbox.write(".dagctl/dag.schema.json", b"{}")
    assert not has_old_state(sandbox.root)


def test_a_journal_is_not_taken_over_and_the_warning_says_how(sandbox: Sandbox, old: Path) -> None:
    entry = old / "journal/x.json"
    entry.write_text("{}")
    warning = take_over(sandbox.root, state(sandbox)) or ""
    assert f"mv {entry.parent} {state(sandbox).path}/ and dagctl recover" in warning
    assert (state(sandbox).path / "registry.db").exists()
    assert entry.exists()
    assert take_over(sandbox.root, state(sandbox)) == warning


@pytest.mark.parametrize(
    "case",
    ["in the index", "in the last commit", "in other letters", "link", "unknown", "git", "newer"],
)
def test_promise_9_what_may_be_a_strangers_is_left_alone(
    sandbox: Sandbox, old: Path, case: str
) -> None:
    if case == "in the index":
        sandbox.git("add", "-f", ".dagctl/lock")
    if case in {"in the last commit", "in other letters"}:
        name = ".dagctl/lock" if case == "in the last commit" else ".DAGCTL/lock"
        sandbox.write(name, b"")
        sandbox.git("add", "-f", name)
        sandbox.git("commit", "-q", "-m", "x")
        sandbox.git("rm", "-q", "-r", "--cached", name)
    if case == "link":
        (old / "store/p/link").symlink_to("/etc/passwd")
    if case in {"unknown", "git"}:
        (old / {"unknown": "more", "git": ".git"}[case]).touch()
    if case == "newer":
        sandbox.write(".git/dagctl/top/registry.db", b"mine")
    before = sorted(old.rglob("*"))
    warning = take_over(sandbox.root, state(sandbox)) or ""
    assert f"{old} is not used: " in warning
    assert sorted(old.rglob("*")) == before
    new = state(sandbox).path / "registry.db"
    assert new.read_bytes() == b"mine" if case == "newer" else not new.exists()


def test_promise_9_what_another_user_owns_is_left_alone(sandbox: Sandbox, old: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(old / "registry.db", 65534, 65534)
    assert "belongs to another user" in (take_over(sandbox.root, state(sandbox)) or "")
    assert (old / "registry.db").exists()
