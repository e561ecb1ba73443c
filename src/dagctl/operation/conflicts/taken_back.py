"""Updates that take back what a version has changed, from a spec that may never have had it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from dagctl.dag_file.header import body_of, read_header
from dagctl.errors import StaleVersionError
from dagctl.findings.codes import Code
from dagctl.next_step import FORCE, Command, Fix
from dagctl.operation.change import Action, digest_of
from dagctl.operation.conflicts.basis import names_version
from dagctl.operation.conflicts.lost_specs import TakenBack, fates_of, made_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.operation.conflicts.lone_changes import LastChange
    from dagctl.operation.options import Options


def with_taken_back(context: Context, changes: Sequence[Change], options: Options) -> list[Change]:
    """Return the plan, with a warning where a spec takes back what a version has changed.

    git is asked a constant number of times, and only about updates of what others have published.

    Raises:
        StaleVersionError: A version was published by another clone and its spec was not committed,
            so that the spec here would undo what it has never had. In a strict workspace: it seems
            so.
    """
    if options.force or names_version(options):
        return list(changes)
    undone = _taken_back(context, changes)
    fates, checks = fates_of(context, undone), context.settings.checks
    is_silent = Code.NEVER_COMMITTED in checks.ignored
    warnings: dict[str, str] = {}
    lost, unsure = list[TakenBack](), list[TakenBack]()
    for each, is_lost in zip(undone, fates, strict=True):
        if is_lost:
            lost.append(each)
        elif is_lost is None and not is_silent:
            unsure.append(each)
            warnings[each.change.path] = _warning(each, is_sure=False)
        elif each.is_whole and is_lost is not None:
            warnings[each.change.path] = _warning(each)
    if lost or (checks.strict and unsure):
        raise _refused(context, lost, unsure if checks.strict else [])
    return [
        change.warned(warnings[change.path]) if change.path in warnings else change
        for change in changes
    ]


def _taken_back(context: Context, changes: Sequence[Change]) -> list[TakenBack]:
    asked = list(_of_others(context, changes))
    if not asked:
        return []
    from dagctl.operation.conflicts.lone_changes import last_changes

    repo = context.backend.repo
    files = {change.path: made_of(change) for change in asked}
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


def _compared(change: Change, last: LastChange, old: bytes) -> TakenBack | None:
    """Return what an update takes back; None: nothing, as far as can be seen."""
    header, before = change.header, read_header(old)
    if header is None or before is None or before.version is None or not before.is_whole:
        return None
    if before.spec_digest == header.spec_digest:  # only what dagctl makes of it was changed
        return None
    undone = TakenBack(change, header, before, last)
    bodies = (body_of(content or b"") or b"" for content in (old, change.old_file, change.content))
    return undone if undone.is_whole or _restores(*bodies) else None


def _restores(before: bytes, now: bytes, after: bytes) -> bool:
    """Return whether lines come back that a version has removed, or all go that it only added.

    Lines that are there anyhow, as those with brackets, say nothing.
    """
    old, standing, new = (set(text.split(b"\n")) for text in (before, now, after))
    removed, added = old - standing, standing - old
    if not removed.isdisjoint(new):
        return True
    return bool(added) and not removed and added.isdisjoint(new)


def _refused(
    context: Context, lost: Sequence[TakenBack], unsure: Sequence[TakenBack]
) -> StaleVersionError:
    """Return the refusal: of what is lost, else of what a strict workspace does not let through."""
    undone, is_sure = (lost or unsure)[0], bool(lost)
    change, commit = undone.change, undone.last.commit
    record = change.record if _is_recorded(undone) else None
    more = len(lost) + len(unsure) - 1
    others = f" (and {more} more of these specs)" if more else ""
    who = commit.by if record is None else record.updated_by_name or commit.by
    diff = Command("diff", f"{change.dag_id} --spec {change.source}")
    made = f"{change.source}, or the files that it takes in"
    commit_it = f"commit {made}, in the clone that made it ({who}), and git pull"
    get: tuple[str | Command, ...] = (commit_it,)
    if context.backend.cache is None:
        get = (Command("pull", change.dag_id), " writes the spec of that version")
    was = "was committed" if is_sure else f"({Code.NEVER_COMMITTED}) was probably committed"
    return StaleVersionError(
        change.dag_id,
        version=undone.header.version or 0,
        by=who,
        at=commit.at if record is None else record.updated_at,
        commit_id=commit.id,
        based_on=undone.before.version,
        what=f"{change.source}{others} would undo a change of `{change.dag_id}` that {was} "
        "without its spec",
        hint=Fix(diff, " shows what; ", *get, "; or ", FORCE, " undoes it"),
    )


def _is_recorded(undone: TakenBack) -> bool:
    """Return whether the record is of that version, and says who made it."""
    record = undone.change.record
    return record is not None and record.version == undone.header.version


def _warning(undone: TakenBack, *, is_sure: bool = True) -> str:
    """Return what is to be known; where it is not `is_sure` that git has the spec, with a code."""
    change, commit = undone.change, undone.last.commit
    newer, older = undone.header.version, undone.before.version
    by = f"{commit.by}, {commit.at:%Y-%m-%d}, commit {commit.id[:7]}"
    source = change.source if is_sure else f"{Code.NEVER_COMMITTED}: {change.source}"
    if undone.is_set_back or not undone.is_whole:
        return (
            f"{source} takes back what was changed in `{change.dag_id}` ({by}); "
            f"`git show {commit.id[:7]} -- {change.path}` shows it"
        )
    return (
        f"{source} is the spec of version {older} again: what version {newer} of "
        f"`{change.dag_id}` changed ({by}) is "
        f"taken back; `dagctl diff {change.dag_id} {newer} {older}` shows it"
    )
