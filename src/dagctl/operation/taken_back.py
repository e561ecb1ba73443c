"""Updates that take back what a version has changed, from a spec that may never have had it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dagctl.dag_file.header import body_of, read_header
from dagctl.errors import SpecError, StaleVersionError
from dagctl.frozen import frozen
from dagctl.next_step import FORCE, Command, Fix
from dagctl.operation.backend import TooManyEnvironmentsError
from dagctl.operation.basis import names_version
from dagctl.operation.change import Action, digest_of
from dagctl.operation.loading import variants
from dagctl.operation.lone_changes import last_changes
from dagctl.spec.resolution import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.dag_file.header import Header
    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.operation.lone_changes import LastChange
    from dagctl.operation.options import Options

_SHARED = ("dagctl.toml", "templates")
"""What every spec may be made of."""
_MOST_SPECS = 20
"""How many contents of a spec file are read to see whether a version was made from one."""


@frozen
class _TakenBack:
    """An update that takes back what the version in the work tree has changed."""

    change: Change
    header: Header
    """Of the version that is taken back."""
    before: Header
    """Of the version that it had changed."""
    last: LastChange

    @property
    def is_whole(self) -> bool:
        """Whether the spec is again the one of the version before."""
        return self.before.is_of(self.change.spec_digest)


def with_taken_back(context: Context, changes: Sequence[Change], options: Options) -> list[Change]:
    """Return the plan, with a warning where a spec is again the one of an older version.

    git is asked a constant number of times, and only about updates of what others have published.

    Raises:
        StaleVersionError: A version was published by another clone and its spec was not committed,
            so that the spec here would undo what it has never had.
    """
    if options.force or names_version(options):
        return list(changes)
    undone = _taken_back(context, changes)
    if lost := _lost(context, undone):
        raise _refused(context, lost[0], len(lost) - 1)
    warned = {each.change.path: each for each in undone if each.is_whole}
    return [
        replace(change, warnings=(*change.warnings, _warning(warned[change.path])))
        if change.path in warned
        else change
        for change in changes
    ]


def _taken_back(context: Context, changes: Sequence[Change]) -> list[_TakenBack]:
    repo = context.backend.repo
    asked = list(_of_others(context, changes))
    files = {change.path: _made_of(change) for change in asked}
    commits = repo.log({*files, *chain.from_iterable(files.values())})
    known = last_changes(commits, files.items())
    contents = repo.blobs({last.before for last in known.values()})
    return [
        undone
        for change in asked
        if (last := known.get(change.path)) is not None
        and (undone := _compared(change, last, contents.get(last.before, b""))) is not None
    ]


def _of_others(context: Context, changes: Sequence[Change]) -> Iterator[Change]:
    """Yield the updates of a version as dagctl wrote it in another clone, from another spec."""
    candidates = [change for change in changes if _is_other_spec(change)]
    own = {
        change.record.commit_id
        for change in candidates
        if change.record and change.record.content_digest == digest_of(change.old_file or b"")
    }
    made_here = context.backend.repo.made_here(own) if own else set()
    for change in candidates:
        record = change.record
        if record is None or record.commit_id not in own & made_here:
            yield change


def _is_other_spec(change: Change) -> bool:
    header, source = change.header, change.source
    return (
        change.action is Action.UPDATE
        and source is not None
        and not source.startswith("../")
        and not change.is_merge
        and header is not None
        and header.certifies_a_version
        and not header.is_of(change.spec_digest)
    )


def _made_of(change: Change) -> list[str]:
    """Return what a DAG may be made of, its spec first; as paths of the workspace."""
    source = change.source or ""
    defaults = [str(folder / DEFAULTS) for folder in PurePosixPath(source).parents]
    named = [each.name for each in change.inputs if each.kind in {"defaults", "file"}]
    return list(dict.fromkeys([source, *defaults, *named, *_SHARED]))


def _compared(change: Change, last: LastChange, old: bytes) -> _TakenBack | None:
    """Return what an update takes back; None: nothing, as far as can be seen."""
    header, before = change.header, read_header(old)
    if header is None or before is None or before.version is None or not before.is_whole:
        return None
    if before.spec_digest == header.spec_digest:  # only what dagctl makes of it was changed
        return None
    undone = _TakenBack(change, header, before, last)
    bodies = (body_of(content or b"") or b"" for content in (old, change.old_file, change.content))
    return undone if undone.is_whole or _restores(*bodies) else None


def _restores(before: bytes, now: bytes, after: bytes) -> bool:
    """Return whether lines come back that a version has removed, or all go that it only added."""
    old, standing, new = (Counter(text.split(b"\n")) for text in (before, now, after))
    removed, added = old - standing, standing - old
    if removed & (new - standing):
        return True
    return bool(added) and not removed and not added & (new - old)


def _lost(context: Context, undone: Sequence[_TakenBack]) -> list[_TakenBack]:
    """Return those whose version no commit has brought the spec of."""
    asked = {spec for each in undone for spec in each.last.specs[:_MOST_SPECS]}
    texts = context.backend.repo.blobs(asked) if asked else {}
    return [each for each in undone if _is_lost(context, each, texts)]


def _is_lost(context: Context, undone: _TakenBack, texts: Mapping[str, bytes]) -> bool:
    """Return whether the spec file has not had the spec of a version since the one before it.

    A rollback is made from a spec that it had earlier. Where the file had another one in each
    commit, a version counts that came alone.
    """
    is_after, is_at_all, seen_before = False, False, False
    for spec_id in reversed(undone.last.specs[:_MOST_SPECS]):
        try:
            made = _digests(context, texts.get(spec_id, b""), undone.change.source or "")
        except TooManyEnvironmentsError:  # it cannot be said, so nothing is
            return False
        if any(map(undone.header.is_of, made)):
            is_at_all, is_after = True, is_after or seen_before
        seen_before = seen_before or any(map(undone.before.is_of, made))
    if is_at_all:
        return seen_before and not is_after
    return undone.last.is_alone


def _digests(context: Context, text: bytes, path: str) -> list[str]:
    """Return the digests of a text as each environment makes a spec of it; none of an error."""
    try:
        return [spec.digest() for spec in variants(context.loader, text, path)]
    except SpecError:
        return []


def _refused(context: Context, undone: _TakenBack, more: int) -> StaleVersionError:
    change, commit = undone.change, undone.last.commit
    record = change.record if _is_recorded(undone) else None
    others = f" (and {more} more of these specs)" if more else ""
    who = commit.by if record is None else record.updated_by_name or commit.by
    diff = Command("diff", f"{change.dag_id} --spec {change.source}")
    get: tuple[str | Command, ...] = (f"let {who} commit {change.source}, and git pull",)
    if context.backend.cache is None:
        get = (Command("pull", change.dag_id), " writes the spec of that version")
    return StaleVersionError(
        change.dag_id,
        version=undone.header.version or 0,
        by=who,
        at=commit.at if record is None else record.updated_at,
        commit_id=commit.id,
        based_on=undone.before.version,
        what=f"{change.source}{others} would undo a change of `{change.dag_id}` that was committed "
        "without its spec",
        hint=Fix(diff, " shows what; ", *get, "; or ", FORCE, " undoes it"),
    )


def _is_recorded(undone: _TakenBack) -> bool:
    """Return whether the record is of that version, and says who made it."""
    record = undone.change.record
    return record is not None and record.version == undone.header.version


def _warning(undone: _TakenBack) -> str:
    change, commit = undone.change, undone.last.commit
    newer, older = undone.header.version, undone.before.version
    return (
        f"{change.source} is the spec of version {older} again: what version {newer} of "
        f"`{change.dag_id}` changed ({commit.by}, {commit.at:%Y-%m-%d}, commit {commit.id[:7]}) is "
        f"taken back; `dagctl diff {change.dag_id} {newer} {older}` shows it"
    )
