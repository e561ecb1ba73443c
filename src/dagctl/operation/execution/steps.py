"""The operation: the steps that make planned DAGs real, in order.

Nothing here looks after failures; `run` does, with what the journal says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from dagctl.dag_file.header import Provenance
from dagctl.errors import StaleVersionError
from dagctl.frozen import frozen
from dagctl.operation.change import Action, digest_of, origin_of, with_reservation
from dagctl.operation.conflicts.basis import compared
from dagctl.operation.dags.inventory import path_of
from dagctl.operation.execution import commits
from dagctl.operation.execution.commits import check_branch, remote_of
from dagctl.operation.execution.confirmation import complete, confirm_entry
from dagctl.operation.journal.entry import JournalEntry, Phase
from dagctl.operation.journal.entry_form import streamed
from dagctl.operation.plans.plan import standing_at
from dagctl.operation.rendering import rendered
from dagctl.operation.stored_changes import chosen, each
from dagctl.operation.stored_objects import put_objects, read_objects
from dagctl.paths import storage_key
from dagctl.spec.load import check_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.change import Change
    from dagctl.operation.options import Options
    from dagctl.ports import DagVersion, Reservation
    from dagctl.spec.model import DagSpec

    History = Callable[[Sequence[Change]], Iterator[DagVersion]]


@frozen(kw_only=True)
class Operation:
    """What is under way, and how far it is. Each step returns the next state of it."""

    context: Context
    options: Options
    entry: JournalEntry
    commit_id: str = ""
    warnings: tuple[str, ...] = ()
    history: History | None = None
    """Of an import: yields the versions that new DAGs had elsewhere."""
    detail: str = ""
    """What the last step has to say about itself."""


def begin(
    context: Context,
    options: Options,
    changes: Sequence[Change],
    command: str,
    *,
    history: History | None = None,
) -> Operation:
    """Return the operation that carries out the plan. The repository is checked, nothing is done.

    Args:
        context: The ports, the settings and the listener.
        options: How to publish.
        changes: The plan: what is to be done about each spec.
        command: The digest of what the command asks.
        history: Of an import: yields the versions that its new DAGs had elsewhere.

    Raises:
        ConflictError: The repository is in no state to commit to, or DAGs are not published from
            this branch.
        RemoteUnavailableError: The remote to push to cannot be reached.
        UsageError: There is no repository, or no identity.
    """
    paths, remote = paths_of(changes), remote_of(context.settings, options)
    branch = context.backend.repo.preflight(paths, new=new_paths(changes, options))
    check_branch(context.settings, branch)
    if remote is not None:
        with context.step("fetch"):
            context.backend.upstream(remote).preflight(branch, paths)
    entry = JournalEntry(
        operation_id=str(uuid4()),
        project_id=context.settings.project_id,
        branch=branch,
        remote=remote,
        command=command,
        changes=changes,
        key=options.key,
        backend=context.settings.backend,
        url=context.settings.project_url,
    )
    return Operation(context=context, options=options, entry=entry, history=history)


def paths_of(changes: Sequence[Change]) -> list[str]:
    """Return the paths that are written or removed."""
    return [
        write.path
        for change in chosen(changes, lambda change: change.is_effective)
        for write in change.writes
    ]


def new_paths(changes: Sequence[Change], options: Options) -> list[str]:
    """Return the paths where git may know no file yet: those of new DAGs, unless forced."""
    if options.force:
        return []
    coming = {Action.CREATE, Action.IMPORT, Action.RENAME}
    new = chosen(changes, lambda each: each.action in coming and not each.is_removal)
    return [change.path for change in new if change.old_file is None]


# --- The steps ---


def write_journal(operation: Operation) -> Operation:
    """Say what is about to happen, so that the next run can finish or undo it."""
    entry = operation.entry
    operation.context.backend.journal.write(entry.operation_id, streamed(entry))
    return replace(operation, detail=entry.operation_id)


def reserve(operation: Operation) -> Operation:
    """Get the final names, all in one transaction.

    With a key, what stays unchanged is claimed too: a repeat answers for it as well.
    """
    entry = operation.entry
    claimed = chosen(entry.changes, lambda change: change.is_effective or entry.key is not None)
    registry = operation.context.backend.registry
    try:
        granted = registry.reserve(
            entry.operation_id, [change.claim for change in claimed], key=entry.key
        )
    except StaleVersionError as error:
        known = next((c.record for c in claimed if c.dag_id == error.dag_id), None)
        raise compared(registry, error, known.version if known else None) from error
    if len(granted) != len(claimed):
        raise ValueError(f"{len(claimed)} claims, {len(granted)} reservations")  # a bug in dagctl
    changes = _with_granted(entry, granted)
    detail = _summary([change.dag_id for change in changes if change.is_effective], "names")
    return replace(operation, entry=replace(entry, changes=changes), detail=detail)


def _with_granted(entry: JournalEntry, granted: Sequence[Reservation]) -> Sequence[Change]:
    """Return the changes, each that was claimed with what was granted for it."""
    reserved = iter(granted)

    def with_its_own(change: Change) -> Change:
        is_claimed = change.is_effective or entry.key is not None
        return with_reservation(change, next(reserved)) if is_claimed else change

    return each(entry.changes, with_its_own)


def render(operation: Operation) -> Operation:
    """Make the DAG files under their final names, and let the journal know every byte."""
    _check_moved(operation)
    changes = each(
        operation.entry.changes,
        lambda change: _with_content(operation, change) if change.is_effective else change,
    )
    entry = replace(
        operation.entry,
        phase=Phase.PUBLISHING,
        changes=_with_old_objects(operation.context.backend, changes),
    )
    journalled = write_journal(replace(operation, entry=entry))
    return replace(journalled, detail=_summary([write.path for write in entry.writes], "files"))


def keep_history(operation: Operation) -> Operation:
    """Hand the registry the versions that imported DAGs had before: shown once all is confirmed."""
    entry = operation.entry
    new = chosen(entry.effects, lambda change: change.action is Action.IMPORT)
    versions = operation.history(new) if operation.history else ()
    operation.context.backend.registry.keep_history(
        entry.operation_id, [origin_of(change) for change in new], versions
    )
    return replace(operation, detail=_summary([change.dag_id for change in new], "DAGs"))


def upload(operation: Operation) -> Operation:
    """Put the DAG files into the store, side by side."""
    put_objects(
        operation.context.backend.store,
        operation.entry.operation_id,
        operation.entry.uploads,
        operation.context.listener,
    )
    keys = [change.storage_path for change in operation.entry.uploads]
    return replace(operation, detail=_summary(keys, "objects"))


def write_files(operation: Operation) -> Operation:
    """Write the DAG files into the work tree."""
    operation.context.backend.files.write(operation.entry.writes)
    return replace(
        operation, detail=_summary([write.path for write in operation.entry.writes], "files")
    )


def announce(operation: Operation) -> Operation:
    """Say that the remote may have the commit from now on: before an undo it is asked."""
    entry = replace(operation.entry, phase=Phase.PUSHING)
    return replace(write_journal(replace(operation, entry=entry)), detail="")


def commit(operation: Operation) -> Operation:
    """Commit exactly these files, to the branch here or to that of the remote."""
    entry = operation.entry
    backend, verify = operation.context.backend, operation.options.verify
    commit_id = commits.commit(backend, entry, verify=verify)
    detail = f"{commit_id[:7]} on {commits.where(entry)}"
    return replace(operation, commit_id=commit_id, detail=detail)


def stage(operation: Operation) -> Operation:
    """Let the user's index know the new files; a held index is worth a warning only."""
    warning = operation.context.backend.repo.stage([write.path for write in operation.entry.writes])
    warnings = (*operation.warnings, warning) if warning else operation.warnings
    return replace(operation, warnings=warnings, detail="")


