"""`dagctl convert --to`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import ExitCode

if TYPE_CHECKING:
    import pytest

    from tests.cli.conftest import Shell

SPEC = """\
dag_name: orders
schedule: "@daily"
tasks:
  - task_id: load
    bash_command: echo 1
"""
CODE = SPEC.replace("bash_command: echo 1", "python_code: return 1")
GAP = SPEC.replace("orders", "refunds") + "    setup: true\n"


def test_the_file_comes_back_as_the_spec(shell: Shell) -> None:
    shell.write("specs/orders.yaml", SPEC)
    done = shell.ok("convert", "specs/orders.yaml", "--to", "dag-factory")
    assert done.out.startswith("orders:\n  schedule: '@daily'\n")
    assert "orders (specs/orders.yaml): whole" in done.err
    shell.write("orders.yml", done.out)
    shell.ok("init")
    shell.ok("create", "specs/orders.yaml")
    shell.ok("convert", "orders.yml", "--into", "specs", "--force")
    assert "unchanged" in shell.ok("create", "specs/orders.yaml").out


def test_files_are_written_with_their_functions_and_the_report_in_json(shell: Shell) -> None:
    shell.write("specs/orders.yaml", CODE)
    shell.write("specs/refunds.yaml", GAP)
    command = ("convert", "specs", "--to", "dag-factory", "--into", "out")
    result = shell.json(*command)
    files = sorted(path.name for path in (shell.folder / "out").iterdir())
    assert files == ["orders.yml", "orders_functions.py", "refunds.yml"]
    assert [(dag["written"], dag["whole"], [*dag["beside"]]) for dag in result["dags"]] == [
        ("out/orders.yml", True, ["orders_functions.py"]),
        ("out/refunds.yml", False, []),
    ]
    gap = result["dags"][1]["remarks"][-1]
    assert (gap["outcome"], gap["file"], gap["line"]) == ("gap", "specs/refunds.yaml", 6)
    assert shell.run(*command, "--strict").code == ExitCode.INVALID
    assert shell.ok(*command).out.splitlines()[-1] == "1 of 2 specs went over whole"


REFUSED = {
    ("specs",): (ExitCode.USAGE, "--into"),
    ("specs", "--from", "python"): (ExitCode.USAGE, "--from"),
    ("specs", "--into", "out"): (ExitCode.CONFLICT, "out/orders.yml is there already"),
    ("bad.yaml",): (ExitCode.INVALID, "bad.yaml"),
    ("missing.yaml",): (ExitCode.NOT_FOUND, "missing.yaml"),
    ("specs", "--into", "link"): (ExitCode.CONFLICT, "leads out of the workspace"),
}


def test_what_is_refused_changes_nothing(
    shell: Shell, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shell.ok("init")
    shell.write("specs/orders.yaml", SPEC)
    shell.write("specs/refunds.yaml", GAP)
    shell.write("bad.yaml", "dag_name: 1\n")
    mine = shell.write("out/orders.yml", "mine: 1\n")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (shell.folder / "link").symlink_to(elsewhere)
    for arguments, (code, text) in REFUSED.items():
        done = shell.run("convert", *arguments, "--to", "dag-factory")
        assert (done.code, text in done.err) == (code, True), done
    assert mine.read_text("utf-8") == "mine: 1\n"
    assert not [*elsewhere.iterdir()]
    assert [path.name for path in (shell.folder / "out").iterdir()] == ["orders.yml"]
