"""The DAG file of an older version: made again from its spec, or taken from its commit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dagctl.dag_file.header import Provenance
from dagctl.errors import NotFoundError
from dagctl.operation.change import digest_of
from dagctl.operation.rendering import rendered
from dagctl.spec.load import check_data

if TYPE_CHECKING:
    from dagctl.operation.backend import Backend
    from dagctl.ports import DagVersion


def source_of(backend: Backend, version: DagVersion) -> str:
    """Return the DAG file of a version, to the byte as it was recorded.

    Raises:
        NotFoundError: This dagctl makes another file of that spec, and this clone lacks the commit.
    """
    for read in (_made_again, partial(_committed, backend)):
        content = read(version)
        if content is not None and digest_of(content) == version.content_digest:
            return content.decode("utf-8", "replace")
    raise NotFoundError(
        f"the DAG file of version {version.version} of `{version.dag_id}` is in commit "
        f"{version.commit_id[:7] or 'unknown'}, which is not here",
        hint="git fetch, then again; `--spec` shows the spec of that version",
    )


def _committed(backend: Backend, version: DagVersion) -> bytes | None:
    return backend.repo.content_at(version.commit_id, version.file_path)


def _made_again(version: DagVersion) -> bytes | None:
    spec = check_data(version.spec).spec if version.spec else None
    if spec is None:
        return None
    provenance = Provenance(
        created_by=version.created_by_name,
        created_at=version.created_at,
        dag_id=version.dag_id,
        source=version.source_path,
        version=version.version,
    )
    return rendered(spec, version.airflow, provenance)
