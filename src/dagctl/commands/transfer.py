"""Export: DAGs with all their versions as one archive. Import: the archive into a workspace."""

from __future__ import annotations

import json
from contextlib import nullcontext
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from dagctl.archive.archive_lines import version_line
from dagctl.archive.archive_writer import ArchiveWriter
from dagctl.commands.operate import Intent, command_of
from dagctl.commands.recorded_state import pages, record_of
from dagctl.commands.version_source import source_of
from dagctl.errors import ConflictError, DagctlError, NotFoundError
from dagctl.frozen import frozen
from dagctl.next_step import CREATE, DOCTOR, Fix
from dagctl.operation.change import Action, digest_of
from dagctl.operation.dags.inventory import path_of
from dagctl.operation.plans.arrivals import arrivals, version_of
from dagctl.operation.plans.importing import plan_import
from dagctl.ports import Query
from dagctl.spec.load import check_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from dagctl.archive.archive_reader import Archive
    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.operation.options import Options
    from dagctl.operation.plans.importing import Check, IfThere
    from dagctl.ports import DagRecord, DagVersion, Registry

PAGE = 500
"""How many records are listed at a time."""
MANY = 10
"""For so many DAGs one walk over git's history is quicker than one for each."""
VERSIONS = 20
"""How many versions, each with its text, are read at a time."""


@frozen
class Exported:
    """What an archive holds."""

    dags: int
    versions: int
    left_out: tuple[str, ...] = ()
    """DAGs that are not in it, as no spec is recorded of them."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user is to know about what is not in it."""
        return tuple(
            f"`{dag_id}` is not in the archive: no spec is recorded of it"
            for dag_id in self.left_out
        )


# --- Export ---


def export(context: Context, dag_ids: Sequence[str], file: BinaryIO) -> Exported:
    """Write an archive of DAGs, each with its versions; memory does not grow with their number.

    Args:
        context: The ports and the settings.
        dag_ids: The DAGs; none: all that are recorded. Removed ones are never in it.
        file: Where to; it can be read back and sought in.

    Raises:
        NotFoundError: A DAG is not recorded, or nothing is.
        ConflictError: A record or a stored file is damaged.
        ArchiveError: It is too much for one archive.
    """
    left_out: list[str] = []
    with ArchiveWriter(file) as writer:
        for records in _groups(context.backend.registry, dag_ids):
            with _one_walk(context, records):
                for record in records:
                    left_out += _add(context, record.dag_id, writer)
        if not writer.dags:
            raise NotFoundError("no DAG is recorded here", hint=Fix(CREATE, " SPEC makes one"))
    return Exported(len(writer.dags), sum(dag.versions for dag in writer.dags), tuple(left_out))


def _groups(registry: Registry, dag_ids: Sequence[str]) -> Iterator[Sequence[DagRecord]]:
    """Yield the records of the DAGs in ascending order of their ids, some at a time.

    Raises:
        NotFoundError: One that is named is not recorded.
    """
    if dag_ids:
        yield [record_of(registry, dag_id) for dag_id in sorted(set(dag_ids))]
        return
    yield from (page.records for page in pages(registry, Query(limit=PAGE)))


def _one_walk(context: Context, records: Sequence[DagRecord]) -> AbstractContextManager[None]:
    """Let git be asked once for many DAGs, where it may have versions that are not recorded."""
    if context.backend.cache is None or len(records) < MANY:
        return nullcontext()
    paths = {path for record in records for path in (record.file_path, record.source_path) if path}
    return context.backend.repo.walking_once(paths)


def _add(context: Context, dag_id: str, writer: ArchiveWriter) -> list[str]:
    """Add a DAG, unless it was removed meanwhile; return its id if it cannot be in an archive."""
    newest = _newest(context.backend.registry, dag_id)
    if newest is None:
        return []
    if not newest.spec:
        return [dag_id]
    versions = map(version_line, _versions(context.backend.registry, newest))
    writer.add(newest, _content(context, newest), versions)
    return []


def _newest(registry: Registry, dag_id: str) -> DagVersion | None:
    """Return the newest version of a DAG; None if it was removed meanwhile.

    Raises:
        ConflictError: It is damaged.
    """
    versions = registry.versions(dag_id, limit=1, text=True)
    if not versions or versions[0].action == "delete":
        return None
    if versions[0].damage:
        raise ConflictError(versions[0].damage, hint=Fix(DOCTOR))
    return versions[0]


def _versions(registry: Registry, newest: DagVersion) -> Iterator[DagVersion]:
    """Yield the versions of a DAG, the newest first. Those of no dagctl have no spec: left out."""
    versions = [newest]
    while versions:
        yield from (each for each in versions if each.spec and each.problem is None)
        last = versions[-1].version
        if last == 1:
            return
        versions = registry.versions(newest.dag_id, before=last, limit=VERSIONS, text=True)


def _content(context: Context, newest: DagVersion) -> bytes:
    """Return the DAG file as it is recorded: from the work tree, the store, or made again."""
    backend = context.backend
    try:
        content = backend.files.read(path_of(context.settings, newest.dag_id))
    except DagctlError:  # a link or a folder stands there
        content = None
    if content is None or digest_of(content) != newest.content_digest:
        content = backend.store.get(newest.storage_path)
    if content is None or digest_of(content) != newest.content_digest:
        content = source_of(backend, newest).encode("utf-8")
    return content


# --- Import ---


def importing(  # noqa: PLR0913 - what is imported, and how
    context: Context,
    archive: Archive,
    options: Options,
    if_there: IfThere | None,
    *,
    kept: BinaryIO,
    check: Check = check_data,
) -> Intent:
    """Return the intent to restore what an archive holds. All of the archive is checked first.

    Memory grows only by what names each DAG: specs and DAG files are read from the archive when
    they are due, and the plan is kept in the file `kept`.

    Raises:
        ArchiveError: It is not as `export` writes it.
    """
    arriving = arrivals(archive, context.settings.project_id)
    return Intent(
        action=Action.IMPORT,
        dag_ids=tuple(each.dag.dag_id for each in arriving.dags),
        command=command_of(Action.IMPORT, [digest_of_archive(archive)], if_there),
        plan=partial(plan_import, context, arriving, options, if_there, check=check, file=kept),
        options=options,
        digests=tuple(each.spec_digest for each in arriving.dags),
        history=partial(_history, archive, context.settings.project_id),
    )


def digest_of_archive(archive: Archive) -> str:
    """Return the SHA-256, in hex, of what an archive holds."""
    parts = [(dag.dag_id, dag.file.digest, dag.history.digest) for dag in archive.dags]
    return sha256(json.dumps(parts).encode("ascii")).hexdigest()


def _history(archive: Archive, project_id: str, changes: Sequence[Change]) -> Iterator[DagVersion]:
    """Yield the older versions of new DAGs."""
    dags = {dag.dag_id: dag for dag in archive.dags}
    for change in changes:
        dag = dags[change.archived]
        for version in archive.versions(dag):
            if version.version < dag.version:
                yield version_of(change, version, project_id)
