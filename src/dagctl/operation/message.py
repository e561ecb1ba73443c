"""The commit message of an operation. Ids only: no text of the user's gets into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.operation.change import Change


def commit_message(changes: Sequence[Change]) -> str:
    """Return the subject, and for several DAGs a body with one id a line."""
    ids: dict[str, list[str]] = {}
    for change in changes:
        ids.setdefault(change.action.value, []).append(change.dag_id)
    subject = " and ".join(_part(action, ids[action]) for action in sorted(ids))
    subject = subject[0].upper() + subject[1:]
    if len(changes) == 1:
        return subject
    return "\n".join([subject, "", *(f"- {change.dag_id}" for change in changes)])


def _part(action: str, dag_ids: Sequence[str]) -> str:
    if len(dag_ids) == 1:
        return f"{action} DAG {dag_ids[0]}"
    return f"{action} {len(dag_ids)} DAGs"
