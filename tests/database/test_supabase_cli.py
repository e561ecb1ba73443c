"""The Supabase CLI pushes the exported migrations, and its linter and advisors find nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from dagctl.commands.migrations import export_migrations
from tests.postgres.database import MIGRATOR, ROOT, empty_project
from tests.postgres.requests import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres.server import Server

pytestmark = pytest.mark.xdist_group("supabase-cli")  # what they share is made once, by one worker

VERSION = "3.1.0"
FOLDER = ROOT / ".supabase-cli"
PROGRAM = FOLDER / "node_modules" / ".bin" / "supabase"


@dataclass(frozen=True, slots=True)
class Cli:
    """The program in a project's folder, and the database that it works on."""

    folder: Path
    database: Database

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command and return what it says; it keeps its settings in the folder."""
        return subprocess.run(
            [PROGRAM, *arguments],
            cwd=self.folder,
            env=os.environ | {"HOME": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def run_on_database(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command on the database, as the role that a project's owner has."""
        url = self.database.server.url_of(self.database.name, user=MIGRATOR)
        return self.run(*arguments, f"--remote={url}?sslmode=disable")

    def push(self) -> subprocess.CompletedProcess[str]:
        return self.run_on_database("db", "push", "--include-all", "--yes")

    def lint(self) -> subprocess.CompletedProcess[str]:
        schemas = ("--schema", "public,private")
        return self.run_on_database(
            "db", "lint", *schemas, "--level", "warning", "--fail-on", "warning"
        )

    def advise(self) -> subprocess.CompletedProcess[str]:
        return self.run_on_database("db", "advisors", "--level", "warn", "--fail-on", "warn")


@pytest.fixture(scope="module")
def program() -> None:
    """The CLI from npm, in a folder that git ignores.

    It is installed beside and renamed, since what npm has half done looks as if it were there.
    """
    if PROGRAM.exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, so the Supabase CLI cannot be had")
    package = f"supabase@{VERSION}"
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=FOLDER) as beside:
        install = [npm, "install", "--no-save", "--silent", "--prefix", beside, package]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"npm could not install {package}: {done.stderr.strip()}")
        with suppress(OSError):  # another run was first
            (Path(beside) / "node_modules").rename(FOLDER / "node_modules")


@pytest.fixture(scope="module")
def pushed(
    program: None,  # noqa: ARG001 - must be installed
    postgres_cluster: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Cli]:
    """A project to which the CLI has pushed what dagctl exports."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "supabase").mkdir()
    (folder / "supabase" / "config.toml").write_text('project_id = "dags"\n', encoding="utf-8")
    export_migrations(folder / "supabase" / "migrations")
    cli = Cli(folder, Database(postgres_cluster, empty_project(postgres_cluster)))
    assert cli.run("telemetry", "disable").returncode == 0
    done = cli.push()
    assert done.returncode == 0, done.stderr
    yield cli
    postgres_cluster.drop_database(cli.database.name)


@pytest.fixture
def linted(pushed: Cli) -> Cli:
    query = "select name from pg_available_extensions where name = 'plpgsql_check'"
    if not pushed.database.admin(query):
        pytest.skip("the server lacks plpgsql_check (Debian: postgresql-15-plpgsql-check)")
    pushed.database.admin("create extension if not exists plpgsql_check schema extensions")
    return pushed


def test_every_migration_is_pushed_once(pushed: Cli) -> None:
    exported = sorted((pushed.folder / "supabase" / "migrations").iterdir())
    history = "select version || '_' || name || '.sql' from supabase_migrations.schema_migrations"
    assert pushed.database.admin(f"{history} order by 1") == [(one.name,) for one in exported]
    assert "up to date" in pushed.push().stdout


def test_the_advisors_find_nothing(pushed: Cli) -> None:
    done = pushed.advise()
    assert done.returncode == 0, done.stdout


def test_the_advisors_would_find_something(pushed: Cli) -> None:
    pushed.database.admin("create function public.loose() returns int language sql return 1")
    done = pushed.advise()
    pushed.database.admin("drop function public.loose()")
    assert done.returncode != 0
    assert "function_search_path_mutable" in done.stdout


def test_the_linter_finds_nothing(linted: Cli) -> None:
    done = linted.lint()
    assert done.returncode == 0, done.stdout
    assert "No schema errors found" in done.stdout + done.stderr


def test_the_linter_would_find_something(linted: Cli) -> None:
    linted.database.admin(
        "create function private.wrong() returns void language plpgsql set search_path = '' "
        "as 'begin perform nothing from public.user_dags; end'"
    )
    done = linted.lint()
    linted.database.admin("drop function private.wrong()")
    assert done.returncode != 0
    assert 'column \\"nothing\\" does not exist' in done.stdout
