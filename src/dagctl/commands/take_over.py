"""Let the embedded registry take over what a clone, a pull or another branch brought.

It is a cache of the DAG files. `create` takes over what it looks at; here it is done before records
are read, so that `list`, `show` and `doctor` know each DAG whose file certifies itself: also one
whose header names no spec, or whose spec file is gone or was changed since.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dagctl.dag_file.header import read_header
from dagctl.errors import DagctlError
from dagctl.operation.change import Action, Change
from dagctl.operation.dags.inventory import base_name_of, path_of
from dagctl.operation.dags.removed_elsewhere import removed_elsewhere
from dagctl.paths import is_path, storage_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.operation.backend import Context
    from dagctl.ports import DagRecord

MOST_SECONDS = 10.0
"""How long one command reads specs; the next one goes on."""


def take_over(context: Context, files: Mapping[str, str], gone: Sequence[str]) -> bool:
    """Record the DAGs whose files certify themselves, as the files say, and removals of others.

    Args:
        context: The ports and the settings.
        files: The paths of files that may have come, by the ids of their DAGs.
        gone: The recorded DAGs that have no file.

    Returns:
        Whether all were looked at. Not where another dagctl is at work, the disk cannot be written,
        or it takes too long: then reading goes on with what is recorded.
    """
    journal = context.backend.journal
    try:
        with journal.lock(wait=0):
            if not journal.is_empty():
                return False
            changes = list(_changes(context, files))
            _adopt(context, [change for change in changes if change])
            _follow_removals(context, gone)
            return len(changes) == len(files)
    except DagctlError:
        return False


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
    tombstones = removed_elsewhere(context, records)
    if backend.cache is None or not tombstones:
        return
    for tombstone in tombstones:
        path = path_of(context.settings, tombstone.dag_id)
        backend.store.delete(storage_key(context.settings.project_id, path))
    backend.cache.adopt(tombstones)


def _changes(context: Context, behind: Mapping[str, str]) -> Iterator[Change | None]:
    """Yield what the files say, until the time is over; None for one that says nothing by now."""
    registry = context.backend.registry
    known = registry.find(dag_ids=list(behind), removed=True, specs=False)
    records = {record.dag_id: record for record in known}  # a removed one that is back is the same
    deadline = time.monotonic() + MOST_SECONDS
    for dag_id, path in behind.items():
        if time.monotonic() > deadline:
            return
        yield _change_of(context, dag_id, path, records.get(dag_id))


def _change_of(context: Context, dag_id: str, path: str, record: DagRecord | None) -> Change | None:
    """Return the DAG as its file certifies it; nothing of it is to be done."""
    from dagctl.commands.certified import certified_spec

    settings, content = context.settings, context.backend.files.read(path) or b""
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
