"""The journal's entry of an operation: all that finishing or undoing it needs, as JSON data.

Pure: nothing here reads or writes a file. Content is text where it is UTF-8, else base64.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from dagctl.errors import UnfinishedError
from dagctl.ports import DagRecord, FileWrite, Reservation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.codegen.values import Target

FORMAT = 1
"""The version of the entry's form; another one is left to the dagctl that reads it."""


class Phase(StrEnum):
    """How far the operation is, as far as the journal has to know."""

    RESERVING = "reserving"
    """Names may be reserved; nothing else has happened."""
    PUBLISHING = "publishing"
    """The items say what is written where."""
    ABORTING = "aborting"
    """It is being undone, even if its commit is still there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a command asks of one spec. Two commands with equal wishes are the same command."""

    source: str | None
    digest: str
    """SHA-256 of the spec."""
    base_name: str
    if_exists: str | None
    airflow: str
    unchanged: str | None = field(default=None, compare=False)
    """The DAG that needs no change, or None if an item belongs to this wish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One DAG of the operation."""

    wish: int
    """The index of the wish that it fulfils."""
    reservation: Reservation
    base_name: str
    source_path: str | None
    storage_path: str
    airflow: Target
    spec: str
    """The spec as JSON text."""
    spec_digest: str
    write: FileWrite
    old_object: bytes | None
    """What was at `storage_path` before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One operation under way."""

    operation_id: str
    project_id: str
    branch: str
    wishes: tuple[Wish, ...]
    phase: Phase = Phase.RESERVING
    items: tuple[Item, ...] = ()
    key: str | None = None
    """The idempotency key: by it the registry, not the journal, tells a repeat."""
    backend: str | None = None
    """Where it is recorded and stored; None: an earlier version did not say."""

    @property
    def writes(self) -> list[FileWrite]:
        """What is written in the work tree."""
        return [item.write for item in self.items]

    @property
    def dag_ids(self) -> tuple[str, ...]:
        """The DAGs that are created or updated."""
        return tuple(item.reservation.dag_id for item in self.items)


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of `content`, in hex."""
    return sha256(content).hexdigest()


def record_of(item: Item, project_id: str, commit_id: str) -> DagRecord:
    """Return what the registry shall record about the item."""
    spec = json.loads(item.spec)
    granted = item.reservation
    return DagRecord(
        id=granted.row_id,
        project_id=project_id,
        user_id=granted.user_id,
        dag_id=granted.dag_id,
        dag_name=spec["dag_name"],
        description=spec["description"],
        file_path=item.write.path,
        schedule_interval=spec["schedule_interval"],
        owner=spec["owner"],
        tags=tuple(spec["tags"]),
        task_count=len(spec["tasks"]),
        is_active=True,
        created_at=granted.created_at,
        updated_at=granted.created_at,
        commit_id=commit_id,
        version=granted.version,
        base_name=item.base_name,
        source_path=item.source_path,
        storage_path=item.storage_path,
        airflow=item.airflow,
        spec=spec,
        spec_digest=item.spec_digest,
        content_digest=digest_of(item.write.new),
    )


# --- To JSON data and back ---


def to_data(entry: Entry) -> dict[str, Any]:
    """Return the entry as JSON data."""
    return {
        "format": FORMAT,
        "operation_id": entry.operation_id,
        "project_id": entry.project_id,
        "branch": entry.branch,
        "phase": entry.phase.value,
        "key": entry.key,
        "backend": entry.backend,
        "wishes": [asdict(wish) for wish in entry.wishes],
        "items": [_item_data(item) for item in entry.items],
    }


def from_data(operation_id: str, data: Mapping[str, Any]) -> Entry:
    """Return the entry that `data` holds.

    Raises:
        UnfinishedError: It was written by another version of dagctl, or is damaged.
    """
    try:
        if data["format"] != FORMAT:
            raise UnfinishedError(
                f"operation {operation_id} was begun by another version of dagctl",
                hint="run `dagctl recover` with that version",
            )
        return Entry(
            operation_id=data["operation_id"],
            project_id=data["project_id"],
            branch=data["branch"],
            phase=Phase(data["phase"]),
            wishes=tuple(Wish(**wish) for wish in data["wishes"]),
            items=tuple(_item(item) for item in data["items"]),
            key=data.get("key"),  # this one and the next are later than the format
            backend=data.get("backend"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnfinishedError(
            f"the journal of operation {operation_id} is damaged",
            hint=f"move .dagctl/journal/{operation_id}.json away, then run `dagctl doctor`",
        ) from error


def _item_data(item: Item) -> dict[str, Any]:
    granted = item.reservation
    write = item.write
    plain = ("wish", "base_name", "source_path", "storage_path", "airflow", "spec", "spec_digest")
    return {
        **{name: getattr(item, name) for name in plain},
        "reservation": {**asdict(granted), "created_at": granted.created_at.isoformat()},
        "path": write.path,
        "old": _content_data(write.old),
        "new": _content_data(write.new),
        # mostly the object is what the file was
        "old_object": "old" if item.old_object == write.old else _content_data(item.old_object),
    }


def _item(data: Mapping[str, Any]) -> Item:
    fields = dict(data)
    granted = fields.pop("reservation")
    old = _content(fields.pop("old"))
    new = _content(fields.pop("new"))
    kept = fields.pop("old_object")
    if new is None:
        raise ValueError("an item without content")
    return Item(
        reservation=Reservation(
            **{**granted, "created_at": datetime.fromisoformat(granted["created_at"])}
        ),
        write=FileWrite(path=fields.pop("path"), old=old, new=new),
        old_object=old if kept == "old" else _content(kept),
        **fields,
    )


def _content_data(content: bytes | None) -> dict[str, str] | None:
    if content is None:
        return None
    try:
        return {"text": content.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": b64encode(content).decode("ascii")}


def _content(data: Mapping[str, str] | None) -> bytes | None:
    if data is None:
        return None
    return data["text"].encode("utf-8") if "text" in data else b64decode(data["base64"])
