"""The operation: the steps that make planned DAGs real, in order.

Nothing here looks after failures; `dagctl.operation.run` does, with what the journal says.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from dagctl.operation.entry import Entry, Item, Phase, Wish, digest_of, record_of, to_data
from dagctl.operation.message import commit_message
from dagctl.operation.objects import put_objects, read_objects
from dagctl.operation.plan import path_of, rendered, standing_at
from dagctl.ports import FileWrite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.plan import Options, Planned
    from dagctl.operation.request import Request
    from dagctl.ports import Claim, DagRecord, Reservation
    from dagctl.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is under way, and how far it is. Each step returns the next state of it."""

    context: Context
    options: Options
    planned: Sequence[Planned]
    entry: Entry
    reservations: Sequence[Reservation] = ()
    commit_id: str = ""
    warnings: tuple[str, ...] = ()
    detail: str = ""
    """What the last step has to say about itself."""

    @property
    def changes(self) -> list[tuple[int, Planned]]:
        """What is created or updated, each with its index in the plan."""
        return [(i, one) for i, one in enumerate(self.planned) if one.action != "unchanged"]


def begin(
    context: Context,
    options: Options,
    planned: Sequence[Planned],
    wishes: Sequence[Wish],
    key: str | None = None,
) -> Operation:
    """Return the operation that carries out the plan. The repository is checked, nothing is done.

    Args:
        context: The ports, the settings and the listener.
        options: How to publish.
        planned: What is to be done, one for each wish.
        wishes: What the command asks for.
        key: The idempotency key, if the command has one.

    Raises:
        ConflictError: The repository is in no state to commit to.
        UsageError: There is no repository, or no identity.
    """
    changed = [one.path for one in planned if one.action != "unchanged"]
    branch = context.backend.repo.preflight(changed)
    entry = Entry(
        operation_id=str(uuid4()),
        project_id=context.settings.project_id,
        branch=branch,
        wishes=tuple(
            replace(wish, unchanged=one.dag_id if one.action == "unchanged" else None)
            for wish, one in zip(wishes, planned, strict=True)
        ),
        key=key,
        backend=context.settings.backend,
    )
    return Operation(context=context, options=options, planned=planned, entry=entry)


def wishes_of(
    requests: Sequence[Request], settings: Settings, options: Options
) -> tuple[Wish, ...]:
    """Return what a command asks for, as the journal keeps it."""
    return tuple(
        Wish(
            source=one.source,
            digest=one.spec.digest(),
            base_name=one.spec.dag_id,
            if_exists=options.if_exists,
            airflow=settings.airflow,
        )
        for one in requests
    )


def claims_of(planned: Sequence[Planned], wishes: Sequence[Wish]) -> list[Claim]:
    """Return what is asked of the registry, one claim for each wish."""
    return [
        replace(one.choice.claim, spec_digest=wish.digest, is_unchanged=one.action == "unchanged")
        for one, wish in zip(planned, wishes, strict=True)
    ]


# --- The steps ---


def write_journal(operation: Operation) -> Operation:
    """Say what is about to happen, so that the next run can finish or undo it."""
    entry = operation.entry
    operation.context.backend.journal.write(entry.operation_id, to_data(entry))
    return replace(operation, detail=entry.operation_id)


def reserve(operation: Operation) -> Operation:
    """Get the final names, all in one transaction.

    With a key, what stays unchanged is claimed too: a repeat answers for it as well.
    """
    entry = operation.entry
    registry = operation.context.backend.registry
    claims = claims_of(operation.planned, entry.wishes)
    if entry.key is None:
        claims = [one for one in claims if not one.is_unchanged]
    granted = registry.reserve(entry.operation_id, claims, key=entry.key)
    reservations = [one for one in granted if not one.is_unchanged]
    detail = _summary([one.dag_id for one in reservations], "names")
    return replace(operation, reservations=reservations, detail=detail)


def render(operation: Operation) -> Operation:
    """Make the DAG files under their final names, and let the journal know every byte."""
    pairs = list(zip(operation.changes, operation.reservations, strict=True))
    _check_moved(operation, [(one, granted) for (_, one), granted in pairs])
    drafts = [_item(operation, index, one, granted) for (index, one), granted in pairs]
    items = tuple(_with_old_objects(operation, drafts))
    entry = replace(operation.entry, phase=Phase.PUBLISHING, items=items)
    journalled = write_journal(replace(operation, entry=entry))
    return replace(journalled, detail=_summary([one.path for one in entry.writes], "files"))


