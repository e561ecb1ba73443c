"""Which changes of a DAG file came alone: without the spec that they were made from. Pure.

A colleague may publish and commit no spec. Then everybody who pulls has the new DAG file beside the
old spec, and the next `create` from that spec takes the change back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dagctl.ports import LoggedCommit


@frozen(kw_only=True)
class LastChange:
    """The last change of a DAG file, as git has it."""

    commit: LoggedCommit
    before: str
    """The id of its content before that; before the first of several changes that came alone."""
    is_alone: bool
    """Whether no commit has brought what the DAG is made of with it, or later by its author."""
    unsettled: frozenset[str]
    """What else the DAG is made of that has changed since."""
    specs: tuple[str, ...] = ()
    """The ids of what the spec file has held, the newest first."""
    newer: int = 0
    """How many of them have come since, the first ones."""
    is_traced: bool = False
    """Whether git has shown the commit that the spec file came with, as far as this clone goes."""


def last_changes(
    commits: Sequence[LoggedCommit], files: Iterable[tuple[str, Sequence[str]]]
) -> dict[str, LastChange]:
    """Return the last change of each DAG file; none of a file whose history does not show one.

    Args:
        commits: What git has of all these paths, the newest first.
        files: Each DAG file, with what it is made of: its spec first, then other files and folders.
    """
    by_path: dict[str, list[int]] = {}
    for number, commit in enumerate(commits):
        for place in {above for path in commit.changes for above in _with_folders(path)}:
            by_path.setdefault(place, []).append(number)
    changes = {path: _last_change(commits, by_path, path, made_of) for path, made_of in files}
    return {path: change for path, change in changes.items() if change is not None}


def _with_folders(path: str) -> Iterable[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def _last_change(
    commits: Sequence[LoggedCommit],
    by_path: dict[str, list[int]],
    path: str,
    made_of: Sequence[str],
) -> LastChange | None:
    own, of_spec = _versions(commits, path, by_path.get(path, ())), by_path.get(made_of[0], [])
    texts = [(commits[number].changes[made_of[0]][1], number) for number in of_spec]
    specs = [(text, number) for text, number in texts if text.strip("0")]
    if not own or not specs or specs[0] != texts[0]:  # git keeps no spec: it is made anew each time
        return None
    others = {number for source in made_of[1:] for number in by_path.get(source, ())}
    alone = _alone(commits, own, sorted(others.union(of_spec)), set(of_spec))
    if alone == len(own):  # the oldest one is what all others are compared with
        alone -= 1
    before, _ = commits[own[max(alone - 1, 0)]].changes[path]
    if not before.strip("0"):
        return None
    return LastChange(
        commit=commits[own[0]],
        before=before,
        is_alone=alone > 0,
        unsettled=frozenset(
            source for source in made_of[1:] if min(by_path.get(source, own)) < own[0]
        ),
        specs=tuple(text for text, _ in specs),
        newer=sum(number < own[0] for _, number in specs),
        is_traced=not commits[of_spec[-1]].changes[made_of[0]][0].strip("0"),
    )


def _versions(commits: Sequence[LoggedCommit], path: str, numbers: Iterable[int]) -> list[int]:
    """Return the commits that made a content of a file; a merge that only brought it is none."""
    made: list[int] = []
    for number in numbers:
        if made and commits[number].changes[path][1] == commits[made[-1]].changes[path][1]:
            made[-1] = number
        else:
            made.append(number)
    return made


def _alone(
    commits: Sequence[LoggedCommit], own: Sequence[int], sources: Sequence[int], spec: set[int]
) -> int:
    """Return how many versions, the newest first, came alone.

    One did not that has a commit of what it is made of since the version before it, or one of its
    spec later by its own author, who may publish first and commit then.
    """
    authors: set[str] = set()
    at = 0
    for count, (number, older) in enumerate(zip(own, [*own[1:], len(commits)], strict=True)):
        is_with = False
        while at < len(sources) and sources[at] < older:
            is_with = is_with or sources[at] >= number
            authors |= {commits[sources[at]].by} if sources[at] in spec else set()
            at += 1
        if is_with or commits[number].by in authors:
            return count
    return len(own)
