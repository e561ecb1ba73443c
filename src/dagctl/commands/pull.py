"""Write spec and DAG file from the registry into the work tree, where they lack or lag.

What a person has changed stays. Nothing is committed: the files are those that another clone has
committed, or is about to. Each file is written whole or not at all; a repeat goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dagctl.commands.records import pages, stored_source
from dagctl.dag_file.header import read_header
from dagctl.errors import ConflictError, NotFoundError, SpecError, UsageError
from dagctl.next_step import LIST, Command, Fix
from dagctl.operation.change import digest_of
from dagctl.operation.inventory import path_of
from dagctl.operation.recovery import recover_all
from dagctl.paths import is_spec_path
from dagctl.ports import FileWrite, Query, SpecWrite
from dagctl.spec.load import load_spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dagctl.dag_file.header import Header
    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.recovery import Recovered
    from dagctl.ports import DagRecord, Files

State = Literal["written", "current", "kept", "none"]
"""Written now (or to be written); as it is recorded; changed by a person; there is none."""
_PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PulledDag:
    """What became of the files of one DAG."""

    dag_id: str
    version: int
    file_path: str
    file: State
    source: str | None
    """The path of the spec, or None."""
    spec: State
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether a file was written."""
        return "written" in {self.file, self.spec}


@dataclass(frozen=True, slots=True)
class _Part:
    """What is to be done about one file."""

    state: State
    write: SpecWrite | FileWrite | None = None
    warning: str | None = None


def pull(
    context: Context,
    dag_ids: Sequence[str],
    on_recovered: Callable[[Sequence[Recovered]], None],
    *,
    dry_run: bool = False,
) -> tuple[PulledDag, ...]:
    """Bring the work tree up to what is recorded, and return what became of each DAG.

    Args:
        context: The ports and the settings.
        dag_ids: The DAGs; none: all.
        on_recovered: Gets what became of operations that had stopped.
        dry_run: Write nothing.

    Raises:
        NotFoundError: One of them is not recorded, or the store lacks a file.
        ConflictError: Another dagctl holds the workspace, or what is stored is not as recorded.
    """
    backend, settings = context.backend, context.settings
    with backend.journal.lock(wait=settings.lock_timeout, waiting=context.listener.waiting):
        on_recovered(recover_all(context).recovered)
        return tuple(
            _pulled(context, record, dry_run=dry_run) for record in _records(backend, dag_ids)
        )


def _records(backend: Backend, dag_ids: Sequence[str]) -> Iterator[DagRecord]:
    if not dag_ids:
        for page in pages(backend.registry, Query(limit=_PAGE)):
            yield from page.records
        return
    records = {each.dag_id: each for each in backend.registry.find(dag_ids=dag_ids, removed=True)}
    for dag_id in dict.fromkeys(dag_ids):
        record = records.get(dag_id)
        if record is None:
            backend.registry.get(dag_id)  # refuses who is no member
            raise NotFoundError(f"no DAG `{dag_id}` is recorded", hint=Fix(LIST))
        if record.is_removed:
            raise NotFoundError(
                f"`{dag_id}` is removed", hint=Fix(Command("restore", dag_id), " brings it back")
            )
        yield record


def _pulled(context: Context, record: DagRecord, *, dry_run: bool) -> PulledDag:
    backend, path = context.backend, path_of(context.settings, record.dag_id)
    if record.problem is not None:
        warning = f"the record of `{record.dag_id}` is damaged: {record.problem}"
        return _said(record, path, _Part("kept", warning=warning), _Part("none"))
    standing = _read(backend.files, path)
    header = read_header(standing) if isinstance(standing, bytes) else None
    file = _file(backend, record, path, standing, header)
    spec = _spec(backend, record, header)
    if not dry_run:  # the spec first: a run that is killed in between is repeated whole
        if isinstance(spec.write, SpecWrite):
            backend.files.write_spec(spec.write)
        if isinstance(file.write, FileWrite):
            backend.files.write([file.write])
    return _said(record, path, file, spec)


def _said(record: DagRecord, path: str, file: _Part, spec: _Part) -> PulledDag:
    return PulledDag(
        dag_id=record.dag_id,
        version=record.version,
        file_path=path,
        file=file.state,
        source=record.source_path,
        spec=spec.state,
        warnings=tuple(part.warning for part in (file, spec) if part.warning is not None),
    )


def _file(
    backend: Backend,
    record: DagRecord,
    path: str,
    standing: bytes | Literal["other"] | None,
    header: Header | None,
) -> _Part:
    """Return what is to be done about the DAG file: an older version is untouched by a person."""
    if standing == "other":
        return _Part("kept", warning=f"{path} is no regular file, and stays")
    if isinstance(standing, bytes):
        if digest_of(standing) == record.content_digest:
            return _Part("current")
        is_older = header is not None and header.is_whole and _is_about(header, record)
        if not is_older or header is None or (header.version or 0) >= record.version:
            return _Part("kept", warning=f"{path} was changed by hand or is a newer one: it stays")
    content = stored_source(backend, record).encode()
    old = standing if isinstance(standing, bytes) else None
    return _Part("written", FileWrite(path=path, old=old, new=content))


def _spec(backend: Backend, record: DagRecord, header: Header | None) -> _Part:
    """Return what is to be done about the spec file: it is of a version, or a person changed it."""
    path = record.source_path
    if path is None or not is_spec_path(path):
        warning = f"{path} is no place where dagctl writes a spec" if path else None
        return _Part("none", warning=warning)
    standing = _read(backend.files, path)
    if standing == "other":
        return _Part("kept", warning=f"{path} is no regular file, and stays")
    old = standing if isinstance(standing, bytes) else None
    state = "none" if old is None else _state_of(old, path, record, header)
    if state == "current":
        return _Part("current")
    if state == "kept":
        return _Part("kept", warning=f"{path} was changed by hand, and stays")
    text = _text(backend, record)
    if text is None:
        return _Part("kept" if old else "none", warning=_without_text(record, path))
    return _Part("written", SpecWrite(path=path, old=old, new=text.encode()))


def _state_of(content: bytes, path: str, record: DagRecord, header: Header | None) -> State:
    """Return whether a spec file is the recorded one, an older one, or one of a person's.

    An older one is that which the DAG file was made from; it is written over.
    """
    digest = _digest(content, path)
    if digest == record.spec_digest:
        return "current"
    return "written" if digest is not None and header and header.is_of(digest) else "kept"


def _text(backend: Backend, record: DagRecord) -> str | None:
    """Return what the author of the recorded version wrote, if that is its spec."""
    versions = backend.registry.versions(record.dag_id, limit=1, text=True)
    text = versions[0].spec_text if versions and versions[0].version == record.version else None
    is_of = text is not None and _digest(text.encode(), record.source_path) == record.spec_digest
    return text if is_of else None


def _without_text(record: DagRecord, path: str) -> str:
    shown = f"dagctl show {record.dag_id} --spec"
    return f"the text of {path} is not recorded, or reads other files: `{shown}` shows the spec"


def _digest(content: bytes, path: str | None) -> str | None:
    try:
        return load_spec(content, origin=path).digest()
    except SpecError:
        return None


def _read(files: Files, path: str) -> bytes | Literal["other"] | None:
    """Return what stands at a path; `other`: a link or a folder."""
    try:
        return files.read(path)
    except (ConflictError, UsageError):
        return "other"


def _is_about(header: Header, record: DagRecord) -> bool:
    """Return whether a header is that of the DAG; without an id it is, as its file's name says."""
    return header.dag_id in {None, record.dag_id}
