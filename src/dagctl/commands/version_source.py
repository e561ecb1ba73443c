"""The DAG file of an older version: made again from its spec, or taken from its commit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dagctl.dag_file.header import Provenance
from dagctl.errors import NotFoundError
from dagctl.operation.change import digest_of
from dagctl.operation.conflicts.drift import diff_of
from dagctl.operation.rendering import rendered
from dagctl.spec.load import check_data

if TYPE_CHECKING:
    from dagctl.commands.compare import Compared, Comparison
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


def source_diff(backend: Backend, comparison: Comparison) -> str:
    """Return the unified diff of two DAG files; that of a spec is as `create` would write it.

    Raises:
        NotFoundError: The file of a version can no more be made or read.
    """
    before, after = comparison.before, comparison.after
    old, new = (_source_of_side(backend, side, before) for side in (before, after))
    path = before.version.file_path if before.version else before.name
    return diff_of(path, old.encode(), new.encode(), names=(before.name, after.name))


def _source_of_side(backend: Backend, side: Compared, before: Compared) -> str:
    """Return the DAG file of a version, or what the next one would be with a spec."""
    known = before.version
    if side.version is not None:
        return source_of(backend, side.version) if side.version.is_active else ""
    if side.spec is None or known is None:
        raise ValueError("neither a version nor a spec")  # a bug in dagctl
    source = known.source_path if side.name == "the spec" else side.name
    provenance = Provenance(
        created_by=known.created_by_name,
        created_at=known.created_at,
        dag_id=side.dag_id,
        source=source,
        version=known.version + 1,
    )
    return rendered(side.spec, side.airflow, provenance).decode("utf-8")


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
