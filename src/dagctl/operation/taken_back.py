"""Updates that take back what a version has changed, from a spec that may never have had it."""

from __future__ import annotations

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
    from dagctl.spec.model import DagSpec

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

    @property
    def is_set_back(self) -> bool:
        """Whether git has an older version in the place of a newer one, as after a revert."""
        return (self.header.version or 0) <= (self.before.version or 0)


def with_taken_back(context: Context, changes: Sequence[Change], options: Options) -> list[Change]:
    """Return the plan, with a warning where a spec takes back what a version has changed.

    git is asked a constant number of times, and only about updates of what others have published.

    Raises:
        StaleVersionError: A version was published by another clone and its spec was not committed,
            so that the spec here would undo what it has never had.
    """
    if options.force or names_version(options):
        return list(changes)
    undone = _taken_back(context, changes)
    fates = _fates(context, undone)
    if lost := [each for each, is_lost in zip(undone, fates, strict=True) if is_lost]:
        raise _refused(context, lost[0], len(lost) - 1)
    warned = {
        each.change.path: each
        for each, is_lost in zip(undone, fates, strict=True)
        if each.is_whole or is_lost is None
    }
    return [
        replace(change, warnings=(*change.warnings, _warning(warned[change.path])))
        if change.path in warned
        else change
        for change in changes
    ]


def _taken_back(context: Context, changes: Sequence[Change]) -> list[_TakenBack]:
    repo = context.backend.repo
    asked = list(_of_others(context, changes))
    if not asked:
        return []
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
    """Return whether lines come back that a version has removed, or all go that it only added.

    Lines that are there anyhow, as those with brackets, say nothing.
    """
    old, standing, new = (set(text.split(b"\n")) for text in (before, now, after))
    removed, added = old - standing, standing - old
    if not removed.isdisjoint(new):
        return True
    return bool(added) and not removed and added.isdisjoint(new)


def _fates(context: Context, undone: Sequence[_TakenBack]) -> list[bool | None]:
    """Return of each whether no commit has brought the spec of its version; None: it seems so."""
    asked = {spec for each in undone for spec in each.last.specs[:_MOST_SPECS]}
    texts = context.backend.repo.blobs(asked) if asked else {}
    return [_is_lost(context, each, texts) for each in undone]


def _is_lost(context: Context, undone: _TakenBack, texts: Mapping[str, bytes]) -> bool | None:
    """Return whether the spec file has not had the spec of a version since the one before it.

    A rollback is made from a spec that it had earlier. Where the file had another one in each
    commit, a version counts that came alone. None: the texts of git may not make what they made
    then, so that it is not known.
    """
    last, source = undone.last, undone.change.source or ""
    try:
        made = [
            list(variants(context.loader, texts.get(spec_id, b""), source))
            for spec_id in last.specs[:_MOST_SPECS]
        ]
    except SpecError:
        made = [[]]
    except TooManyEnvironmentsError:
        return None if last.is_alone else False
    is_now = [any(undone.header.is_of(spec.digest()) for spec in specs) for specs in made]
    if any(is_now):
        older = made[last.newer : is_now.index(True)]
        is_lost = any(undone.before.is_of(spec.digest()) for spec in chain.from_iterable(older))
    else:
        is_lost = last.is_alone
    return (True if _is_sure(undone, made) else None) if is_lost else False


def _is_sure(undone: _TakenBack, made: Sequence[Sequence[DagSpec]]) -> bool:
    """Return whether the texts of a spec file make today what they made when they were published.

    They do not where other files have changed since or are not in git, variables have other values
    (`--var`, another environment), or the spec file had another name.
    """
    change, header, last = undone.change, undone.header, undone.last
    if undone.is_set_back or not last.is_settled or len(last.specs) > _MOST_SPECS or not all(made):
        return False
    known = set(_made_of(change))
    inputs = chain(change.inputs, *(spec.inputs for spec in chain.from_iterable(made)))
    return header.source in {None, change.source} and all(
        each.kind == "template" or (each.kind != "variable" and each.name in known)
        for each in inputs
    )


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
    by = f"{commit.by}, {commit.at:%Y-%m-%d}, commit {commit.id[:7]}"
    if undone.is_set_back or not undone.is_whole:
        return (
            f"{change.source} takes back what was changed in `{change.dag_id}` ({by}); "
            f"`git show {commit.id[:7]} -- {change.path}` shows it"
        )
    return (
        f"{change.source} is the spec of version {older} again: what version {newer} of "
        f"`{change.dag_id}` changed ({by}) is "
        f"taken back; `dagctl diff {change.dag_id} {newer} {older}` shows it"
    )
