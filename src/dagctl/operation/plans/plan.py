"""What an operation would do: for each spec create, update or leave, and with which bytes.

Reads the registry (a constant number of times), the work tree, the repository and the store;
changes nothing. No path of a row is believed: a DAG file stands where the settings say.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from dagctl.dag_file.header import body_of, read_header
from dagctl.errors import ConflictError, WorkspaceError
from dagctl.next_step import Command, Fix, again
from dagctl.operation.change import Action, check_projects, digest_of, distinct
from dagctl.operation.conflicts.basis import check_basis, check_named, version_of
from dagctl.operation.conflicts.taken_back import with_taken_back
from dagctl.operation.dags.free_ids import with_names
from dagctl.operation.dags.inventory import (
    MOST_FILES,
    Inventory,
    hand_written,
    path_of,
    take_inventory,
)
from dagctl.operation.dags.meaning import Meanings
from dagctl.operation.plans.agreement import agreed
from dagctl.operation.rendering import provenance_of, rendered, with_header
from dagctl.paths import storage_key
from dagctl.ports import FileWrite

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from dagctl.dag_file.header import Header
    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.change import Change
    from dagctl.operation.options import HandWritten, Options

_OTHER_ID = "choose another dag_id, or rename that file"
_OTHER_FILE = Fix(
    "give that DAG another id: `", Command("mv", "ID NEW_ID"), "`; or rename that file"
)


def make_plan(context: Context, changes: Iterable[Change], options: Options) -> list[Change]:
    """Return what is to be done about each change, in order; a file that is named twice once.

    Raises:
        ConflictError: A DAG or a file is in the way, and the options do not allow to pass.
        NotAMemberError: A file is in the way whose record the user may not see.
        UsageError: A spec names another project.
        SpecError: A spec cannot be rendered.
    """
    asked = distinct(changes)
    check_projects(asked, context.settings.project_id)
    inventory = take_inventory(context, asked)
    digests = {change.source: change.spec_digest for change in asked if change.source}
    meanings = Meanings(
        inventory, context.backend.files, options.if_exists, digests, context.loader
    )
    named = with_names(context, inventory, meanings.of(asked), options)
    standing = [_with_file(context, placed(context, change), options) for change in named]
    deleted = _deleted(context, standing, options)
    planned = [
        _known(context, change, options, deleted)
        if change.is_known
        else new_plan(context, inventory, change, options)
        for change in standing
    ]
    return agreed(context, with_taken_back(context, planned, options))


def standing_at(context: Context, path: str, options: Options) -> bytes | None:
    """Return what stands where the file of a new DAG shall be written.

    What git has there, the preflight looks at.

    Raises:
        ConflictError: Something does, and may not be overwritten.
    """
    standing = context.backend.files.read(path)
    if options.takes_over is not None and options.takes_over.path == path:
        check_as_read(options.takes_over, standing)
    elif standing is not None and not options.force:
        from dagctl.operation.conflicts.drift import not_ours

        raise not_ours(path)
    return standing


def check_as_read(file: HandWritten, standing: bytes | None) -> None:
    """Check that a hand-written file still is what its DAG was read from.

    Raises:
        ConflictError: It is not: what a person has changed since then would be lost.
    """
    if standing is None or digest_of(standing) != file.digest:
        what = "removed" if standing is None else "changed"
        raise ConflictError(
            f"{file.path} was {what} since dagctl read it",
            hint=again("look at the change, commit it"),
        )


def _giving_way(context: Context, path: str, options: Options) -> FileWrite | None:
    """Return the removal of a hand-written file that stands elsewhere; None: there is none.

    Raises:
        ConflictError: It is not as it was read.
    """
    file = options.takes_over
    if file is None or file.path == path:
        return None
    standing = context.backend.files.read(file.path)
    check_as_read(file, standing)
    return FileWrite(path=file.path, old=standing, new=None)


# --- One DAG ---


def updated(context: Context, change: Change, options: Options) -> Change:
    """Return the plan of a DAG that exists, whose spec the change has."""
    change = _with_file(context, placed(context, change), options)
    return _known(context, change, options, _deleted(context, [change], options))


def _deleted(context: Context, changes: Sequence[Change], options: Options) -> set[str]:
    """Return the files of known DAGs that are not in the work tree, and are in git."""
    absent = [change.path for change in changes if change.is_known and change.old_file is None]
    is_asked = bool(absent) and not options.force
    return context.backend.repo.differing(dict.fromkeys(absent)) if is_asked else set()


def placed(context: Context, change: Change) -> Change:
    """Return the change with where its file and its object stand."""
    settings, path = context.settings, path_of(context.settings, change.dag_id)
    return replace(
        change,
        airflow=settings.target,
        path=path,
        storage_path=storage_key(settings.project_id, path),
    )


def new_plan(context: Context, inventory: Inventory, change: Change, options: Options) -> Change:
    """Return the plan of a DAG that does not exist yet."""
    change = placed(context, change)
    backend, path = context.backend, change.path
    if options.expected_version is not None:
        raise ConflictError(
            f"`{change.dag_id}` is not recorded: there is no version to replace",
            hint="leave the version out to create it",
        )
    check_case(inventory, path)
    try:
        standing = standing_at(context, path, options)
    except ConflictError:
        if options.takes_over is not None:
            raise
        backend.registry.get(change.dag_id)  # refuses a non-member, who sees no record of any file
        standing = backend.files.read(path)
        header = read_header(standing) if standing is not None else None
        if header is not None and not header.is_whole:
            from dagctl.operation.conflicts.drift import changed_by_hand

            raise changed_by_hand(path, None, standing) from None
        if header is None or not _is_own_file(change, header):
            raise
        warning = f"{path} is of dagctl, and is not recorded here: it is recorded as a new DAG"
        change = change.warned(warning)
    gives_way = _giving_way(context, path, options)
    return replace(change, action=Action.CREATE, old_file=standing, gives_way=gives_way)


def check_case(inventory: Inventory, path: str, hint: Fix | str = _OTHER_ID) -> None:
    """Check that no file differs from the one of a new DAG only by case.

    Raises:
        WorkspaceError: One does.
    """
    if others := inventory.alike(path):
        raise WorkspaceError(
            f"{others[0]} differs from {path} only by case: some file systems hold one of them",
            hint=hint,
        )


def check_returning(context: Context, dag_ids: Iterable[str]) -> None:
    """Check that DAGs that come back are in the way of no file.

    Raises:
        ConflictError: A hand-written file has one of the ids meanwhile.
        WorkspaceError: A DAG file differs only by case from one of theirs.
    """
    settings = context.settings
    own = {dag_id: path_of(settings, dag_id) for dag_id in dag_ids}
    foreign = hand_written(context, own, set(own.values()))
    listed = context.backend.files.python_paths(settings.dags_folder, MOST_FILES)
    inventory = Inventory(dags=(), paths=(*listed, *own.values()))
    for dag_id, path in own.items():
        check_case(inventory, path, _OTHER_FILE)
        for other in foreign.get(dag_id.casefold(), ()):
            raise ConflictError(
                f"{other} has a DAG with the id `{dag_id}` now; dagctl did not write it",
                hint="remove the DAG from that file, or give it another id there",
            )


def _is_own_file(change: Change, header: Header) -> bool:
    """Return whether a file was made by dagctl from this spec, in another project or workspace."""
    is_same = header.is_of(change.spec_digest) or header.source == change.source is not None
    return is_same and change.base_name == change.dag_id


def _with_file(context: Context, change: Change, options: Options) -> Change:
    """Return the change of a known DAG with what stands in the work tree.

    Raises:
        WorkspaceError: The DAG file stands in another folder, as `dags_folder` was changed.
    """
    if not change.is_known:
        return change
    from dagctl.operation.comparison.merge import header_of

    standing = context.backend.files.read(change.path)
    if standing is None:
        from dagctl.operation.dags.other_folder import checked_folder

        change = checked_folder(context.backend.files, change, options)
    unmerged = partial(context.backend.repo.unmerged, change.path)
    header, is_merge = header_of(standing or b"", unmerged)
    return replace(change, old_file=standing, header=header, is_merge=is_merge)


def _known(context: Context, change: Change, options: Options, deleted: Collection[str]) -> Change:
    """Return the plan of a DAG that exists; `deleted` are files that only git has."""
    spec = change.spec
    if spec is None:
        raise ValueError(f"no spec to render for {change.dag_id}")  # a bug in dagctl
    known = provenance_of(change)
    first = rendered(spec, change.airflow, known)
    body = body_of(first) or b""
    warning = check_basis(context, change, body, options, deleted)
    if warning:
        change = change.warned(warning)
    if _says_the_same(context.backend, change, body):
        return replace(
            change, action=Action.UNCHANGED, content=change.old_file, version=known.version
        )
    check_named(change, options)
    version = _next_version(context.backend, change, first)
    return replace(
        change,
        action=Action.UPDATE if change.record or version > 1 else Action.CREATE,
        version=version,
        content=with_header(first, spec, change.airflow, replace(known, version=version)),
    )


def _says_the_same(backend: Backend, change: Change, body: bytes) -> bool:
    """Return whether the file says of this spec all that there is to say."""
    header, record, content = change.certified, change.record, change.old_file
    if header is None or content is None or not header.is_of(change.spec_digest):
        return False
    is_moved = change.source is not None and change.source != _source(change, header)
    if is_moved or body_of(content) != body:
        return False
    if backend.cache is None:
        recorded = (record.file_path, record.content_digest) if record else None
        return recorded == (change.path, digest_of(content))
    return header.is_early or None not in {header.version, header.created_at}


def _source(change: Change, header: Header) -> str | None:
    """Return the path of the spec that a DAG was made from, as its file or else its record has it.

    Where only a file of an early dagctl says anything, it does not name its spec.
    """
    if change.record is not None and (header.is_early or header.source is None):
        return change.record.source_path
    return change.source if header.is_early else header.source


def _next_version(backend: Backend, change: Change, same_version: bytes) -> int:
    """Return the version that an update makes.

    A shared registry counts. The embedded one follows the files: a file that was not here, and is
    written again to the byte, is no new version.
    """
    record, header = change.record, change.certified
    if backend.cache is None or header is None or header.version is None:
        now = version_of(change)
    else:
        now = header.version
    is_absent = change.old_file is None
    is_again = record is not None and digest_of(same_version) == record.content_digest
    return now if backend.cache is not None and is_absent and is_again else now + 1
