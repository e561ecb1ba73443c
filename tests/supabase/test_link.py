"""`dagctl link` writes the settings of a Supabase project, and keeps all else in the file."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from dagctl.commands.link import Link, linked
from dagctl.endpoint import Endpoint
from dagctl.errors import ConflictError
from tests.cli.conftest import Shell

if TYPE_CHECKING:
    from tests.supabase.place import Place

PROJECT = "123e4567-e89b-12d3-a456-426614174000"
OTHER = "00000000-0000-4000-8000-000000000000"
SPEC = """\
dag_name: Orders
tasks:
  - {task_id: a, task_type: bash, bash_command: echo one}
"""
WANTED = Link(
    endpoint=Endpoint("https://abc.supabase.co", "sb_publishable_x"),
    project_id=PROJECT,
    bucket="dags",
)
SUPABASE = {
    "url": "https://abc.supabase.co",
    "publishable_key": "sb_publishable_x",
    "bucket": "dags",
}
TEXTS = [
    "",
    f'project_id = "{OTHER}"\nbackend = "local" # so far\n',
    f'# mine\nproject_id = "{OTHER}"\n\n[supabase]\nurl = "http://127.0.0.1:1" # old\nx = 1\n',
    f'[supabase]\nproject_id = "{OTHER}"\n\n[other] # kept\nbackend = "x"\n',
    'airflow = "2"\n[supabase] # all of it\n\n\nurl = ""\n# the end',
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_link_is_written_and_everything_else_kept(text: str) -> None:
    before, after = tomllib.loads(text), tomllib.loads(linked(text, WANTED))
    ours = {"project_id": PROJECT, "backend": "supabase", "supabase": SUPABASE}
    assert after == before | ours


@pytest.mark.parametrize("text", TEXTS)
def test_linking_again_changes_nothing(text: str) -> None:
    once = linked(text, WANTED)
    assert linked(once, WANTED) == once


def test_comments_are_kept() -> None:
    assert "# mine\n" in linked(TEXTS[2], WANTED)


def test_a_file_that_cannot_be_changed_safely_is_left() -> None:
    with pytest.raises(ConflictError, match="cannot be changed safely"):
        linked('note = """\nbackend = "local"\n"""\nsupabase = {url = "x"}\n', WANTED)


@pytest.fixture
def linker(place: Place, shell: Shell) -> Shell:
    (place.root / "dagctl.toml").write_text(f'project_id = "{PROJECT}"\n')
    return Shell(place.root, shell.environ)


def test_a_link_to_a_project_that_answers_is_written(linker: Shell, place: Place) -> None:
    done = linker.run("link", "--url", place.stand_in.url, "--key", place.stand_in.publishable_key)
    assert done.code == 0, done.err
    written = tomllib.loads((place.root / "dagctl.toml").read_text())
    assert written["backend"] == "supabase"
    assert written["supabase"]["url"] == place.stand_in.url


@pytest.mark.parametrize(
    ("key", "code"), [("sb_publishable_wrong", 2), ("sb_secret_hush", 2), ("", 2)]
)
def test_a_key_that_is_not_good_is_not_written(
    linker: Shell, place: Place, key: str, code: int
) -> None:
    before = (place.root / "dagctl.toml").read_bytes()
    done = linker.run("link", "--url", place.stand_in.url, "--key", key)
    assert done.code == code
    assert "hush" not in done.out + done.err
    assert (place.root / "dagctl.toml").read_bytes() == before


def test_a_link_says_which_dags_stay_behind_and_create_takes_them_along(
    linker: Shell, place: Place
) -> None:
    linker.write("specs/orders.yaml", SPEC)
    linker.ok("create", "specs")
    to = ("link", "--url", place.stand_in.url, "--key", place.stand_in.publishable_key)
    done = linker.ok(*to)
    assert "1 DAG is recorded in this workspace only (orders)" in done.err
    result = place.create(place.root / "specs/orders.yaml")
    assert [(dag.dag_id, dag.state) for dag in result.dags] == [("orders", "created")]
    assert "dags/orders.py is of dagctl, and is not recorded here" in result.warnings[0]
    assert "recorded in this workspace only" not in linker.ok(*to).err
