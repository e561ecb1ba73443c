"""What DAGs there are: the records of the registry, and the DAG files of the work tree.

A shared registry says which DAGs there are. The embedded one is a cache of the files: where a file
certifies itself, the file counts, since a clone, a pull, a revert or another branch brought it.
"""

from __future__ import annotations

from dataclasses import field, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Self, TypeVar

from dagctl.dag_file.file_name import dag_id_of
from dagctl.dag_file.header import escaped, sources_in
from dagctl.errors import ConflictError
from dagctl.frozen import frozen
from dagctl.operation.dags.foreign import LARGEST, dag_ids_in, mentions
from dagctl.operation.dags.numbered_names import ASKED, numbers_to_ask, without_number
from dagctl.operation.dags.removed_elsewhere import removed_elsewhere
from dagctl.paths import dag_path
from dagctl.spec.fields.slug import slug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dagctl.dag_file.header import Header
    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.ports import DagRecord, Files, Registry
    from dagctl.settings import Settings

T = TypeVar("T")

MOST_FILES = 20_000
"""How many Python files in the DAGs folder are looked at."""


@frozen(kw_only=True)
class Known:
    """A DAG that exists, as its record or its file has it."""

    dag_id: str
    base_name: str
    """The id that was asked for, before a number was added."""
    source: str | None
    """The path of its spec, or None."""
    spec_digest: str
    """SHA-256 of its spec in hex, or the first digits of it; empty: not known."""
    record: DagRecord | None = None
    header: Header | None = None
    """What the DAG file says of itself; None: there is no file, or not one of dagctl's."""
    is_here: bool = True
    """Whether this work tree has, or had, the DAG file; False: only another clone has it."""

    def is_of(self, spec_digest: str) -> bool:
        """Return whether it was made from the spec with this SHA-256."""
        return bool(self.spec_digest) and spec_digest.startswith(self.spec_digest)


@frozen(kw_only=True)
class Inventory:
    """The DAGs that some specs may mean, and the names that are not free."""

    dags: tuple[Known, ...]
    foreign: dict[str, list[str]] = field(default_factory=dict)
    """Hand-written files, by the DAG ids in them in lower case."""
    strays: frozenset[str] = frozenset()
    """Ids of DAG files of dagctl that a shared registry does not know, or not yet: another replica
    has pushed them, and is about to confirm them or has died before it did."""
    paths: tuple[str, ...] = ()
    """The Python files in the DAGs folder, if they were listed."""
    removed: tuple[DagRecord, ...] = ()
    """The tombstones of removed DAGs: their ids are not free, and their specs mean them."""

    def of_source(self, source: str | None) -> list[Known]:
        """Return the DAGs that were made from a spec file."""
        return self._by_source.get(source, []) if source is not None else []

    def of_id(self, dag_id: str) -> Known | None:
        """Return the DAG of that id, whatever its case."""
        same = self._by_id.get(dag_id.casefold(), [])
        return next((dag for dag in same if dag.dag_id == dag_id), next(iter(same), None))

    def of_name(self, name: str) -> list[Known]:
        """Return the DAGs that asked for a name: the DAG of that id, and the numbered ones."""
        return self._by_name.get(name, [])

    def removed_of(self, source: str | None) -> DagRecord | None:
        """Return the tombstone of the DAG that was made from a spec file."""
        return self._removed_by_source.get(source) if source is not None else None

    def removed_id(self, dag_id: str) -> DagRecord | None:
        """Return the tombstone of that id, whatever its case."""
        return self._removed_by_id.get(dag_id.casefold())

    def alike(self, path: str) -> list[str]:
        """Return the files whose paths differ from this one only by case."""
        return [other for other in self._by_path.get(path.casefold(), ()) if other != path]

    @cached_property
    def _by_source(self) -> dict[str, list[Known]]:
        return _grouped((dag.source, dag) for dag in self.dags if dag.source is not None)

    @cached_property
    def _by_id(self) -> dict[str, list[Known]]:
        return _grouped((dag.dag_id.casefold(), dag) for dag in self.dags)

    @cached_property
    def _by_name(self) -> dict[str, list[Known]]:
        return _grouped((name, dag) for dag in self.dags for name in {dag.base_name, dag.dag_id})

    @cached_property
    def _removed_by_source(self) -> dict[str | None, DagRecord]:
        return {record.source_path: record for record in self.removed}

    @cached_property
    def _removed_by_id(self) -> dict[str, DagRecord]:
        return {record.dag_id.casefold(): record for record in self.removed}

    @cached_property
    def _by_path(self) -> dict[str, list[str]]:
        return _grouped((path.casefold(), path) for path in self.paths)


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def path_of(settings: Settings, dag_id: str) -> str:
    """Return where the DAG file of a DAG stands in the workspace, whatever a record says."""
    return dag_path(settings.dags_folder, dag_id)


