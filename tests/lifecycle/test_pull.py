"""`pull`: what the registry has comes into the work tree, and no work of a person is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import ExitCode
from tests.lifecycle.conftest import LOAD, write

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_files_that_lack_or_lag_are_written_as_they_are_recorded(user: Shell) -> None:
    spec, file = user.folder / "specs/orders.yaml", user.folder / "dags/orders.py"
    newest = (spec.read_text(), file.read_text())
    assert user.json("pull")["dags"][0]["changed"] is False
    for path in (spec, file):
        path.unlink()
    would = user.ok("pull", "orders", "--dry-run").out.splitlines()
    assert would == [
        "Would write specs/orders.yaml: the spec of orders v3",
        "Would write dags/orders.py: the file of orders v3",
    ]
    assert not spec.exists()
    user.ok("pull")
    assert (spec.read_text(), file.read_text()) == newest
    assert "unchanged" in user.ok("create", "specs/orders.yaml").out
    if "supabase" not in (user.folder / "dagctl.toml").read_text():
        return  # an embedded registry follows the files, so that they never lag
    old = user.ok("show", "orders", "--version", "2", "--source").out
    spec.write_text(user.ok("show", "orders", "--version", "2", "--spec").out)
    file.write_text(old)
    dag = user.json("pull", "orders")["dags"][0]
    assert (dag["file"], dag["spec"], dag["version"]) == ("written", "written", 3)
    assert (spec.read_text(), file.read_text()) == newest


def test_what_a_person_has_changed_stays(user: Shell) -> None:
    write(user, "0 4 * * *", LOAD)
    spec, file = user.folder / "specs/orders.yaml", user.folder / "dags/orders.py"
    file.write_text(file.read_text() + "x = 1\n")
    mine = (spec.read_text(), file.read_text())
    done = user.ok("pull")
    assert "dags/orders.py was changed by hand" in done.err
    assert "specs/orders.yaml was changed by hand, and stays" in done.err
    assert (spec.read_text(), file.read_text()) == mine
    file.unlink()
    file.symlink_to("/etc/hostname")
    assert "is no regular file, and stays" in user.ok("pull").err
    assert file.is_symlink()


def test_what_there_is_not_is_said(user: Shell) -> None:
    assert user.run("pull", "nope").code == ExitCode.NOT_FOUND
    user.ok("rm", "orders")
    done = user.run("pull", "orders")
    assert (done.code, "`orders` is removed" in done.err) == (ExitCode.NOT_FOUND, True)
    assert user.json("pull")["dags"] == []
