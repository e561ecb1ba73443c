"""The plan of an update whose spec a person has edited, with the spec file that follows it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.errors import ConflictError, WorkspaceError
from dagctl.frozen import frozen
from dagctl.next_step import Command, Fix
from dagctl.operation.change import Action, check_projects
from dagctl.operation.conflicts.taken_back import with_taken_back
from dagctl.operation.dags.not_recorded import gone, not_recorded
from dagctl.operation.options import Options
from dagctl.operation.plans.agreement import agreed
from dagctl.operation.plans.plan import updated
from dagctl.operation.plans.removal import recorded
from dagctl.paths import is_spec_path
from dagctl.ports import SpecWrite

if TYPE_CHECKING:
    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.ports import DagRecord


@frozen(kw_only=True)
class Draft:
    """The spec of a DAG as a text that a person may edit."""

    dag_id: str
    version: int
    """The version that was read: the update is based on it."""
    content: bytes
    """The text, as its file has it, or as its author wrote it."""
    path: str | None
    """The path of the spec in the workspace, or None."""
    standing: bytes | None
    """What the spec file holds; None: it is not there."""

    def written(self, content: bytes) -> SpecWrite | None:
        """Return how the spec file follows a new text; None: there is no place for it."""
        if self.path is None or not is_spec_path(self.path) or content == self.standing:
            return None
        return SpecWrite(path=self.path, old=self.standing, new=content)


def record_to_edit(context: Context, dag_id: str) -> DagRecord:
    """Return the record of a DAG that may get another spec.

    Raises:
        NotFoundError: There is no such DAG.
        ConflictError: It is removed.
    """
    record = recorded(context, [dag_id]).get(dag_id)
    if record is None:
        raise not_recorded(context.backend.registry, [dag_id])
    if record.is_removed:
        message, step = gone(record)
        raise ConflictError(message, hint=step)
    return record


def plan_edit(
    context: Context, draft: Draft, change: Change, content: bytes, options: Options
) -> list[Change]:
    """Return what is to be done so that a DAG has the edited spec.

    Raises:
        NotFoundError: There is no such DAG any more.
        StaleVersionError: It has a newer version than the one that was read.
        ConflictError: The spec file was changed meanwhile, or something else is in the way.
    """
    record = record_to_edit(context, draft.dag_id)
    check_projects([change], context.settings.project_id)
    write = draft.written(content)
    if write is not None and context.backend.files.read(write.path) != write.old:
        raise WorkspaceError(
            f"{write.path} was changed while its text was edited",
            hint=Fix(Command("edit", draft.dag_id)),
        )
    (planned,) = agreed(context, [updated(context, change.of_record(record), options)])
    if planned.action is not Action.UPDATE:
        return [planned]
    if write is None and draft.path is not None and content != draft.standing:
        warning = (
            f"{draft.path} is no file that dagctl writes, and stays as it is: put the text there, "
            f"too (dagctl show {draft.dag_id} --spec shows it)"
        )
        planned = planned.warned(warning)
    return [replace(planned, spec_write=write)]


def check_seen(context: Context, record: DagRecord, change: Change, options: Options) -> None:
    """Check that a spec does not undo a version that it has never had.

    Raises:
        StaleVersionError: It would.
    """
    if not options.force:
        planned = updated(context, change.of_record(record), Options())
        with_taken_back(context, [planned], Options())
