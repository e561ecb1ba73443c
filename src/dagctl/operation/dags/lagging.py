"""What a work tree lacks of a recorded DAG, or has of an older version: spec file and DAG file.

What a person has changed stays. The two files go together: a DAG file says which version an update
is based on. If that of the newest version came to stand beside a spec that a person has changed
from an older one, the next `create` would undo what that person has never seen.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from dagctl.errors import ConflictError, SpecError
from dagctl.frozen import frozen
from dagctl.operation.backend import TooManyEnvironmentsError
from dagctl.operation.change import digest_of
from dagctl.operation.comparison.merge import header_of
from dagctl.operation.dags.inventory import path_of
from dagctl.operation.dags.loading import variants
from dagctl.operation.dags.other_folder import left_behind
from dagctl.paths import is_spec_path
from dagctl.ports import SpecWrite
from dagctl.readers.source_text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.dag_file.header import Header
    from dagctl.operation.backend import Context
    from dagctl.ports import DagRecord, DagVersion, Files, Registry
    from dagctl.spec.inputs import Input

State = Literal["written", "current", "kept", "none"]
"""Written now (or to be written); as it is recorded; there, and not to be touched; not there."""
PAGE = 20
"""How many versions are looked at to see whether a spec file is one of them."""


@frozen(kw_only=True)
class Lag:
    """How the files of one DAG differ from what is recorded, and what is to be done about it."""

    record: DagRecord
    path: str
    """The DAG file."""
    file: State
    spec: State
    old_file: bytes | None = None
    """What stands in the DAG file now."""
    standing_spec: bytes | None = None
    """What stands in the spec file now."""
    spec_write: SpecWrite | None = None
    warnings: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The paths that are to be written where nothing stands."""
        spec = self.spec_write.path if self.spec_write and self.spec_write.old is None else None
        file = self.path if self.file == "written" and self.old_file is None else None
        return tuple(path for path in (spec, file) if path is not None)


@frozen
class _Side:
    """One of the two files."""

    state: State
    warning: str | None = None
    old: bytes | None = None
    write: SpecWrite | None = None


def lag_of(context: Context, record: DagRecord) -> Lag:
    """Return how the files of a DAG lag behind its record. Nothing is changed.

    Raises:
        UnavailableError: The registry or the work tree cannot be read.
        UsageError: The variables of the workspace are wrong.
    """
    path = path_of(context.settings, record.dag_id)
    if record.damage:
        return Lag(record=record, path=path, file="none", spec="none", warnings=(record.damage,))
    file, header = _file(context, record, path)
    spec = _spec(context, record, header)
    if spec.state == "kept" and file.state == "written":
        file = replace(file, state=_left(file.old), warning=_with(path, file.old))
    return Lag(
        record=record,
        path=path,
        file=file.state,
        spec=spec.state,
        old_file=file.old,
        standing_spec=spec.old,
        spec_write=spec.write,
        warnings=tuple(side.warning for side in (spec, file) if side.warning is not None),
    )


def _left(standing: bytes | None) -> State:
    return "none" if standing is None else "kept"


def _with(path: str, standing: bytes | None) -> str:
    stays = "is not written, either" if standing is None else "stays as it is, too"
    return f"{path} {stays}: it says which version the spec beside it is based on"


def _file(context: Context, record: DagRecord, path: str) -> tuple[_Side, Header | None]:
    """Return what is to be done about the DAG file, and what it says of itself."""
    standing = _read(context.backend.files, path)
    if standing == "other":
        return _Side("kept", _no_file(path)), None
    if standing is None:
        left = left_behind(context.backend.files, record, path)
        side = _Side("written") if left is None else _Side("none", _in_other_folder(left, path))
        return side, None
    header, is_merge = header_of(standing, partial(context.backend.repo.unmerged, path))
    unix = standing.replace(b"\r\n", b"\n")
    if record.content_digest in {digest_of(standing), digest_of(unix)}:
        return _Side("current"), header
    if header is None or not header.is_whole or header.dag_id not in {None, record.dag_id}:
        return _Side("kept", f"{path} was changed by hand, and stays", old=standing), header
    if is_merge:
        return _Side("kept", f"{path} is in a merge conflict: finish the merge first"), header
    is_cache = context.backend.cache is not None  # then the file counts, and the record follows it
    side = _Side("current") if is_cache else _of_a_version(record, path, standing, header)
    return side, header


def _in_other_folder(left: str, path: str) -> str:
    new = path.rpartition("/")[0]
    return f"{left} stays, and {path} is not written: dags_folder is {new} now"


