"""`dagctl adopt`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl import Client
from dagctl.commands import adopt
from dagctl.errors import ConflictError, ExitCode, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.commands.adopt import Adoption
    from tests.cli.conftest import Shell

DAG = """\
from datetime import datetime

from airflow import DAG
from airflow.providers.standard.operators.bash import BashOperator

with DAG("etl", schedule="@daily", start_date=datetime(2024, 1, 1)) as dag:
    load = BashOperator(task_id="load", bash_command="echo 1")
    load >> BashOperator(task_id="send", bash_command="echo 2")
"""
GAP = DAG.replace('"echo 2"', "\"echo 2\", doc_md=open('/etc/x').read()")
BAD = DAG.replace('"echo 2"', "open('/etc/x').read()")


@pytest.fixture
def workspace(shell: Shell) -> Shell:
    shell.ok("init")
    committed(shell, "dags/etl.py", DAG)
    return shell


def committed(shell: Shell, path: str, text: str) -> Path:
    file = shell.write(path, text)
    shell.git("add", "-A")
    shell.git("commit", "--quiet", "-m", "by hand")
    return file


def test_a_hand_written_file_gives_way_to_one_of_dagctl(workspace: Shell) -> None:
    shell = workspace
    file = shell.folder / "dags/etl.py"
    dry = shell.ok("adopt", "dags/etl.py", "--dry-run")
    assert "Compared by dagctl, without running it: the same (2 tasks)" in dry.out
    assert "create etl v1 from specs/etl.yaml" in dry.out
    assert '-with DAG("etl", schedule="@daily"' in dry.out, "the diff of the DAG file"
    assert "+- task_id: send" in dry.out, "the diff of the spec"
    assert file.read_text("utf-8") == DAG
    assert not (shell.folder / "specs").exists()
    before = shell.git("rev-parse", "HEAD")
    done = shell.ok("adopt", "dags/etl.py")
    assert "Adopted etl v1 (" in done.out
    assert shell.git("diff", "--name-only", "HEAD~1", "HEAD").split() == ["dags/etl.py"]
    assert shell.git("rev-parse", "HEAD~1") == before
    assert "# Generated DAG: etl" in file.read_text("utf-8")
    assert "unchanged" in shell.ok("create", "specs/etl.yaml").out
    assert shell.git("show", "HEAD~1:dags/etl.py").strip() == DAG.strip()
    again = shell.run("adopt", "dags/etl.py")
    assert (again.code, "dagctl's own" in again.err) == (ExitCode.CONFLICT, True)


def test_a_default_that_airflow_may_set_otherwise_is_no_certain_copy(workspace: Shell) -> None:
    text = "import os\n" + DAG.replace('"@daily"', 'os.getenv("SCHEDULE", "@daily")')
    committed(workspace, "dags/etl.py", text)
    done = workspace.run("adopt", "dags/etl.py")
    assert (done.code, "--environ" in done.err) == (ExitCode.CONFLICT, True)
    workspace.ok("adopt", "dags/etl.py", "--environ", "SCHEDULE=@hourly")


def test_gaps_are_refused_unless_they_are_accepted(workspace: Shell) -> None:
    shell = workspace
    file = committed(shell, "dags/etl.py", GAP)
    report = shell.ok("adopt", "dags/etl.py", "--dry-run", "-o", "json").out
    assert '"whole": false' in report
    assert '"action": "create"' in report
    done = shell.run("adopt", "dags/etl.py")
    assert (done.code, "--accept-gaps" in done.err) == (ExitCode.CONFLICT, True)
    assert "line 8" in done.err
    assert file.read_text("utf-8") == GAP
    assert not (shell.folder / "specs").exists()
    assert "Adopted etl v1" in shell.ok("adopt", "dags/etl.py", "--accept-gaps").out


def test_a_refused_commit_leaves_the_file_and_no_spec(workspace: Shell) -> None:
    shell = workspace
    hook = shell.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert shell.run("adopt", "dags/etl.py").code != ExitCode.OK
    assert (shell.folder / "dags/etl.py").read_text("utf-8") == DAG
    assert not (shell.folder / "specs/etl.yaml").exists()
    assert shell.ok("list").out == ""
    assert shell.ok("adopt", "dags/etl.py", "--no-verify", "-o", "json").out


def test_an_edit_after_the_file_was_compared_is_not_lost(
    workspace: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = workspace.folder / "dags/etl.py"
    edited = DAG.replace("echo 2", "echo 3")

    def edit(_: Adoption) -> None:
        file.write_text(edited, "utf-8")

    monkeypatch.setattr(adopt, "refuse_gaps", edit)
    monkeypatch.chdir(workspace.folder)
    with (
        Client.open(workspace.folder) as client,
        pytest.raises(ConflictError, match="was changed since"),
    ):
        client.adopt("dags/etl.py")
    assert file.read_text("utf-8") == edited
    assert not (workspace.folder / "specs/etl.yaml").exists()


def test_the_defaults_of_a_folder_make_no_other_dag_of_the_file(workspace: Shell) -> None:
    shell = workspace
    shell.write("specs/defaults.yaml", "owner: data\nretries: 7\n")
    for options in ((), ("--dry-run",)):
        refused = shell.run("adopt", "dags/etl.py", *options)
        assert (refused.code, "would make another DAG" in refused.err) == (ExitCode.CONFLICT, True)
    assert (shell.folder / "dags/etl.py").read_text("utf-8") == DAG
    assert not (shell.folder / "specs/etl.yaml").exists()
    assert "Adopted etl v1" in shell.ok("adopt", "dags/etl.py", "--into", "plain").out


@pytest.mark.parametrize("path", ["dags/mine.py", "dags/team/etl.py"])
def test_a_file_of_another_name_or_folder_gives_way_in_the_same_commit(
    shell: Shell, path: str
) -> None:
    shell.ok("init")
    file = committed(shell, path, DAG)
    committed(shell, "dags/team/other.py", DAG.replace('"etl"', '"other"'))
    dry = shell.ok("adopt", path, "--dry-run").out
    assert "whole" in dry
    assert f"remove {path}" in dry
    assert file.exists()
    done = shell.ok("adopt", path)
    assert f"dags/etl.py, from specs/etl.yaml, in place of {path}" in done.out
    assert not file.exists()
    changed = shell.git("diff", "--no-renames", "--name-status", "HEAD~1", "HEAD").split()
    assert changed == ["A", "dags/etl.py", "D", path]
    assert shell.git("status", "--porcelain", "--untracked-files=all") == "?? specs/etl.yaml"
    assert "unchanged" in shell.ok("create", "specs/etl.yaml").out


def test_two_files_of_one_id_are_named_and_neither_is_adopted(workspace: Shell) -> None:
    shell = workspace
    twin = committed(shell, "dags/team/twin.py", DAG)
    for path, other in (("dags/etl.py", "dags/team/twin.py"), ("dags/team/twin.py", "dags/etl.py")):
        done = shell.run("adopt", path)
        assert done.code == ExitCode.CONFLICT
        assert other in done.err
        assert twin.read_text("utf-8") == DAG
        assert (shell.folder / "dags/etl.py").read_text("utf-8") == DAG
        assert not (shell.folder / "specs").exists()


TWO = DAG + DAG.partition("\n\n")[2].replace('"etl"', '"other"')
REFUSED: dict[str, tuple[str, bytes | None, ExitCode, str]] = {
    "missing": ("dags/none.py", None, ExitCode.USAGE, "not a file"),
    "two DAGs": ("dags/two.py", TWO.encode(), ExitCode.USAGE, "2 DAGs"),
    "no DAG": ("dags/jobs.py", b"def load(): pass\n", ExitCode.USAGE, "no DAG"),
    "not UTF-8": ("dags/latin.py", b"# \xe9\n", ExitCode.USAGE, "UTF-8"),
    "huge": ("dags/huge.py", b"#" * 20_000_000, ExitCode.USAGE, "bytes"),
    "an id twice": ("dags/mine.py", DAG.encode(), ExitCode.CONFLICT, "not committed as it is"),
    "another folder": ("jobs/etl.py", DAG.encode(), ExitCode.CONFLICT, "git mv jobs/etl.py"),
    "no spec": ("dags/etl.py", BAD.encode(), ExitCode.CONFLICT, "line 8"),
    "no syntax": ("dags/bad.py", b"with DAG(:\n", ExitCode.INVALID, "dags/bad.py"),
}


def test_what_cannot_be_adopted_stays_as_it_is(workspace: Shell, tmp_path: Path) -> None:
    shell = workspace
    for name, (path, content, code, text) in REFUSED.items():
        if content is not None:
            (shell.folder / path).parent.mkdir(exist_ok=True)
            (shell.folder / path).write_bytes(content)
        done = shell.run("adopt", path)
        assert (name, done.code, text in done.err) == (name, code, True), done
    outside = tmp_path / "outside.py"
    outside.write_text(DAG, "utf-8")
    (shell.folder / "dags/link.py").symlink_to(outside)
    for path in ("dags/link.py", str(outside)):
        assert shell.run("adopt", path).code == ExitCode.USAGE
    untracked = shell.write("dags/fresh.py", DAG.replace('"etl"', '"fresh"'))
    shell.write("dags/etl.py", DAG + "# mine\n")
    for path in ("dags/fresh.py", "dags/etl.py"):
        done = shell.run("adopt", path)
        assert (done.code, "not committed as it is" in done.err) == (ExitCode.CONFLICT, True)
    assert untracked.exists()
    assert not (shell.folder / "specs").exists()
    assert outside.read_text("utf-8") == DAG


def test_no_spec_of_the_users_is_overwritten_and_no_program_is_run_that_is_none(
    workspace: Shell,
) -> None:
    shell = workspace
    mine = shell.write("specs/etl.yaml", "mine: 1\n")
    assert shell.run("adopt", "dags/etl.py").code == ExitCode.CONFLICT
    assert mine.read_text("utf-8") == "mine: 1\n"
    mine.unlink()
    for program in ("no-such-python", "false"):
        done = shell.run("adopt", "dags/etl.py", "--airflow-python", program)
        assert done.code in {ExitCode.USAGE, ExitCode.UNAVAILABLE}
    assert (shell.folder / "dags/etl.py").read_text("utf-8") == DAG


@pytest.mark.parametrize(
    "line",
    [
        "from etl import helper",
        "import etl as other",
        "from .etl import helper",
        "from . import etl",
    ],
)
def test_a_file_that_another_one_imports_stays(workspace: Shell, line: str) -> None:
    shell = workspace
    committed(shell, "dags/daily.py", "from etl_tools import x\nfrom tools import etl\n")
    shell.ok("adopt", "dags/etl.py", "--dry-run")
    committed(shell, "dags/daily.py", f"import os\n{line}\n")
    done = shell.run("adopt", "dags/etl.py")
    assert (done.code, "dags/daily.py imports dags/etl.py" in done.err) == (ExitCode.CONFLICT, True)
    assert (shell.folder / "dags/etl.py").read_text("utf-8") == DAG


def test_blank_lines_in_a_file_beside_it_cost_no_time(workspace: Shell) -> None:
    workspace.write("dags/blank.py", " \n" * 1_000_000)
    workspace.ok("adopt", "dags/etl.py", "--dry-run")


def test_a_program_converts_files_as_the_command_does(
    workspace: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = workspace
    shell.write("dags/two.py", TWO.replace('"etl"', '"first"'))
    monkeypatch.chdir(shell.folder)
    with Client.open(shell.folder) as client:
        (one,) = client.convert("dags/etl.py")
        assert one.conversion.dags[0].text == shell.ok("convert", "dags/etl.py").out
        made = client.convert(["dags/etl.py", "dags/two.py"], form="python", into="specs")
        names = [dag.dag_id for each in made for dag in each.conversion.dags]
        assert names == ["etl", "first", "other"]
        assert [dag.whole for each in made for dag in each.conversion.dags] == [True] * 3
        (shell.folder / "specs/etl.yaml").write_text("mine: 1\n")
        with pytest.raises(ConflictError):
            client.convert("dags/etl.py", into="specs")
        for files, form, text in (
            ("dags/etl.py", "pyton", "no format"),
            ("dags/none.py", None, "not a file"),
            ([], None, "no DAG"),
        ):
            with pytest.raises(UsageError, match=text):
                client.convert(files, form=form)
        client.convert("dags/etl.py", into="specs", force=True)
    assert (shell.folder / "specs/etl.yaml").read_text() == one.conversion.dags[0].text


OPERATOR = """
from datetime import datetime
from airflow import DAG
from airflow.models import BaseOperator

class Load(BaseOperator):
    def execute(self, context):
        print(context["ds"])

with DAG("etl", start_date=datetime(2024, 1, 1)):
    Load(task_id="load")
"""


def test_a_file_with_an_operator_is_adopted_once_its_module_is_committed(workspace: Shell) -> None:
    committed(workspace, "dags/etl.py", OPERATOR)
    refused = workspace.run("adopt", "dags/etl.py")
    assert refused.code == ExitCode.CONFLICT
    assert "the module dags/etl_code.py is not committed" in refused.err
    workspace.ok("convert", "dags/etl.py", "--into", "specs")
    assert workspace.run("adopt", "dags/etl.py").code == ExitCode.CONFLICT
    workspace.git("add", "dags/etl_code.py")
    workspace.git("commit", "--quiet", "-m", "its code")
    module = (workspace.folder / "dags/etl_code.py").read_text()
    workspace.ok("adopt", "dags/etl.py")
    assert "from etl_code import Load" in (workspace.folder / "dags/etl.py").read_text()
    assert (workspace.folder / "dags/etl_code.py").read_text() == module
