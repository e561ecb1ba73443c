"""Which specs a command line means."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest

from dagctl.commands.files.read_specs import LARGEST, ReadSpecs, SpecText, failure, read_specs
from dagctl.errors import Diagnostic, ExitCode, UsageError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("b.yaml", "a.yml", "deep/c.json", "deep/D.YAML", "notes.txt", ".hidden.yaml"):
        file = tmp_path / "specs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{name}: dag_name")
    for name in (".dagctl", ".cache"):
        (tmp_path / "specs" / name).mkdir()
        (tmp_path / "specs" / name / "x.yaml").touch()
    return tmp_path


def read(*arguments: str, stdin: bytes = b"") -> ReadSpecs:
    return read_specs(arguments, io.BytesIO(stdin))


def names(*arguments: str) -> list[str | None]:
    found = read(*arguments)
    assert not found.problems
    return [document.origin for document in found.documents]


def problem(*arguments: str) -> Diagnostic:
    found = read(*arguments)
    assert not found.documents
    (only,) = found.problems
    return only


EVERY = ["specs/a.yml", "specs/b.yaml", "specs/deep/D.YAML", "specs/deep/c.json"]


def test_a_file_is_read_whatever_its_name() -> None:
    expected = SpecText("specs/notes.txt", b"notes.txt: dag_name")
    assert read("specs/notes.txt").documents == (expected,)


def test_a_folder_means_its_specs_at_any_depth_sorted_and_nothing_hidden() -> None:
    assert names("specs") == EVERY


@pytest.mark.parametrize(
    ("argument", "message", "hint"),
    [
        ("specs/nope.yaml", "there is no such file", None),
        ("specs/*.toml", "no file matches the pattern", None),
        ("specs\\b.yaml", "there is no such file", "did you mean `specs/b.yaml`?"),
        ("specs\\nope.yaml", "there is no such file", None),
    ],
)
def test_what_does_not_exist_is_reported(argument: str, message: str, hint: str | None) -> None:
    found = problem(argument)
    assert (found.code, found.message, found.hint) == ("NOT_FOUND", message, hint)


def test_a_hidden_file_is_read_if_it_is_named() -> None:
    assert names("specs/.hidden.yaml") == ["specs/.hidden.yaml"]


def test_a_pattern_that_the_shell_left_is_expanded() -> None:
    assert names("specs/*.y*ml") == ["specs/a.yml", "specs/b.yaml"]
    assert names("specs/**/*.json") == ["specs/deep/c.json"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(folder: Path) -> None:
    (folder / "specs" / "[ab].yaml").touch()
    assert names("specs/[ab].yaml") == ["specs/[ab].yaml"]


def test_each_spec_is_read_once_where_it_was_named_first() -> None:
    assert names("specs/b.yaml", "specs", "./specs/a.yml") == ["specs/b.yaml", EVERY[0], *EVERY[2:]]


def test_a_dash_is_standard_input(folder: Path) -> None:
    (folder / "-").touch()
    found = read_specs(["-"], io.BytesIO(b"spec"), "json")
    assert found.documents == (SpecText(None, b"spec", "json"),)
    assert found.documents[0].name == "<stdin>"


def test_a_format_is_for_what_has_no_suffix() -> None:
    found = read_specs(["specs/b.yaml", "specs/notes.txt"], io.BytesIO(), "json")
    assert [one.format for one in found.documents] == [None, "json"]


@pytest.mark.parametrize("argument", ["specs/nope.yaml", "specs/*.nope", "", "nul\0"])
def test_what_does_not_exist_is_a_finding(argument: str) -> None:
    found = problem(argument)
    assert found.code in {"NOT_FOUND", "USAGE"}
    assert found.file == argument


def test_a_dead_link_does_not_exist(folder: Path) -> None:
    (folder / "dead.yaml").symlink_to("nowhere")
    assert problem("dead.yaml").code == "NOT_FOUND"


def test_a_folder_without_specs_is_a_finding(folder: Path) -> None:
    (folder / "empty").mkdir()
    assert "holds no specs" in problem("empty").message


def test_a_named_pipe_is_refused_without_waiting_for_a_writer(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    assert "not a regular file" in problem("pipe.yaml").message


def test_a_device_is_refused() -> None:
    assert "not a regular file" in problem("/dev/zero").message


def test_a_huge_file_is_refused_without_being_read(folder: Path) -> None:
    with (folder / "huge.yaml").open("wb") as file:
        file.truncate(LARGEST + 1)
    assert "larger than 16 MiB" in problem("huge.yaml").message


def test_endless_standard_input_is_refused() -> None:
    found = read("-", stdin=b"x" * (LARGEST + 1))
    assert found.problems[0].file == "<stdin>"


def test_a_loop_of_links_is_a_finding(folder: Path) -> None:
    (folder / "loop.yaml").symlink_to("loop.yaml")
    assert "cannot be read" in problem("loop.yaml").message


def test_every_problem_is_found_and_the_good_files_are_read() -> None:
    found = read("nope.yaml", "specs/b.yaml", "/dev/zero")
    assert [one.file for one in found.problems] == ["nope.yaml", "/dev/zero"]
    assert [one.origin for one in found.documents] == ["specs/b.yaml"]


@pytest.mark.parametrize(
    ("codes", "exit_code"),
    [
        (["DAG201"], ExitCode.INVALID),
        (["DAG201", "USAGE"], ExitCode.USAGE),
        (["DAG201", "USAGE", "NOT_FOUND"], ExitCode.NOT_FOUND),
    ],
)
def test_the_worst_finding_decides_the_exit_code(codes: list[str], exit_code: ExitCode) -> None:
    found = [Diagnostic(code=code, message="m") for code in codes]
    assert failure(found).exit_code is exit_code


def test_promise_9_a_link_that_leads_out_of_the_workspace_is_not_read(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.yaml"
    secret.write_text("key: canary")
    (folder / "dagctl.toml").touch()
    (folder / "specs/link.yaml").symlink_to(secret)
    (folder / "linked").symlink_to(secret.parent)
    for path in ("specs/link.yaml", "linked/secret.yaml"):
        (problem,) = read(path).problems
        assert f"leads out of the workspace, to {secret}" in problem.message
    assert [one.file for one in read("specs").problems] == ["specs/link.yaml"]
    assert names(str(secret)) == [str(secret)]


def test_promise_9_a_link_into_the_git_folder_is_not_read(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git/config").write_text("[http]\n\textraheader = canary\n")
    (folder / "specs/link.yaml").symlink_to("../.git/config")
    (problem,) = read("specs/link.yaml").problems
    assert "leads out of the workspace" in problem.message
    assert "canary" not in str(problem)


def test_a_link_inside_of_the_workspace_is_read(folder: Path) -> None:
    (folder / "dagctl.toml").touch()
    (folder / "specs/link.yaml").symlink_to("a.yml")
    assert names("specs/link.yaml") == ["specs/link.yaml"]


def test_a_folder_of_everything_is_not_walked_to_its_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert folder.is_dir()
    monkeypatch.setattr("dagctl.commands.files.folder_walk.MOST", 5)
    with pytest.raises(UsageError, match="more than 5 files and folders"):
        read(".")


def test_a_program_that_writes_nothing_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dagctl.commands.files.read_specs.SILENCE", 0.05)
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as silent, os.fdopen(theirs, "wb") as writer:
        (problem,) = read_specs(["-"], silent).problems
        assert problem.message == "nothing came within 0.05 seconds"
        writer.write(b"dag_name: x")
        writer.close()
        assert [one.data for one in read_specs(["-"], silent).documents] == [b"dag_name: x"]


def test_a_program_that_takes_a_while_is_waited_for_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dagctl.commands.files.read_specs.SILENCE", 0.02)
    notes: list[str] = []
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as silent, os.fdopen(theirs, "wb"):
        read_specs(["-"], silent, note=notes.append)
    assert notes == ["Waiting for a spec on standard input, for 0.02 s at most ..."]


def test_a_person_at_a_terminal_is_asked_to_type() -> None:
    ours, theirs = os.openpty()
    notes: list[str] = []
    with os.fdopen(ours, "wb") as keys, os.fdopen(theirs, "rb") as terminal:
        keys.write(b"dag_name: x\n\x04")
        keys.flush()
        (document,) = read_specs(["-"], terminal, note=notes.append).documents
    assert document.data == b"dag_name: x\n"
    assert notes == ["Reading a spec from the terminal; Ctrl-D ends it, Ctrl-C stops."]


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("node_modules", None),
        ("site-packages", None),
        ("other", ".git"),
        ("environment", "pyvenv.cfg"),
        (".secret", None),
    ],
)
def test_what_is_foreign_below_a_folder_is_passed_over(
    folder: Path, name: str, mark: str | None
) -> None:
    foreign = folder / "specs" / name
    (foreign / "deep").mkdir(parents=True)
    (foreign / "deep" / "x.yaml").write_text("dag_name: x")
    if mark:
        (foreign / mark).touch()
    assert names("specs") == EVERY


def test_the_top_itself_may_be_a_repository(folder: Path) -> None:
    (folder / ".git").mkdir()
    assert names(".") == EVERY


def test_files_of_other_programs_in_a_folder_are_no_specs(folder: Path) -> None:
    (folder / "specs" / "docker-compose.yaml").write_text("services: {}")
    (folder / "specs" / "package.json").write_text("{}")
    reading = read("specs")

    assert reading.passed_over == ("specs/docker-compose.yaml", "specs/package.json")
    assert [document.origin for document in reading.documents] == EVERY
    assert names("specs/package.json") == ["specs/package.json"]


@pytest.mark.parametrize(
    ("name", "text", "is_spec"),
    [
        ("Taskfile.yml", "version: '3'\ntasks:\n  build:\n    cmds: [make]\n", False),
        ("play.yaml", "- hosts: all\n  tasks:\n    - name: x\n      ping:\n", False),
        ("ci.yml", "# runs all tasks\non: push\njobs: {}\n", False),
        ("compose.yaml", "services:\n  tasks:\n    image: x\n", False),
        ("package.json", '{"description": "tasks of the team", "tasks": {"a": 1}}', False),
        ("broken.json", '{"tasks": {', False),
        ("no_name.yaml", "dag_nme: X\ntasks:\n  - id: a\n", True),
        ("no_name.json", '{"dag_nme": "X", "tasks": [', True),
        ("flow.yaml", "{dag_nme: X, tasks: [{task_id: a}]}\n", True),
        ("no_list.yaml", "dag_name: X\ntasks:\n  a: {bash_command: b}\n", True),
    ],
)
def test_a_file_with_tasks_of_another_program_is_no_spec(
    folder: Path, name: str, text: str, *, is_spec: bool
) -> None:
    (folder / "specs" / name).write_text(text)
    assert (f"specs/{name}" in names("specs")) == is_spec


def test_a_folder_of_other_files_holds_no_specs(folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "other" / "package.json").write_text("{}")
    assert problem("other").message == "the folder holds no specs"


def test_a_walk_that_takes_a_while_can_be_seen_and_ends(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes: list[str] = []
    monkeypatch.setattr("dagctl.commands.files.folder_walk.QUIET_SECONDS", -1)
    read_specs([str(folder / "specs")], io.BytesIO(), note=notes.append)
    assert notes == [f"Looking for specs below {folder / 'specs'} ..."]
    monkeypatch.setattr("dagctl.commands.files.folder_walk.MOST_SECONDS", -1)
    with pytest.raises(UsageError, match="without an end"):
        read("specs")


def test_the_whole_file_system_is_not_looked_through(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "root").symlink_to("/")
    monkeypatch.setattr("dagctl.commands.files.folder_walk.MOST", -1)  # else it takes very long
    for named in ("/", "root"):
        with pytest.raises(UsageError, match=f"^{named} is the whole file system"):
            read(named)


def test_the_near_name_of_a_missing_file_is_in_the_hint() -> None:
    assert problem("specs/b.yml").hint == "did you mean `specs/b.yaml`?"
    assert problem("spec").hint == "did you mean `specs`?"
    assert problem("specs/something_else.yaml").hint is None
    assert problem("nowhere/b.yaml").hint is None


def test_a_broken_link_is_named_with_its_target(folder: Path) -> None:
    (folder / "specs/broken.yaml").symlink_to("gone.yaml")
    found = problem("specs/broken.yaml")

    assert found.message == "is a link to gone.yaml, which does not exist"
    assert found.hint == "correct the link, or name the file itself"
