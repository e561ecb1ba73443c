"""Which version an update is based on, and whether it may be made.

An update names its version: the one that the DAG file in the work tree certifies, or the one that
the caller has read. If the registry has a newer one, the update would undo it without a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.dag_file.header import body_of
from dagctl.errors import (
    ConflictError,
    DagctlError,
    StaleVersionError,
    UnnamedVersionError,
    WorkspaceError,
    left_out,
)
from dagctl.next_step import DOCTOR, FORCE, Fix
from dagctl.operation.change import digest_of
from dagctl.ports import CommitPlace

if TYPE_CHECKING:
    from collections.abc import Collection

    from dagctl.dag_file.header import Header
    from dagctl.difference import Difference
    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.change import Change
    from dagctl.operation.options import Options
    from dagctl.ports import DagRecord, Registry, Repo

READ_AGAIN = "read the DAG again, then repeat the change"
"""The next step of a caller who has read an older version."""
NO_VERSION = (
    'send the `ETag` of the DAG, such as "3", as If-Match; a proxy may have put `W/` before it, '
    "which is left out"
)
"""The next step of a caller who sends what is the `ETag` of no DAG."""


def check_basis(
    context: Context, change: Change, body: bytes, options: Options, deleted: Collection[str]
) -> str | None:
    """Check that a known DAG may be written, and return a warning if there is one.

    Args:
        context: The ports and the settings.
        change: The DAG; `old_file` and `header` say what stands in the work tree.
        body: What would stand below the header of the new file.
        options: How to publish; with `force` nothing is checked.
        deleted: The DAG files that git has, and that are not in the work tree.

    Raises:
        StaleVersionError: The registry has a version that the work tree does not know.
        WorkspaceError: The file was changed or deleted by hand.
        ConflictError: The record is damaged.
    """
    record, content = change.record, change.old_file
    if options.force:
        return None
    if record is not None and record.damage:
        again = Fix(DOCTOR, "; ", FORCE, " records the DAG again")
        raise ConflictError(record.damage, hint=again)
    check_expected(context.backend.registry, change, options)
    if content is None:
        return _check_absent(context, change, options, is_deleted=change.path in deleted)
    if record is not None and digest_of(content) == record.content_digest:
        return None
    if change.header is None or not change.header.is_whole:
        return _check_unknown(context, change, body)
    is_asked = context.backend.cache is None and not names_version(options)
    if record and is_asked and not _holds(change, change.header, body, record.version + 1):
        check_version(context.backend, change, change.header, record)
    if change.is_merge:
        return f"{change.path} holds both sides of a merge, and is made again from its spec"
    return None


def names_version(options: Options) -> bool:
    """Return whether the caller, not the file in the work tree, says what the update replaces."""
    return options.expected_version is not None or not options.by_file


def check_expected(registry: Registry, change: Change, options: Options) -> None:
    """Check that the DAG has the version that the caller has read, if it names one.

    Raises:
        ConflictError: It has another.
    """
    expected, now = options.expected_version, version_of(change)
    if options.expects(now):
        return
    record, based_on = change.record, expected if isinstance(expected, int) else None
    if record is None:
        named = "what was named" if based_on is None else f"{based_on}"
        raise ConflictError(f"`{change.dag_id}` has version {now}, not {named}")
    if expected:
        raise stale(registry, record, based_on=based_on, hint=READ_AGAIN)
    what = f"what was sent names no version of `{record.dag_id}`"
    raise stale(registry, record, what=what, hint=NO_VERSION)


def check_named(change: Change, options: Options) -> None:
    """Check that an update says what it replaces, where no DAG file of the caller's does.

    Raises:
        UnnamedVersionError: It does not, so that it could undo a version that it does not know.
    """
    record = change.record
    is_named = options.by_file or options.expected_version is not None
    if options.if_exists != "update" or options.force or is_named or record is None:
        return
    by = f" by {record.updated_by_name}" if record.updated_by_name else ""
    raise UnnamedVersionError(
        f"`{record.dag_id}` exists, and this update does not name the version that it replaces; "
        f"the newest is version {record.version}, made{by} at "
        f"{record.updated_at:%Y-%m-%dT%H:%M:%SZ}",
        hint="read the DAG, and send the version that you have read as If-Match; "
        "`If-Match: *` replaces any",
    )


def version_of(change: Change) -> int:
    """Return the version that a known DAG has now; 0 if its file was rendered by hand."""
    header, record = change.certified, change.record
    if record is not None:
        return record.version
    return (header.version or int(header.is_early)) if header is not None else 0


def _check_absent(
    context: Context, change: Change, options: Options, *, is_deleted: bool
) -> str | None:
    """Check that a DAG without a file may get one."""
    path, record, repo = change.path, change.record, context.backend.repo
    if is_deleted:
        if repo.left_out([path]):
            raise left_out(path)
        raise WorkspaceError(
            f"{path} was deleted since dagctl wrote it",
            hint=Fix(f"`git restore {path}` brings it back; ", FORCE, " writes it again"),
        )
    if record is None or names_version(options) or not record.content_digest:
        return None
    if record.spec_digest == change.spec_digest:
        return f"{path} was not here, and is written again"
    raise stale(
        context.backend.registry,
        record,
        what=f"{path} is not here",
        hint=next_step(repo.place_of(record.commit_id), path, record),
    )


def _check_unknown(context: Context, change: Change, body: bytes) -> str | None:
    """Check a file that does not certify itself: is anything lost if it is written again?"""
    from dagctl.operation.conflicts.drift import changed_by_hand, not_ours

    path, content, record = change.path, change.old_file or b"", change.record
    header = change.header
    if header is not None and _holds(change, header, body, header.version):
        return None
    if header is not None and _is_merge_result(context.backend.repo, path, content):
        return f"{path} is what a merge made of two versions, and is made again from its spec"
    if record is None and header is None:
        raise not_ours(path)
    if record is not None and not record.content_digest:
        raise not_ours(path)
    if record is None and header is not None and header.is_early:
        raise WorkspaceError(
            f"{path} is of an early dagctl, and not recorded here: whether it was changed by hand "
            "cannot be seen",
            hint=Fix(FORCE, " writes it again from its spec"),
        )
    known = context.backend.store.get(change.storage_path) if record else None
    is_recorded = known is not None and record and digest_of(known) == record.content_digest
    raise changed_by_hand(path, known if is_recorded else None, content)


def _holds(change: Change, header: Header, body: bytes, version: int | None) -> bool:
    """Return whether the file holds what would be written, as that version."""
    is_same = body_of(change.old_file or b"") == body and header.is_of(change.spec_digest)
    return is_same and header.version == version


def _is_merge_result(repo: Repo, path: str, content: bytes) -> bool:
    """Return whether a merge has made the file, and nothing has changed it since."""
    return repo.is_merge_result(path) and not repo.differing({path: content})


def check_version(backend: Backend, change: Change, header: Header, record: DagRecord) -> None:
    """Check that the version of the file is the newest one, or that the newer one was taken back.

    A newer version whose commit lies below what is checked out was seen, and reverted.
    """
    version = header.version or 0
    if version == record.version and change.is_merge:
        return
    place = backend.repo.place_of(record.commit_id)
    if version < record.version and place is CommitPlace.MERGED:
        return
    if version > record.version:
        raise ConflictError(
            f"{change.path} is version {version} of `{record.dag_id}`, and the newest one that is "
            f"recorded is version {record.version}",
            hint=Fix(
                "check project_id in dagctl.toml; ",
                FORCE,
                " records the file's DAG as the next one",
            ),
        )
    hint = next_step(place, change.path, record)
    raise stale(backend.registry, record, based_on=version or None, hint=hint)


def next_step(place: CommitPlace, path: str, record: DagRecord) -> Fix:
    """Return what to do about a version that the work tree does not know."""
    commit = record.commit_id[:7]
    first = {
        CommitPlace.UNKNOWN: f"git pull (this clone does not have commit {commit})",
        CommitPlace.ELSEWHERE: f"git merge {commit} (it is on another branch here)",
        CommitPlace.MERGED: f"git checkout {commit} -- {path}",
    }
    over_it = f" makes a new version over version {record.version}"
    return Fix(first[place], ", then again; or ", FORCE, over_it)


def stale(
    registry: Registry,
    record: DagRecord,
    *,
    hint: Fix | str,
    based_on: int | None = None,
    what: str = "",
) -> StaleVersionError:
    """Return the refusal of an update that does not know the recorded version."""
    return StaleVersionError(
        record.dag_id,
        version=record.version,
        by=record.updated_by_name,
        at=record.updated_at,
        commit_id=record.commit_id,
        based_on=based_on,
        changes=_changes_since(registry, record, based_on),
        what=what,
        hint=hint,
    )


def compared(
    registry: Registry, error: StaleVersionError, based_on: int | None
) -> StaleVersionError:
    """Return the refusal of a registry, with what was changed meanwhile if that can be seen."""
    try:
        newest = registry.versions(error.dag_id, limit=1)
    except DagctlError:
        return error
    if not newest or newest[0].version != error.version:
        return error
    return stale(registry, newest[0], based_on=based_on, hint=error.fix or READ_AGAIN)


def _changes_since(
    registry: Registry, record: DagRecord, based_on: int | None
) -> tuple[Difference, ...] | None:
    """Return what has been changed since a version; None where the registry does not say it."""
    from dagctl.operation.comparison.differences import changes_between

    if based_on is None:
        return None
    try:
        # a record that was looked up has no spec
        newest = registry.versions(record.dag_id, before=record.version + 1, limit=1)
        before = registry.versions(record.dag_id, before=based_on + 1, limit=1)
    except DagctlError:  # the refusal is what counts
        return None
    are_they = [each.version for each in (*before, *newest)] == [based_on, record.version]
    return changes_between(before[0], newest[0]) if are_they else None