def take_inventory(context: Context, changes: Sequence[Change]) -> Inventory:
    """Return what there is that the changes may mean; the registry is asked a few times at most.

    The DAGs folder is listed and read only where a spec file is new: else what is recorded of the
    spec files says enough.
    """
    settings = context.settings
    records = _records(context.backend.registry, changes)
    sources = {record.source_path for record in records if not record.is_removed}
    is_settled = all(change.source is not None and change.source in sources for change in changes)
    own = {path_of(settings, record.dag_id) for record in records}
    sought = _Sought.by(changes, own)
    paths, headers, foreign = ([], {}, {}) if is_settled else _looked_through(context, sought)
    is_cache = context.backend.cache is not None
    if is_cache:
        headers |= _headers_at(context, own.difference(paths))
        records = _with_removals(context, records, headers)
    # a clone or a revert may have brought the file of a removed DAG back: the file counts
    gone = {
        record.id
        for record in records
        if record.is_removed and not (is_cache and record.dag_id in headers)
    }
    standing = [record for record in records if record.id not in gone]
    dags = list(_from_both(standing, headers) if is_cache else map(_from_record, standing))
    if not (is_cache or is_settled):
        dags = _with_places(context, dags, set(paths))
    return Inventory(
        dags=tuple(dags),
        foreign=foreign,
        strays=frozenset() if is_cache else _strays(settings, headers, own),
        paths=tuple(paths),
        removed=tuple(record for record in records if record.id in gone),
    )


def hand_written(context: Context, dag_ids: Iterable[str], own: set[str]) -> dict[str, list[str]]:
    """Return hand-written files by the id in them, in lower case, but for the paths in `own`."""
    names = frozenset(dag_id.casefold() for dag_id in dag_ids)
    return _looked_through(context, _Sought(own=own, names=names, sources=frozenset()))[2]


def _looked_through(
    context: Context, sought: _Sought
) -> tuple[list[str], dict[str, Header], dict[str, list[str]]]:
    """Return the Python files in the DAGs folder, what those of dagctl say, and the other's ids."""
    paths: list[str] = []
    headers: dict[str, Header] = {}
    foreign: dict[str, list[str]] = {}
    for path, content in context.backend.files.python_files(
        context.settings.dags_folder, MOST_FILES, LARGEST
    ):
        paths.append(path)
        if not sought.may_be(path, content):
            continue
        dag_id, header = _dag_in(context, path, content)
        if header is not None:
            headers[dag_id] = header
        elif path not in sought.own:
            for each in dag_ids_in(content, sought.names, PurePosixPath(path).stem):
                foreign.setdefault(each.casefold(), []).append(path)
    return paths, headers, foreign


def _with_removals(
    context: Context, records: Sequence[DagRecord], headers: Mapping[str, Header]
) -> list[DagRecord]:
    """Return the records, with tombstones for the DAGs that another clone has removed."""
    files = context.backend.files
    absent = [
        record
        for record in records
        if record.dag_id not in headers
        and not record.is_removed
        and not _content(files, path_of(context.settings, record.dag_id))
    ]
    removed = {each.id: each for each in removed_elsewhere(context, absent)}
    return [removed.get(record.id, record) for record in records]


def _headers_at(context: Context, paths: Iterable[str]) -> dict[str, Header]:
    """Return what these DAG files say of themselves, by the ids of their DAGs."""
    files = context.backend.files
    read = (_dag_in(context, path, _content(files, path)) for path in sorted(paths))
    return {dag_id: header for dag_id, header in read if header is not None}


def _dag_in(context: Context, path: str, content: bytes) -> tuple[str, Header | None]:
    return dag_of(context.settings, path, content, lambda: context.backend.repo.unmerged(path))


