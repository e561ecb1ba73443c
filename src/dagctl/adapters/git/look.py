"""What git knows of DAG files and commits, without changing anything."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from itertools import chain
from secrets import token_hex
from typing import TYPE_CHECKING

from dagctl import durable
from dagctl.adapters.git.branch_tips import MADE_BY, tip
from dagctl.adapters.git.git_command import failure
from dagctl.adapters.git.git_objects import id_of, look_up
from dagctl.adapters.git.git_tree import folders_of
from dagctl.adapters.git.index import SKIPPED, flagged
from dagctl.adapters.git.plain_files import may_have_staged
from dagctl.adapters.git.rules import may_ignore
from dagctl.patterns import lazy_pattern
from dagctl.ports import CommitPlace, Removal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.adapters.git.configuration import Configuration
    from dagctl.adapters.git.git_tree import TreeEntry
    from dagctl.adapters.git.place import GitWorkTree

_COMMIT = lazy_pattern(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
RECENT = 10_000
"""How many commits are searched for the last change of a path."""
_OPERATION = lazy_pattern(rf"^[ \t]*{MADE_BY}: *[0-9a-f-]{{36}}[ \t]*$", re.MULTILINE)
"""The trailer of an operation; a squashed commit has it anywhere in its message."""
_LACKING = "from promisor remote"
"""What git says of an object that a partial clone lacks: dagctl lets it fetch none."""
_TWO = 2
_SIDES = frozenset({"2", "3"})
"""The stages of the index for ours and theirs; 1 is what both began with."""


def differing(place: GitWorkTree, files: Mapping[str, bytes | None]) -> set[str]:
    """Return the paths that hold something else in HEAD; see the port."""
    head = place.trees.read_tip("HEAD", [place.full(path) for path in files]).commit
    entries = {path: place.trees.find(head, place.full(path)) for path in files}
    unlike = {path for path, content in files.items() if not _is_blob(entries[path], content)}
    # git may have changed line ends or run a filter: then it, not the bytes, says what is alike
    checked_out = {path: entries[path] for path in unlike if _holds(place, path, files[path])}
    return unlike - _alike_for_git(place, checked_out)


def place_of(place: GitWorkTree, commit_id: str) -> CommitPlace:
    """Return where a commit is, as seen from HEAD."""
    if not _COMMIT.fullmatch(commit_id):
        return CommitPlace.UNKNOWN
    answer = place.git.run("merge-base", "--is-ancestor", commit_id, "HEAD")
    if answer.ok:
        return CommitPlace.MERGED
    return CommitPlace.ELSEWHERE if answer.status == 1 else CommitPlace.UNKNOWN


def left_out(place: GitWorkTree, paths: Sequence[str]) -> set[str]:
    """Return which of these paths a sparse checkout leaves out of the work tree."""
    full = {place.full(path): path for path in paths}
    letters = flagged(place, list(full))
    return {full[path] for path, letter in letters.items() if letter in SKIPPED}


def is_merge_result(place: GitWorkTree, path: str) -> bool:
    """Return whether the last commit that changed the path is a merge."""
    answer = place.git.run("log", "-1", "--format=%P", "--", place.literal(path))
    return answer.ok and len(answer.text.split()) >= _TWO


def unmerged(place: GitWorkTree, path: str) -> tuple[bytes, ...]:
    """Return both files that a merge under way could not join, as the index has them."""
    answer = place.git.run("ls-files", "-u", "-z", "--", place.literal(path))
    stages = [entry.split() for entry in os.fsdecode(answer.out).split("\0") if answer.ok and entry]
    blobs = [blob for _, blob, stage, *_ in stages if stage in _SIDES]
    return tuple(place.git.must("cat-file", "blob", blob).out for blob in blobs)


def last_commits(place: GitWorkTree, paths: Sequence[str]) -> dict[str, str]:
    """Return the commit that changed each path last, from one walk through the recent history."""
    head = tip(place.git, "HEAD")
    if head is None:
        return {}
    commits = _recent(place, paths)
    return {path: commits.get(path, head) for path in paths}


def remembered(place: GitWorkTree, paths: Sequence[str]) -> set[str]:
    """Return which of these paths are in the index, or in the recent history of HEAD."""
    recent = set(_recent(place, paths)) if tip(place.git, "HEAD") is not None else set()
    return recent | tracked(place, paths)


def _some(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield as many paths at a time as go onto a command line."""
    return (paths[at : at + FEW] for at in range(0, len(paths), FEW))


def _recent(place: GitWorkTree, paths: Sequence[str]) -> dict[str, str]:
    """Return the commit that changed each path last, of those that a recent commit has changed."""
    full = {place.full(path): path for path in paths}
    sign = token_hex(16)  # no name can hold what was not known before
    command = ("log", "-z", "--no-renames", f"--format=format:{sign}%H,")
    options = (f"--max-count={RECENT}", "--name-only", "--diff-merges=first-parent")
    limits = [place.literal(path) for path in paths] if len(paths) <= FEW else []
    listing = walked(place, *command, *options, "HEAD", "--", *limits)
    commits: dict[str, str] = {}
    for record in listing.split(sign)[1:]:
        commit, _, names = record.partition(",")
        for name in names.split("\0"):
            if (path := full.get(name.lstrip("\n"))) is not None:
                commits.setdefault(path, commit)
    return commits


