"""What users see on a real terminal."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import unicodedata
from contextlib import closing
from typing import TYPE_CHECKING

import pexpect
import pyte
import pytest

from tests.cli.conftest import BAD, GOOD, SECONDS

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

ROWS = 40


class Terminal:
    """A terminal of some width, with what was ever on it."""

    def __init__(self, shell: Shell, columns: int) -> None:
        self.shell = shell
        self.columns = columns
        self.raw = ""

    def run(self, *arguments: str, **environ: str) -> list[str]:
        """Return the lines on the screen when the run has ended."""
        child = pexpect.spawn(
            sys.executable,
            ["-m", "dagctl", *arguments],
            cwd=str(self.shell.folder),
            env={"TERM": "xterm-256color", **self.shell.environ, **environ},
            dimensions=(ROWS, self.columns),
            encoding="utf-8",
            timeout=SECONDS,
        )
        child.expect(pexpect.EOF)
        child.close()
        self.raw = child.before or ""
        screen = pyte.Screen(self.columns, ROWS)
        pyte.Stream(screen).feed(self.raw)
        return "\n".join(line.rstrip() for line in screen.display).rstrip().split("\n")


@pytest.fixture(params=[80, 120])
def terminal(workspace: Shell, request: pytest.FixtureRequest) -> Terminal:
    return Terminal(workspace, request.param)


def test_a_list_is_a_fitted_table(terminal: Terminal) -> None:
    terminal.shell.write("specs/long.yaml", GOOD.replace("Daily orders", "x" * 30))
    terminal.shell.write(
        "specs/wide.yaml", GOOD.replace("data-team", "日本語チーム" * 10) + "dag_id: w"
    )
    terminal.shell.ok("create", "specs")
    heading, *rows = terminal.run("list")
    assert heading.split() == ["DAG", "ID", "VER", "SCHEDULE", "OWNER", "UPDATED", "STATE"]
    assert len(rows) == 3
    assert all(row.endswith("synced") for row in rows)
    assert all("just now" in row for row in rows)
    assert "…" in "".join(rows)


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_an_id_is_whole_whatever_the_width(workspace: Shell, columns: int) -> None:
    ids = [f"marketing_attribution_of_all_shops_in_the_north_{n}" for n in range(3)]
    for dag_id in ids:
        workspace.write(f"specs/{dag_id}.yaml", GOOD.replace("Daily orders", dag_id))
    workspace.ok("create", "specs")
    terminal = Terminal(workspace, columns)
    terminal.run("list", NO_COLOR="1")
    assert all(dag_id in terminal.raw for dag_id in ids)
    assert terminal.raw.count("synced") == 4


def test_a_long_list_says_how_many_more_there_are(terminal: Terminal) -> None:
    for number in range(60):
        terminal.shell.write(
            f"specs/s{number}.yaml", GOOD.replace("Daily orders", f"S {number:02}")
        )
    terminal.shell.ok("create", "specs")
    terminal.run("list", NO_COLOR="1")
    lines = terminal.raw.splitlines()
    assert len(lines) == 52
    assert lines[-1] == "  11 DAGs not shown: --all, or the next ones with --after s_48"
    terminal.run("list", "--all", NO_COLOR="1")
    assert len(terminal.raw.splitlines()) == 62
    terminal.run("list", "-o", "name", NO_COLOR="1")
    assert len(terminal.raw.splitlines()) == 61


def test_a_long_message_is_wrapped_at_words(workspace: Shell) -> None:
    workspace.write("dagctl.toml", (workspace.folder / "dagctl.toml").read_text() + "x = 1\n")
    terminal = Terminal(workspace, 50)
    lines = terminal.run("link", "--url", "https://abc.supabase.co", NO_COLOR="1")
    assert max(map(len, lines)) <= 50
    done = workspace.run("link", "--url", "https://abc.supabase.co")
    words = done.err.split()
    assert " ".join(line.strip() for line in lines).split() == words


def test_doctor_asks_before_it_repairs(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    file = workspace.folder / "dags/daily_orders.py"
    for answer, is_there in (("n", False), ("y", True)):
        file.unlink(missing_ok=True)
        child = pexpect.spawn(
            sys.executable,
            ["-m", "dagctl", "doctor", "--fix"],
            cwd=str(workspace.folder),
            env={"TERM": "xterm", "NO_COLOR": "1", **workspace.environ},
            encoding="utf-8",
            timeout=SECONDS,
        )
        child.expect("To write again from the recorded spec: daily_orders")
        child.expect_exact("Do this now? [y/N] ")
        child.sendline(answer)
        child.expect(pexpect.EOF)
        child.close()
        assert file.exists() is is_there
        assert child.exitstatus == (0 if is_there else 7)


def test_an_empty_list_says_how_to_start(terminal: Terminal) -> None:
    assert terminal.run("list") == ["No DAGs here.", "  next: dagctl create SPEC"]


@pytest.mark.parametrize("narrow", ["--owner", "--tag", "--user", "--after"])
def test_an_empty_list_distinguishes_no_match_from_no_dags(terminal: Terminal, narrow: str) -> None:
    terminal.shell.write("good.yaml", GOOD)
    terminal.shell.ok("create", "good.yaml")
    assert terminal.run("list", narrow, "z@z") == ["No DAGs that match.", "  next: dagctl list"]


def test_findings_have_colour_unless_it_is_not_wanted(terminal: Terminal) -> None:
    terminal.shell.write("bad.yaml", BAD)
    lines = terminal.run("validate", "bad.yaml")
    assert "\x1b[1;31m" in terminal.raw
    assert terminal.run("validate", "bad.yaml", NO_COLOR="1") == lines
    assert "\x1b" not in terminal.raw
    assert terminal.run("validate", "bad.yaml", TERM="dumb") == lines
    assert "\x1b" not in terminal.raw


AGO = {
    "just",
    "now",
    "1",
    "minute",
    "minutes",
    "ago",
    "(just",
    "now)",
    "(1",
    "ago)",
    "now,",
    "ago,",
}


@pytest.mark.parametrize("columns", [40, 60])
def test_no_result_breaks_a_word(workspace: Shell, columns: int) -> None:
    workspace.git("config", "user.name", "Ana Maria Lima dos Santos e Albuquerque")
    workspace.ok("create", "specs/orders.yaml")
    longer = GOOD.replace("echo load", "echo load and more that goes on and on")
    workspace.write("specs/orders.yaml", longer)
    workspace.ok("create", "specs/orders.yaml")
    terminal = Terminal(workspace, columns)
    for command in (
        ["show", "daily_orders"],
        ["history", "daily_orders"],
        ["explain", "DAG421"],
        ["whoami"],
        ["doctor"],
        ["templates", "show", "api_to_table"],
        ["create", "specs/orders.yaml"],
    ):
        piped = workspace.ok(*command)
        shown = " ".join(terminal.run(*command, NO_COLOR="1")).split()
        assert set(shown) <= {*f"{piped.out} {piped.err}".split(), *AGO}, command


def test_no_line_is_wider_than_the_terminal(terminal: Terminal) -> None:
    terminal.shell.write("bad.yaml", f"dag_name: {'日本' * 100}\n" + BAD.replace("load", "l" * 150))
    terminal.run("validate", "bad.yaml", NO_COLOR="1")
    excerpts = [line for line in terminal.raw.splitlines() if " | " in line]
    assert excerpts
    assert all(len(line.encode("utf-32")) // 4 <= terminal.columns for line in excerpts)


def test_a_long_operation_draws_a_bar_that_vanishes(terminal: Terminal) -> None:
    hook = terminal.shell.write(".git/hooks/pre-commit", "#!/bin/sh\nsleep 1\n")
    hook.chmod(0o755)
    terminal.shell.write("specs/second.yaml", GOOD.replace("Daily", "Weekly"))
    lines = terminal.run("create", "specs")
    assert "\x1b[?25l" in terminal.raw  # the cursor was hidden while the bar moved
    assert terminal.raw.rindex("\x1b[?25h") > terminal.raw.rindex("\x1b[?25l")
    assert "commit" in terminal.raw
    assert "/?" not in terminal.raw  # a step that counts nothing shows no count
    assert [line.split(" (")[0] for line in lines] == [
        "Created daily_orders v1",
        "Created weekly_orders v1",
        "  next: git add specs/orders.yaml specs/second.yaml",
        "2 created",
    ]


@pytest.mark.parametrize("option", ["--no-progress", "--verbose"])
def test_without_a_bar_nothing_moves(terminal: Terminal, option: str) -> None:
    terminal.run(option, "create", "specs", NO_COLOR="1")
    assert "\x1b" not in terminal.raw


def test_a_graph_is_drawn_with_lines(terminal: Terminal) -> None:
    terminal.shell.ok("create", "specs")
    assert "    extract ─> load" in terminal.run("show", "daily_orders")
    assert "    extract -> load" in terminal.run("show", "daily_orders", PYTHONIOENCODING="ascii")


# --- What a colleague's DAG may hold --------------------------------------------------------------

STEERING = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eabc\u2066\x08\r"
"""A title, a cleared screen, a C1 control, text in another order, a step back and a line start."""
STEERING_CODE = STEERING.replace("\u202e", "").replace("\u2066", "")
"""Code may hold no character that reorders it."""


@pytest.fixture
def hostile(workspace: Shell) -> Terminal:
    """Return a terminal in a workspace with a DAG whose code steers terminals."""
    task = {"task_id": "a", "task_type": "python", "python_code": f"return {STEERING_CODE!r}"}
    raw = f"# {STEERING_CODE[:-1]}\nreturn 1"
    tasks = [task, {**task, "task_id": "b", "python_code": raw}]
    workspace.write("hostile.json", json.dumps({"dag_name": "Hostile", "tasks": tasks}))
    workspace.ok("create", "hostile.json")
    return Terminal(workspace, 80)


def steers(raw: str) -> list[str]:
    """Return the characters that a terminal obeys, but for colours and the ends of lines."""
    plain = re.sub(r"\x1b\[[0-9;]*m|\r\n", "", raw)
    return sorted({c for c in plain if unicodedata.category(c) in {"Cc", "Cf"}})


@pytest.mark.parametrize(
    "arguments",
    [
        ["render", "hostile.json"],
        ["show", "hostile", "--source"],
        ["show", "hostile", "--spec"],
        ["show", "hostile"],
        ["show", "hostile", "-o", "json"],
        ["create", "--dry-run", "--force", "hostile.json"],
    ],
    ids=" ".join,
)
def test_the_code_of_a_dag_does_not_steer_the_terminal(
    hostile: Terminal, arguments: list[str]
) -> None:
    hostile.run(*arguments)
    assert hostile.raw
    assert not steers(hostile.raw)


@pytest.mark.parametrize("arguments", [["render", "hostile.json"], ["show", "hostile", "--source"]])
def test_what_is_piped_is_exact(hostile: Terminal, arguments: list[str]) -> None:
    assert STEERING_CODE[:-1] in hostile.shell.ok(*arguments).out


def test_a_row_does_not_steer_the_terminal(hostile: Terminal) -> None:
    (database,) = hostile.shell.folder.rglob("registry.db")
    with closing(sqlite3.connect(database)) as connection, connection:
        (sql,) = connection.execute("select sql from sqlite_master where name = 'user_dags'")
        columns = ("dag_name", "description", "owner", "schedule_interval", "source_path")
        for column in (name for name in columns if name in sql[0]):
            connection.execute(f"update user_dags set {column} = ?", (STEERING,))
    for arguments in (["list"], ["list", "-o", "json"], ["show", "hostile"], ["doctor"]):
        hostile.run(*arguments)
        assert not steers(hostile.raw), arguments


def test_a_hook_does_not_steer_the_terminal(hostile: Terminal) -> None:
    octal = "".join(f"\\{byte:03o}" for byte in STEERING.encode())
    hook = f"#!/bin/sh\nprintf '{octal}' >&2\nexit 1\n"
    hostile.shell.write(".git/hooks/pre-commit", hook).chmod(0o755)
    hostile.run("--debug", "--no-progress", "create", "specs")
    assert "refused the commit" in hostile.raw
    assert not steers(hostile.raw)


def test_the_name_of_a_file_does_not_steer_the_terminal(hostile: Terminal) -> None:
    hostile.shell.write(f"specs/{STEERING}.yaml", BAD)
    for command in ("validate", "create"):
        hostile.run("--no-progress", command, "specs")
        assert not steers(hostile.raw), command
