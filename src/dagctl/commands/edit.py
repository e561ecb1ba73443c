"""Edit the spec of a DAG: the text to begin with, its checks, and the update that comes of it."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from dagctl.commands.operate import Intent, command_of
from dagctl.commands.recorded_spec import spec_as_yaml
from dagctl.errors import ConflictError, SpecError, WorkspaceError
from dagctl.next_step import DOCTOR, Command, Fix
from dagctl.operation.change import Action, asked
from dagctl.operation.comparison.merge import header_of
from dagctl.operation.conflicts.drift import changed_by_hand, not_ours
from dagctl.operation.dags.lagging import lag_of
from dagctl.operation.dags.loading import loaded
from dagctl.operation.execution.commits import check_branch
from dagctl.operation.plans.editing import Draft, check_seen, plan_edit, record_to_edit

if TYPE_CHECKING:
    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.operation.dags.lagging import Lag
    from dagctl.operation.options import Options
    from dagctl.ports import DagRecord


def draft_of(context: Context, dag_id: str, options: Options | None = None) -> Draft:
    """Return the spec of a DAG as a text: that of its file, if this is here and not behind.

    Args:
        context: The ports and the settings.
        dag_id: The DAG.
        options: How its edited text is published; None: it is not.

    Raises:
        NotFoundError: There is no such DAG, or no spec of it.
        ConflictError: The spec file was changed from an older version, or is no regular file; or
            the DAG is removed; or no edited text could be published.
    """
    record = record_to_edit(context, dag_id)
    if record.damage:
        raise ConflictError(record.damage, hint=Fix(DOCTOR))
    lag = lag_of(context, record)
    if options is not None:
        _check_open(context, lag, options)
    if lag.spec == "kept":
        _check_kept(lag)
    if options is not None:
        _check_seen(context, lag, options)
    content = lag.spec_write.new if lag.spec_write else lag.standing_spec
    return Draft(
        dag_id=dag_id,
        version=record.version,
        content=_recorded_text(context, record) if content is None else content,
        path=record.source_path,
        standing=lag.standing_spec,
    )


def _check_open(context: Context, lag: Lag, options: Options) -> None:
    """Check what would stop any update of the DAG, before a person types for an hour."""
    check_branch(context.settings, context.backend.repo.preflight([]))
    standing = lag.old_file if lag.file == "kept" else None
    if standing is not None and not options.force:
        is_ours = header_of(standing)[0] is not None
        raise changed_by_hand(lag.path, None, standing) if is_ours else not_ours(lag.path)


def _check_kept(lag: Lag) -> None:
    """Check that a spec file that a person has changed is based on the newest version."""
    path, dag_id, version = lag.record.source_path, lag.record.dag_id, lag.record.version
    if lag.standing_spec is None:
        raise WorkspaceError(
            f"{path} is a link, or no regular file", hint=Fix("put the spec file in its place")
        )
    if lag.file != "current":
        shown = Command("diff", f"{dag_id} --spec {path}")
        raise WorkspaceError(
            f"{path} was changed here, and {lag.path} is not version {version}, the newest one",
            hint=Fix("git pull, then again; `", shown, "` shows what is changed"),
        )


def _check_seen(context: Context, lag: Lag, options: Options) -> None:
    """Check that the text of a spec file does not undo a version that it has never had."""
    record, text = lag.record, lag.standing_spec
    if context.backend.cache is None or text is None or record.source_path is None:
        return
    with suppress(SpecError):  # it is there to be edited
        spec = loaded(context.loader, text, record.source_path)
        check_seen(context, record, asked(spec, record.source_path), options)


def _recorded_text(context: Context, record: DagRecord) -> bytes:
    """Return what the author wrote; where that is not recorded, the recorded spec as YAML."""
    newest = context.backend.registry.versions(record.dag_id, limit=1, text=True)
    text = newest[0].spec_text if newest and newest[0].version == record.version else None
    return (spec_as_yaml(record) if text is None else text).encode()


def edited(
    context: Context, draft: Draft, change: Change, content: bytes, options: Options
) -> Intent:
    """Return the intent to give a DAG the edited spec, as its next version.

    Args:
        context: The ports and the settings.
        draft: What was read.
        change: What the edited text asks for.
        content: The edited text.
        options: How; the version that is expected is that of the draft.

    Raises:
        ConflictError: The text gives another id.
    """
    dag_id = draft.dag_id
    if change.spec is not None and change.spec.dag_id_given and change.base_name != dag_id:
        raise ConflictError(
            f"the text gives dag_id `{change.base_name}`, but the DAG is `{dag_id}`",
            hint=Fix("`", Command("mv", f"{dag_id} {change.base_name}"), "` renames it"),
        )
    digest = sha256(content).hexdigest()
    return Intent(
        action=Action.UPDATE,
        dag_ids=(dag_id,),
        command=command_of(Action.UPDATE, [dag_id], draft.version, digest),
        plan=partial(plan_edit, context, draft, change, content, options),
        options=options,
    )


def write_text(context: Context, draft: Draft, content: bytes) -> bool:
    """Let the spec file have a text that asks for nothing new, as one with other comments.

    Returns:
        Whether the file was written.
    """
    write = draft.written(content)
    if write is None:
        return False
    with context.lock():
        context.backend.files.write_spec(write)
    return True
