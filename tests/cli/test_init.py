"""`dagctl init`."""

from __future__ import annotations

import json
import tomllib
from uuid import UUID

from dagctl.errors import ExitCode
from tests.cli.conftest import PROJECT, Shell


def settings(shell: Shell, folder: str = ".") -> dict[str, object]:
    return tomllib.loads((shell.folder / folder / "dagctl.toml").read_text())


def test_an_empty_folder_becomes_a_workspace_with_a_repository(shell: Shell) -> None:
    done = shell.ok("init")
    assert done.out.splitlines() == [
        f"{shell.folder} is a workspace now",
        "  wrote  dagctl.toml",
        "  wrote  .dag.schema.json",
        "  made   a git repository (there was none)",
    ]
    assert "next:" in done.err
    assert shell.git("status", "--porcelain") == "?? .dag.schema.json\n?? dagctl.toml"
    assert UUID(str(settings(shell)["project_id"])).version == 4


def test_the_schema_for_editors_is_the_one_that_schema_prints(shell: Shell) -> None:
    shell.ok("init")
    file = shell.folder / ".dag.schema.json"
    assert file.read_text() == shell.ok("schema").out
    assert json.loads(file.read_text())["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_a_second_init_says_what_is_there_and_changes_nothing(shell: Shell) -> None:
    shell.ok("init")
    before = (shell.folder / "dagctl.toml").read_bytes()
    done = shell.ok("init", "--airflow", "2")
    assert done.out.splitlines()[0].endswith("is a workspace already")
    assert "  kept   dagctl.toml" in done.out.splitlines()
    assert (shell.folder / "dagctl.toml").read_bytes() == before


def test_a_bare_repository_has_no_place_for_a_workspace(shell: Shell) -> None:
    shell.git("init", "--quiet", "--bare", "shared.git")
    for folder, state in (("", "nothing was changed"), ("/new", "what was made before stays")):
        refused = shell.run("init", f"shared.git{folder}")
        assert (refused.code, refused.out) == (ExitCode.USAGE, "")
        assert "is in a bare repository or a git folder, not in a work tree" in refused.err
        assert "fix:   git clone the repository, and work in the clone" in refused.err
        assert f"state: {state}" in refused.err


def test_a_repository_around_the_folder_is_used(shell: Shell) -> None:
    shell.git("init", "--quiet")
    shell.write(".gitignore", "mine\n")
    result = shell.json("init", "team/dags")
    assert result["repository"] == "found"
    assert not (shell.folder / "team" / "dags" / ".git").exists()
    assert (shell.folder / ".gitignore").read_text() == "mine\n"


def test_options_stand_in_the_settings(shell: Shell) -> None:
    options = ["--project-id", PROJECT.upper(), "--airflow", "2", "--dags-folder", "./my dags/"]
    shell.ok("init", "work", *options)
    found = settings(shell, "work")
    assert (found["project_id"], found["airflow"], found["dags_folder"]) == (
        PROJECT,
        "2",
        "my dags",
    )


def test_a_wrong_option_makes_nothing(shell: Shell) -> None:
    for option in (["--project-id", "x"], ["--dags-folder", "../x"], ["--airflow", "4"]):
        assert shell.run("init", *option).code == ExitCode.USAGE
    assert list(shell.folder.iterdir()) == []


def test_json_says_what_was_made(shell: Shell) -> None:
    assert shell.json("init") == {
        "root": str(shell.folder),
        "created": ["dagctl.toml", ".dag.schema.json"],
        "kept": [],
        "repository": "created",
    }


def test_inside_a_workspace_another_one_is_made_only_where_the_folder_is_named(
    workspace: Shell,
) -> None:
    inner = Shell(workspace.folder / "specs", workspace.environ)
    done = inner.run("init")
    assert done.code == ExitCode.CONFLICT
    assert f"this folder lies in the workspace {workspace.folder}" in done.err
    assert "dagctl init ." in done.err
    assert [file.name for file in inner.folder.iterdir()] == ["orders.yaml"]
    done = inner.ok("init", ".")
    assert done.out.splitlines()[0] == f"{inner.folder} is a workspace now"
    assert f"note: it lies in the workspace {workspace.folder}" in done.err
    assert "is a workspace already" in inner.ok("init").out


def test_a_repository_of_its_own_is_not_inside_the_workspace_around_it(workspace: Shell) -> None:
    workspace.git("init", "--quiet", "vendor")
    vendor = Shell(workspace.folder / "vendor", workspace.environ)
    assert "lies in" not in vendor.ok("init").err


def test_init_of_a_workspace_with_invalid_settings_says_what_is_wrong(workspace: Shell) -> None:
    workspace.write("dagctl.toml", "project_id = \n")
    done = workspace.run("init")
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert "dagctl.toml:1:" in done.err
