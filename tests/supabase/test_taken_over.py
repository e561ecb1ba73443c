"""A dead operation whose DAG or key another has taken over before its own journal was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.errors import UNCHANGED, ConflictError, DagctlError, UnfinishedError
from tests.stand_in import faults
from tests.supabase import keyed as keys
from tests.supabase.clones import clone
from tests.supabase.kills import UPLOAD, killed, spec_of
from tests.supabase.place import At

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.commands.recover import RecoverResult
    from tests.supabase.place import Place

FORGET = "delete from private.dag_operations where status = 'aborted'"
EXPIRE = """
    update public.user_dags set lease_until = now() - interval '1 second'
    where operation_id is not null
"""


@pytest.fixture
def colleague(place: Place, tmp_path: Path) -> Place:
    """A clone in which `orders` is as the registry has it."""
    keys.create(place, place.spec("specs/x.yaml"), key=None)
    place.git("add", "--all")
    place.git("commit", "-q", "-m", "Orders")
    return clone(place, tmp_path / "colleague")


def outcomes(result: RecoverResult) -> list[str]:
    return [one.outcome for one in result.recovered]


def test_what_no_one_wrote_anew_is_put_back(place: Place, colleague: Place) -> None:
    killed(place, place.spec("specs/x.yaml", word="two"), "upload")
    place.stand_in.sql(EXPIRE)
    killed(colleague, colleague.spec("specs/x.yaml", word="three"), "reserve")
    with pytest.raises(UnfinishedError, match="is being changed by another operation"):
        place.recover()
    assert outcomes(colleague.recover()) == ["undone"]
    assert outcomes(place.recover()) == ["undone"]
    assert place.versions() == {"orders": 1}
    place.check_agreement()
    colleague.check_agreement()


@pytest.mark.usefixtures("quick")
def test_putting_back_anew_may_fail_and_be_repeated(place: Place, colleague: Place) -> None:
    killed(place, place.spec("specs/x.yaml", word="two"), "upload")
    place.stand_in.sql(EXPIRE)
    killed(colleague, colleague.spec("specs/x.yaml", word="three"), "reserve")
    colleague.recover()
    for step in (UPLOAD, ("POST", "/rest/v1/rpc/begin_abort"), ("POST", "/rest/v1/rpc/abort")):
        place.stand_in.faults.add(*step, faults.answer(503), times=None)
        with pytest.raises(UnfinishedError):
            place.recover()
        place.stand_in.faults.clear()
    assert outcomes(place.recover()) == ["undone"]
    place.check_agreement()


def test_what_a_newer_version_has_replaced_is_let_alone(place: Place, colleague: Place) -> None:
    killed(place, place.spec("specs/x.yaml", word="two"), "upload")
    place.stand_in.sql(EXPIRE)
    colleague.create(colleague.spec("specs/x.yaml", word="three"))
    assert outcomes(place.recover()) == ["undone"]
    assert place.versions() == {"orders": 2}
    colleague.check_agreement()


@pytest.mark.parametrize(
    ("step", "newer"),
    [("upload", ["three"]), ("commit", ["three"]), ("upload", ["three", "four"])],
)
def test_the_version_of_another_is_not_taken_for_a_forgotten_one(
    place: Place, colleague: Place, step: str, newer: list[str]
) -> None:
    killed(place, place.spec("specs/x.yaml", word="two"), step)
    place.stand_in.sql(EXPIRE)
    for word in newer:
        colleague.create(colleague.spec("specs/x.yaml", word=word))
    place.stand_in.sql(FORGET)
    assert outcomes(place.recover()) == ["undone"]
    assert place.git("status", "--porcelain", "dags") == ""
    colleague.check_agreement()


def test_a_call_that_comes_to_nothing_leaves_the_other_one_of_its_key(
    place: Place, colleague: Place
) -> None:
    keys.killed(place, place.spec("specs/x.yaml", word="two"), "upload")
    file = colleague.root / "dags/orders.py"
    file.write_text("# by hand\n")
    with pytest.raises(ConflictError, match="was changed since"):
        keys.create(colleague, colleague.spec("specs/x.yaml", word="two"))
    colleague.git("checkout", "-q", "dags/orders.py")
    assert place.held() == 1
    assert outcomes(place.recover()) == ["undone"]
    place.check_agreement()
    assert not keys.create(colleague, colleague.root / "specs/x.yaml").replayed
    colleague.check_agreement()


@pytest.mark.parametrize("kind", ["create", "update"])
@pytest.mark.parametrize("step", ["upload", "commit", "confirm"])
def test_one_that_is_only_slow_undoes_itself(
    place: Place, tmp_path: Path, kind: str, step: str
) -> None:
    spec = spec_of(place, kind)
    place.git("add", "--all")
    place.git("commit", "-q", "-m", "Specs")
    other = clone(place, tmp_path / "other")

    def take_over() -> None:
        keys.create(other, other.root / "specs/x.yaml")

    with pytest.raises(ConflictError, match="was aborted") as caught:
        keys.create(place, spec, listener=At(step, take_over))
    assert caught.value.state == UNCHANGED
    assert place.git("status", "--porcelain") == ""
    other.check_agreement()
    assert keys.create(place, spec).replayed


def test_a_key_whose_dag_was_deleted_makes_no_other(place: Place) -> None:
    keys.create(place, place.spec("specs/x.yaml"))
    place.stand_in.sql("delete from public.user_dags")
    with pytest.raises(DagctlError, match="is not recorded any more") as caught:
        keys.create(place, place.spec("specs/x.yaml"))
    assert caught.value.code == "CONFLICT"
    assert "new key" in (caught.value.hint or "")
    assert place.rows() == []


@pytest.mark.parametrize("kind", ["create", "update"])
@pytest.mark.parametrize("how", [["commit"], ["commit", "--amend"]], ids="-".join)
def test_a_commit_of_the_users_that_takes_ours_back_undoes_the_operation(
    place: Place, kind: str, how: list[str]
) -> None:
    """Killed before the index knew the new file: git takes it for removed."""
    killed(place, spec_of(place, kind), "commit")
    (place.root / "notes.txt").write_text("two\n")
    place.git("add", "notes.txt")
    place.git(*how, "-q", *(["--no-edit"] if "--amend" in how else ["-m", "Notes"]))
    assert outcomes(place.recover()) == ["undone"]
    assert place.versions() == ({"orders": 1} if kind == "update" else {})
    place.check_agreement()


@pytest.mark.parametrize(("step", "outcome"), [("commit", "finished"), ("file", "undone")])
def test_a_branch_that_got_a_new_name_is_found(place: Place, step: str, outcome: str) -> None:
    killed(place, place.spec("specs/x.yaml"), step)
    place.git("branch", "-m", "renamed")
    assert outcomes(place.recover()) == [outcome]
    place.check_agreement()
