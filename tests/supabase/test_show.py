"""What `show` and `list` say about rows and objects in Supabase."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.errors import NotAMemberError, UsageError
from tests.cli.conftest import Shell
from tests.supabase.place import ADA, PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.supabase.place import Place

KEY = f"{PROJECT}/dags/orders.py"


@pytest.fixture
def user(place: Place, shell: Shell, tmp_path: Path) -> Shell:
    """Return Ada at her shell, with one DAG."""
    place.create(place.spec("specs/x.yaml"))
    state = tmp_path / "home" / "state"
    found = Shell(place.root, shell.environ | {"XDG_STATE_HOME": str(state)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(state))
        place.sign_in()
    return found


def test_show_says_nothing_of_an_object_that_is_as_recorded(user: Shell) -> None:
    assert user.json("show", "orders")["dag"]["stored"] == "none"
    assert "warning" not in user.ok("show", "orders").err


def test_show_says_when_the_object_was_changed_behind_dagctls_back(
    user: Shell, place: Place
) -> None:
    place.stand_in.tamper(KEY, b"import os\n")
    assert user.json("show", "orders")["dag"]["stored"] == "changed"
    assert "the stored file differs from the recorded one" in user.ok("show", "orders").err


def test_show_says_when_the_object_is_gone(user: Shell, place: Place) -> None:
    place.stand_in.sql("set storage.allow_delete_query = true; delete from storage.objects")
    assert user.json("show", "orders")["dag"]["stored"] == "missing"
    assert "is missing" in user.ok("show", "orders").err


def test_force_stores_the_object_again(user: Shell, place: Place) -> None:
    place.stand_in.tamper(KEY, b"import os\n")
    assert user.run("doctor").code == 7
    user.ok("create", "--force", "specs/x.yaml")
    user.ok("doctor")
    place.check_agreement()


def test_the_recorded_spec_comes_back_in_the_order_of_its_fields(user: Shell) -> None:
    fields = [
        line.partition(":")[0] for line in user.ok("show", "orders", "--spec").out.split("\n")
    ]
    assert fields[:4] == ["project_id", "dag_name", "description", "schedule_interval"]


@pytest.fixture
def foreign_row(user: Shell, place: Place) -> None:
    """A DAG that was recorded and stored before there was dagctl."""
    del user  # has an object, whose metadata serve for this one too
    key = f"{PROJECT}/dags/old.py"
    place.stand_in.sql(
        "insert into public.user_dags (project_id, user_id, dag_id, dag_name, file_path)"
        " values (%s, gen_random_uuid(), 'old', 'Old', 'dags/old.py')",
        PROJECT,
    )
    place.stand_in.sql(
        "insert into storage.objects (bucket_id, name, version, metadata)"
        " select bucket_id, %s, '1', metadata from storage.objects",
        key,
    )
    place.stand_in.tamper(key, b"# old\n")


@pytest.mark.usefixtures("foreign_row")
def test_a_row_that_no_dagctl_wrote_is_no_difference(user: Shell) -> None:
    user.ok("doctor")


@pytest.mark.usefixtures("foreign_row")
def test_a_row_that_no_dagctl_wrote_is_updated_by_a_spec(user: Shell, place: Place) -> None:
    spec = str(place.spec("specs/old.yaml", "Old"))
    update = ("create", "--if-exists", "update", spec)
    assert user.json(*update, "--dry-run")["dags"][0]["changes"] == []
    file = place.root / "dags/old.py"
    file.write_text("# old\n")
    done = user.run(*update)
    assert (done.code, "dags/old.py exists, and dagctl did not write it" in done.err) == (7, True)
    file.unlink()
    assert user.json(*update)["dags"][0]["state"] == "updated"
    place.check_agreement()


@pytest.mark.usefixtures("foreign_row")
def test_a_row_that_no_dagctl_wrote_is_listed_and_shown_without_a_spec(user: Shell) -> None:
    assert [dag["dag_id"] for dag in user.json("list")["dags"]] == ["old", "orders"]
    assert "  spec      none is recorded" in user.ok("show", "old").out
    done = user.run("show", "old", "--spec")
    assert (done.code, "no spec is recorded" in done.err) == (6, True)


def test_escape_sequences_in_a_row_do_not_reach_the_terminal(user: Shell, place: Place) -> None:
    place.stand_in.sql("update public.user_dags set owner = %s", "\x1b]0;owned\x07")
    assert "\x1b" not in user.ok("list").out
    assert "\x1b" not in user.ok("show", "orders").out


def test_a_dag_that_does_not_exist_is_exit_6(user: Shell) -> None:
    done = user.run("show", "odrers")
    assert (done.code, "did you mean `orders`?" in done.err) == (6, True)


def test_hidden_rows_are_no_empty_list(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"))
    place.stand_in.sql("delete from public.project_members")
    with place.open() as client:
        with pytest.raises(NotAMemberError):
            next(client.pages())
        with pytest.raises(NotAMemberError):
            client.get("orders")


def test_one_may_list_ones_own_dags_by_ones_own_address(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"))
    with place.open() as client:
        assert len(next(client.pages(user=ADA.upper())).records) == 1
        with pytest.raises(UsageError, match="only your own e-mail address"):
            next(client.pages(user="eve@example.com"))


def test_a_project_that_cuts_lists_short_loses_no_dag(place: Place) -> None:
    place.stand_in.settings.max_rows = 2
    specs = [place.spec(f"specs/{n}.yaml", f"Orders {n}") for n in range(7)]
    place.create(*specs)
    with place.open() as client:
        pages = list(client.pages(page_size=3))
    assert [len(page.records) for page in pages] == [3, 3, 1]
    assert {dag.state for dag in place.create(*specs).dags} == {"unchanged"}