def upload(operation: Operation) -> Operation:
    """Put the DAG files into the store, side by side."""
    put_objects(
        operation.context.backend.store,
        operation.entry.operation_id,
        operation.entry.items,
        operation.context.listener,
    )
    return replace(
        operation, detail=_summary([one.storage_path for one in operation.entry.items], "objects")
    )


def write_files(operation: Operation) -> Operation:
    """Write the DAG files into the work tree."""
    operation.context.backend.files.write(operation.entry.writes)
    return replace(
        operation, detail=_summary([one.path for one in operation.entry.writes], "files")
    )


def commit(operation: Operation) -> Operation:
    """Commit exactly these files to the branch."""
    entry = operation.entry
    commit_id = operation.context.backend.repo.commit(
        entry.operation_id,
        entry.branch,
        entry.writes,
        commit_message(entry.items),
        verify=operation.options.verify,
    )
    branch = entry.branch.removeprefix("refs/heads/")
    return replace(operation, commit_id=commit_id, detail=f"{commit_id[:7]} on {branch}")


def stage(operation: Operation) -> Operation:
    """Let the user's index know the new files; a held index is worth a warning only."""
    warning = operation.context.backend.repo.stage([one.path for one in operation.entry.writes])
    warnings = (*operation.warnings, warning) if warning else operation.warnings
    return replace(operation, warnings=warnings, detail="")


def confirm(operation: Operation) -> Operation:
    """Let readers see the new versions. The pivot: from here on there is only forward."""
    confirm_entry(operation.context.backend, operation.entry, operation.commit_id)
    return operation


def confirm_entry(backend: Backend, entry: Entry, commit_id: str) -> None:
    """Confirm what the entry says."""
    records = (record_of(item, entry.project_id, commit_id) for item in entry.items)
    backend.registry.confirm(entry.operation_id, records)


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


def take(step: Step, operation: Operation) -> Operation:
    """Take one step and tell the listener."""
    name, act = step
    operation.context.listener.step(name, done=False)
    operation = act(operation)
    operation.context.listener.step(name, done=True, detail=operation.detail)
    return operation


# --- Parts of `render` ---


def _check_moved(operation: Operation, pairs: Sequence[tuple[Planned, Reservation]]) -> None:
    """Check the paths of names that are not as expected, since another machine was quicker."""
    moved = [granted.dag_id for one, granted in pairs if granted.dag_id != one.dag_id]
    if moved:
        operation.context.backend.repo.preflight(
            [path_of(operation.context.settings, one) for one in moved]
        )


def _item(operation: Operation, index: int, planned: Planned, granted: Reservation) -> Item:
    spec = planned.choice.request.spec
    record = planned.choice.record
    settings = operation.context.settings
    path, standing = planned.path, planned.standing
    if granted.dag_id != planned.dag_id:
        path = path_of(settings, granted.dag_id)
        standing = standing_at(operation.context.backend, path, operation.options)
    content = planned.content or rendered(
        spec, granted.dag_id, settings.airflow, granted.user_id, granted.created_at
    )
    key = f"{settings.project_id}/dags/{path.rpartition('/')[2]}"
    return Item(
        wish=index,
        reservation=granted,
        base_name=record.base_name if record else spec.dag_id,
        source_path=planned.choice.request.source,
        storage_path=record.storage_path if record else key,
        airflow=settings.airflow,
        spec=json.dumps(spec.to_data(), ensure_ascii=False),
        spec_digest=operation.entry.wishes[index].digest,
        write=FileWrite(path=path, old=standing, new=content),
        old_object=None,
    )


def _with_old_objects(operation: Operation, drafts: Sequence[Item]) -> Iterator[Item]:
    """Yield the items, each with what stands at its key; the store is asked as little as may be.

    A name that was just granted has no object yet, and where the file is as it was recorded, so is
    the object.
    """
    changed = zip(drafts, operation.changes, strict=True)
    asked = [
        item.storage_path
        for item, (_, one) in changed
        if one.record and not _is_recorded(item.write.old, one.record)
    ]
    found = dict(zip(asked, read_objects(operation.context.backend.store, asked), strict=True))
    for item in drafts:
        old = item.write.old if item.reservation.version > 1 else None
        yield replace(item, old_object=found.get(item.storage_path, old))


def _is_recorded(content: bytes | None, record: DagRecord) -> bool:
    return content is not None and digest_of(content) == record.content_digest


def _summary(names: Sequence[str], noun: str) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} {noun}"
