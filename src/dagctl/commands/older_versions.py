"""The versions of a DAG that other clones have made, as the commits checked out here have them.

An embedded registry begins with what its clone has checked out, and a pull brings the newest
version only. But git has each version's file, and a DAG file certifies itself.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from dagctl.commands.certified import certified_spec
from dagctl.dag_file.header import read_header
from dagctl.frozen import frozen
from dagctl.operation.change import columns_of, digest_of
from dagctl.operation.dags.commit_subject import done_in
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dagctl.dag_file.header import Header
    from dagctl.operation.backend import Context
    from dagctl.ports import DagVersion, LoggedCommit, VersionAction

_AT_ONCE = 50
"""How many contents of a file are in memory."""
_MOST_TRIED = 8
"""How many texts of a spec file are read for one version."""
_IN_SERIES_3 = lazy_pattern(rb"^from airflow\.sdk import ", re.MULTILINE)


@frozen
class _State:
    """What a commit left of a DAG file."""

    at: int
    """Which commit of the history that is, from the newest on."""
    commit: LoggedCommit
    content: bytes | None
    """The file; None: it was removed."""
    header: Header | None


class OlderVersions:
    """What git has of one DAG's versions.

    Args:
        context: The ports and the settings.
        newest: The newest version that is recorded; it may be a removal.
    """

    def __init__(self, context: Context, newest: DagVersion) -> None:
        self._context = context
        self._newest = newest
        self._logs: dict[str | None, Sequence[LoggedCommit]] = {}

    def below(self, before: int, limit: int, known: Collection[int]) -> Iterator[DagVersion]:
        """Yield versions with a smaller number that are not known, the newest first.

        What a file certifies counts, and a removal between two such files whose numbers leave room
        for it. Of commits of which it is not known whether they made what they hold, none.

        Args:
            before: Only versions with a smaller number.
            limit: How many numbers are looked at, from the newest on.
            known: The numbers that are recorded.

        Raises:
            DagctlError: The files or git cannot be read.
        """
        seen, last = set[int](), self._newest.version + 1
        removal: _State | None = None
        for state in self._states():
            if state.content is None:
                removal = state
                continue
            number = state.header.version if state.header else None
            if state.header is None or number is None or number >= last:
                continue
            made = {number: state}
            if removal is not None and number + 1 < last:
                made[number + 1] = removal
            for each in sorted(made, reverse=True):
                if each < before:
                    seen.add(each)
                    if each not in known:
                        yield self._version(each, made[each], state)
                if len(seen) == limit:
                    return
            removal, last = None, number

    @property
    def _commits(self) -> Sequence[LoggedCommit]:
        return self._log(self._newest.source_path)

    def _log(self, source: str | None) -> Sequence[LoggedCommit]:
        """Return the commits that changed the DAG file or a spec file."""
        if source not in self._logs:
            paths = [self._newest.file_path, *([source] if source else [])]
            self._logs[source] = self._context.backend.repo.log(paths)
        return self._logs[source]

    def _states(self) -> Iterator[_State]:
        """Yield what commits have left of the DAG file, the newest first."""
        path = self._newest.file_path
        own = ((at, each) for at, each in enumerate(self._commits) if path in each.changes)
        while some := list(islice(own, _AT_ONCE)):
            ids = {commit.changes[path][1] for _, commit in some}
            contents = self._context.backend.repo.blobs(ids)
            for at, commit in some:
                after = commit.changes[path][1]
                content, is_gone = contents.get(after), not after.strip("0")
                if is_gone and commit.subject:
                    yield _State(at, commit, None, None)
                header = None if content is None else read_header(content)
                if header is not None and self._is_certified(header, commit):
                    yield _State(at, commit, content, header)

    def _is_certified(self, header: Header, commit: LoggedCommit) -> bool:
        """Return whether a file is a version of this DAG that this very commit has brought."""
        newest = self._newest
        is_own = header.dag_id in {None, newest.dag_id} and (
            header.created_at == newest.created_at.replace(microsecond=0)  # not one before a purge
        )
        return (
            header.certifies_a_version and is_own and (not commit.is_first or header.version == 1)
        )

    def _version(self, number: int, state: _State, standing: _State) -> DagVersion:
        """Return a version; `standing` has the file that it made, or removed."""
        content, header, newest = standing.content or b"", standing.header, self._newest
        if header is None or header.created_at is None:
            raise ValueError("not certified")  # a bug in dagctl
        texts = self._texts(header.source, standing.at) if header.source else ()
        spec = certified_spec(
            self._context, newest.dag_id, newest.file_path, content, header, texts=texts
        )
        is_removal = state.content is None
        by_file: VersionAction = "delete" if is_removal else "create" if number == 1 else "update"
        action, renamed = done_in(state.commit.subject, newest.dag_id, by_file)
        return replace(
            newest,
            **columns_of(spec.data if spec.digest else {}, newest.dag_id),
            version=number,
            created_at=header.created_at,
            created_by_name=header.created_by,
            updated_at=state.commit.at,
            updated_by_name=state.commit.by,
            commit_id=state.commit.id,
            source_path=header.source,
            airflow="3" if _IN_SERIES_3.search(content) else "2",
            spec=spec.data if spec.digest else {},
            spec_digest=spec.digest,
            spec_text=None if is_removal else spec.text,
            inputs=spec.inputs,
            content_digest=digest_of(content),
            is_active=not is_removal,
            is_removed=False,
            operation_id=None,
            imported_by_name=None,
            action=action,
            renamed=renamed,
        )

    def _texts(self, source: str, at: int) -> Iterator[bytes]:
        """Yield what a spec file held when a commit was made, then what it held later, then before.

        The author may have committed the spec after the DAG.
        """
        log = self._log(source)
        held = [
            (number, each.changes[source][1])
            for number, each in enumerate(log)
            if source in each.changes
        ]
        at = next((n for n, each in enumerate(log) if each.id == self._commits[at].id), at)
        then = [blob for number, blob in held if number >= at]
        later = [blob for number, blob in reversed(held) if number < at]
        nearest = list(dict.fromkeys([*then[:1], *later, *then[1:]]))[:_MOST_TRIED]
        contents = self._context.backend.repo.blobs(nearest)
        yield from (contents[blob] for blob in nearest if blob in contents)
