"""An operation whose process is dead is settled by whichever member of the project comes next."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from dagctl import Client
from dagctl.errors import NotAMemberError, UnavailableError, UnfinishedError
from dagctl.operation.journal.entry import LeftToMembersError
from tests.cli.conftest import Shell
from tests.e2e.conftest import Killer, in_child
from tests.stand_in import faults
from tests.supabase.clones import clone
from tests.supabase.kills import UPLOAD, killed, spec_of
from tests.supabase.listening import create_with
from tests.supabase.place import PASSWORD, PROJECT, At, Place

if TYPE_CHECKING:
    from pathlib import Path

BOB = "bob@example.com"
DEAD = {
    "reserve": "undone",
    "render": "undone",
    "upload": "undone",
    "file": "undone",
    "commit": "finished",
    "stage": "finished",
    "confirm": "finished",
    "show": "finished",
}
"""After which step the process is killed, and what must become of its operation."""


@pytest.fixture
def bob(place: Place) -> str:
    """Another editor's user id."""
    user_id = place.stand_in.add_user(BOB, PASSWORD)
    place.stand_in.add_member(PROJECT, user_id)
    return user_id


@pytest.mark.parametrize("kind", ["create", "update"])
@pytest.mark.parametrize("step", DEAD)
def test_another_editor_settles_what_a_killed_one_left(
    place: Place, ada: str, bob: str, kind: str, step: str
) -> None:
    outcome = DEAD[step]
    killed(place, spec_of(place, kind), step)
    place.sign_in(BOB)
    result = place.create(place.spec("specs/other.yaml", "Other"))
    assert [one.outcome for one in result.recovered] == [outcome]
    place.check_agreement()
    expected = {"create": {"finished": 1}, "update": {"finished": 2, "undone": 1}}[kind]
    versions = {"orders": expected[outcome]} if outcome in expected else {}
    assert place.versions() == {"other": 1, **versions}
    authors = {record.dag_id: record.user_id for record in place.records()}
    assert authors == {"other": bob, **dict.fromkeys(versions, ada)}


@pytest.mark.parametrize("kind", ["create", "update"])
@pytest.mark.parametrize("step", ["upload", "commit"])
def test_who_may_not_settle_reads_and_changes_nothing(
    place: Place, bob: str, kind: str, step: str
) -> None:
    spec = spec_of(place, kind)
    before = place.versions()
    killed(place, spec, step)
    place.stand_in.add_member(PROJECT, bob, "viewer")
    place.sign_in(BOB)
    files, objects = place.files(), place.objects()
    with place.open() as client:
        listed = [record.dag_id for record in client.list()]
        (left,) = client.unsettled
        assert "not an owner or editor" in left.reason
        assert client.plan(place.spec("specs/other.yaml", "Other")).pending
    assert listed == list(before)
    with pytest.raises(UnfinishedError):
        place.recover()
    assert (place.files(), place.objects(), place.versions()) == (files, objects, before)
    assert place.held() == 1
    place.stand_in.add_member(PROJECT, bob, "editor")
    place.recover()
    place.check_agreement()


def test_list_and_show_say_what_they_left(place: Place, bob: str, shell: Shell) -> None:
    place.create(place.spec("specs/y.yaml", "Sales"))
    killed(place, place.spec("specs/x.yaml"), "upload")
    place.stand_in.add_member(PROJECT, bob, "viewer")
    place.sign_in(BOB)
    user = Shell(place.root, shell.environ | {"XDG_STATE_HOME": os.environ["XDG_STATE_HOME"]})
    for command in (["list"], ["show", "sales"], ["create", "specs/y.yaml", "--dry-run"]):
        done = user.ok(*command)
        assert "an interrupted operation is left as it is" in done.err
        assert "next: dagctl recover; in a shared project as an owner or editor" in done.err


