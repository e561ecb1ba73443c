"""The DAGs of an archive, read and checked whole. Their specs and files stay in the archive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.archive.archive_form import ArchiveError
from dagctl.dag_file.header import body_of, code_digest
from dagctl.frozen import frozen
from dagctl.operation.change import columns_of
from dagctl.paths import storage_key
from dagctl.ports import DagVersion
from dagctl.spec.model import digest_of

if TYPE_CHECKING:
    from dagctl.archive.archive_form import ArchivedDag, ArchivedVersion
    from dagctl.archive.archive_reader import Archive
    from dagctl.operation.change import Change


@frozen
class Arrival:
    """A DAG of an archive, all of which was read and checked. Its spec stays in the archive."""

    dag: ArchivedDag
    spec_digest: str
    """The SHA-256 of the spec of its newest version, as that comes to the project."""
    source: str | None
    """The path of that spec."""
    code: str
    """The digest of what stands below the header of the DAG file; empty: it has no header."""


@frozen
class Arrivals:
    """The DAGs of an archive, and the project that they come to."""

    archive: Archive
    project_id: str
    dags: tuple[Arrival, ...]

    def newest(self, arrival: Arrival) -> ArchivedVersion:
        """Return the newest version of a DAG, read again.

        Raises:
            ArchiveError: The archive is not what it was when it was checked.
        """
        version = at_home(next(self.archive.versions(arrival.dag)), self.project_id)
        if version.spec_digest != arrival.spec_digest:
            raise ArchiveError(
                "the archive was changed while it was read", hint="leave it alone, and import again"
            )
        return version


def arrivals(archive: Archive, project_id: str) -> Arrivals:
    """Return the DAGs of an archive; every entry of it is read to its end for that.

    Args:
        archive: The archive.
        project_id: The project that they come to: specs that name another one name this one then.

    Raises:
        ArchiveError: A part of it is not as dagctl writes it.
    """
    dags = tuple(_arrival(archive, dag, project_id) for dag in archive.dags)
    return Arrivals(archive, project_id, dags)


def _arrival(archive: Archive, dag: ArchivedDag, project_id: str) -> Arrival:
    versions = archive.versions(dag)
    newest = at_home(next(versions), project_id)
    for _ in versions:  # each is checked
        pass
    body = body_of(archive.content(dag))
    code = "" if body is None else code_digest(body)
    return Arrival(dag, newest.spec_digest, newest.source, code)


def at_home(version: ArchivedVersion, project_id: str) -> ArchivedVersion:
    """Return a version whose spec names no other project than the one that it comes to."""
    if version.spec.get("project_id") in {None, project_id}:
        return version
    spec = {**version.spec, "project_id": project_id}
    return replace(version, spec=spec, spec_digest=digest_of(spec))


def version_of(change: Change, version: ArchivedVersion, project_id: str) -> DagVersion:
    """Return an archived version as one of a DAG that is reserved here."""
    granted, version = change.granted, at_home(version, project_id)
    return DagVersion(
        id=granted.row_id,
        project_id=project_id,
        user_id=granted.user_id,
        dag_id=granted.dag_id,
        **columns_of(version.spec, granted.dag_id),
        file_path=version.file_path,
        is_active=version.action != "delete",
        created_at=granted.created_at,
        updated_at=version.made_at,
        commit_id=version.commit_id,
        version=version.version,
        base_name=change.base_name,
        source_path=version.source,
        storage_path=storage_key(project_id, version.file_path),
        airflow=version.airflow,
        spec=version.spec,
        spec_digest=version.spec_digest,
        content_digest=version.content_digest,
        created_by_name=granted.created_by_name,
        updated_by_name=version.made_by,
        action=version.action,
        renamed=version.renamed,
        spec_text=version.spec_text,
        inputs=version.inputs,
    )