def _of_a_version(record: DagRecord, path: str, standing: bytes, header: Header) -> _Side:
    """Return what is to be done about a file that is another version, as dagctl wrote it."""
    version = header.version or 0
    if version < record.version:
        return _Side("written", old=standing)
    warning = (
        f"{path} is another version {version} of `{record.dag_id}` than any that is recorded "
        f"(the newest is {record.version}), and stays: check project_id in dagctl.toml"
    )
    return _Side("kept", warning)


def _spec(context: Context, record: DagRecord, header: Header | None) -> _Side:
    """Return what is to be done about the spec file."""
    path = record.source_path
    if path is None:
        return _Side("none")
    if not is_spec_path(path):
        return _Side("none", f"{path} is no place below the workspace where dagctl writes a spec")
    standing = _read(context.backend.files, path)
    if standing == "other":
        return _Side("kept", _no_file(path))
    try:
        return _compared(context, record, path, standing, header)
    except TooManyEnvironmentsError as error:
        stays = "is not written" if standing is None else "stays"
        return _Side(_left(standing), f"{error.message}, and {stays}: {error.hint}", old=standing)


def _compared(
    context: Context, record: DagRecord, path: str, standing: bytes | None, header: Header | None
) -> _Side:
    """Return the side of a spec file, by what it says now."""
    if standing is not None:
        if _means(context, standing, record):
            return _Side("current", old=standing)
        texts = list(_texts(context.backend.registry, record, header))
        if decode(standing)[0] not in texts:
            is_whole = None not in texts and len(texts) >= min(record.version, PAGE)
            is_not = f"is not the spec of version {record.version}"  # of another clone, perhaps
            what = "was changed by hand" if is_whole else is_not
            shown = f"`dagctl diff {record.dag_id} --spec {path}` shows how"
            return _Side("kept", f"{path} {what}, and stays: {shown}", old=standing)
    return _brought(context, record, path, standing)


def _brought(context: Context, record: DagRecord, path: str, standing: bytes | None) -> _Side:
    """Return the side of a spec file that lacks, or is that of an older version."""
    left = _left(standing)
    newest = context.backend.registry.versions(record.dag_id, limit=1, text=True)
    text = newest[0].spec_text if newest and newest[0].version == record.version else None
    shown = f"`dagctl show {record.dag_id} --spec` shows the spec"
    if text is None:
        warning = f"the text of {path} is not recorded, so it is not written: {shown}"
        return _Side(left, warning, old=standing)
    if not _means(context, text, record):
        warning = (
            f"{path} is not written: with the defaults, variables and files of this work tree its "
            f"text is not the spec of version {record.version}; git pull, then again; {shown}"
        )
        return _Side(left, warning, old=standing)
    write = SpecWrite(path=path, old=standing, new=text.encode())
    return _Side("written", old=standing, write=write)


def _means(context: Context, content: str | bytes, record: DagRecord) -> bool:
    """Return whether a text is the recorded spec, in whichever environment it was recorded."""
    path = record.source_path or ""
    try:
        made_of = partial(_made_of, context.backend.registry, record)
        specs = variants(context.loader, content, path, made_of)
        return any(spec.digest() == record.spec_digest for spec in specs)
    except SpecError:
        return False


def _made_of(registry: Registry, record: DagRecord) -> Sequence[Input]:
    """Return what the recorded spec was made of: it is recorded with the spec."""
    if record.inputs or record.spec:
        return record.inputs
    return next((each.inputs for each in registry.find(dag_ids=[record.dag_id])), ())


def _texts(registry: Registry, record: DagRecord, header: Header | None) -> Iterator[str | None]:
    """Yield texts that the spec file has had.

    Those of the newest versions, then of the versions up to the one that the DAG file certifies;
    of a renamed DAG those under its old id, too.
    """
    newest = registry.versions(record.dag_id, limit=PAGE, text=True)
    yield from (version.spec_text for version in newest)
    before = header.version if header is not None else None
    if before and newest and before < newest[-1].version:
        known = registry.versions(record.dag_id, before=before + 1, limit=PAGE, text=True)
        yield from (version.spec_text for version in known)
    for name in _old_ids(newest):
        known = registry.versions(name, limit=PAGE, text=True)
        yield from (version.spec_text for version in known)


def _old_ids(versions: list[DagVersion]) -> list[str]:
    return [
        version.renamed
        for version in versions
        if version.action == "rename" and version.renamed is not None
    ]


def _read(files: Files, path: str) -> bytes | Literal["other"] | None:
    """Return what stands at a path; `other`: a link or a folder."""
    try:
        return files.read(path)
    except ConflictError:
        return "other"


def _no_file(path: str) -> str:
    return f"{path} is a link, no regular file, or too large, and stays"
