"""Which DAG files are not recorded as they are, in an embedded registry: it is a cache of them.

A clone, a pull, a revert or another branch has brought them. Loads no spec: mostly there are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dagctl.commands.recorded_state import pages
from dagctl.dag_file.header import read_header
from dagctl.errors import DagctlError
from dagctl.frozen import frozen
from dagctl.operation.change import digest_of
from dagctl.operation.dags.foreign import LARGEST
from dagctl.operation.dags.inventory import MOST_FILES, dag_of, path_of
from dagctl.paths import id_or_empty
from dagctl.ports import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.operation.backend import Context

_PAGE = 1000


class Mark(Protocol):
    """Remembers up to which state of the work tree the registry has followed it."""

    def is_current(self) -> bool:
        """Return whether nothing can have come since."""

    def remember(self) -> None:
        """Keep that everything up to the last look was taken over."""


def bring_up(context: Context, mark: Mark, *, whole: bool = False) -> None:
    """Let the registry take over what has come, and remember that it has.

    Args:
        context: The ports and the settings.
        mark: Up to where the registry has followed.
        whole: Whether nothing may lack: it takes as long as it takes.

    Raises:
        DagctlError: `whole`, and files or registry cannot be read or written.
    """
    behind = _behind(context) if whole else files_behind(context)
    if behind.files or behind.gone:
        from dagctl.commands.take_over import follow, take_over

        if whole:
            with context.lock():
                follow(context, behind.files, behind.gone)
        elif not take_over(context, behind.files, behind.gone):
            return
    mark.remember()


def bring_up_these(context: Context, dag_ids: Sequence[str]) -> None:
    """Let the registry take over what has come of some DAGs; no other file is read.

    One that another clone has removed before this clone was made is looked for in git.
    """
    try:
        records = context.backend.registry.find(dag_ids=dag_ids, removed=True, specs=False)
    except DagctlError:  # the command asks again, and says so itself
        return
    known = {record.dag_id: record for record in records}
    come, gone, unknown = dict[str, str](), list[str](), list[str]()
    for dag_id in filter(id_or_empty, dag_ids):
        record = known.get(dag_id)
        try:
            path = path_of(context.settings, dag_id)
            content = context.backend.files.read(path)
        except DagctlError:  # a link, a folder, no id: the plan refuses it
            continue
        header = None if content is None else read_header(content)
        if content is None and record is None:
            unknown.append(dag_id)
        elif content is None:
            gone += [dag_id] if record and not record.is_removed else []
        elif header and header.certifies_a_version and header.dag_id in {None, dag_id}:
            is_new = (
                record is None or record.is_removed or record.content_digest != digest_of(content)
            )
            come |= {dag_id: path} if is_new else {}
    if come or gone or unknown:
        from dagctl.commands.take_over import take_over

        take_over(context, come, gone, unknown)


@frozen
class Behind:
    """What may have come since the registry has followed the files."""

    files: dict[str, str]
    """The files that certify themselves and are recorded otherwise, by the ids of their DAGs."""
    gone: tuple[str, ...] = ()
    """The recorded DAGs that have no file."""


def files_behind(context: Context) -> Behind:
    """Return what may have come.

    Nothing where files or registry cannot be read: reading goes on, and says so itself.
    """
    try:
        return _behind(context)
    except DagctlError:
        return Behind({})


def _behind(context: Context) -> Behind:
    settings, recorded = context.settings, _digests(context)
    gone, behind = {path_of(settings, dag_id): dag_id for dag_id in recorded}, dict[str, str]()
    files = context.backend.files.python_files(settings.dags_folder, MOST_FILES, LARGEST)
    for path, content in files:
        gone.pop(path, None)
        dag_id, header = dag_of(settings, path, content)
        if header is None or recorded.get(dag_id) == digest_of(content):
            continue
        own = read_header(content)  # not that of one side of a merge
        if own is not None and own.certifies_a_version:
            behind[dag_id] = path
    return Behind(behind, tuple(gone.values()))


def _digests(context: Context) -> dict[str, str]:
    """Return the digests of the DAG files that are recorded, by the ids of their DAGs."""
    all_pages = pages(context.backend.registry, Query(limit=_PAGE))
    return {record.dag_id: record.content_digest for page in all_pages for record in page.records}
