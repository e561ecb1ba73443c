"""Which versions count where several branches have made some, in an embedded workspace."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import NotFoundError
from tests.e2e.conftest import Place

if TYPE_CHECKING:
    from pathlib import Path


def test_of_two_branches_the_versions_of_the_one_here_count_whichever_was_made_last(
    place: Place,
) -> None:
    made(place, "main 1")
    for branch in ("other", "main"):
        place.git("switch", "-q", *(["-c"] if branch == "other" else []), branch)
        for number in (2, 3):
            made(place, f"{branch} {number}")
    for branch in ("other", "main", "other"):
        place.git("switch", "-q", branch)
        assert versions(place) == [f"{branch} 3", f"{branch} 2", "main 1"]
    with place.open() as client:
        client.rollback("orders")
    place.git("commit", "-qam", "Roll back")
    assert versions(place) == ["other 2", "other 3", "other 2", "main 1"]


def test_a_removal_of_another_branch_takes_no_version_away_and_can_be_taken_back(
    place: Place,
) -> None:
    made(place, "one")
    made(place, "two")
    place.git("switch", "-q", "-c", "other")
    with place.open() as client:
        client.remove("orders")
    place.git("rm", "-q", "specs/orders.yaml")
    place.git("commit", "-qm", "Remove the spec")
    place.git("switch", "-q", "main")
    assert versions(place) == ["two", "one"]
    made(place, "main 3")
    made(place, "main 4")
    place.git("switch", "-q", "other")
    with place.open() as client:  # before anything was read here
        client.restore("orders")
    assert versions(place) == ["two", "two", "two", "one"]
    place.git("add", "specs")
    place.git("commit", "-qm", "Bring the spec back")
    place.git("switch", "-q", "main")
    assert versions(place) == ["main 4", "main 3", "two", "one"]


@pytest.fixture
def other(place: Place, tmp_path: Path) -> Place:
    """Return a clone, made when `orders` had one version, on `main` as the first one is."""
    made(place, "one")
    target = tmp_path / "other"
    subprocess.run(["git", "clone", "-q", str(place.root), str(target)], check=True)
    clone = Place(target)
    clone.git("config", "user.name", "Bob")
    clone.git("config", "user.email", "bob@example.com")
    return clone


def test_versions_of_another_branch_are_none_of_numbers_that_were_never_recorded_here(
    place: Place, other: Place
) -> None:
    place.git("switch", "-q", "-c", "topic")
    for number in (2, 3, 4):
        made(place, f"topic {number}")
    first = other.git("rev-parse", "HEAD").strip()
    for number in (2, 3, 4, 5):
        made(other, f"main {number}")
    other.git("branch", "whole")
    other.git("reset", "-q", "--soft", first)
    other.git("commit", "-qm", "All of it")
    place.git("switch", "-q", "main")
    place.git("pull", "-q", str(other.root), "main")
    assert numbered(place) == {5: "main 5", 1: "one"}
    with place.open() as client:
        newest, _ = client.history("orders").entries
        assert newest.changes is None
        assert [entry.version.version for entry in client.history("orders", limit=1).entries] == [5]
        assert client.two_versions("orders", None, None)[0].name == "version 1"
        for number in (2, 4):
            with pytest.raises(
                NotFoundError, match=f"version {number} of `orders` is not recorded"
            ):
                client.version("orders", number)
        with pytest.raises(NotFoundError, match="version 4 of `orders` is not recorded") as caught:
            client.rollback("orders")
        assert str(caught.value.hint) == (
            "dagctl rollback orders --to 1 takes the newest one that is"
        )
        client.rollback("orders", to=1)
    place.git("checkout", "-q", "-f", "topic")
    assert numbered(place) == {1: "one"} | {n: f"topic {n}" for n in (2, 3, 4)}
    place.git("fetch", "-q", str(other.root), "whole")
    place.git("checkout", "-q", "-f", "--detach", "FETCH_HEAD")
    assert numbered(place) == {1: "one"} | {n: f"main {n}" for n in (2, 3, 4, 5)}
    place.git("checkout", "-q", "-f", "topic")
    assert numbered(place) == {1: "one"} | {n: f"topic {n}" for n in (2, 3, 4)}


@pytest.mark.parametrize("how", ["rebase", "squash"])
def test_versions_of_commits_that_were_made_anew_stay(place: Place, other: Place, how: str) -> None:
    place.git("switch", "-q", "-c", "topic")
    for number in (2, 3):
        made(place, f"topic {number}")
    place.git("switch", "-q", "main")
    place.git("commit", "-q", "--allow-empty", "-m", "Something else")
    if how == "squash":
        place.git("merge", "-q", "--squash", "topic")
        place.git("commit", "-qm", "All of it")
    else:
        place.git("rebase", "-q", "main", "topic")
        place.git("checkout", "-q", "-B", "main")
    other.git("pull", "-q", str(place.root), "main")
    made(other, "main 4")
    place.git("pull", "-q", str(other.root), "main")
    assert numbered(place) == {4: "main 4", 3: "topic 3", 2: "topic 2", 1: "one"}


def numbered(place: Place) -> dict[int, str]:
    """Return what each version of `orders` says."""
    with place.open() as client:
        entries = client.history("orders").entries
        each = {entry.version.version: entry.version.spec["tasks"][0] for entry in entries}
    return {number: task["bash_command"].removeprefix("echo ") for number, task in each.items()}


def made(place: Place, word: str) -> None:
    """Give `orders` another spec, and commit all."""
    spec = place.spec("specs/orders.yaml", word=word)
    with place.open() as client:
        client.create(spec)
    place.git("add", "-A")
    place.git("commit", "-qm", word)


def versions(place: Place) -> list[str]:
    """Return what the versions of `orders` say, the newest first."""
    with place.open() as client:
        entries = client.history("orders").entries
        assert [entry.version.version for entry in entries] == list(range(len(entries), 0, -1))
        tasks = [entry.version.spec["tasks"][0] for entry in entries]
    return [task["bash_command"].removeprefix("echo ") for task in tasks]
