"""One real process for each exit code that the embedded backend can give."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from dagctl.errors import ExitCode
from tests.cli.conftest import BAD
from tests.cli.interruption import interrupted

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_0_done_or_nothing_to_do(workspace: Shell) -> None:
    assert workspace.process("create", "specs").code == ExitCode.OK
    done = workspace.process("create", "specs")
    assert done.code == ExitCode.OK
    assert done.out == "daily_orders v1 is unchanged; nothing to do\n"


def test_1_a_bug_is_reported_without_a_traceback(shell: Shell) -> None:
    program = (
        "import sys, dagctl.cli.help as page; page._page = lambda *_: 1 / 0; "
        "from dagctl.cli.app import run; sys.exit(run(['help', 'spec']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=shell.environ,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip - one argument after the other
    assert done.returncode == ExitCode.BUG
    assert done.stderr.startswith("error[BUG]: this is a bug in dagctl: ZeroDivisionError")
    assert "Traceback" not in done.stderr


def test_2_no_workspace(shell: Shell) -> None:
    done = shell.process("list")
    assert done.code == ExitCode.USAGE
    assert "fix:   dagctl init" in done.err


def test_3_a_bad_spec(shell: Shell) -> None:
    shell.write("bad.yaml", BAD)
    assert shell.process("validate", "bad.yaml").code == ExitCode.INVALID


def test_6_nothing_of_that_name(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    done = workspace.process("show", "daily_ordres")
    assert done.code == ExitCode.NOT_FOUND
    assert "did you mean `daily_orders`?" in done.err
    for path in ("./specs/orders.yaml", "dags/daily_orders.py"):
        assert "did you mean `daily_orders`?" in workspace.run("show", path).err
    assert "did you mean" not in workspace.run("show", "specs/other.yaml").err


def test_7_a_file_that_was_changed_by_hand(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    workspace.write("dags/daily_orders.py", "mine\n")
    done = workspace.process("create", "specs")
    assert done.code == ExitCode.CONFLICT
    assert "+mine" in done.err
    assert "--force" in done.err


def test_8_changes_are_pending(workspace: Shell) -> None:
    done = workspace.process("create", "--dry-run", "--exit-code", "specs")
    assert done.code == ExitCode.CHANGES
    assert workspace.process("create", "--dry-run", "specs").code == ExitCode.OK


def with_full_output(shell: Shell, *arguments: str) -> subprocess.CompletedProcess[str]:
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        return subprocess.run(
            [sys.executable, "-m", "dagctl", *arguments],
            cwd=shell.folder,
            env=shell.environ,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )


def test_9_standard_output_is_full(shell: Shell) -> None:
    done = with_full_output(shell, "help", "spec")
    assert done.returncode == ExitCode.UNAVAILABLE
    assert "cannot write to standard output" in done.stderr
    assert "fix:   free some space on the disk" in done.stderr
    assert "Traceback" not in done.stderr


def test_10_what_was_done_could_not_be_shown(workspace: Shell) -> None:
    done = with_full_output(workspace, "create", "specs")
    assert done.returncode == ExitCode.UNFINISHED
    assert (
        "all is done, but the result could not be shown: cannot write to standard output"
        in done.stderr
    )
    assert "state: daily_orders: done" in done.stderr
    assert done.stderr.count("error[") == 1
    assert "Created daily_orders v1" in workspace.ok("create", "specs").out  # as the hint says
    assert "daily_orders v1 is unchanged" in workspace.ok("create", "specs").out


def test_130_ctrl_c_undoes_what_was_under_way(workspace: Shell) -> None:
    code, err = interrupted(workspace, signal.SIGINT)
    assert code == ExitCode.INTERRUPTED
    assert "error[INTERRUPTED]: interrupted\n  state: nothing was changed" in err
    assert not (workspace.folder / "dags" / "daily_orders.py").exists()
    assert workspace.json("list")["dags"] == []


def test_130_sigterm_is_taken_like_ctrl_c(workspace: Shell) -> None:
    code, err = interrupted(workspace, signal.SIGTERM)
    assert code == ExitCode.INTERRUPTED
    assert "Traceback" not in err
    assert not (workspace.folder / "dags" / "daily_orders.py").exists()
