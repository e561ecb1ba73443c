"""Which DAG files are not recorded as they are, in an embedded registry: it is a cache of them.

A clone, a pull, a revert or another branch has brought them. Loads no spec: mostly there are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dagctl.commands.records import pages
from dagctl.dag_file.header import read_header
from dagctl.errors import DagctlError
from dagctl.operation.change import digest_of
from dagctl.operation.foreign import LARGEST
from dagctl.operation.inventory import MOST_FILES, dag_of
from dagctl.ports import Query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.operation.backend import Context

_PAGE = 1000


class Mark(Protocol):
    """Remembers up to which state of the work tree the registry has followed it."""

    def is_current(self) -> bool:
        """Return whether nothing can have come since."""

    def remember(self) -> None:
        """Keep that everything up to the last look was taken over."""


def bring_up(context: Context, mark: Mark) -> None:
    """Let the registry take over what has come, and remember that it has."""
    if behind := files_behind(context):
        from dagctl.commands.follow import follow

        if not follow(context, behind):
            return
    mark.remember()


def files_behind(context: Context) -> dict[str, str]:
    """Return the DAG files that certify themselves and are recorded otherwise.

    Empty where files or registry cannot be read: reading goes on, and says so itself.

    Returns:
        The paths of the files, by the ids of their DAGs.
    """
    try:
        return dict(_behind(context))
    except DagctlError:
        return {}


def _behind(context: Context) -> Iterator[tuple[str, str]]:
    settings, recorded = context.settings, _digests(context)
    files = context.backend.files.python_files(settings.dags_folder, MOST_FILES, LARGEST)
    for path, content in files:
        dag_id, header = dag_of(settings, path, content)
        if header is None or recorded.get(dag_id) == digest_of(content):
            continue
        own = read_header(content)  # not that of one side of a merge
        if own is not None and own.certifies_a_version:
            yield dag_id, path


def _digests(context: Context) -> dict[str, str]:
    """Return the digests of the DAG files that are recorded, by the ids of their DAGs."""
    all_pages = pages(context.backend.registry, Query(limit=_PAGE))
    return {record.dag_id: record.content_digest for page in all_pages for record in page.records}