def confirm(operation: Operation) -> Operation:
    """Let readers see the new versions. The pivot: from here on there is only forward."""
    confirm_entry(operation.context.backend, operation.entry, operation.commit_id)
    return replace(operation, detail="")


def finish(operation: Operation) -> Operation:
    """Do what follows the confirmation: the clone, spec files and objects follow."""
    entry, context = operation.entry, operation.context
    if warning := commits.follow(context.backend, entry):
        operation = replace(operation, warnings=(*operation.warnings, warning))
    complete(context.backend, entry, context.listener)
    done = [change.storage_path for change in entry.removals]
    done += [change.spec_write.path for change in entry.effects if change.spec_write]
    return replace(operation, detail=_summary(done, "files") if done else "")


Step = tuple[str, "Callable[[Operation], Operation]"]

STEPS: tuple[Step, ...] = (
    ("journal", write_journal),
    ("reserve", reserve),
    ("render", render),
    ("upload", upload),
    ("file", write_files),
    ("commit", commit),
    ("stage", stage),
    ("confirm", confirm),
)
"""Before `confirm` everything can be undone; after it everything is repeated until done."""

HISTORY: Step = ("history", keep_history)
"""What comes before the upload, where new DAGs bring the versions that they had elsewhere."""

ANNOUNCE: Step = ("announce", announce)
"""What precedes the commit where it is pushed."""

