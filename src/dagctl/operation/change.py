"""`Change`: one DAG in an operation, from the spec that was given to the bytes that are written.

One frozen value goes through plan and operation. Each step returns it with more: what was asked,
then what was there, then what the registry granted, then what shall be. Pure.
"""

from __future__ import annotations

from dataclasses import field, replace
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal, cast

from dagctl.dag_file.header import is_unicode
from dagctl.errors import UsageError
from dagctl.frozen import frozen
from dagctl.ports import ArchiveOrigin, Claim, DagRecord, DagVersion, FileWrite
from dagctl.spec.schedule_line import as_text
from dagctl.spec.walk import raw_tasks
from dagctl.target import target_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dagctl.dag_file.header import Header
    from dagctl.ports import Reservation, SpecWrite, VersionAction
    from dagctl.spec.inputs import Input
    from dagctl.spec.model import DagSpec


class Action(StrEnum):
    """What is done to a DAG; but for the last two the names that its versions have."""

    CREATE = "create"
    UPDATE = "update"
    ROLLBACK = "rollback"
    RENAME = "rename"
    DELETE = "delete"
    RESTORE = "restore"
    IMPORT = "import"
    """A new DAG comes from an archive; its version is recorded as what it was there."""
    UNCHANGED = "unchanged"


@frozen(kw_only=True, slots=True)
class Change:
    """One DAG in an operation."""

    # --- What was asked ---

    source: str | None
    """The spec's path relative to the workspace, or None (standard input, library)."""
    spec_digest: str
    """SHA-256 of the canonical spec, in hex."""
    base_name: str
    """The id that is asked for, before a number is added."""
    spec: DagSpec | None = field(default=None, compare=False, repr=False)
    """The spec; None in a change that was read from the journal, and in a removal."""
    spec_text: str | None = field(default=None, repr=False)
    """The spec as its author wrote it; None: it was made from data."""
    inputs: tuple[Input, ...] = field(default=(), repr=False)
    """What else the spec was made of."""

    # --- What was there, and what is to be done: by the plan ---

    is_known: bool = field(default=False, compare=False)
    """Whether the spec means a DAG that exists."""
    action: Action = Action.CREATE
    is_removal: bool = False
    """Whether the DAG is taken away: its file and object are removed, a tombstone stays."""
    renamed: str | None = None
    """Of a rename: the other id, which the DAG had before or has since."""
    archived: str = field(default="", compare=False)
    """Of an import: the id that the DAG has in the archive."""
    made_by: VersionAction | None = None
    """Of an import: what the version was made by where it comes from."""
    dag_id: str = ""
    """The final id; for a new DAG the expected one until the registry has granted it."""
    airflow: str = "3"
    """The Airflow that the file is written for: a series or a version."""
    record: DagRecord | None = field(default=None, compare=False)
    """What the registry says of the DAG now; None: nothing, or it was read from the journal."""
    header: Header | None = field(default=None, compare=False)
    """What the DAG file says of itself; None: nothing that can be read."""
    is_merge: bool = field(default=False, compare=False)
    """Whether the file holds both sides of a merge; the header is that of the newer one."""
    name: str = field(default="", compare=False)
    """The name that the registry is asked for, where that is not `base_name`."""
    on_taken: Literal["number", "fail"] = field(default="number", compare=False)
    """What the registry does if the name of a new DAG is taken."""
    version: int | None = None
    """The version that is made; None: the registry says it (a new DAG)."""
    path: str = ""
    """Where the DAG file stands or shall stand, relative to the workspace."""
    old_file: bytes | None = None
    """What stands there now; None: nothing."""
    gives_way: FileWrite | None = None
    """The removal of a hand-written file elsewhere whose place the DAG takes; None: none goes."""
    adopts: bool = field(default=False, compare=False)
    """Whether the embedded registry is to take the record over, as the file certifies it."""
    warnings: tuple[str, ...] = ()
    """What the user is to know, though nothing is wrong."""

    # --- What the registry has granted ---

    reservation: Reservation | None = None

    # --- What shall be: everything that finishing or undoing needs ---

    spec_data: Mapping[str, Any] | None = None
    """The spec as JSON data, where there is no `spec`."""
    content: bytes | None = None
    """What the DAG file and the object shall hold; None: nothing, once all is rendered."""
    storage_path: str = ""
    """The key of the object in the store."""
    old_object: bytes | None = None
    """What is at that key now; None: nothing."""
    spec_write: SpecWrite | None = None
    """How the spec file follows, once the change is confirmed; None: it stays as it is."""

    @property
    def data(self) -> Mapping[str, Any] | None:
        """The spec as JSON data, as it is recorded; None: nothing is known of it."""
        return self.spec_data if self.spec is None else self.spec.recorded

    @property
    def is_effective(self) -> bool:
        """Whether anything is to be done."""
        return self.action is not Action.UNCHANGED

    @property
    def is_again(self) -> bool:
        """Whether the recorded version is written again, as its file is gone."""
        is_same = self.record is not None and self.version == self.record.version
        return self.action is Action.UPDATE and self.old_file is None and is_same

    @property
    def certified(self) -> Header | None:
        """What the DAG file says of itself, if it is to be believed."""
        header = self.header
        return header if header is not None and (header.is_whole or header.is_early) else None

    @property
    def claim(self) -> Claim:
        """What this asks of the registry."""
        if self.record is None:
            return Claim(
                dag_id=self.dag_id if self.is_known else self.name or self.base_name,
                on_taken="fail" if self.is_known else self.on_taken,
                spec_digest=self.spec_digest,
            )
        return Claim(
            dag_id=self.record.dag_id,
            replaces=self.record.id,
            expected_version=self.record.version,
            spec_digest=self.spec_digest,
            is_unchanged=not self.is_effective,
        )

    @property
    def granted(self) -> Reservation:
        """What the registry has granted.

        Raises:
            ValueError: Nothing yet; a bug in dagctl.
        """
        if self.reservation is None:
            raise ValueError(f"nothing is reserved for {self.dag_id}")
        return self.reservation

    def warned(self, *warnings: str) -> Change:
        """Return the change with more that the user is to know."""
        return replace(self, warnings=(*self.warnings, *warnings))

    def of_record(self, record: DagRecord) -> Change:
        """Return the change as one of the recorded DAG, whatever name its spec gives."""
        return replace(
            self, base_name=record.base_name, is_known=True, dag_id=record.dag_id, record=record
        )

    def is_as_recorded(self, record: DagRecord | None) -> bool:
        """Return whether the record is of just these bytes: the DAG's file shall be so."""
        if self.is_removal:
            return record is None or record.is_removed
        return record is not None and record.content_digest == digest_of(self.content or b"")

    @property
    def writes(self) -> tuple[FileWrite, ...]:
        """What is written in the work tree, or removed from it."""
        own = FileWrite(path=self.path, old=self.old_file, new=self.content)
        return (own,) if self.gives_way is None else (own, self.gives_way)