@frozen(kw_only=True)
class _Sought:
    """What DAG files are looked through for; most hold nothing of it, and are not read further."""

    own: set[str]
    """The paths of the DAGs whose records are known."""
    names: frozenset[str]
    """The ids that are asked for, in lower case."""
    sources: frozenset[str]
    """The paths of the specs, as a header has them."""

    @classmethod
    def by(cls, changes: Sequence[Change], own: set[str]) -> Self:
        """Return what these changes look for."""
        names = frozenset(change.base_name.casefold() for change in changes)
        sources = {escaped(change.source) for change in changes if change.source is not None}
        return cls(own=own, names=names, sources=frozenset(filter(None, sources)))

    def may_be(self, path: str, content: bytes) -> bool:
        """Return whether a file may be that of a DAG that is meant, or have one of the names."""
        if path in self.own or not self.sources.isdisjoint(sources_in(content)):
            return True
        dag_id = dag_id_of(path.rpartition("/")[2]).casefold()
        is_named = not self.names.isdisjoint((dag_id, without_number(dag_id)))
        return is_named or mentions(content, self.names)


def _strays(settings: Settings, dag_ids: Iterable[str], own: set[str]) -> frozenset[str]:
    ids = (dag_id for dag_id in dag_ids if path_of(settings, dag_id) not in own)
    return frozenset(dag_id.casefold() for dag_id in ids)


def _records(registry: Registry, changes: Sequence[Change]) -> list[DagRecord]:
    """Return what is recorded under the specs' paths, and under their names with any number."""
    first = registry.find(
        source_paths={change.source for change in changes if change.source is not None},
        dag_ids={change.base_name for change in changes},
        removed=True,
        specs=False,
    )
    sources = {record.source_path for record in first if not record.is_removed}
    new = [c.base_name for c in changes if c.source is None or c.source not in sources]
    records, asked = {record.id: record for record in first}, 1
    for most in ASKED:
        ids = {record.dag_id for record in records.values()}
        names = numbers_to_ask(new, ids, asked, most)
        if not names:
            break
        more = registry.find(dag_ids=names, removed=True, specs=False)
        records |= {record.id: record for record in more}
        asked = most
    return list(records.values())


def _with_places(context: Context, dags: Sequence[Known], listed: set[str]) -> list[Known]:
    """Return the DAGs, each with whether this work tree has its file, or git says that it had."""
    paths = {dag.dag_id: path_of(context.settings, dag.dag_id) for dag in dags}
    unlisted = {path: None for path in paths.values() if path not in listed}
    committed = context.backend.repo.differing(unlisted) if unlisted else set()
    here = listed | committed
    return [replace(dag, is_here=paths[dag.dag_id] in here) for dag in dags]


def _content(files: Files, path: str) -> bytes:
    try:
        return files.read(path) or b""
    except ConflictError:  # a link or a folder: what it is, is said where it is in the way
        return b""


def dag_of(
    settings: Settings,
    path: str,
    content: bytes,
    unmerged: Callable[[], Sequence[bytes]] = tuple,
) -> tuple[str, Header | None]:
    """Return the id of the DAG whose file this is, and its header; no header: it is no such file.

    A file under another name than its DAG's is a copy, or was renamed by hand.
    """
    from dagctl.operation.comparison.merge import header_of

    header, _ = header_of(content, unmerged)
    dag_id = (header and header.dag_id) or dag_id_of(path.rpartition("/")[2])
    is_copy = header is not None and header.is_whole and f'"{dag_id}"'.encode() not in content
    return dag_id, header if path_of(settings, dag_id) == path and not is_copy else None


def _from_record(record: DagRecord) -> Known:
    return Known(
        dag_id=record.dag_id,
        base_name=record.base_name,
        source=record.source_path,
        spec_digest=record.spec_digest,
        record=record,
    )


def _from_both(records: Iterable[DagRecord], headers: dict[str, Header]) -> Iterator[Known]:
    """Yield each DAG as its file has it, if that certifies itself, else as its record has it."""
    left = {name: header for name, header in headers.items() if header.is_whole or header.is_early}
    for record in records:
        header = left.pop(record.dag_id, None)
        known = _from_record(record)
        yield known if header is None else _certified(known, header)
    for dag_id, header in left.items():
        name = base_name_of(dag_id, header)
        yield _certified(Known(dag_id=dag_id, base_name=name, source=None, spec_digest=""), header)


def base_name_of(dag_id: str, header: Header) -> str:
    """Return the id that was asked for, as far as the file of a DAG says it."""
    base = without_number(dag_id)
    return base if slug(header.title) == base else dag_id


def _certified(known: Known, header: Header) -> Known:
    source = header.source or known.source
    return replace(known, source=source, spec_digest=header.spec_digest, header=header)
