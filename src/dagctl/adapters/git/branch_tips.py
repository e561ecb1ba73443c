"""Branches and what they hold: tips, moves under the old value, and the trailers of our commits."""

from __future__ import annotations

import random
import time
from itertools import count
from secrets import token_hex
from typing import TYPE_CHECKING

from dagctl.adapters.git.git_command import hint_for
from dagctl.adapters.git.plain_files import line_in
from dagctl.errors import UnavailableError, WorkspaceError
from dagctl.next_step import again
from dagctl.patterns import lazy_pattern
from dagctl.ports import Reach

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from dagctl.adapters.git.git_command import GitCommand
    from dagctl.adapters.git.git_program import GitAnswer
    from dagctl.adapters.git.place import GitWorkTree

MADE_BY = "Dagctl-Op"
UNDOES = "Dagctl-Undo"
MOVED = "dagctl: "
"""How the notes in the reflog begin of what dagctl moved."""

_COMMIT_ID = lazy_pattern(r"[0-9a-f]{40}|[0-9a-f]{64}")
_RECENT = 10_000
"""How many commits are searched, newest first. A commit is looked for only when a run was cut
short, so only what was committed or fetched since then lies above it."""

_BUSY = ("File exists", "but expected", "reference already exists", "unable to resolve reference")
"""What git says when a ref is locked by another process or has moved: worth another try."""

_LOCK = lazy_pattern(r"'([^']+\.lock)'")
_NOWHERE = "refs/heads/.invalid"
"""What the file HEAD says where refs are in a table (`git help reftable`)."""


def attempts(wait: float, longest: float = 0.5, *, tries: int = 1) -> Iterator[None]:
    """Yield at least once, then again with growing pauses until `wait` seconds are over.

    Args:
        wait: How many seconds in all.
        longest: The longest pause.
        tries: How many there are at least, within ten times as many seconds: where each takes
            long, time alone would end it after a few.
    """
    begun, pause = time.monotonic(), 0.01
    yield
    for made in count(1):
        passed = time.monotonic() - begun
        if passed >= (10 * wait if made < tries else wait):
            return
        time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - jitter, no secret
        pause = min(2 * pause, longest)
        yield


def tip(git: GitCommand, branch: str) -> str | None:
    """Return the newest commit of a branch (or of HEAD), or None before the first one."""
    answer = git.run("rev-parse", "-q", "--verify", "--end-of-options", f"{branch}^{{commit}}")
    return answer.text if answer.ok else None


def head(place: GitWorkTree) -> str | None:
    """Return the branch that is checked out, born or not, or None if HEAD is detached.

    The file HEAD says so (`git help repository-layout`); where it is a link, or refs are kept
    otherwise, git is asked.
    """
    text = line_in(place.files["HEAD"])
    name = text.removeprefix("ref: ")
    if name != text and name.startswith("refs/heads/") and "\n" not in name and name != _NOWHERE:
        return name
    answer = place.git.run("symbolic-ref", "-q", "HEAD")
    return answer.text if answer.ok else None


def standing(place: GitWorkTree, branch: str) -> str:
    """Return the branch, or the one that is checked out if it is gone: renamed, or merged first."""
    if tip(place.git, branch) is not None:
        return branch
    return head(place) or branch


def parent(git: GitCommand, commit_id: str) -> str | None:
    """Return the first parent of a commit, or None."""
    return tip(git, f"{commit_id}^1")


def move(git: GitCommand, branch: str, new: str, old: str | None, *, why: str) -> str | None:
    """Move a branch from the commit `old` (None: it must not exist) to `new`.

    Returns:
        None if it was moved; what git says if it stands elsewhere by now, or another process has
        locked it.

    Raises:
        ConflictError: git or a hook refuses the move.
    """
    answer = git.run("update-ref", "-m", f"{MOVED}{why}", branch, new, old or "")
    return _hindrance(answer)


def delete(git: GitCommand, branch: str, old: str) -> str | None:
    """Delete a branch that stands at `old`, as it was before its first commit; see `move`."""
    answer = git.run("update-ref", "-d", branch, old)
    return _hindrance(answer)


def busy(branch: str, seconds: float, said: str) -> UnavailableError:
    """Return the error for a branch that could not be moved for so long; it names the lock."""
    lock = _LOCK.search(said)
    if lock is not None:
        return UnavailableError(
            f"another git process has held {lock[1]} for {seconds:g} seconds",
            hint=again("wait for it; if it was killed, remove that file"),
        )
    return UnavailableError(
        f"{branch} was moving for {seconds:g} seconds: {said}",
        hint=again("see whether another git process is at work"),
    )


def find(git: GitCommand, operation_id: str, branch: str) -> str | None:
    """Return the commit of an operation on a branch, unless it was undone there."""
    for commit, made_by, undoes in _marks(git, branch):
        if operation_id in undoes:
            return None
        if operation_id in made_by:
            return commit
    return None


