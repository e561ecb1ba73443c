"""What the subject of a commit says was done to a DAG: `execution/message.py` writes it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from dagctl.ports import VersionAction

_ROLLBACK = lazy_pattern(r"Rollback (?:DAG \S+|\d+ DAGs)")
_RESTORE = lazy_pattern(r"Restore (?:DAG \S+|\d+ DAGs)")
_RENAME = lazy_pattern(r"Rename DAG (\S+) to (\S+)")


def done_in(
    subject: str, dag_id: str, otherwise: VersionAction
) -> tuple[VersionAction, str | None]:
    """Return what a commit did to a DAG, and of a rename the other id.

    Args:
        subject: The first line of its message; empty: no operation has made it.
        dag_id: The DAG.
        otherwise: What was done, as far as the files say it: `delete` if its file is gone.
    """
    if (rename := _RENAME.fullmatch(subject)) is not None:
        gone, come = rename[1], rename[2]
        this, other = (gone, come) if otherwise == "delete" else (come, gone)
        return ("rename", other) if this == dag_id else (otherwise, None)
    if otherwise != "delete" and _ROLLBACK.fullmatch(subject):
        return "rollback", None
    if otherwise != "delete" and _RESTORE.fullmatch(subject):
        return "restore", None
    return otherwise, None
