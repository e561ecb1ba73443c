"""Promise 10: what reads records sees what git has brought, without a `create` before."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

import dagctl
from dagctl.commands.behind import bring_up_these
from dagctl.commands.show import details, spec_of
from dagctl.errors import ConflictError, NotFoundError, UnavailableError, UsageError, WorkspaceError
from tests.e2e.conftest import Place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def clone(place: Place, tmp_path: Path) -> Place:
    """Return a fresh clone of a workspace with two DAGs."""
    for name in ("orders", "sales"):
        place.spec(f"specs/{name}.yaml", name=name.title())
    created(place)
    return cloned(place, tmp_path)


def cloned(place: Place, tmp_path: Path) -> Place:
    target = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(place.root), str(target)], check=True)
    clone = Place(target)
    clone.git("config", "user.name", "Bob")
    clone.git("config", "user.email", "bob@example.com")
    return clone


def created(place: Place) -> None:
    with place.open() as client:
        client.create(sorted((place.root / "specs").glob("*.yaml")))
    place.git("add", "-A")
    place.git("commit", "-qm", "Write specs")


def listed(place: Place) -> dict[str, int]:
    with place.open() as client:
        return {record.dag_id: record.version for record in client.list()}


def test_a_fresh_clone_lists_and_shows_what_is_in_it(clone: Place) -> None:
    assert listed(clone) == {"orders": 1, "sales": 1}
    with clone.open() as client:
        record = client.get("orders")
        assert client.drift(record) == "none"
        assert client.stored(record) == "none"
        assert record.created_by_name == "Ada Lovelace <ada@example.com>"
        assert not [finding for finding in client.doctor() if finding.state == "failed"]
    assert clone.git("status", "--porcelain") == ""
    clone.check_agreement()


def test_a_pull_another_branch_and_a_revert_are_seen_at_once(place: Place, clone: Place) -> None:
    assert listed(clone) == {"orders": 1, "sales": 1}
    place.spec("specs/orders.yaml", word="two")
    place.spec("specs/third.yaml", name="Third")
    created(place)
    clone.git("pull", "-q", "--ff-only")
    assert listed(clone) == {"orders": 2, "sales": 1, "third": 1}
    clone.git("switch", "-q", "-c", "before", "HEAD~2")
    assert listed(clone)["orders"] == 1
    clone.git("switch", "-q", "-")
    assert listed(clone)["orders"] == 2


def test_what_a_person_changed_is_not_taken_over(clone: Place) -> None:
    (clone.root / "dags/orders.py").write_text(
        (clone.root / "dags/orders.py").read_text() + "# by hand\n"
    )
    assert listed(clone) == {"sales": 1}


LONG = """
dag_name: Long Names
schedule_interval: 0 5 * * *
owner: eve
tags: [a, b]
tasks:
  - task_id: only
    task_type: python
    python_code: |
      def go():
          return 1   # the blanks stay
