"""Wrong command lines, global options, streams that fail."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, BinaryIO

import pytest

from dagctl.cli.app import run
from dagctl.errors import ExitCode
from tests.cli.conftest import BAD, GOOD

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["craete"], ["no such command `craete`", "did you mean `create`"]),
        (["push"], ["no such command `push`", "pushes earlier commits: `git push` does"]),
        (["list", "--ownr", "x"], ["no such option: --ownr", "did you mean `--owner`?"]),
        (["list", "--nothing-like-it"], ["no such option: --nothing-like-it", "fix:   see dagctl"]),
        (["list", "--limit", "0"], ["`--limit`: it must be 1 or more", "dagctl list --help"]),
        (["list", "--limit", "9999"], ["`--limit`: it must be 1000 or less"]),
        (["list", "--limit", "x"], ["`--limit`: it must be a whole number"]),
        (["list", "extra"], ["error[USAGE]: unexpected argument `extra`"]),
        (["show", "x", "2"], ["unexpected argument `2`", "did you mean `--version 2`?"]),
        (["rollback", "x", "v3"], ["unexpected argument `v3`", "did you mean `--to 3`?"]),
        (["doctor", "a", "(b)"], ["error[USAGE]: unexpected argument `a (b)`"]),
        (["create"], ["SPEC", "dagctl create --help"]),
        (["validate", "-o", "xml", "x"], ["`xml` is not one of `text`, `concise`, `json`"]),
        (["completion"], ["missing argument `SHELL`", "bash, zsh, fish, powershell"]),
        (["--color", "blue", "list"], ["blue"]),
        (["create", "--exit-code", "x"], ["--exit-code goes with --dry-run"]),
        (["explain", "DAG201", "--list"], ["--list goes with no code"]),
        (["show", "x", "--source", "--spec"], ["--source goes with no other form"]),
        (["show", "x", "--spec", "-o", "dot"], ["--spec is YAML, or JSON"]),
        (
            ["-C", "nowhere", "list"],
            ["there is no folder nowhere", "check the spelling; dagctl looked for /"],
        ),
        (["list"], ["no dagctl.toml", "dagctl init"]),
        (["create", "specs/x.yaml"], ["no such file"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_wrong_command_line_names_what_is_wrong_and_what_helps(
    shell: Shell, arguments: list[str], words: list[str]
) -> None:
    done = shell.run(*arguments)
    assert done.code in {ExitCode.USAGE, ExitCode.NOT_FOUND}
    assert done.out == ""
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "-o", "json", "--ownr", "x"],
        ["list", "--output=json"],
        ["create", "-ojson"],
        ["validate", "nope.yaml", "--output", "json"],
        ["show", "-o", "json"],
        ["explain", "DAG9999", "-o", "json"],
        ["init", "-o", "json", "--project-id", "x"],
        ["recover", "-o", "json"],
        ["nonsense", "-o", "json"],
    ],
    ids=" ".join,
)
def test_a_failure_is_one_json_document_too(shell: Shell, arguments: list[str]) -> None:
    done = shell.run(*arguments)
    document = done.document
    assert document["ok"] is False
    assert document["error"]["exit_code"] == done.code
    assert done.err == ""


@pytest.mark.parametrize("where", ["before", "after"])
def test_global_options_stand_before_or_after_the_command(shell: Shell, where: str) -> None:
    inner = shell.folder / "inner"
    inner.mkdir()
    shell.write("inner/good.yaml", GOOD)
    options = ["-C", "inner", "--color", "always"]
    command = ["validate", "good.yaml"]
    done = shell.run(*(options + command if where == "before" else command + options))
    assert done.code == 0, done.err


def test_quiet_leaves_results_and_errors(shell: Shell) -> None:
    shell.write("good.yaml", GOOD)
    shell.write("bad.yaml", BAD)
    assert shell.run("-q", "validate", "good.yaml").err == ""
    assert "4 errors" not in shell.run("validate", "good.yaml").err
    assert "error" in shell.run("-q", "validate", "bad.yaml").err


def test_debug_shows_where_it_failed(shell: Shell) -> None:
    assert "Traceback" in shell.run("--debug", "list").err
    assert "Traceback" not in shell.run("list").err


@pytest.mark.parametrize(
    ("arguments", "environ", "coloured"),
    [
        ([], {}, False),
        (["--color", "always"], {}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        ([], {"CLICOLOR_FORCE": "1"}, True),
        ([], {"CLICOLOR_FORCE": "0"}, False),
        ([], {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
        (["--color", "never"], {"CLICOLOR_FORCE": "1"}, False),
    ],
)
def test_colour_is_as_flags_and_variables_say(
    shell: Shell, arguments: list[str], environ: dict[str, str], *, coloured: bool
) -> None:
    shell.write("bad.yaml", BAD)
    done = shell.run(*arguments, "validate", "bad.yaml", **environ)
    assert ("\x1b[" in done.out) is coloured


def test_ascii_streams_get_ascii(shell: Shell) -> None:
    shell.write("bad.yaml", f"dag_name: 日本{'x' * 300}\nretires: é\n")
    done = shell.run("validate", "bad.yaml", encoding="ascii")
    assert done.code == ExitCode.INVALID
    assert done.out.isascii()
    assert done.err.isascii()


def test_json_on_an_ascii_stream_is_still_json(shell: Shell) -> None:
    shell.write("ü.yaml", "é: 1\n")
    done = shell.run("validate", "ü.yaml", "-o", "json", encoding="ascii")
    assert done.out.isascii()
    assert done.document["diagnostics"][0]["file"] == "ü.yaml"


def test_a_name_that_is_no_text_is_shown(shell: Shell) -> None:
    file = os.fsencode(shell.folder) + b"/\xff.yaml"
    with open(file, "w") as out:  # noqa: PTH123 - a path of bytes
        out.write(BAD)
    done = shell.run("validate", ".")
    assert done.code == ExitCode.INVALID
    assert r"\udcff.yaml:2:20" in done.out
    assert shell.run("validate", ".", "-o", "json").document["ok"] is False


def test_a_closed_pipe_ends_quietly(shell: Shell) -> None:
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {sys.executable} -m dagctl help spec | true; echo $?"],
        cwd=shell.folder,
        env=shell.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("0\n", "")


class _Failing:
    """A standard input that fails when it is read."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    @property
    def buffer(self) -> BinaryIO:
        raise self.error


