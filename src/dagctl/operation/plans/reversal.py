"""The plans that bring something back: a removed DAG, or the spec of an older version."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.errors import ConflictError, NotFoundError, SpecError
from dagctl.next_step import LIST, Command, Fix
from dagctl.operation.change import Action, asked
from dagctl.operation.conflicts.basis import READ_AGAIN, stale
from dagctl.operation.conflicts.drift import in_the_way
from dagctl.operation.plans.agreement import agreed
from dagctl.operation.plans.editing import record_to_edit
from dagctl.operation.plans.plan import check_returning, updated
from dagctl.operation.plans.removal import recorded
from dagctl.operation.plans.spec_file import (
    is_absent,
    other_spec,
    says,
    spec_in,
    spec_write,
    what_it_is_now,
    write_of,
)
from dagctl.operation.rendering import provenance_of, rendered
from dagctl.paths import dag_path, storage_key
from dagctl.spec.load import check_data

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.operation.options import Options
    from dagctl.ports import DagRecord, DagVersion, Registry, Reservation
    from dagctl.spec.model import DagSpec

PAGE = 50
"""How many versions are looked through at a time."""


def plan_restore(context: Context, dag_ids: Iterable[str], options: Options) -> list[Change]:
    """Return what is to be done to bring removed DAGs back, each as it was.

    Raises:
        NotFoundError: One of them was never recorded, or is forgotten.
        ConflictError: One is not removed, was renamed, or its place is taken.
        StaleVersionError: It has another version than the one that was read.
        SpecError: Today's rules refuse a spec.
    """
    names = list(dict.fromkeys(dag_ids))
    records = recorded(context, names)
    absent = [name for name in names if name not in records]
    if absent:
        context.backend.registry.get(absent[0])  # refuses who is no member
        raise NotFoundError(f"no DAG `{absent[0]}` was removed here", hint=Fix(LIST))
    changes = [_restored(context, records[name], options) for name in names]
    check_returning(context, names)
    return changes


def _renamed(context: Context, dag_id: str, new_id: str) -> ConflictError:
    """Return that a DAG was renamed; the way back begins where it is now, be that removed."""
    now = recorded(context, [new_id]).get(new_id)
    back = Fix(Command("mv", f"{new_id} {dag_id}"), " renames it back")
    if now is not None and now.is_removed:
        back = Fix(Command("restore", new_id), " brings it back under that id")
    return ConflictError(f"`{dag_id}` was renamed to `{new_id}`", hint=back)


def _restored(context: Context, record: DagRecord, options: Options) -> Change:
    settings, dag_id = context.settings, record.dag_id
    if not record.is_removed:
        raise ConflictError(f"`{dag_id}` is not removed", hint=Fix(Command("show", dag_id)))
    if not options.expects(record.version):
        raise stale(context.backend.registry, record, hint=READ_AGAIN)
    last, *before = context.backend.registry.versions(dag_id, limit=2, text=True)
    if last.action == "rename":
        raise _renamed(context, dag_id, last.renamed or "")
    spec = _spec_of(record)
    path = dag_path(settings.dags_folder, dag_id)
    if context.backend.files.read(path) is not None:
        raise in_the_way(path)
    source, text = record.source_path, before[0].spec_text if before else None
    write = spec_write(context, options, source, now=None, then=text, digest=spec.digest())
    change = replace(
        asked(spec, source).of_record(record),
        spec_text=text,
        inputs=record.inputs,
        action=Action.RESTORE,
        airflow=settings.airflow,
        version=record.version + 1,
        path=path,
        storage_path=storage_key(settings.project_id, path),
        spec_write=write,
    )
    if options.by_file and write is None:
        change = change.warned(*_not_written(context, change))
    known = replace(provenance_of(change), version=change.version)
    return replace(change, content=rendered(spec, change.airflow, known))


def _not_written(context: Context, change: Change) -> tuple[str, ...]:
    """Return that the spec file of a DAG that comes back is not written, and why."""
    path, text = change.source, change.spec_text
    if path is None or text is None:
        return ()
    if not is_absent(context, path):
        other = other_spec(context, path, text, change.dag_id)
        return () if other is None else (other,)
    shown = f"dagctl show {change.dag_id} --spec"
    return (f"{path} is not written, as its text {what_it_is_now(context, path, text)}: {shown}",)


def plan_rollback(
    context: Context, dag_id: str, number: int | None, options: Options
) -> list[Change]:
    """Return what is to be done so that a DAG has the spec of an older version again.

    Args:
        context: The ports and the settings.
        dag_id: The DAG.
        number: The version; None: the newest one whose spec is another than now.
        options: How.

    Raises:
        NotFoundError: There is no such DAG, or no such version.
        ConflictError: The DAG is removed, or something is in the way, as for an update.
        SpecError: Today's rules refuse the old spec.
    """
    record = record_to_edit(context, dag_id)
    version = _version_to(context.backend.registry, record, number)
    spec = _spec_of(version)
    change = replace(
        asked(spec, record.source_path).of_record(record),
        spec_text=version.spec_text,
        inputs=version.inputs,
    )
    (planned,) = agreed(context, [updated(context, change, options)])
    if planned.action is not Action.UPDATE:
        return [planned]
    now = text_of(context.backend.registry, record)
    write = spec_write(
        context,
        options,
        record.source_path,
        now=now,
        then=version.spec_text,
        digest=spec.digest(),
    )
    if not options.by_file:  # no person works in this work tree
        return [replace(planned, action=Action.ROLLBACK)]
    same = now == version.spec_text
    left = () if write or same else _left(context, record, version, now)
    if same and not says(context, record.source_path, now, spec.digest()):
        left = _resolved_otherwise(context, record, version)
    warnings = (*planned.warnings, *left)
    return [replace(planned, action=Action.ROLLBACK, spec_write=write, warnings=warnings)]


def has_spec_of(registry: Registry, granted: Reservation, number: int) -> bool:
    """Return whether a reserved version has the spec of an older one; one that is gone may be it.

    Raises:
        NotAMemberError: The user is not a member of the project.
    """
    versions = registry.versions(granted.dag_id, before=number + 1, limit=1)
    same = [each for each in versions if each.version == number and each.spec]
    return all(_is_of(each, granted.spec_digest) for each in same)


def _is_of(version: DagVersion, spec_digest: str) -> bool:
    """Return whether a version has that spec, as it was recorded or as today's rules read it.

    Of a spec that today's rules refuse it is believed.
    """
    if version.spec_digest == spec_digest:
        return True
    try:
        return _spec_of(version).digest() == spec_digest
    except SpecError:
        return True


def _left(
    context: Context, record: DagRecord, version: DagVersion, now: str | None
) -> tuple[str, ...]:
    """Return that the spec file stays as it is, and why, if there is one."""
    path, text = record.source_path, version.spec_text
    if path is None:
        return ()
    of = f"{path} is not as version {record.version} had it, and stays as it is"
    if is_absent(context, path):
        of = f"{path} is gone, and is not written again"
    elif text is None:
        of = f"the text of version {version.version} is not known; {path} stays as it is"
    elif write_of(context, path, now=now, then=text) is not None:  # no person has changed it
        what = what_it_is_now(context, path, text)
        of = f"{path} stays as it is, as the text of version {version.version} {what}"
    shown = f"dagctl show {record.dag_id} --version {version.version} --spec"
    return (f"{of}; what the DAG is now: {shown}",)


def _resolved_otherwise(
    context: Context, record: DagRecord, version: DagVersion
) -> tuple[str, ...]:
    """Return that the same text means something else since what counts for it has changed."""
    path, text = record.source_path or "", version.spec_text or ""
    what = what_it_is_now(context, path, text)
    as_before = f"{path} has the text of version {version.version}, which {what}"
    if spec_in(context, path, text) is None:
        return (f"{as_before}: the next create refuses it",)
    keeping = "to keep this one, change the defaults, or write the values into the spec"
    return (f"{as_before}: the next create brings that one back; {keeping}",)


def _version_to(registry: Registry, record: DagRecord, number: int | None) -> DagVersion:
    """Return the version whose spec is to come back."""
    if number is not None:
        versions = registry.versions(record.dag_id, before=number + 1, limit=1, text=True)
        if versions and versions[0].version == number:
            return versions[0]
        raise no_version(record.dag_id, number, record.version, record.file_path)
    before = record.version
    while versions := registry.versions(record.dag_id, before=before, limit=PAGE, text=True):
        for version in versions:
            if version.version < before - 1:
                raise _lacking(record, before - 1, version.version)
            if version.spec_digest != record.spec_digest and version.spec:
                return version
            before = version.version
    if before > 1:
        raise _lacking(record, before - 1)
    first = next(iter(registry.versions(record.dag_id, before=2, limit=1)), None)
    old_id = first.renamed if first is not None else None
    raise NotFoundError(
        f"no version of `{record.dag_id}` has another spec than version {record.version}",
        hint=Fix(Command("history", old_id), " has those from before the rename")
        if old_id
        else Fix(Command("history", record.dag_id)),
    )


def _lacking(record: DagRecord, number: int, older: int | None = None) -> NotFoundError:
    """Return that the version to go back to is not recorded; an older one may be meant."""
    error = no_version(record.dag_id, number, record.version, record.file_path)
    if older is None:
        return error
    to = Command("rollback", f"{record.dag_id} --to {older}")
    return NotFoundError(str(error), hint=Fix(to, " takes the newest one that is"))


def no_version(dag_id: str, number: int, newest: int, file_path: str) -> NotFoundError:
    """Return the error about a version that the registry does not have.

    An embedded registry has what was made in its clone, and what the commits that are checked out
    have of other clones.
    """
    if number > newest:
        return NotFoundError(
            f"`{dag_id}` has no version {number}; the newest is {newest}",
            hint=Fix(Command("history", dag_id)),
        )
    return NotFoundError(
        f"version {number} of `{dag_id}` is not recorded here, and the history of this branch has "
        "no file of it",
        hint=f"`git fetch --unshallow` in a shallow clone; `git log --all -- "
        f"{shlex.quote(file_path)}` shows other branches",
    )


def text_of(registry: Registry, record: DagRecord) -> str | None:
    """Return what the author of the newest version wrote."""
    versions = registry.versions(record.dag_id, limit=1, text=True)
    return versions[0].spec_text if versions else None


def _spec_of(record: DagRecord) -> DagSpec:
    """Return the recorded spec of a DAG or a version."""
    if not record.spec:
        raise NotFoundError(
            f"no spec is recorded of version {record.version} of `{record.dag_id}`",
            hint=Fix(Command("history", record.dag_id)),
        )
    return check_data(record.spec, origin=f"version {record.version} of {record.dag_id}").result()
