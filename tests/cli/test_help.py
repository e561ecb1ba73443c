"""Help, version, topics, completion: what is shown."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from inspect import getdoc

import pytest

from dagctl import __version__
from dagctl.cli.app import run
from dagctl.cli.arguments.topics import MEANINGS, TOPICS
from dagctl.cli.command_table import COMMANDS, TABLE, VERBS, CommandEntry, verbs_of
from dagctl.cli.program import command as root
from dagctl.errors import ExitCode
from dagctl.settings import CHECKS
from tests.cli.conftest import Shell

PAGES = (*COMMANDS, *(entry.name for entry in VERBS))
"""Each has a help page."""


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"dagctl {__version__}\n"


def test_nothing_is_the_same_as_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    without = capsys.readouterr().out
    assert run(["--help"]) == 0
    assert capsys.readouterr().out == without
    assert run(["help"]) == 0
    assert capsys.readouterr().out == without


def test_help_lists_every_command_in_its_group(capsys: pytest.CaptureFixture[str]) -> None:
    run(["--help"])
    page = capsys.readouterr().out
    headings = [page.index(f"\n{name}:\n") for name in ("Author", "Publish", "Inspect", "More")]
    assert headings == sorted(headings)


def test_every_command_of_the_table_can_be_built() -> None:
    built = {name: root.commands[name] for name in COMMANDS}  # type: ignore[attr-defined] # a group
    assert [command.name for command in built.values()] == list(COMMANDS)


@pytest.mark.parametrize("entry", [*TABLE, *VERBS], ids=lambda entry: entry.name)
def test_the_list_of_commands_says_what_the_page_of_each_says_first(entry: CommandEntry) -> None:
    function = getattr(import_module(entry.module_name), entry.function_name)
    assert (getdoc(function) or "").split("\n\n")[0] == entry.summary


@pytest.mark.parametrize("command", PAGES)
def test_every_command_has_a_page_with_examples(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["help", *command.split()]) == 0
    page = capsys.readouterr().out
    examples = [line for line in page.partition("Examples:")[2].splitlines() if "dagctl" in line]
    assert 2 <= len(examples) <= 6
    assert run([*command.split(), "--help"]) == 0
    assert capsys.readouterr().out == page


@pytest.mark.parametrize("command", PAGES)
def test_a_page_speaks_of_no_types_of_python(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run([*command.split(), "--help"])
    page, _, _ = capsys.readouterr().out.partition("Examples:")
    for word in ("<str>", "<int", "<path>", "list[", "{", "<=x", "x>=", "required"):
        assert word not in page


def test_usage_lines_are_as_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("create", "init", "migrations export"):
        run([*command.split(), "--help"])
    usage = [one for one in capsys.readouterr().out.splitlines() if one.startswith("Usage: ")]
    assert usage == [
        "Usage: dagctl create [OPTIONS] SPEC...",
        "Usage: dagctl init [OPTIONS] [DIR]",
        "Usage: dagctl migrations export [OPTIONS] DIR",
    ]


def test_no_summary_of_a_command_is_cut_or_longer_than_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    run(["--help"])
    page, _, _ = capsys.readouterr().out.partition("\nOptions:")
    rows = [line for line in page.partition("\nAuthor:")[2].splitlines() if line[:2] == "  "]
    assert [row.split()[0] for row in rows] == list(COMMANDS)
    assert all(row.endswith(".") and not row.endswith("..") for row in rows)


@pytest.mark.parametrize("command", [[], ["create"], ["list"], ["serve"]], ids=str)
def test_a_page_fits_a_narrow_terminal_but_for_commands_to_copy(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    run([*command, "--help"])
    page, _, _ = capsys.readouterr().out.partition("Examples:")
    assert max(map(len, page.splitlines())) <= 40


@pytest.mark.parametrize("noun", ["templates", "operators", "migrations"])
def test_the_page_of_a_noun_lists_its_verbs_in_a_line_each(
    noun: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run([noun, "--help"])
    page = capsys.readouterr().out.partition("Commands:\n")[2].partition("\n\n")[0]
    assert [line.split()[0] for line in page.splitlines()] == list(verbs_of(noun))


def test_a_verb_is_found_behind_options(workspace: Shell) -> None:
    for words in (
        ("templates", "-o", "json", "show", "elt_dbt"),
        ("templates", "show", "elt_dbt", "-o", "json"),
        ("-q", "templates", "--color", "never", "show", "-ojson", "elt_dbt"),
    ):
        document = workspace.run(*words).document
        assert document["result"]["template"]["name"] == "elt_dbt"


def test_a_word_that_is_no_verb_is_refused_with_the_nearest_verb(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["templates", "upgrad", "specs"]) == ExitCode.USAGE
    assert "no such command `templates upgrad`" in (err := capsys.readouterr().err)
    assert "did you mean `templates upgrade`?" in err
    assert run(["templates", "upgrade", "--bogus"]) == ExitCode.USAGE
    assert "see dagctl templates upgrade --help" in capsys.readouterr().err
    assert run(["help", "templates", "upgrad"]) == ExitCode.NOT_FOUND


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_a_page(topic: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["help", topic]) == 0
    assert capsys.readouterr().out == TOPICS[topic] + "\n"


def test_every_exit_code_and_every_setting_is_explained() -> None:
    assert set(MEANINGS) == set(ExitCode)
    assert all(f"DAGCTL_{key.upper()} " in TOPICS["environment"] for key in CHECKS)


def test_the_spec_of_the_topic_is_a_good_one(shell: Shell) -> None:
    lines = TOPICS["spec"].splitlines()[2:-2]
    text = "\n".join(line[2:] for line in lines)
    assert shell.run("validate", "-", stdin=text).code == 0


def test_an_unknown_topic_is_not_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["help", "exit-code"]) == ExitCode.NOT_FOUND
    assert "did you mean `exit-codes`?" in capsys.readouterr().err


@pytest.mark.parametrize("shell_name", ["zsh", "fish", "powershell"])
def test_a_completion_script_is_printed(
    shell_name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["completion", shell_name]) == 0
    assert "_DAGCTL_COMPLETE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "candidates"),
    [
        ("dagctl val", ["validate"]),
        ("dagctl templates up", ["upgrade"]),
        ("dagctl templates show elt", ["elt_dbt"]),
        ("dagctl operators show S3CopyO", ["S3CopyObjectOperator"]),
        ("dagctl show dai", ["daily_orders"]),
        ("dagctl show daily_orders", ["daily_orders"]),
        ("dagctl show other", []),
        ("dagctl explain DAG30", [f"DAG30{number}" for number in range(1, 10)]),
    ],
)
def test_the_completion_script_works_in_bash(
    workspace: Shell, words: str, candidates: list[str]
) -> None:
    workspace.ok("create", "specs")
    assert _completed(workspace, words) == candidates


@pytest.mark.parametrize("option", ["-C", "--directory", "--quiet -C"])
def test_the_completion_script_looks_where_the_command_would_work(
    workspace: Shell, option: str
) -> None:
    workspace.ok("create", "specs")
    outside = Shell(workspace.folder.parent, workspace.environ)
    name = workspace.folder.name
    assert _completed(outside, f"dagctl {option} {name} show dai") == ["daily_orders"]
    assert _completed(outside, f"dagctl {option} nowhere show dai") == []
    assert _completed(outside, "dagctl show dai") == []


def test_outside_of_a_workspace_no_dag_is_offered(shell: Shell) -> None:
    assert _completed(shell, "dagctl show dai") == []


def _completed(shell: Shell, words: str) -> list[str]:
    """Return what bash offers for the last of the words."""
    script = shell.ok("completion", "bash").out
    program = (
        f'dagctl() {{ {sys.executable} -m dagctl "$@"; }}\n'
        f"{script}\n"
        f"COMP_WORDS=({words}); COMP_CWORD={words.count(' ')}; COMP_LINE='{words}'\n"
        "_dagctl_completion dagctl; echo ${COMPREPLY[@]}\n"
    )
    program = program.replace(
        "_DAGCTL_COMPLETE=complete_bash $1",
        f"_DAGCTL_COMPLETE=complete_bash {sys.executable} -m dagctl",
    )
    done = subprocess.run(
        ["bash", "-euc", program],
        cwd=shell.folder,
        env=shell.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()