@pytest.mark.parametrize("step", ["upload", "commit", "confirm"])
def test_a_stranger_undoes_nothing(place: Place, bob: str, step: str) -> None:
    killed(place, place.spec("specs/x.yaml"), step)
    place.stand_in.remove_member(PROJECT, bob)
    place.sign_in(BOB)
    head, rows, objects = place.git("rev-parse", "HEAD"), place.rows(), place.objects()
    with pytest.raises(UnfinishedError, match="not a member of"):
        place.create(place.spec("specs/other.yaml", "Other"))
    with place.open() as client, pytest.raises(NotAMemberError):
        client.get("orders")
    assert (place.git("rev-parse", "HEAD"), place.rows(), place.objects()) == (head, rows, objects)
    place.sign_in()
    place.recover()
    place.check_agreement()


@pytest.mark.usefixtures("quick")
def test_reading_goes_on_when_the_registry_does_not_settle(place: Place) -> None:
    place.create(place.spec("specs/y.yaml", "Sales"))
    killed(place, place.spec("specs/x.yaml"), "upload")
    place.stand_in.faults.add(
        "POST", "/rest/v1/rpc/operation_status", faults.answer(503), times=None
    )
    with place.open() as client:
        assert client.get("sales").version == 1
        assert len(client.unsettled) == 1
    place.stand_in.faults.clear()
    with place.open() as client:
        assert client.get("sales").version == 1
        assert client.unsettled == ()
    place.check_agreement()


def test_an_operation_that_the_registry_has_forgotten_is_not_undone(place: Place) -> None:
    killed(place, place.spec("specs/x.yaml"), "confirm")
    place.stand_in.sql("delete from private.dag_operations")
    assert [one.outcome for one in place.recover().recovered] == ["finished"]
    place.check_agreement()
    assert place.versions() == {"orders": 1}


@pytest.mark.parametrize("kind", ["create", "update"])
@pytest.mark.parametrize("step", DEAD)
def test_a_removed_member_takes_back_what_may_be_and_leaves_the_rest_to_a_member(
    place: Place, ada: str, bob: str, kind: str, step: str
) -> None:
    del bob
    spec = spec_of(place, kind)
    before, objects = place.versions(), place.objects()
    killed(place, spec, step)
    place.stand_in.remove_member(PROJECT, ada)
    if step in {"confirm", "show"}:  # it was done before the removal, and is told at last
        (dag,) = place.create(spec).dags
        head = place.git("rev-parse", "HEAD").strip()
        assert (dag.version, dag.commit_id) == (len(before) + 1, head)
    elif (
        kind == "update" and step != "reserve"
    ):  # whether it was stored can only be seen by members
        check_left_to_members(place, spec, objects)
        place.sign_in(BOB)
        assert [one.outcome for one in place.recover().recovered] == ["undone"]
    else:
        with pytest.raises(NotAMemberError):
            place.create(spec)
    if step not in {"confirm", "show"}:
        assert (place.versions(), place.objects()) == (before, objects)
    place.check_agreement()


def check_left_to_members(place: Place, spec: Path, objects: dict[str, bytes | None]) -> None:
    """Check what a removed member is told, however often: all is taken back but for the object."""
    rows, stored = place.rows(), place.objects()
    for again in range(2):
        with pytest.raises(LeftToMembersError) as caught:
            place.create(spec) if again else place.recover()
        assert caught.value.exit_code == 5
        assert "not a member of the project" in str(caught.value)
        assert "the stored file of `orders`" in str(caught.value)
        assert "is aborted, its commit and files are taken back" in (caught.value.state or "")
        assert "let an owner or editor" in (caught.value.hint or "")
        assert (place.rows(), place.held()) == (rows, 0)
        assert place.objects() == stored, "who was removed writes nothing"
        (key,) = objects
        assert place.files() == {"dags/orders.py": objects[key]}
        assert place.git("status", "--porcelain", "dags") == ""


def test_what_a_removed_member_left_is_healed_from_another_clone(
    place: Place, ada: str, bob: str, tmp_path: Path
) -> None:
    del bob
    spec = spec_of(place, "update")
    other = clone(place, tmp_path / "other")
    killed(place, spec, "commit")
    place.stand_in.remove_member(PROJECT, ada)
    with pytest.raises(LeftToMembersError):
        place.recover()
    place.sign_in(BOB)
    with other.open() as client:
        assert client.repairs().dags == ("orders",)
        (dag,) = client.heal(client.repairs()).dags
    assert (dag.state, dag.version) == ("updated", 2)
    other.check_agreement()
    assert [one.outcome for one in place.recover().recovered] == ["undone"]
    other.check_agreement()