def _marks(git: GitCommand, branch: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield the recent commits of a branch, newest first, with the values of our trailers."""
    if tip(git, branch) is None:
        return
    trailers = (f"%(trailers:key={key},valueonly,separator=%x20)" for key in (MADE_BY, UNDOES))
    sign = token_hex(16)  # no message can hold what was not known before
    shape = sign.join(("%H", *trailers))
    listing = git.must(
        *("-c", "trailer.separators=:", "log", "-z", "--no-color"),
        *(f"--max-count={_RECENT}", f"--format=tformat:{shape}", branch, "--"),
    )
    for line in listing.out.decode("ascii", errors="replace").split("\0")[:-1]:
        commit, made_by, undoes = line.split(sign)
        yield commit, made_by.split(), undoes.split()


def _hindrance(answer: GitAnswer) -> str | None:
    if answer.ok:
        return None
    if not any(words in answer.error for words in _BUSY):
        raise WorkspaceError(
            f"git refuses to move the branch: {answer.error}", hint=hint_for(answer)
        )
    return answer.error


_SHARED = ("refs/heads", "refs/remotes", "refs/tags")
"""Where the refs stand that a person works with; a stash is not among them."""


def reach(git: GitCommand, commits: Collection[str]) -> Reach | None:
    """Return from where commits can be reached; None in a shallow clone."""
    if git.run("rev-parse", "--is-shallow-repository").text != "false":
        return None
    ids = sorted(commit for commit in commits if _COMMIT_ID.fullmatch(commit))
    known = _known(git, ids)
    remotes = git.run("for-each-ref", "--format=%(objectname)", "refs/remotes").text.split()
    current = tip(git, "HEAD")
    off_branch = _beyond(git, known, [current] if current else [])
    return Reach(
        missing=frozenset(commits) - known,
        off_branch=off_branch,
        nowhere=_on_no_branch(git, off_branch),
        unpushed=_beyond(git, known, remotes) if remotes else None,
    )


def outside(git: GitCommand, commits: Collection[str], of: str) -> frozenset[str]:
    """Return those of the commits that are not in the history of one of them, or not known here.

    What is no commit id counts as outside. Where `of` is none that is known, HEAD stands for it.
    """
    asked = {*commits, of}
    known = _known(git, sorted(commit for commit in asked if _COMMIT_ID.fullmatch(commit)))
    last = of if of in known else tip(git, "HEAD")
    inside = known.intersection(commits)
    return frozenset(commits) - known | _beyond(git, inside, [last] if last else [])


def line_of(place: GitWorkTree, files: Mapping[str, str], of: str) -> dict[str, bool]:
    """Return which commits are in the history of one of them, or wrote what stands in it.

    After a rebase or a squash other commits have the same files; what leads to one whose file is
    there is of the same history. What cannot be known is left out: a commit that this clone does
    not have, or, in a shallow or treeless clone, one that is not in the history.

    Args:
        place: The work tree.
        files: The path that each commit wrote.
        of: The commit whose history it is; where it is not known, HEAD stands for it.
    """
    git = place.git
    known = _known(git, sorted(filter(_COMMIT_ID.fullmatch, {*files, of})))
    last = of if of in known else tip(git, "HEAD")
    asked = known.intersection(files)
    beyond = _beyond(git, asked, [last] if last else [])
    within = dict.fromkeys(asked - beyond, True)
    if not beyond or last is None:
        return within
    if git.run("rev-parse", "--is-shallow-repository").text != "false":
        return within
    paths = sorted({place.literal(files[commit]) for commit in beyond})
    written = _written(git, ["--no-walk=unsorted"], sorted(beyond), paths)
    standing = _written(git, ["--full-history", f"--max-count={_RECENT}"], [last], paths)
    if written is None or standing is None:
        return within
    blobs = set().union(*standing.values())
    again = [commit for commit in beyond if not blobs.isdisjoint(written.get(commit, ()))]
    foreign = _beyond(git, beyond, [last, *again]) if again else beyond
    return {commit: commit not in foreign for commit in asked}


def _written(
    git: GitCommand, which: Sequence[str], commits: Sequence[str], paths: Sequence[str]
) -> dict[str, list[str]] | None:
    """Return the blobs that commits have put at some paths; None: git has not all trees."""
    shape = ("--format=format:%H", "--raw", "--no-abbrev", "--no-renames")
    command = ("log", "--no-color", "--diff-merges=first-parent", *shape, *which)
    asked = "".join(f"{commit}\n" for commit in commits)  # a command line may be too short for them
    answer = git.run(*command, "--stdin", "--", *paths, data=asked.encode())
    if not answer.ok:
        return None
    blobs: dict[str, list[str]] = {}
    commit = ""
    for line in answer.text.splitlines():  # `:mode mode old new status path` after each commit
        if line.startswith(":"):
            blobs[commit].append(line.split(" ")[3])
        elif line:
            commit = line
            blobs[commit] = []
    return blobs


def _known(git: GitCommand, ids: Sequence[str]) -> frozenset[str]:
    """Return those of the ids that are commits of this repository."""
    asked = "".join(f"{commit}\n" for commit in ids).encode()
    lines = git.must("cat-file", "--batch-check=%(objectname) %(objecttype)", data=asked).text
    return frozenset(line.split()[0] for line in lines.splitlines() if line.endswith(" commit"))


def _beyond(git: GitCommand, commits: frozenset[str], tips: Sequence[str]) -> frozenset[str]:
    """Return those of the commits that none of the tips leads to."""
    if not commits:
        return commits
    lines = [*sorted(commits), *(f"^{tip_id}" for tip_id in tips)]
    answer = git.must("rev-list", "--stdin", data="".join(f"{line}\n" for line in lines).encode())
    return commits & frozenset(answer.text.split())


def _on_no_branch(git: GitCommand, commits: frozenset[str]) -> frozenset[str]:
    """Return those of the commits that no branch or tag leads to, of this clone or a remote."""
    if not commits:
        return commits
    shape = "--format=%(objectname)"
    return _beyond(git, commits, git.must("for-each-ref", shape, *_SHARED).text.split())
