"""Writes an archive: one DAG after another, none of them kept in memory."""

from __future__ import annotations

import stat
from hashlib import sha256
from typing import TYPE_CHECKING, Self
from zipfile import ZIP_DEFLATED, LargeZipFile, ZipFile, ZipInfo

from dagctl.archive.archive_form import (
    LARGEST_MANIFEST,
    MANIFEST,
    MOST_DAGS,
    ArchivedDag,
    ArchiveError,
    Checksum,
    file_entry,
    history_entry,
)
from dagctl.archive.archive_lines import manifest_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import BinaryIO

    from dagctl.ports import DagRecord

LEVEL = 6
"""Of compression; another one would give other bytes."""
MODE = stat.S_IFREG | 0o644
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time of every entry: the first one that a zip can say."""


class ArchiveWriter:
    """An archive that grows; a context manager that writes the manifest at its end."""

    def __init__(self, file: BinaryIO) -> None:
        """Write to this file, which can be read back and sought in."""
        self._zip = ZipFile(file, "w", ZIP_DEFLATED, allowZip64=False, compresslevel=LEVEL)
        self._dags: list[ArchivedDag] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._finish()
        self._zip.close()

    @property
    def dags(self) -> tuple[ArchivedDag, ...]:
        """What was added until now."""
        return tuple(self._dags)

    def add(self, newest: DagRecord, content: bytes, lines: Iterable[bytes]) -> None:
        """Add a DAG.

        Args:
            newest: The record of its newest version; the ids of DAGs come in ascending order.
            content: The DAG file.
            lines: Its versions, the newest first.

        Raises:
            ArchiveError: The archive would be larger than it may be.
        """
        if len(self._dags) == MOST_DAGS:
            raise too_large()
        file = self._write(file_entry(newest.dag_id), [content])[0]
        history, versions = self._write(history_entry(newest.dag_id), lines)
        self._dags.append(
            ArchivedDag(
                dag_id=newest.dag_id,
                base_name=newest.base_name,
                created_at=newest.created_at,
                created_by=newest.created_by_name,
                version=newest.version,
                versions=versions,
                file=file,
                history=history,
            )
        )

    def _finish(self) -> None:
        manifest = manifest_bytes(self._dags)
        if len(manifest) > LARGEST_MANIFEST:
            raise too_large()
        self._write(MANIFEST, [manifest])

    def _write(self, name: str, parts: Iterable[bytes]) -> tuple[Checksum, int]:
        """Write an entry; return what it is, and how many parts it has."""
        digest, size, count = sha256(), 0, 0
        try:
            with self._zip.open(_info(name), "w") as entry:
                for part in parts:
                    entry.write(part)
                    digest.update(part)
                    size += len(part)
                    count += 1
        except LargeZipFile as error:
            raise too_large() from error
        return Checksum(size, digest.hexdigest()), count


def _info(name: str) -> ZipInfo:
    info = ZipInfo(name, EARLIEST)
    info.compress_type = ZIP_DEFLATED
    info.create_system = 3  # Unix, whatever this is
    info.external_attr = MODE << 16
    return info


def too_large() -> ArchiveError:
    """Return the refusal of an archive that no import would take."""
    return ArchiveError(
        f"these DAGs are too many or too large for one archive ({MOST_DAGS} DAGs at most)",
        hint="name some of them: dagctl export ID... -o FILE",
    )
