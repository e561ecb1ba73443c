"""The commit message of an operation. Ids only: no text of the user's gets into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.operation.change import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.operation.change import Change


def commit_message(changes: Sequence[Change]) -> str:
    """Return the subject, and for several DAGs a body with one id a line."""
    ids: dict[str, list[str]] = {}
    for change in changes:
        if name := _name(change):
            ids.setdefault(change.action.value, []).append(name)
    subject = " and ".join(_part(action, ids[action]) for action in sorted(ids))
    subject = subject[0].upper() + subject[1:]
    names = [name for action in ids.values() for name in action]
    if len(names) == 1:
        return subject
    return "\n".join([subject, "", *(f"- {change.dag_id}" for change in changes)])


def _name(change: Change) -> str | None:
    """Return what a change is called; None: it is the other half of a rename."""
    if change.action is not Action.RENAME:
        return change.dag_id
    return f"{change.dag_id} to {change.renamed}" if change.is_removal else None


def _part(action: str, dag_ids: Sequence[str]) -> str:
    if len(dag_ids) == 1:
        return f"{action} DAG {dag_ids[0]}"
    return f"{action} {len(dag_ids)} DAGs"