"""


def test_a_dag_is_known_by_its_file_where_its_spec_is_not_here(
    place: Place, tmp_path: Path
) -> None:
    for name in ("gone", "edited", "moved"):
        place.spec(f"specs/{name}.yaml", name=name.title())
    (place.root / "specs/long.yaml").write_text(LONG)
    created(place)
    with place.open() as client:
        client.create(dagctl.load_spec(place.spec("no file", name="Piped").read_bytes()))
        made = {record.dag_id: record.spec_digest for record in client.list()}
    (place.root / "specs/gone.yaml").unlink()
    (place.root / "specs/long.yaml").unlink()
    place.spec("specs/edited.yaml", name="Edited", word="next")
    place.git("mv", "specs/moved.yaml", "specs/other.yaml")
    place.git("commit", "-qam", "Change specs")
    clone = cloned(place, tmp_path)
    assert listed(clone) == {"edited": 1, "gone": 1, "long_names": 1, "moved": 1, "piped": 1}
    with clone.open() as client:
        states = {found.name: found.state for found in client.doctor()}
        assert states["records"] == states["files"] == states["objects"] == "ok"
        for dag_id in ("edited", "gone", "moved", "piped"):
            assert details(client.get(dag_id), datetime.now(UTC)).graph is not None
            assert client.stored(client.get(dag_id)) == "none"
            assert client.get(dag_id).spec_digest == made[dag_id]
        record = client.get("long_names")
        # the file does not say which spec it is, but what a list shows
        assert not record.spec
        assert not record.spec_digest
        assert (record.schedule_interval, record.owner, record.tags) == (
            "0 5 * * *",
            "eve",
            ("a", "b"),
        )
        with pytest.raises(NotFoundError, match="it is known by its DAG file"):
            spec_of(record)
        (clone.root / "dags/long_names.py").unlink()
        assert client.repairs().left == ("long_names: no spec of it is recorded",)
        clone.git("checkout", "--", "dags")
    # the same specs mean the same DAGs, and are known from then on
    (clone.root / "specs/long.yaml").write_text(LONG)
    with clone.open() as client:
        client.create(clone.root / "specs/long.yaml")
        client.create(dagctl.load_spec((place.root / "no file").read_bytes()))
        record = client.get("long_names")
        assert record.spec["tags"] == ["a", "b"]
        (only,) = client.history("long_names").entries
        assert only.version.spec_digest == record.spec_digest
    assert listed(clone) == {"edited": 1, "gone": 1, "long_names": 1, "moved": 1, "piped": 1}
    assert clone.git("status", "--porcelain", "dags") == ""


@pytest.mark.parametrize("is_committed", [False, True], ids=["deleted", "deletion committed"])
def test_a_file_that_is_written_again_is_no_new_version(
    place: Place, clone: Place, *, is_committed: bool
) -> None:
    path, first = "dags/sales.py", place.git("rev-parse", "HEAD~1").strip()
    before = (place.root / path).read_bytes()
    (place.root / path).unlink()
    if is_committed:
        place.git("commit", "-qam", "Delete")
    with place.open() as client:
        if is_committed:
            created = client.create(place.root / "specs/sales.yaml", force=True).dags
        else:
            created = client.heal(client.repairs()).dags
        record, versions = client.get("sales"), client.history("sales").entries
    assert [(dag.dag_id, dag.version, record.version) for dag in created] == [("sales", 1, 1)]
    assert (place.root / path).read_bytes() == before
    (only,) = (each.version for each in versions)
    assert (only.version, only.action, only.commit_id) == (1, "create", first)
    assert record.commit_id == (place.git("rev-parse", "HEAD").strip() if is_committed else first)
    assert listed(place) == listed(clone)


def test_a_removal_by_a_colleague_is_followed_and_not_healed(place: Place, clone: Place) -> None:
    place.spec("specs/third.yaml", name="Third")
    created(place)
    clone.git("pull", "-q", "--ff-only")
    assert listed(clone) == {"orders": 1, "sales": 1, "third": 1}
    with place.open() as client:
        client.remove(["orders"])
        client.rename("sales", "turnover")
    place.git("commit", "-qam", "Follow")
    clone.git("commit", "-q", "--allow-empty", "-m", "Mine")
    with clone.open() as client:  # what is only fetched counts for nothing
        assert client.repairs().is_empty
    clone.git("pull", "-q", "--no-rebase", "--no-edit")
    with clone.open() as client, pytest.raises(ConflictError, match="which was removed by Ada"):
        client.create(clone.root / "specs/orders.yaml")
    assert listed(clone) == {"third": 1, "turnover": 1}
    with clone.open() as client:
        assert not [finding for finding in client.doctor() if finding.state == "failed"]
        assert client.repairs().is_empty
        assert not (clone.root / "dags/orders.py").exists()
        client.restore(["orders"])
    assert listed(clone) == {"orders": 3, "third": 1, "turnover": 1}


def test_no_dag_comes_back_beside_one_whose_id_differs_only_by_case(
    place: Place, clone: Place
) -> None:
    for where, names in ((place, ("Gone", "Renamed")), (clone, ("gone", "renamed"))):
        specs = [where.spec(f"specs/{name}_.yaml", name=f"X\ndag_id: {name}") for name in names]
        with where.open() as client:
            client.create(specs)
    with place.open() as client:
        client.remove("Gone")
        client.rename("Renamed", "other")
    place.git("pull", "-q", "--no-rebase", "--no-edit", str(clone.root), "HEAD")
    for dag_id in ("Gone", "Renamed"):
        with place.open() as client, pytest.raises(WorkspaceError, match="only by case") as caught:
            client.restore(dag_id) if dag_id == "Gone" else client.rename("other", dag_id)
        assert "give that DAG another id: `dagctl mv ID NEW_ID`" in str(caught.value.hint)
    assert not (place.root / "dags/Gone.py").exists()


def test_a_dag_that_a_pull_has_brought_is_removed_before_anything_was_read(
    place: Place, clone: Place
) -> None:
    assert listed(clone) == {"orders": 1, "sales": 1}
    place.spec("specs/third.yaml", name="Third")
    created(place)
    clone.git("pull", "-q", "--ff-only")
    with clone.open() as client:
        (done,) = client.remove("third").dags
    assert (done.dag_id, done.version) == ("third", 2)
    assert listed(clone) == {"orders": 1, "sales": 1}


def test_a_rename_to_an_id_that_a_pull_has_brought_names_no_option_of_create(
    place: Place, clone: Place
) -> None:
    with clone.open() as client:
        client.create(clone.spec("specs/new.yaml", name="X\ndag_id: New_X"))
    place.git("pull", "-q", "--no-rebase", "--no-edit", str(clone.root), "HEAD")
    with place.open() as client, pytest.raises(ConflictError, match="a DAG `New_X` exists") as e:
        client.rename("orders", "new_x")
    assert e.value.hint == "give another id"


@pytest.mark.parametrize("text", ["\ud800", "a\udcff", "a" * 300])
def test_of_what_is_no_id_there_is_no_dag(place: Place, text: str) -> None:
    place.spec("specs/orders.yaml")
    created(place)
    with place.open() as client:
        calls: list[Callable[[], object]] = [
            lambda: client.get(text),
            lambda: client.history(text),
            lambda: client.compare(text),
            lambda: client.pull(text),
            lambda: client.remove(["orders", text]),
            lambda: client.restore(text),
            lambda: client.rollback(text, 1),
            lambda: client.rename(text, "b"),
            lambda: client.draft(text),
        ]
        for call in calls:
            with pytest.raises(NotFoundError, match="no DAG"):
                call()
        with pytest.raises(UsageError, match="is no id of a DAG"):
            client.rename("orders", text)
        assert client.purge(text) == 0


def test_the_command_itself_says_that_the_registry_is_damaged(place: Place) -> None:
    place.spec("specs/orders.yaml")
    created(place)
    registry = place.root / ".git/dagctl/top/registry.db"
    for file in registry.parent.glob("registry.db*"):
        file.unlink()
    registry.write_bytes(b"no database" * 1000)
    with place.open() as client:
        bring_up_these(client._context, ["orders"])
        with pytest.raises(UnavailableError, match=r"registry\.db is damaged"):
            client.remove("orders")


def test_a_removal_in_a_squashed_commit_counts_too(place: Place, clone: Place) -> None:
    assert listed(clone) == {"orders": 1, "sales": 1}
    with place.open() as client:
        client.remove(["orders"])
    message = place.git("log", "-1", "--format=%B")
    place.git("reset", "-q", "--soft", "HEAD~1")
    squashed = f"Tidy up (#7)\n\n* {message}\n\n* other things\n\nSigned-off-by: Eve <e@x.org>"
    place.git("commit", "-qm", squashed)
    clone.git("pull", "-q", "--ff-only")
    assert listed(clone) == {"sales": 1}


def test_reading_goes_on_while_another_dagctl_is_at_work(clone: Place) -> None:
    with clone.open() as other, other._context.backend.journal.lock(wait=0):
        assert listed(clone) == {}
    assert listed(clone) == {"orders": 1, "sales": 1}


def test_nothing_is_read_again_until_git_has_changed_something(
    clone: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert listed(clone) == {"orders": 1, "sales": 1}
    monkeypatch.setattr("dagctl.commands.behind.files_behind", lambda _: pytest.fail("read again"))
    assert listed(clone) == {"orders": 1, "sales": 1}


def test_a_dag_of_another_branch_is_not_missing_and_is_not_written_anew(place: Place) -> None:
    place.spec("specs/orders.yaml")
    created(place)
    place.git("switch", "-q", "-c", "other")
    place.spec("specs/sales.yaml", name="Sales")
    created(place)
    place.git("switch", "-q", "-")
    assert states(place) == {"orders": "none", "sales": "elsewhere"}
    with place.open() as client:
        (finding,) = [finding for finding in client.doctor() if finding.name == "files"]
        assert finding.state == "warning"
        assert finding.message == "of 2 DAG files 1 not in this branch (sales)"
        assert client.repairs().is_empty
    place.git("switch", "-q", "other")
    assert states(place) == {"orders": "none", "sales": "none"}
    (place.root / "dags/sales.py").unlink()  # deleted here: that is another thing
    assert states(place)["sales"] == "missing"
    place.git("commit", "-qam", "Remove it")
    assert states(place)["sales"] == "missing"
    with place.open() as client:
        assert client.repairs().dags == ("sales",)


def test_what_a_sparse_checkout_leaves_out_is_neither_missing_nor_deleted(place: Place) -> None:
    spec = place.spec("specs/orders.yaml")
    created(place)
    place.git("sparse-checkout", "set", "--cone", "specs")
    assert not (place.root / "dags").exists()
    assert states(place) == {"orders": "elsewhere"}
    place.spec("specs/orders.yaml", word="two")
    twin = place.spec("specs/twin.yaml", name="Orders", word="two")
    for refused in (spec, twin):
        with place.open() as client, pytest.raises(ConflictError) as caught:
            client.create(refused, if_exists="update")
        assert str(caught.value.hint) == (
            "git sparse-checkout add dags (no sparse checkout: git update-index "
            "--no-skip-worktree dags/orders.py), then again"
        )


def states(place: Place) -> dict[str, str | None]:
    with place.open() as client:
        (page,) = client.pages()
        ids = [record.dag_id for record in page]
        return dict(zip(ids, client.drifts(page.records), strict=True))
