"""The commit message of an operation. Ids only: no text of the user's gets into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.operation.entry import Item


def commit_message(items: Sequence[Item]) -> str:
    """Return the subject, and for several DAGs a body with one id a line."""
    created = [item for item in items if item.reservation.version == 1]
    updated = [item for item in items if item.reservation.version > 1]
    parts = [_part("create", created), _part("update", updated)]
    subject = " and ".join(part for part in parts if part)
    subject = subject[0].upper() + subject[1:]
    if len(items) == 1:
        return subject
    return "\n".join([subject, "", *(f"- {item.reservation.dag_id}" for item in items)])


def _part(verb: str, items: Sequence[Item]) -> str:
    if not items:
        return ""
    if len(items) == 1:
        return f"{verb} DAG {items[0].reservation.dag_id}"
    return f"{verb} {len(items)} DAGs"
