"""A branch of the remote for a review, and the address where its host opens a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.git.proposing import address_of
from dagctl.errors import PushRefusedError, RemoteUnavailableError, UsageError

if TYPE_CHECKING:
    from tests.push.conftest import Clone, Remote

SAID = {
    "GitHub": (
        (
            "remote: \nremote: Create a pull request for 'x' on GitHub by visiting:\n"
            "remote:      https://github.com/o/r/pull/new/x\nremote: "
        ),
        "https://github.com/o/r/pull/new/x",
    ),
    "GitLab": (
        (
            "remote: To create a merge request for x, visit:\n"
            "remote:   https://gl.example/o/r/-/merge_requests/new?merge_request%5Bsource_branch%5D=x"
        ),
        "https://gl.example/o/r/-/merge_requests/new?merge_request%5Bsource_branch%5D=x",
    ),
    "nothing": ("remote: thank you\nhttps://not.of.the.remote/", None),
}


@pytest.mark.parametrize(("said", "address"), SAID.values(), ids=SAID)
def test_the_host_says_where_a_pull_request_is_opened(said: str, address: str | None) -> None:
    assert address_of(said, "https://git.example/o/r.git", "x") == address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("git@github.com:o/r.git", "https://github.com/o/r/pull/new/a/b%20c"),
        ("https://u:secret@github.com/o/r", "https://github.com/o/r/pull/new/a/b%20c"),
        (
            "ssh://git@gitlab.com/g/s/r.git",
            (
                "https://gitlab.com/g/s/r/-/merge_requests/new?merge_request%5Bsource_branch%5D="
                "a%2Fb%20c"
            ),
        ),
        (
            "https://bitbucket.org/o/r.git",
            "https://bitbucket.org/o/r/pull-requests/new?source=a%2Fb%20c",
        ),
        ("https://git.example/o/r.git", None),
        ("file:///x/github.com/o/r.git", None),
    ],
)
def test_of_known_hosts_it_is_known(url: str, address: str | None) -> None:
    assert address_of("", url, "a/b c") == address


def test_a_proposal_holds_spec_and_dag_file_and_changes_nothing_here(
    clone: Clone, remote: Remote
) -> None:
    spec = clone.spec("specs/orders.yaml")
    before = (clone.git("rev-parse", "HEAD"), clone.git("status", "--porcelain"), remote.tip)
    remote.hook("post-receive", "echo 'Visit https://git.example/new?x=1'")
    with clone.open() as client:
        proposed = client.propose(spec, "review/orders")
        again = client.propose(spec, "review/orders")
    assert proposed.proposal is not None
    assert proposed.proposal.address == "https://git.example/new?x=1"
    assert again.proposal is not None
    parents = remote.git("log", "--format=%H", "main..review/orders").split()
    assert parents[-1] == proposed.proposal.commit_id
    assert parents[0] == again.proposal.commit_id
    assert (clone.git("rev-parse", "HEAD"), clone.git("status", "--porcelain")) == before[:2]
    assert remote.tip == before[2]
    assert clone.records() == []
    changed = remote.git("diff", "--name-only", "main", "review/orders").split()
    assert changed == ["dags/orders.py", "specs/orders.yaml"]
    assert remote.git("show", "review/orders:specs/orders.yaml") + "\n" == spec.read_text()


def test_what_is_merged_is_recorded_by_the_create_that_follows(
    clone: Clone, remote: Remote
) -> None:
    with clone.open() as client:
        client.propose(clone.spec("specs/orders.yaml"), "review")
        remote.git("update-ref", "refs/heads/main", "review")
        clone.git("checkout", "-q", "HEAD", "--", "notes.txt")
        (clone.root / "specs/orders.yaml").unlink()
        clone.git("pull", "-q", "--ff-only")
        (dag,) = client.create(clone.root / "specs/orders.yaml").dags
        assert dag.dag_id == "orders"
        clone.spec("specs/orders.yaml", word="two")
        client.propose(clone.root / "specs/orders.yaml", "review-2")
        assert client.propose(clone.root / "specs/orders.yaml", "review-2").plan.pending
    clone.check_published()
    clone.git("checkout", "-q", "HEAD", "--", "specs")
    with clone.open() as client:
        assert client.propose(clone.root / "specs/orders.yaml", "review-3").proposal is None


@pytest.mark.parametrize("name", ["", "a..b", "-x", "a b", "x.lock", "a\n", "@{u}"])
def test_a_name_that_is_none_of_a_branch_is_refused(clone: Clone, name: str) -> None:
    spec = clone.spec("specs/orders.yaml")
    with clone.open() as client, pytest.raises(UsageError, match="not a name of a branch"):
        client.propose(spec, name)


def test_the_branch_that_is_checked_out_is_none_for_a_review(clone: Clone, remote: Remote) -> None:
    before, spec = remote.tip, clone.spec("specs/orders.yaml")
    with clone.open() as client, pytest.raises(UsageError, match="`main` is the branch that is"):
        client.propose(spec, "main")
    assert remote.tip == before


def test_a_refused_proposal_says_why(clone: Clone, remote: Remote) -> None:
    remote.hook("pre-receive", "echo no reviews today; exit 1")
    spec = clone.spec("specs/orders.yaml")
    with clone.open() as client, pytest.raises(PushRefusedError, match="no reviews today"):
        client.propose(spec, "review")


@pytest.mark.parametrize(("there", "name"), [("review/orders", "review"), ("a", "a/b")])
def test_a_name_beside_a_branch_of_the_remote_is_refused_at_once(
    clone: Clone, remote: Remote, there: str, name: str
) -> None:
    spec = clone.spec("specs/orders.yaml")
    remote.git("branch", there, "main")
    with clone.open() as client, pytest.raises(PushRefusedError) as caught:
        client.propose(spec, name)
    assert f"origin refused the push of {name}:" in caught.value.message
    assert "is in the way of that name; take another one" in str(caught.value.hint)


def test_a_branch_that_is_gone_on_the_remote_and_stands_in_the_way_here_is_named(
    clone: Clone, remote: Remote
) -> None:
    spec = clone.spec("specs/orders.yaml")
    remote.git("branch", "review/orders", "main")
    clone.git("fetch", "-q")
    remote.git("branch", "-D", "review/orders")
    remote.git("branch", "review", "main")
    with clone.open() as client:
        with pytest.raises(RemoteUnavailableError, match="that is gone there") as caught:
            client.propose(spec, "review")
        assert str(caught.value.hint).startswith("git remote prune origin")
        clone.git("remote", "prune", "origin")
        client.propose(spec, "review")