def test_what_is_left_to_members_stops_no_work_in_another_project(place: Place, ada: str) -> None:
    killed(place, spec_of(place, "update"), "upload")
    place.stand_in.remove_member(PROJECT, ada)
    with pytest.raises(LeftToMembersError):
        place.recover()
    other = "123e4567-e89b-12d3-a456-426614174001"
    place.stand_in.add_member(other, ada)
    settings = place.root / "dagctl.toml"
    settings.write_text(settings.read_text().replace(PROJECT, other))
    (dag,) = place.create(place.spec("specs/other.yaml", "Other")).dags
    assert (dag.dag_id, dag.state) == ("other", "created")
    assert len(list((place.root / ".git/dagctl/top/journal").glob("*.json"))) == 1


@pytest.mark.parametrize("undoing", ["undo commit", "undo file", "undo upload", "undo reserve"])
def test_a_removed_member_who_is_killed_twice_leaves_the_same_to_a_member(
    place: Place, ada: str, bob: str, undoing: str
) -> None:
    del bob
    spec = spec_of(place, "update")
    objects = place.objects()
    killed(place, spec, "commit")
    place.stand_in.remove_member(PROJECT, ada)

    def recover() -> None:
        with Client.open(place.root, listener=Killer(undoing, done=undoing != "undo upload")) as it:
            it.recover()

    assert in_child(recover) == -signal.SIGKILL
    check_left_to_members(place, spec, objects)
    place.sign_in(BOB)
    assert [one.outcome for one in place.recover().recovered] == ["undone"]
    assert place.versions() == {"orders": 1}
    place.check_agreement()


def test_a_file_that_is_recorded_is_no_strangers_to_take_over(place: Place, ada: str) -> None:
    spec = place.spec("specs/x.yaml")
    place.create(spec)
    place.stand_in.remove_member(PROJECT, ada)
    with pytest.raises(NotAMemberError, match="not a member"):  # who sees no record of it
        place.create(spec)


# --- Uploads that arrive late ---

TRIES = 5
"""How often an upload is sent before it is given up."""


@pytest.mark.usefixtures("quick")
def test_new_bytes_that_arrive_between_putting_back_and_aborting_change_nothing(
    place: Place,
) -> None:
    place.create(place.spec("specs/x.yaml"))
    before = place.objects()
    place.spec("specs/x.yaml", word="two")
    place.stand_in.faults.add(*UPLOAD, faults.late(60), times=TRIES)
    seen = []

    def arrive() -> None:
        place.stand_in.settle()
        seen.append(place.objects())

    with pytest.raises(UnavailableError):
        create_with(place, At("undo reserve", arrive))
    assert seen == [before]
    assert len(place.stand_in.requests.matching(*UPLOAD)) > TRIES
    place.check_agreement()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("kind", ["create", "update"])
def test_an_upload_that_arrives_when_a_newer_operation_holds_the_dag_changes_nothing(
    place: Place, kind: str
) -> None:
    spec_of(place, kind)
    place.stand_in.faults.add(*UPLOAD, faults.late(60), times=TRIES)
    with pytest.raises(UnavailableError):
        place.create(place.root / "specs/x.yaml")
    place.spec("specs/x.yaml", word="three")
    create_with(place, At("commit", place.stand_in.settle))
    place.check_agreement()


@pytest.mark.usefixtures("quick")
def test_old_bytes_that_arrive_after_the_abort_change_nothing(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"))
    place.spec("specs/x.yaml", word="two")
    killed(place, place.root / "specs/x.yaml", "upload")
    place.stand_in.faults.add(*UPLOAD, faults.late(60), times=TRIES)
    with pytest.raises(UnfinishedError):
        place.recover()
    place.recover()
    create_with(place, At("commit", place.stand_in.settle))
    assert place.versions() == {"orders": 2}
    place.check_agreement()
