"""Make a DAG file again in the work tree; nothing is recorded or committed.

For a merge that conflicts in a DAG file: the file follows from its spec, once that is settled. No
registry is asked there, as the file itself names its spec. Of a spec that no file names, the plan
of `create` says which DAG it means: else a file could be that of another DAG, or a second one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from dagctl.dag_file.header import Provenance, body_of, read_header
from dagctl.frozen import frozen
from dagctl.operation.comparison.merge import header_of, sides_of
from dagctl.operation.conflicts.drift import changed_by_hand, not_ours
from dagctl.operation.dags.foreign import LARGEST
from dagctl.operation.dags.inventory import MOST_FILES, dag_of, path_of
from dagctl.operation.options import Options
from dagctl.operation.plans.plan import make_plan
from dagctl.operation.rendering import rendered
from dagctl.ports import FileWrite

if TYPE_CHECKING:
    from dagctl.dag_file.header import Header
    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.spec.model import DagSpec


@frozen(kw_only=True)
class Rewritten:
    """What stands in the DAG file of a spec now."""

    dag_id: str
    file_path: str
    changed: bool
    """Whether it stood there otherwise before."""


def rewrite(context: Context, change: Change, *, force: bool = False) -> Rewritten:
    """Write the DAG file of a spec and return what was done.

    It keeps author and time. Where one side of a merge is what the spec gives, that side stays to
    the byte; else the file is the version after the newer side.

    Raises:
        WorkspaceError: A person has changed the file, or dagctl did not write it.
        ConflictError: Another dagctl holds the workspace.
    """
    spec = change.spec
    if spec is None:
        raise ValueError("no spec to render")  # a bug in dagctl
    with context.lock():
        dag_id = _dag_id(context, change, spec) or _planned_id(context, change, force=force)
        path = path_of(context.settings, dag_id)
        standing = context.backend.files.read(path)
        if standing is not None and not force:
            _check_untouched(context, path, standing)
        content = _content(context, replace(change, dag_id=dag_id, old_file=standing), spec)
        if content != standing:
            context.backend.files.write([FileWrite(path=path, old=standing, new=content)])
    return Rewritten(dag_id=dag_id, file_path=path, changed=content != standing)


def _dag_id(context: Context, change: Change, spec: DagSpec) -> str | None:
    """Return the id of the DAG whose file names the spec; None: none does, or under another id."""
    files, settings = context.backend.files, context.settings
    if change.source is None:
        return None
    for path, content in files.python_files(settings.dags_folder, MOST_FILES, LARGEST):
        dag_id, header = dag_of(settings, path, content)
        if header is not None and header.source == change.source:
            return dag_id if not spec.dag_id_given or dag_id == change.base_name else None
    return None


def _planned_id(context: Context, change: Change, *, force: bool) -> str:
    """Return the id of the DAG that `create` would make or change; its warnings are shown.

    Raises:
        ConflictError: `create` would be refused.
    """
    (planned,) = make_plan(context, [change], Options(force=force))
    for warning in planned.warnings:
        context.listener.warn(warning)
    return planned.dag_id


def _check_untouched(context: Context, path: str, standing: bytes) -> None:
    header, _ = header_of(standing, partial(context.backend.repo.unmerged, path))
    if header is None:
        raise not_ours(path)
    if not (header.is_whole or header.is_early):
        raise changed_by_hand(path, None, standing)


def _content(context: Context, change: Change, spec: DagSpec) -> bytes:
    airflow, standing = context.settings.target, change.old_file or b""
    body = body_of(rendered(spec, airflow, Provenance(dag_id=change.dag_id)))
    for side in sides_of(standing) or (standing,):
        header = read_header(side)
        if header is not None and header.is_of(change.spec_digest) and body_of(side) == body:
            return side
    header, _ = header_of(standing)
    return rendered(spec, airflow, _next(change, header))


def _next(change: Change, header: Header | None) -> Provenance:
    if header is None:
        return Provenance(dag_id=change.dag_id, source=change.source)
    return Provenance(
        created_by=header.created_by,
        created_at=header.created_at,
        dag_id=change.dag_id,
        source=change.source or header.source,
        version=header.version and header.version + 1,
    )