COMPLETE: Step = ("complete", finish)
"""What follows where a commit was pushed, a DAG was removed, or a spec file is to follow."""


def steps_of(operation: Operation) -> tuple[Step, ...]:
    """Return the steps that the operation takes: none that has nothing to do."""
    effective = chosen(operation.entry.changes, lambda change: change.is_effective)
    is_more = any(change.is_removal or change.spec_write for change in effective)
    is_pushed = operation.entry.remote is not None
    steps = list(STEPS)
    if any(change.action is Action.IMPORT for change in effective):
        steps.insert(_place_of("upload", steps), HISTORY)
    if all(change.is_removal for change in effective):
        steps.remove(("upload", upload))
    if is_pushed:  # the index follows with the branch
        steps.remove(("stage", stage))
        steps.insert(_place_of("commit", steps), ANNOUNCE)
    return (*steps, COMPLETE) if is_more or is_pushed else tuple(steps)


def _place_of(name: str, steps: Sequence[Step]) -> int:
    return [step[0] for step in steps].index(name)


def take(step: Step, operation: Operation) -> Operation:
    """Take one step and report it to the listener."""
    name, act = step
    operation.context.listener.step(name, done=False)
    operation = act(operation)
    operation.context.listener.step(name, done=True, detail=operation.detail)
    return operation


# --- Parts of `render` ---


def _check_moved(operation: Operation) -> None:
    """Check the paths of names that are not as expected, since another machine was quicker."""
    settings = operation.context.settings
    paths = [
        path_of(settings, change.dag_id)
        for change in operation.entry.changes
        if change.is_effective
        and not change.is_removal
        and change.path != path_of(settings, change.dag_id)
    ]
    if paths:
        new = () if operation.options.force else paths
        operation.context.backend.repo.preflight(paths, new=new)


def _with_content(operation: Operation, change: Change) -> Change:
    """Return the change with the bytes of its file, under its final name."""
    context = operation.context
    if change.is_removal:
        return change
    is_moved = change.path != path_of(context.settings, change.dag_id)
    if change.content is None or (change.action is Action.IMPORT and is_moved):
        change = _with_new_content(context, _spec_of(change), change, operation.options)
    key = storage_key(context.settings.project_id, change.path)
    return replace(change, storage_path=key)


def _spec_of(change: Change) -> DagSpec:
    """Return the spec of a change; of an import it is made again of its data, as it is large."""
    if change.spec is not None:
        return change.spec
    if change.spec_data is None:
        raise ValueError(f"no spec to render for {change.dag_id}")  # a bug in dagctl
    return check_data(change.spec_data).result()


def _with_new_content(context: Context, spec: DagSpec, change: Change, options: Options) -> Change:
    """Return a new DAG with the bytes of its file: only the registry knows its id and its time."""
    granted, path = change.granted, path_of(context.settings, change.dag_id)
    old_file = change.old_file if path == change.path else standing_at(context, path, options)
    provenance = Provenance(
        created_by=granted.created_by_name or context.backend.author,
        created_at=granted.created_at,
        dag_id=granted.dag_id,
        source=change.source,
        version=granted.version,
    )
    content = rendered(spec, change.airflow, provenance)
    return replace(change, path=path, old_file=old_file, content=content)


def _with_old_objects(backend: Backend, changes: Sequence[Change]) -> Sequence[Change]:
    """Return the changes, each with what is at its key; the store is asked as little as may be.

    A name that was just granted has no object yet, and where the file is as it was recorded, so is
    the object.
    """
    asked = [
        change.storage_path
        for change in changes
        if change.is_effective and change.record and not _is_kept(change)
    ]
    objects = read_objects(backend.store, asked)
    return each(changes, lambda change: _with_old_object(change, objects))


def _with_old_object(change: Change, objects: Mapping[str, bytes | None]) -> Change:
    if not change.is_effective:
        return change
    unread = change.old_file if _is_recorded(change) else None
    if change.is_removal:  # the object stays until the removal is confirmed
        return change
    return replace(change, old_object=objects.get(change.storage_path, unread))


def _is_kept(change: Change) -> bool:
    """Return whether the object needs not be read: it is known, or nothing is put in its place."""
    return change.is_removal or _is_recorded(change)


def _is_recorded(change: Change) -> bool:
    """Return whether the file is as it was recorded."""
    recorded = change.record.content_digest if change.record else None
    return change.old_file is not None and digest_of(change.old_file) == recorded


def _summary(names: Sequence[str], noun: str) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} {noun}"