def asked(spec: DagSpec, source: str | None = None) -> Change:
    """Return what a command asks of a spec; what it means is for the plan to say.

    Raises:
        UsageError: The path of the spec is no UTF-8, so that no registry can keep it.
    """
    if source is not None and not is_unicode(source):
        raise UsageError(f"the name of the spec {source!a} is not UTF-8", hint="rename the file")
    return Change(
        source=source,
        spec_digest=spec.digest(),
        base_name=spec.dag_id,
        dag_id=spec.dag_id,
        spec=spec,
        spec_text=spec.text,
        inputs=spec.inputs,
    )


def distinct(changes: Iterable[Change]) -> list[Change]:
    """Return the changes; a file that is named twice counts once."""
    by_source: dict[str | int, Change] = {}
    for number, change in enumerate(changes):
        by_source.setdefault(number if change.source is None else change.source, change)
    return list(by_source.values())


def check_projects(changes: Sequence[Change], project_id: str) -> None:
    """Check that each spec that names a project names this project.

    Raises:
        UsageError: A spec names another.
    """
    for change in changes:
        named = change.spec.project_id if change.spec else None
        if named is not None and str(named) != project_id:
            raise UsageError(
                f"{change.source or change.base_name}: project_id is {named}, the workspace's is "
                f"{project_id}",
                hint="leave project_id out of the spec, or use the workspace of that project",
            )


