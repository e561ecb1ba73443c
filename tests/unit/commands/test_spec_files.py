"""Files that a spec names: from the workspace, whole, and nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from dagctl import SpecError, load_spec
from dagctl.codegen.render import render
from dagctl.commands.files.spec_files import workspace_files
from dagctl.commands.specs.load_spec import check
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.spec.load import check_data, check_spec
from dagctl.spec.resolution.file_texts import MAX_BYTES

if TYPE_CHECKING:
    from pathlib import Path

TRIGGER = "operator: TriggerDagRunOperator\n    with: {trigger_dag_id: b, conf: %s}"
HEAD = "dag_name: Orders\ntasks:\n  - task_id: a\n"
SQL = "select *\nfrom orders\n  where day = '{{ ds }}'\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "work"
    (root / "sql").mkdir(parents=True)
    (root / "specs").mkdir()
    (root / "dagctl.toml").touch()
    (root / "sql" / "orders.sql").write_text(SQL, "utf-8")
    (tmp_path / "outside.txt").write_text("outside", "utf-8")
    return root


def spec_in(workspace: Path, task: str) -> Path:
    path = workspace / "specs" / "orders.yaml"
    path.write_text(f"{HEAD}    {task}\n", "utf-8")
    return path


def codes(workspace: Path, task: str) -> list[tuple[str, int | None]]:
    return [(each.code, each.line) for each in check(spec_in(workspace, task)).diagnostics]


def test_the_text_stands_in_place_and_in_the_digest(workspace: Path) -> None:
    task = TRIGGER % "{q: {$file: sql/orders.sql}}"
    spec = load_spec(spec_in(workspace, task))
    source = render(spec)

    assert spec.to_data()["tasks"][0]["with"]["conf"] == {"q": SQL}
    assert 'select *\nfrom orders\n  where day = \'{{ ds }}\'\n"""' in source
    (workspace / "sql" / "orders.sql").write_text("select 1", "utf-8")
    assert load_spec(spec_in(workspace, task)).digest() != spec.digest()


@pytest.mark.parametrize("key", ["bash_command", "python_code"])
def test_code_may_come_from_a_file_and_is_checked(workspace: Path, key: str) -> None:
    (workspace / "code.txt").write_text("echo {{ ds }}\n" if key[0] == "b" else "return 1\n")
    assert codes(workspace, f"{key}: {{$file: code.txt}}") == []
    (workspace / "code.txt").write_text("echo {{ ds\n" if key[0] == "b" else "\n\nreturn (\n")
    bad = Code.BAD_TEMPLATE if key[0] == "b" else Code.PYTHON_SYNTAX
    assert codes(workspace, f"{key}: {{$file: code.txt}}") == [(bad, 4)]


@pytest.mark.parametrize(
    "path",
    [
        "../outside.txt",
        "sql/../../outside.txt",
        "/etc/passwd",
        "missing.sql",
        "sql",
        "link.sql",
        "folder_link/orders.sql",
        "pipe",
        "large",
        "latin",
        ".env",
        ".git/config",
        "sql\\\\orders.sql",
        "''",
        "[sql]",
        "5",
        "dagctl.toml/x",
    ],
)
def test_nothing_else_is_read(workspace: Path, path: str) -> None:
    (workspace / "link.sql").symlink_to(workspace.parent / "outside.txt")
    (workspace / "folder_link").symlink_to(workspace / "sql")
    os.mkfifo(workspace / "pipe")
    (workspace / "large").write_text("x" * (MAX_BYTES + 1))
    (workspace / "latin").write_bytes(b"\xff")
    (workspace / ".env").write_text("PASSWORD=x")

    assert codes(workspace, f"bash_command: {{$file: {path}}}") == [(Code.BAD_FILE, 4)]


def test_a_link_is_called_one(workspace: Path) -> None:
    (workspace / "link.sql").symlink_to("dagctl.toml")
    (workspace / "folder_link").symlink_to(workspace)
    read = workspace_files(workspace)
    for path, reason in (
        ("link.sql", "it is a link"),
        ("folder_link/a.sql", "is a link, or a file"),
    ):
        problem = read(path)
        assert isinstance(problem, Problem)
        assert reason in problem.message


def test_a_secret_in_a_file_is_warned_of(workspace: Path) -> None:
    (workspace / "key.txt").write_text("-----BEGIN RSA PRIVATE KEY-----\nx\n")
    assert codes(workspace, TRIGGER % "{q: {$file: key.txt}}") == [(Code.PLAIN_CREDENTIAL, 5)]


def test_without_a_workspace_no_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("echo a")
    text = f"{HEAD}    bash_command: {{$file: a.txt}}\n"
    path = tmp_path / "spec.yaml"
    path.write_text(text)
    data = {"dag_name": "x", "tasks": [{"task_id": "a", "bash_command": {"$file": "a.txt"}}]}

    for checked in (check(path), check_spec(text), check_data(data)):
        assert [each.code for each in checked.diagnostics] == [Code.BAD_FILE]
    with pytest.raises(SpecError):
        load_spec(text)


def test_a_constant_stays_as_it_is(workspace: Path) -> None:
    task = (
        "operator: TriggerDagRunOperator\n    with: {trigger_dag_id: b, conf: {$const: {$file: x}}}"
    )
    assert codes(workspace, task) == []