def walked(place: GitWorkTree, *arguments: str) -> str:
    """Return what `git log` prints; in a partial clone, up to the first commit without its trees.

    Raises:
        UnavailableError: git failed for another reason.
    """
    answer = place.git.run(*arguments)
    if not answer.ok and _LACKING not in answer.error:
        raise failure(arguments, answer)
    return os.fsdecode(answer.out)


def removals(place: GitWorkTree, paths: Sequence[str]) -> dict[str, Removal]:
    """Return the commits of operations that have removed paths; see the port."""
    absent = set(paths) - differing(place, dict.fromkeys(paths))
    full = {place.full(path): path for path in absent}
    if not full or tip(place.git, "HEAD") is None:
        return {}
    record_sign, sign = token_hex(16), token_hex(16)  # no message or name can hold them
    shape = sign.join((f"{record_sign}%H", "%at", "%an <%ae>", "%B", ""))
    command = ("log", "-z", "--no-renames", "--no-color")
    options = (f"--max-count={RECENT}", "--no-merges", "--diff-filter=D", "--name-only")
    limits = [place.literal(path) for path in sorted(absent)] if len(absent) <= FEW else []
    form = f"--format=format:{shape}"
    listing = walked(place, *command, form, *options, "HEAD", "--", *limits)
    newest: dict[str, Removal | None] = {}
    for record in listing.split(record_sign)[1:]:
        commit, at, by, message, names = record.split(sign)
        subject = text(message.partition("\n")[0])
        removal = Removal(commit_id=commit, by=text(by), at=moment(at), subject=subject)
        for name in names.split("\0"):
            if (path := full.get(name.lstrip("\n"))) is not None:
                newest.setdefault(path, removal if _OPERATION.search(message) else None)
    return {path: removal for path, removal in newest.items() if removal is not None}


def text(value: str) -> str:
    """Return a text of git without what is no UTF-8: a registry takes no other."""
    return os.fsencode(value).decode("utf-8", "replace")


def moment(seconds: str) -> datetime:
    """Return the time of a commit; a stranger may have written any number."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def content_at(place: GitWorkTree, commit_id: str, path: str) -> bytes | None:
    """Return a file as a commit has it, or None."""
    if not _COMMIT.fullmatch(commit_id) or not place.full(path).isprintable():
        return None
    (stored,) = look_up(place.git, [f"{commit_id}:{place.full(path)}"])
    return stored.data if stored is not None and stored.kind == "blob" else None


def tracked(place: GitWorkTree, paths: Sequence[str]) -> set[str]:
    """Return which of these paths are in the user's index."""
    full = {place.full(path): path for path in paths}
    listings = (
        place.git.must("ls-files", "-z", "--", *map(place.literal, some)).out
        for some in _some(paths)
    )
    names = chain.from_iterable(os.fsdecode(listing).split("\0") for listing in listings)
    return {full[name] for name in names if name in full}


def unstaged(place: GitWorkTree, paths: Sequence[str], configuration: Configuration) -> set[str]:
    """Return which of these paths the user's index does not have as they stand in the work tree.

    Ignored ones are none: `git add` does not take them.
    """
    full = {place.full(path): path for path in paths}
    if _are_plainly_new(place, [*full], configuration):
        return set(paths)
    limits = map(place.literal, paths)
    asked = ("--others", "--exclude-standard", "--modified")
    options = configuration.without_filters
    listing = place.git.must(*options, "ls-files", "-z", *asked, "--", *limits)
    return {full[name] for name in os.fsdecode(listing.out).split("\0") if name in full}


def _are_plainly_new(
    place: GitWorkTree, paths: Sequence[str], configuration: Configuration
) -> bool:
    """Return whether these are files, and are neither ignored nor in the index for sure."""
    top = place.git.folder
    nested = {f"{folder}/.git" for path in paths for folder in folders_of(path)}
    return not (
        any(os.path.lexists(top / path) for path in nested)
        or not all(os.path.isfile(top / path) for path in paths)  # noqa: PTH113 - raises nothing
        or may_have_staged(place.files["index"], paths)
        or may_ignore(place, configuration, paths)
    )


FEW = 100
"""How many paths go onto a command line."""


def _is_blob(entry: TreeEntry | None, content: bytes | None) -> bool:
    if entry is None or content is None:
        return entry is None and content is None
    return entry.kind == "blob" and id_of("blob", content, like=entry.id) == entry.id


def _holds(place: GitWorkTree, path: str, content: bytes | None) -> bool:
    """Return whether the work tree holds this content, in a regular file that no link leads to.

    A clone may bring a link to a device that can be read without end.
    """
    if content is None:
        return False
    *folders, name = place.full(path).split("/")
    try:
        with durable.folder(place.git.folder, folders) as folder:
            return content == durable.read(folder, name, limit=len(content))
    except OSError:
        return False


def _alike_for_git(place: GitWorkTree, entries: Mapping[str, TreeEntry | None]) -> set[str]:
    """Return the paths whose file in the work tree git would store as it is stored already."""
    paths = [path for path, entry in entries.items() if entry is not None]
    if not paths:
        return set()
    data = "".join(f"{place.full(path)}\n" for path in paths)
    ids = place.git.run("hash-object", "--stdin-paths", data=os.fsencode(data)).text.split("\n")
    return {
        path
        for path, blob in zip(paths, ids, strict=False)
        if (entry := entries[path]) is not None and entry.id == blob
    }