def with_reservations(
    changes: Iterable[Change], reservations: Iterable[Reservation]
) -> tuple[Change, ...]:
    """Return the changes, each with what was granted for it; both are in the same order."""
    pairs = zip(changes, reservations, strict=True)
    return tuple(with_reservation(change, granted) for change, granted in pairs)


def with_reservation(change: Change, granted: Reservation) -> Change:
    """Return the change with its reservation.

    Where the file certifies another version than the embedded registry has, or the DAG is not in it
    yet, author, time and version are those of the file. A version whose file was gone and is
    written again stays what it is.
    """
    header, record = change.header, change.record
    if record is not None and change.is_again:
        granted = replace(granted, version=record.version, commit_id=record.commit_id)
    is_behind = record is None or granted.version != change.version
    if change.version and header and header.created_at and is_behind:
        granted = replace(
            granted,
            version=change.version,
            created_at=header.created_at,
            created_by_name=header.created_by,
        )
    return replace(change, reservation=granted, dag_id=granted.dag_id)


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of `content`, in hex."""
    return sha256(content).hexdigest()


def record_of(change: Change, project_id: str, commit_id: str) -> DagVersion:
    """Return the version that the registry shall record about a change whose bytes are known.

    Of a removal the registry keeps all but version and commit as they are recorded.
    """
    granted, spec = change.granted, change.data or {}
    return DagVersion(
        id=granted.row_id,
        project_id=project_id,
        user_id=granted.user_id,
        dag_id=granted.dag_id,
        **columns_of(spec, granted.dag_id),
        file_path=change.path,
        is_active=True,
        created_at=granted.created_at,
        updated_at=granted.created_at,
        commit_id=commit_id,
        version=granted.version,
        base_name=change.base_name,
        source_path=change.source,
        storage_path=change.storage_path,
        airflow=target_of(change.airflow).series,
        spec=spec,
        spec_digest=change.spec_digest,
        content_digest=digest_of(change.content or b""),
        created_by_name=granted.created_by_name,
        is_removed=change.is_removal,
        action=_recorded_action(change),
        renamed=change.renamed,
        spec_text=change.spec_text,
        inputs=change.inputs,
    )


def origin_of(change: Change) -> ArchiveOrigin:
    """Return where an imported DAG comes from, once it is reserved."""
    granted = change.granted
    return ArchiveOrigin(
        row_id=granted.row_id,
        version=granted.version,
        created_at=granted.created_at,
        created_by_name=granted.created_by_name,
        base_name=change.base_name,
    )


def columns_of(spec: Mapping[str, Any], dag_id: str) -> dict[str, Any]:
    """Return the columns of a record that follow from its spec."""
    return {
        "dag_name": spec.get("dag_name", dag_id),
        "description": spec.get("description", ""),
        "schedule_interval": as_text(spec.get("schedule_interval")),
        "owner": _owner(spec),
        "tags": tuple(spec.get("tags", ())),
        "task_count": sum(1 for _ in raw_tasks(spec)) if spec else 0,
    }


def _owner(spec: Mapping[str, Any]) -> str:
    """Return whose the tasks are: what `default_args` says comes before the DAG's own."""
    shared = spec.get("default_args") or {}
    return str(shared.get("owner") or spec.get("owner", ""))


def _recorded_action(change: Change) -> VersionAction:
    """Return what made the version; of one that is adopted its number says it."""
    if change.made_by is not None:
        return change.made_by
    if change.action is Action.UNCHANGED:
        return "create" if change.granted.version == 1 else "update"
    return cast("VersionAction", change.action.value)


def warnings_of(changes: Iterable[Change]) -> tuple[str, ...]:
    """Return what the user is to know about the changes, in their order."""
    return tuple(warning for change in changes for warning in change.warnings)
