"""Create or update DAGs from specs, as one operation."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from dagctl.commands.operate import (
    ChangedDag,
    OperationResult,
    changed_dag,
    ignore,
    operate,
    unchanged_dag,
)
from dagctl.commands.prune import with_pruned
from dagctl.errors import ConflictError, DagctlError
from dagctl.frozen import frozen
from dagctl.operation.change import Action, distinct, warnings_of, with_reservations
from dagctl.operation.execution.commits import pushed_to
from dagctl.operation.journal.entry import command_digest
from dagctl.operation.plans.agreement import adopt
from dagctl.operation.plans.plan import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.change import Change
    from dagctl.operation.execution.settling import Recovered
    from dagctl.operation.journal.entry import JournalEntry
    from dagctl.operation.options import Options
    from dagctl.ports import KeyedOperation

_FILES = {"defaults", "file"}
"""What a spec is made of that is a file beside it."""


@frozen(kw_only=True)
class CreateResult(OperationResult):
    """What a `create` did: one entry for each spec, in their order."""

    untracked: tuple[str, ...] = ()
    """The spec files of what was created or updated, and the files that they take in, that git does
    not have as they are: new ones, and changed ones. Who pulls the DAG files gets no such spec."""
    pruned: tuple[ChangedDag, ...] = ()
    """The DAGs that were removed, as their spec file is gone."""


def create(  # noqa: PLR0913 - what it is about, and how
    context: Context,
    changes: Iterable[Change],
    options: Options,
    *,
    prune: Sequence[str] = (),
    on_recovered: Callable[[Sequence[Recovered]], None] = ignore,
    on_result: Callable[[CreateResult], None] | None = None,
) -> CreateResult:
    """Publish the specs as one operation and return what was done; as `operate`.

    With `prune`, folders relative to the workspace, DAGs go in the same operation whose spec file
    there is gone.
    """
    asked = distinct(changes)
    command = command_digest(asked, options.if_exists, context.settings.target, prune)
    creation = Creation(asked, options, command, tuple(prune))
    return operate(context, creation, on_recovered=on_recovered, on_result=on_result)


@frozen
class Creation:
    """What a `create` asks for."""

    changes: Sequence[Change]
    options: Options
    command: str
    """The digest of all that."""
    prune: tuple[str, ...] = ()
    """The folders whose DAGs go if their spec file is gone."""
    history: None = None

    def before(self, context: Context, key: str) -> KeyedOperation | None:
        """Return the operation of its key, confirmed or under way; None: the key is free."""
        from dagctl.operation.repeat import asked_before

        return asked_before(context.backend, key, self.changes, self.options)

    def planned(self, context: Context) -> Sequence[Change]:
        """Return what is to be done about each spec, and about DAGs whose spec is gone.

        Raises:
            ConflictError: Two specs of a call with a key, which stands for them all, mean the same.
        """
        changes = with_pruned(
            context,
            make_plan(context, self.changes, self.options),
            self.prune,
            self.options,
            self.command,
        )
        if self.options.key is not None and len(changes) != len(self.changes):
            raise ConflictError(
                "two specs of this call mean the same DAG", hint="leave one of them out"
            )
        adopt(context.backend, changes)
        return changes

    def unchanged(self, context: Context, changes: Sequence[Change]) -> CreateResult:
        """Return the result where nothing is to be done; a key stands for that, too."""
        if self.options.key is not None:
            _remember_unchanged(context.backend, changes, self.options.key)
        dags = tuple(map(unchanged_dag, changes))
        return CreateResult(dags=dags, operation_id=None, warnings=warnings_of(changes))

    def done(self, context: Context, entry: JournalEntry, commit_id: str) -> CreateResult:
        """Return what a confirmed operation did, in the order of what was asked."""
        changes = _with_records(context.backend, entry.changes)
        dags = tuple(
            changed_dag(change, commit_id) if change.is_effective else unchanged_dag(change)
            for change in changes
            if not change.is_removal
        )
        return CreateResult(
            dags=dags,
            operation_id=entry.operation_id,
            warnings=warnings_of(changes),
            untracked=_untracked(context.backend, entry.uploads),
            pruned=tuple(changed_dag(change, commit_id) for change in entry.removals),
            pushed=pushed_to(entry),
        )

    def replayed(self, context: Context, before: KeyedOperation) -> CreateResult:
        """Return what the first call with the key was answered, whatever the DAGs are by now."""
        from dagctl.operation.repeat import commit_of

        is_changed = not all(granted.is_unchanged for granted in before.reservations)
        commit_id = commit_of(context.backend.repo, before.operation_id) if is_changed else None
        answered = with_reservations(self.changes, before.reservations)
        changed = [each for each in answered if not each.granted.is_unchanged]
        return CreateResult(
            dags=tuple(_as_answered(change, commit_id) for change in answered),
            operation_id=before.operation_id if is_changed else None,
            untracked=_untracked(context.backend, changed),
            replayed=True,
        )


def _with_records(backend: Backend, changes: Sequence[Change]) -> Sequence[Change]:
    """Return the changes; of unchanged DAGs the journal has no record."""
    lacking = [each.dag_id for each in changes if not each.is_effective and each.record is None]
    if not lacking:
        return changes
    records = {each.dag_id: each for each in backend.registry.find(dag_ids=lacking, specs=False)}
    return [
        change if change.is_effective else replace(change, record=records[change.dag_id])
        for change in changes
    ]


def _untracked(backend: Backend, changes: Sequence[Change]) -> tuple[str, ...]:
    """Return the specs, and the files that they take in, that git does not have as they are."""
    specs = [change.source for change in changes if change.source is not None]
    others = [item.name for change in changes for item in change.inputs if item.kind in _FILES]
    inside = [path for path in dict.fromkeys([*specs, *others]) if not path.startswith("../")]
    with suppress(DagctlError, OSError):  # all is done: it is only a hint
        unstaged = backend.repo.unstaged(inside)
        return tuple(path for path in inside if path in unstaged)
    return ()


def _remember_unchanged(backend: Backend, changes: Sequence[Change], key: str) -> None:
    """Let a key stand for what needed no change; nothing is held, so nothing has to be undone."""
    operation_id = str(uuid4())
    backend.registry.reserve(operation_id, [change.claim for change in changes], key=key)
    backend.registry.confirm(operation_id, [])


def _as_answered(change: Change, commit_id: str | None) -> ChangedDag:
    granted = change.granted
    made = Action.CREATE if granted.version == 1 else Action.UPDATE
    commit = commit_id if commit_id and not granted.is_unchanged else granted.commit_id
    return ChangedDag(
        dag_id=granted.dag_id,
        action=Action.UNCHANGED if granted.is_unchanged else made,
        version=granted.version,
        created_at=granted.created_at,
        file_path=granted.file_path or "",
        commit_id=commit or "",
        source=change.source,
    )
