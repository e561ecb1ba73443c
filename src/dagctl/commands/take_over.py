"""Let the embedded registry take over what a clone, a pull or another branch brought.

It is a cache of the DAG files. `create` takes over what it looks at; here it is done before records
are read, so that `list`, `show` and `doctor` know each DAG whose file certifies itself: also one
whose header names no spec, or whose spec file is gone or was changed since.
"""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING

from dagctl.dag_file.header import read_header
from dagctl.errors import ConflictError, DagctlError
from dagctl.operation.change import Action, Change
from dagctl.operation.dags.inventory import base_name_of, path_of
from dagctl.operation.dags.removed_elsewhere import removed_elsewhere, tombstone
from dagctl.paths import is_path, storage_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.operation.backend import Context
    from dagctl.ports import DagRecord, DagVersion, Removal

MOST_SECONDS = 10.0
"""How long one command reads specs; the next one goes on."""
AT_ONCE = 500
"""How many DAGs, each with its spec and its file, are in memory."""


def take_over(
    context: Context, files: Mapping[str, str], gone: Sequence[str], unknown: Sequence[str] = ()
) -> bool:
    """Record the DAGs whose files certify themselves, as the files say, and removals of others.

    Args:
        context: The ports and the settings.
        files: The paths of files that may have come, by the ids of their DAGs.
        gone: The recorded DAGs that have no file.
        unknown: Ids that have neither record nor file: they may have been removed long ago.

    Returns:
        Whether all were looked at. Not where another dagctl is at work, git or the disk fails, or
        it takes too long: then reading goes on with what is recorded, and a failure is a warning.
    """
    journal = context.backend.journal
    try:
        with journal.lock(wait=0):
            if not journal.is_empty():
                return False
            left = follow(context, files, gone, within=MOST_SECONDS)
            _remember_removed(context, unknown)
    except ConflictError:  # the one that is at work knows the files that it has just written
        return False
    except DagctlError as error:
        context.listener.warn(f"what came into this work tree is not read: {error.message}")
        return False
    if left:
        context.listener.warn(
            f"{left:,} of the DAG files here are not read yet: the next command goes on"
        )
    return not left


def follow(
    context: Context, files: Mapping[str, str], gone: Sequence[str], *, within: float | None = None
) -> int:
    """Do what `take_over` does, for the holder of the lock; return how many files are left.

    Args:
        context: The ports and the settings.
        files: The paths of files that may have come, by the ids of their DAGs.
        gone: The recorded DAGs that have no file.
        within: For how many seconds files are read; None: until all are.

    Raises:
        DagctlError: Files or registry cannot be read or written.
    """
    until = float("inf") if within is None else time.monotonic() + within
    ahead, read = iter(files.items()), 0
    while changes := list(_changes(context, dict(islice(ahead, AT_ONCE)), until)):
        _adopt(context, [change for change in changes if change])
        read += len(changes)
    _follow_removals(context, gone)
    return len(files) - read


def _adopt(context: Context, changes: Sequence[Change]) -> None:
    """Record what the files say."""
    if changes:
        from dagctl.operation.plans.agreement import adopt, adopting

        adopt(context.backend, adopting(context, changes))


def _follow_removals(context: Context, gone: Sequence[str]) -> None:
    """Take the removals over that other clones have committed.

    The objects first: a run that is killed in between leaves nothing that is wrong.
    """
    backend = context.backend
    records = backend.registry.find(dag_ids=gone) if gone else []
    removed = removed_elsewhere(context, records)
    if backend.cache is None or not removed:
        return
    for each in removed:
        path = path_of(context.settings, each.dag_id)
        backend.store.delete(storage_key(context.settings.project_id, path))
    backend.cache.adopt(removed)


def _remember_removed(context: Context, dag_ids: Sequence[str]) -> None:
    """Record the removals of DAGs that this clone never had, as far as git shows what they were."""
    if not dag_ids or context.backend.cache is None:
        return
    repo = context.backend.repo
    paths = {path_of(context.settings, dag_id): dag_id for dag_id in dag_ids}
    removals = repo.removals(list(paths))
    logged = {commit.id: commit.changes for commit in repo.log(removals)} if removals else {}
    tombstones = []
    for path, removal in removals.items():
        before, _ = logged.get(removal.commit_id, {}).get(path, ("", ""))
        content = repo.blobs([before]).get(before, b"")
        change = _change_of(context, paths[path], path, content, None)
        if change is not None:
            tombstones.append(_removed(context, change, removal))
    context.backend.cache.adopt(tombstones)


def _removed(context: Context, change: Change, removal: Removal) -> DagVersion:
    """Return the tombstone of a DAG, with the spec that git has of it."""
    from dagctl.commands.older_versions import OlderVersions
    from dagctl.operation.plans.agreement import adopting

    (adopted,) = adopting(context, [change])
    if adopted.record is None:
        raise ValueError("not adopted")  # a bug in dagctl
    known = tombstone(adopted.record, removal)
    last = next(iter(OlderVersions(context, known).below(known.version, 1, ())), None)
    return known if last is None else tombstone(last, removal)


def _changes(context: Context, behind: Mapping[str, str], until: float) -> Iterator[Change | None]:
    """Yield what the files say, until the time is over; None for one that says nothing by now."""
    registry = context.backend.registry
    known = registry.find(dag_ids=list(behind), removed=True, specs=False)
    records = {record.dag_id: record for record in known}  # a removed one that is back is the same
    for dag_id, path in behind.items():
        if time.monotonic() > until:
            return
        content = context.backend.files.read(path) or b""
        yield _change_of(context, dag_id, path, content, records.get(dag_id))


def _change_of(
    context: Context, dag_id: str, path: str, content: bytes, record: DagRecord | None
) -> Change | None:
    """Return the DAG as its file certifies it; nothing of it is to be done."""
    from dagctl.commands.certified import certified_spec

    settings = context.settings
    header = read_header(content)
    if header is None or not header.certifies_a_version:
        return None
    spec = certified_spec(context, dag_id, path, content, header)
    return Change(
        source=header.source if header.source and is_path(header.source) else None,
        spec_digest=spec.digest,
        spec_data=spec.data,
        spec_text=spec.text,
        inputs=spec.inputs,
        base_name=spec.base_name or (record.base_name if record else base_name_of(dag_id, header)),
        action=Action.UNCHANGED,
        is_known=True,
        dag_id=dag_id,
        airflow=settings.target,
        record=record,
        header=header,
        version=header.version,
        path=path,
        old_file=content,
        content=content,
        storage_path=storage_key(settings.project_id, path),
    )