def test_an_unforeseen_exception_is_a_short_bug_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", _Failing(ZeroDivisionError("in the test")))
    assert run(["validate", "-"]) == ExitCode.BUG
    assert "this is a bug in dagctl: ZeroDivisionError: in the test" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("failure", "message", "hint"),
    [
        (OSError(errno.ENOSPC, "No space", "some/file"), "some/file: No space", "free some space"),
        (OSError(errno.EMFILE, "Too many open files"), "Too many open files", "ulimit -n 1024"),
        (MemoryError(), "Cannot allocate memory", "free some memory"),
    ],
)
def test_what_the_machine_refuses_is_no_bug(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    failure: Exception,
    message: str,
    hint: str,
) -> None:
    monkeypatch.setattr("sys.stdin", _Failing(failure))
    assert run(["validate", "-"]) == ExitCode.UNAVAILABLE
    said = capsys.readouterr().err
    assert (f"error[UNAVAILABLE]: {message}" in said, hint in said) == (True, True), said


def test_an_interrupt_is_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", _Failing(KeyboardInterrupt()))
    assert run(["validate", "-"]) == ExitCode.INTERRUPTED
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
def test_a_closed_stream_is_no_failure(shell: Shell, closed: str) -> None:
    shell.write("good.yaml", GOOD)
    command = f"{sys.executable} -m dagctl validate good.yaml {closed}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=shell.folder,
        env=shell.environ,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_folder_that_is_gone_is_reported(shell: Shell) -> None:
    command = f"mkdir gone; cd gone; rmdir ../gone; {sys.executable} -m dagctl list"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=shell.folder,
        env=shell.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ExitCode.USAGE
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["update", "specs"], "did you mean `dagctl create`?"),
        (["status"], "did you mean `dagctl list`?"),
        (["preview"], "did you mean `dagctl create --dry-run`?"),
        (["version"], "did you mean `dagctl --version`?"),
        (["lint"], "did you mean `dagctl validate`?"),
        (["list", "--json"], "did you mean `-o json`?"),
        (["remove", "x"], "did you mean `dagctl rm`?"),
        (["rename", "x"], "did you mean `dagctl mv`?"),
    ],
)
def test_the_words_of_other_tools_are_known(shell: Shell, arguments: list[str], hint: str) -> None:
    done = shell.run(*arguments)
    assert done.code == ExitCode.USAGE
    assert f"fix:   {hint}" in done.err


def test_verbose_shows_times_git_commands_and_no_internal_step(workspace: Shell) -> None:
    done = workspace.ok("-v", "create", "specs")
    assert re.search(r"^ +[0-9]+\.[0-9]{3} s  reserve name +daily_orders$", done.err, re.MULTILINE)
    assert re.search(r"^ +[0-9]+\.[0-9]{3} s  git (\S+ )*cat-file", done.err, re.MULTILINE)
    steps = re.findall(r"^  +[0-9.]+ s  (\S+)", done.err, re.MULTILINE)
    assert not {"tell", "show", "confirm", "reserve ", "stage", "clear"} & set(steps)
    assert "git " not in workspace.ok("create", "specs").err


def test_explain_without_a_code_lists_all(shell: Shell) -> None:
    assert shell.ok("explain").out == shell.ok("explain", "--list").out


@pytest.mark.parametrize(
    "command", ["create {}.yaml", "render {}", "init {}", "convert {}", "export -o {}.zip"]
)
def test_a_name_that_is_too_long_for_the_system_is_an_error_of_usage(
    shell: Shell, command: str
) -> None:
    if not command.startswith("init"):
        shell.ok("init")
    done = shell.run(*command.format("a" * 10_000).split())
    assert (done.code, "name too long" in done.err) == (ExitCode.USAGE, True), done.err[:500]
    assert "fix:   give a shorter path" in done.err
    assert len(done.err) < 1000
