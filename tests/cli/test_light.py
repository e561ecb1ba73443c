"""What a command costs that can be counted: the modules that it loads, the processes it starts."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dagctl.cli.command_table import TABLE, VERBS
from tests.cli.modules import loaded

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell

HEAVY = {
    "croniter",
    "cron_descriptor",
    "dagctl.adapters",
    "dagctl.operators.lookup",
    "filelock",
    "git",
    "httpx",
    "jinja2",
    "pydantic",
    "rich",
    "sqlite3",
    "supabase",
    "yaml",
}
OF_THE_SERVER = {"fastapi", "jwt", "prometheus_client", "starlette", "uvicorn"}
OF_THE_OPERATION = {"dagctl.adapters", "filelock", "git", "httpx", "sqlite3", "supabase"}


THE_MODEL = {"dagctl.spec.model", "pydantic", "croniter"}
NOT_FOR_READING = {"dagctl.codegen", "dagctl.operators.lookup", "jinja2", "yaml"}
FOR_COMMITS = {"dagctl.adapters.git.repo", "git"}
MOST_PROCESSES = 5
"""How many times one `create` of a spec file may start git."""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        [],
        ["help", "spec"],
        ["create", "--help"],
        ["templates", "--help"],
        ["serve", "--help"],
        ["completion", "bash"],
    ],
    ids=" ".join,
)
def test_help_and_version_load_nothing_heavy(shell: Shell, arguments: list[str]) -> None:
    assert not loaded(shell, *arguments) & (HEAVY | OF_THE_SERVER)


@pytest.mark.parametrize("arguments", [["--help"], [], ["help"]], ids=" ".join)
def test_the_list_of_commands_loads_no_command(shell: Shell, arguments: list[str]) -> None:
    names = {entry.module_name for entry in (*TABLE, *VERBS)} - {"dagctl.cli.help"}
    assert not loaded(shell, *arguments) & names


@pytest.mark.parametrize("command", ["validate", "render"])
def test_validate_and_render_load_nothing_of_the_operation(workspace: Shell, command: str) -> None:
    assert not loaded(workspace, command, "specs/orders.yaml") & OF_THE_OPERATION


def test_no_plugin_of_pydantic_is_looked_for(workspace: Shell) -> None:
    code = (
        "import atexit, sys; from dagctl.__main__ import main; "
        "atexit.register(lambda: print(*sys.modules, sep='\\n', file=sys.stderr)); main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "validate", "specs/orders.yaml"],
        cwd=workspace.folder,
        env=workspace.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(done.stderr.split())
    assert "pydantic" in modules
    assert not modules & {"importlib.metadata", "email"}


def test_what_else_pydantic_asks_of_its_loader_is_there() -> None:
    """Not in this process: its pydantic may have plugins."""
    code = """if True:
        from dagctl.light_libraries import make_light
        make_light()
        from pydantic.plugin._loader import get_plugins
        assert list(get_plugins()) == []
        from pydantic.plugin import _loader
        assert _loader.PYDANTIC_ENTRY_POINT_GROUP == "pydantic"
        from pydantic.plugin._loader import get_plugins as true
        assert true is not get_plugins
    """
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("is_own", [True, False])
def test_only_dagctl_itself_makes_no_types_of_the_keys_of_schemas(*, is_own: bool) -> None:
    code = f"""if True:
        from dagctl.light_libraries import make_light
        if {is_own}:
            make_light()
        import typing_extensions
        TypedDict = typing_extensions.TypedDict
        import dagctl.findings.problem
        from pydantic_core import core_schema
        assert typing_extensions.is_typeddict(core_schema.IntSchema) is not {is_own}
        assert type(core_schema.CoreConfig(strict=True)) is dict
        assert typing_extensions.TypedDict is TypedDict
    """
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("arguments", [["create", "specs"], ["list"], ["doctor"]], ids=" ".join)
def test_only_serve_loads_the_server(workspace: Shell, arguments: list[str]) -> None:
    assert not loaded(workspace, *arguments) & OF_THE_SERVER


@pytest.mark.parametrize(
    "arguments",
    [
        ["list"],
        ["list", "-o", "json", "--owner", "data-team"],
        ["recover"],
        ["recover", "-o", "json"],
        ["whoami"],
    ],
    ids=" ".join,
)
def test_what_reads_no_spec_loads_neither_the_model_nor_the_generator(
    workspace: Shell, arguments: list[str]
) -> None:
    workspace.ok("create", "specs")
    heavy = THE_MODEL | NOT_FOR_READING
    if arguments[0] == "list":
        heavy |= FOR_COMMITS
    assert not loaded(workspace, *arguments) & heavy


def test_list_loads_no_converter_where_a_dag_file_is_missing(workspace: Shell) -> None:
    workspace.ok("create", "specs")
    next(workspace.folder.glob("dags/*.py")).unlink()
    assert not loaded(workspace, "list") & {"dagctl.convert", "dagctl.codegen", "jinja2"}


@pytest.mark.parametrize("form", [[], ["-o", "json"]], ids=" ".join)
def test_show_loads_nothing_of_jinja_the_generator_and_commits(
    workspace: Shell, form: list[str]
) -> None:
    path = workspace.folder / "specs" / "orders.yaml"
    path.write_text(path.read_text("utf-8").replace("echo load", "echo {{ ds }}"), "utf-8")
    workspace.ok("create", "specs")
    assert not loaded(workspace, "show", "daily_orders", *form) & (NOT_FOR_READING | FOR_COMMITS)


SELDOM = {
    "dagctl.adapters.git.upstream",
    "dagctl.adapters.supabase",
    "dagctl.bootstrap.supabase",
    "dagctl.cli.diagnostics",
    "dagctl.cli.reports.failure",
    "dagctl.commands.recorded_state",
    "dagctl.operation.comparison",
    "dagctl.operation.plans.removal",
    "dagctl.operation.plans.reversal",
    "dagctl.operation.repeat",
    "dagctl.operators.lookup",
    "dagctl.operators.pod_values",
    "dagctl.readers.json_reader",
    "dagctl.readers.yaml_mistakes",
    "dagctl.spec.checks.operator_calls",
    "dagctl.spec.resolution.resolve",
    "dagctl.spec.validation.translate",
}
"""What a `create` of a plain spec does without."""
MOST_MODULES = 325
"""How many of dagctl's own modules one `create` of a plain spec may load."""


def test_a_create_loads_what_a_plain_spec_needs(workspace: Shell) -> None:
    modules = loaded(workspace, "create", "specs/orders.yaml")
    assert sorted(modules & SELDOM) == []
    assert len([name for name in modules if name.startswith("dagctl")]) <= MOST_MODULES


def test_a_create_starts_few_git_processes(workspace: Shell, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    path = workspace.environ["PATH"]
    program.write_text(f'#!/bin/sh\necho >> {log}\nPATH={path} exec git "$@"\n', "utf-8")
    program.chmod(0o755)
    workspace.environ["PATH"] = f"{program.parent}:{path}"
    workspace.ok("create", "specs/orders.yaml")
    assert 0 < len(log.read_text("utf-8").splitlines()) <= MOST_PROCESSES
