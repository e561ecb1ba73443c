"""The JSON form of a journal's entry. Content is text where it is UTF-8, else base64. Pure.

Form 3 is written, and form 4 if the operation pushes: its commit is not where earlier versions of
dagctl look for it. Form 5 is written where a hand-written file of another path gives way. Form 2
knew no removals and no texts of specs. Form 1 held what was asked (`wishes`) and what is written
(`items`) in two lists. Both are still read, so that an update of dagctl loses no operation.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict, astuple, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, overload

from dagctl.errors import UnfinishedError
from dagctl.next_step import RECOVER, Fix
from dagctl.operation.change import Action, Change
from dagctl.operation.journal.entry import DamagedEntryError, JournalEntry, Phase, command_digest
from dagctl.operation.stored_changes import ReadChanges
from dagctl.ports import FileWrite, Reservation, SpecWrite
from dagctl.spec.inputs import inputs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT, PUSHED_FORMAT, GIVING_WAY = 3, 4, 5
"""The forms that are written. A later one is left to the dagctl that reads it."""

_ASKED = ("source", "spec_digest", "base_name", "dag_id", "airflow")
_LATER = {"is_removal": False, "renamed": None, "spec_text": None, "made_by": None}
"""What form 2 did not have, with what it meant."""


def to_data(entry: JournalEntry) -> dict[str, Any]:
    """Return the entry as JSON data."""
    return {**streamed(entry), "changes": list(_ChangesData(entry))}


def streamed(entry: JournalEntry) -> dict[str, Any]:
    """Return the entry as JSON data whose changes are made one by one, as they are written."""
    return {
        "format": _format_of(entry),
        "operation_id": entry.operation_id,
        "project_id": entry.project_id,
        "branch": entry.branch,
        "phase": entry.phase.value,
        "key": entry.key,
        "backend": entry.backend,
        "restore_id": entry.restore_id,
        **({} if entry.url is None else {"url": entry.url}),
        **({} if entry.remote is None else {"remote": entry.remote}),
        "command": entry.command,
        "changes": _ChangesData(entry),
    }


def _format_of(entry: JournalEntry) -> int:
    if any(change.gives_way for change in entry.changes):
        return GIVING_WAY
    return FORMAT if entry.remote is None else PUSHED_FORMAT


def from_data(operation_id: str, data: Mapping[str, Any]) -> JournalEntry:
    """Return the entry that `data` holds.

    Raises:
        DamagedEntryError: It is not as dagctl writes it.
        UnfinishedError: It was written by another version of dagctl.
    """
    from dagctl.operation.journal.entry_check import check_entry

    try:
        if data["format"] not in {1, 2, FORMAT, PUSHED_FORMAT, GIVING_WAY}:
            raise UnfinishedError(
                f"operation {operation_id} was begun by another version of dagctl",
                hint=Fix("run `", RECOVER, "` with that version"),
            )
        entry = _of_form_1(data) if data["format"] == 1 else _of_form_3(data)
        check_entry(entry, operation_id)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise DamagedEntryError(f"the journal of operation {operation_id} is damaged") from error
    return entry


class _ChangesData(Sequence[dict[str, Any]]):
    """The changes of an entry as JSON data, each made when it is asked for.

    Thousands of DAG files are not to be in memory a second time while the journal is written.
    """

    def __init__(self, entry: JournalEntry) -> None:
        self._entry = entry

    def __len__(self) -> int:
        return len(self._entry.changes)

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, place: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, place: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        phase = self._entry.phase
        if isinstance(place, slice):
            return [_change_data(change, phase) for change in self._entry.changes[place]]
        return _change_data(self._entry.changes[place], phase)


# --- Forms 2 to 5 ---


def _of_form_3(data: Mapping[str, Any]) -> JournalEntry:
    return JournalEntry(
        operation_id=data["operation_id"],
        project_id=data["project_id"],
        branch=data["branch"],
        phase=Phase(data["phase"]),
        key=data["key"],
        backend=data["backend"],
        command=data["command"],
        restore_id=data["restore_id"],
        url=data.get("url"),
        remote=data.get("remote"),
        changes=_changes(data["changes"]),
    )


def _changes(data: Sequence[Mapping[str, Any]]) -> Sequence[Change]:
    """Return the changes; of an entry that is read one by one, one at a time is in memory whole."""
    return tuple(map(_change, data)) if isinstance(data, list) else ReadChanges.made(data, _change)


def _change_data(change: Change, phase: Phase) -> dict[str, Any]:
    asked = {
        **{name: getattr(change, name) for name in (*_ASKED, *_LATER)},
        "action": change.action.value,
        "warnings": list(change.warnings),
    }
    if phase is Phase.RESERVING or not change.is_effective:
        return asked
    granted = change.granted
    return {
        **asked,
        "reservation": {**asdict(granted), "created_at": granted.created_at.isoformat()},
        "path": change.path,
        "storage_path": change.storage_path,
        "spec": json.dumps(change.data, ensure_ascii=False),
        "inputs": [list(astuple(each)) for each in change.inputs],
        "spec_write": _spec_write_data(change.spec_write),
        **_gives_way_data(change.gives_way),
        "old": _content_data(change.old_file),
        "new": _content_data(change.content),
        # mostly the object is what the file was
        "old_object": "old"
        if change.old_object == change.old_file
        else _content_data(change.old_object),
    }


def _change(data: Mapping[str, Any]) -> Change:
    asked = Change(
        action=Action(data["action"]),
        warnings=tuple(data["warnings"]),
        **{name: data[name] for name in _ASKED},
        **{name: data.get(name, before) for name, before in _LATER.items()},
    )
    return _with_bytes(asked, data) if "reservation" in data else asked


def _with_bytes(asked: Change, data: Mapping[str, Any]) -> Change:
    granted = data["reservation"]
    old, new, kept = _content(data["old"]), _content(data["new"]), data["old_object"]
    if (new is None) is not asked.is_removal:
        raise ValueError("a change without content, or a removal with one")
    return replace(
        asked,
        reservation=Reservation(
            **{**granted, "created_at": datetime.fromisoformat(granted["created_at"])}
        ),
        path=data["path"],
        storage_path=data["storage_path"],
        spec_data=json.loads(data["spec"]),
        inputs=inputs_of(data.get("inputs", [])),
        old_file=old,
        content=new,
        old_object=old if kept == "old" else _content(kept),
        spec_write=_spec_write(data.get("spec_write")),
        gives_way=_gives_way(data.get("gives_way")),
    )


def _gives_way_data(write: FileWrite | None) -> dict[str, Any]:
    if write is None:
        return {}
    return {"gives_way": {"path": write.path, "old": _content_data(write.old)}}


def _gives_way(data: Mapping[str, Any] | None) -> FileWrite | None:
    if data is None:
        return None
    return FileWrite(path=data["path"], old=_content(data["old"]), new=None)


def _spec_write_data(write: SpecWrite | None) -> dict[str, Any] | None:
    if write is None:
        return None
    return {
        "path": write.path,
        "old": _content_data(write.old),
        "new": _content_data(write.new),
    }


def _spec_write(data: Mapping[str, Any] | None) -> SpecWrite | None:
    if data is None:
        return None
    new = _content(data["new"])
    if new is None:
        raise ValueError("a spec file without content")
    return SpecWrite(path=data["path"], old=_content(data["old"]), new=new)


# --- Form 1 ---


def _of_form_1(data: Mapping[str, Any]) -> JournalEntry:
    wishes = data["wishes"]
    asked = [_of_wish(wish) for wish in wishes]
    options = (wishes[0]["if_exists"], wishes[0]["airflow"]) if wishes else (None, "")
    items = {item["wish"]: _of_item(item) for item in data["items"]}
    return JournalEntry(
        operation_id=data["operation_id"],
        project_id=data["project_id"],
        branch=data["branch"],
        phase=Phase(data["phase"]),
        key=data.get("key"),  # this field and the next are later than the form
        backend=data.get("backend"),
        command=command_digest(asked, *options),
        changes=tuple(items.get(index, change) for index, change in enumerate(asked)),
    )


def _of_wish(wish: Mapping[str, Any]) -> Change:
    return Change(
        source=wish["source"],
        spec_digest=wish["digest"],
        base_name=wish["base_name"],
        dag_id=wish["unchanged"] or wish["base_name"],
        airflow=wish["airflow"],
        action=Action.UNCHANGED if wish["unchanged"] else Action.CREATE,
    )


def _of_item(item: Mapping[str, Any]) -> Change:
    granted = item["reservation"]
    asked = Change(
        source=item["source_path"],
        spec_digest=item["spec_digest"],
        base_name=item["base_name"],
        dag_id=granted["dag_id"],
        airflow=item["airflow"],
        action=Action.CREATE if granted["version"] == 1 else Action.UPDATE,
    )
    return _with_bytes(asked, item)


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
    if "text" in data:
        return data["text"].encode("utf-8")
    return b64decode(data["base64"], validate=True)
