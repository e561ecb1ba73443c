"""Reads an archive. Its shape is checked whole before any of it is unpacked.

A zip can say many things in two places, and unpack to anything. So this takes only what `export`
writes: plain entries that lie one behind the other from the first byte to the last one, each with a
known name, neither encrypted nor a link, and with sizes that fit. Then the manifest says the digest
of each entry. Nothing is unpacked to disk, and no more than one line of it is in memory at once.
"""

from __future__ import annotations

import io
import stat
import struct
import zlib
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from dagctl.archive.archive_form import (
    ALWAYS,
    LARGEST_ITEM,
    LARGEST_MANIFEST,
    LONGEST_LINE,
    MANIFEST,
    MOST_TIMES,
    ArchivedDag,
    ArchivedVersion,
    ArchiveError,
    ArchiveLimits,
    Checksum,
)
from dagctl.archive.archive_lines import read_manifest, read_version
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import BinaryIO
    from zipfile import ZipInfo

_END = struct.Struct("<4s4H2LH")
"""The end of a zip (APPNOTE.TXT, 4.3.16), without a comment."""
_LOCATOR = 20
"""Bytes of what says in front of that end where the one of a zip64 is (4.3.15)."""
_LOCAL = struct.Struct("<4s5H3L2H")
"""The head of an entry (4.3.7)."""
_OF_CENTRAL = 46
"""Bytes of an entry's head in the central directory, without its name."""
LONGEST_ENTRY = 255
"""Bytes of the name of an entry."""
CHUNK = 64 * 1024


@frozen
class Archive:
    """An archive whose shape and manifest are checked. Reading an entry checks that one."""

    dags: tuple[ArchivedDag, ...]
    _zip: ZipFile

    def content(self, dag: ArchivedDag) -> bytes:
        """Return the DAG file of a DAG.

        Raises:
            ArchiveError: It is not the one that the manifest names.
        """
        return b"".join(_chunks(self._zip, dag.file_entry, dag.file))

    def versions(self, dag: ArchivedDag) -> Iterator[ArchivedVersion]:
        """Yield the versions of a DAG, the newest first.

        Raises:
            ArchiveError: One is not as dagctl writes it, or they are not those that the manifest
                names. So nothing may be done by them before all are read.
        """
        last, count = dag.version + 1, 0
        for line in _lines(_chunks(self._zip, dag.history_entry, dag.history)):
            version = read_version(line, dag.dag_id)
            is_next = version.version < last if count else version.version == dag.version
            if not is_next:
                raise ArchiveError(f"the versions of `{dag.dag_id}` are not in their order")
            last, count = version.version, count + 1
            yield version
        if count != dag.versions:
            raise ArchiveError(f"the versions of `{dag.dag_id}` are not those of the manifest")


def open_archive(file: BinaryIO, limits: ArchiveLimits | None = None) -> Archive:
    """Return the archive in an open file.

    Args:
        file: A file that can be sought in; it stays open as long as the archive is used.
        limits: How much it may be.

    Raises:
        ArchiveError: It is no archive as dagctl writes it, or larger than it may be.
    """
    limits = limits or ArchiveLimits()
    with _readable():
        size = file.seek(0, io.SEEK_END)
        if size > limits.archive:
            raise ArchiveError(f"the archive is larger than {limits.archive} bytes")
        start, entries = _central_directory(file, size, limits)
        opened = ZipFile(file)
        if len(opened.infolist()) != entries:
            raise ArchiveError("the archive has another number of entries than it says")
        _check_entries(file, opened.infolist(), start)
        unpacked = sum(info.file_size for info in opened.infolist())
        if unpacked > min(limits.unpacked, ALWAYS + MOST_TIMES * size):
            raise ArchiveError(f"the archive would unpack to {unpacked} bytes: too many")
    dags = read_manifest(_manifest(opened, limits.dags), limits.dags)
    _check_manifest(dags, {info.filename: info for info in opened.infolist()})
    return Archive(dags, opened)


@contextmanager
def _readable() -> Iterator[None]:
    """Say of whatever the reading of zips stumbles over that the archive is damaged."""
    try:
        yield
    except (BadZipFile, EOFError, zlib.error, struct.error) as error:
        raise ArchiveError(f"the archive is damaged: {error}") from error
    except (NotImplementedError, RuntimeError, ValueError, OverflowError) as error:
        raise ArchiveError("the archive is not as dagctl writes it") from error


def _central_directory(file: BinaryIO, size: int, limits: ArchiveLimits) -> tuple[int, int]:
    """Return where the list of entries begins, and how many there are.

    It ends where the file does, and is not too long.
    """
    file.seek(max(0, size - _END.size - _LOCATOR))
    tail = file.read(_END.size + _LOCATOR)
    end = tail[-_END.size :]
    if len(end) != _END.size or not end.startswith(b"PK\x05\x06"):
        raise ArchiveError("this is no archive of dagctl, or its end is missing")
    _, disk, first_disk, here, entries, length, start, comment = _END.unpack(end)
    most = 2 * limits.dags + 1
    if (disk, first_disk, comment) != (0, 0, 0) or here != entries:
        raise ArchiveError("the archive is not as dagctl writes it")
    if entries > most or length > entries * (_OF_CENTRAL + LONGEST_ENTRY):
        raise ArchiveError(f"the archive has {entries} entries, and {most} are the most")
    if tail.startswith(b"PK\x06\x07"):  # else `zipfile` would believe other numbers than these
        raise ArchiveError("the archive is a zip64, which dagctl does not write")
    if start + length + _END.size != size:
        raise ArchiveError("the archive has something before or behind what dagctl writes")
    return start, entries


def _check_entries(file: BinaryIO, infos: list[ZipInfo], start: int) -> None:
    """Check that the entries are plain, and fill the archive without a gap or an overlap."""
    if len({info.filename for info in infos}) != len(infos):
        raise ArchiveError("an entry stands in the archive twice")
    at = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        _check_plain(info)
        if info.header_offset != at:
            raise ArchiveError("entries of the archive overlap, or there is something between them")
        file.seek(at)
        head = file.read(_LOCAL.size)
        name_length, extra_length = _LOCAL.unpack(head)[-2:]
        if name_length != len(info.filename) or extra_length:
            raise ArchiveError(f"the entry {info.filename!a} is not as dagctl writes it")
        at += _LOCAL.size + name_length + info.compress_size
    if at != start:
        raise ArchiveError("entries of the archive overlap, or there is something behind them")


def _check_plain(info: ZipInfo) -> None:
    is_plain = (
        info.orig_filename == info.filename
        and info.filename.isascii()
        and len(info.filename) <= LONGEST_ENTRY
        and info.flag_bits == 0  # neither encrypted nor patched, and no name in UTF-8
        and info.compress_type in {ZIP_STORED, ZIP_DEFLATED}
        and stat.S_ISREG(info.external_attr >> 16)
        and not (info.extra or info.comment or info.volume)
    )
    if not is_plain:
        raise ArchiveError(f"the entry {info.filename[:LONGEST_ENTRY]!a} is no plain file")


def _manifest(opened: ZipFile, dags: int) -> bytes:
    largest = min(LARGEST_MANIFEST, (dags + 1) * LARGEST_ITEM)
    info = next((info for info in opened.infolist() if info.filename == MANIFEST), None)
    if info is None:
        raise ArchiveError("the archive has no manifest.json: dagctl did not write it")
    if info.file_size > largest:
        raise ArchiveError(f"the manifest is larger than {largest} bytes")
    with _readable(), opened.open(info) as stream:
        return stream.read(largest + 1)


def _check_manifest(dags: Sequence[ArchivedDag], infos: Mapping[str, ZipInfo]) -> None:
    """Check that the entries are those of the manifest, with the sizes that it says."""
    sizes = {MANIFEST: infos[MANIFEST].file_size}
    sizes |= {dag.file_entry: dag.file.size for dag in dags}
    sizes |= {dag.history_entry: dag.history.size for dag in dags}
    if sizes != {name: info.file_size for name, info in infos.items()}:
        wrong = min(name for name in {*sizes, *infos} if not _fits(name, sizes, infos))
        raise ArchiveError(f"the entry {wrong!a} is not as the manifest says")


def _fits(name: str, sizes: Mapping[str, int], infos: Mapping[str, ZipInfo]) -> bool:
    return name in sizes and name in infos and infos[name].file_size == sizes[name]


def _chunks(opened: ZipFile, name: str, piece: Checksum) -> Iterator[bytes]:
    """Yield what an entry holds, and check at its end that it is what the manifest says."""
    digest, size = sha256(), 0
    with _readable(), opened.open(name) as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            yield chunk
    if (size, digest.hexdigest()) != (piece.size, piece.digest):
        raise ArchiveError(f"the entry {name!a} has another digest than the manifest says")


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield lines, without their ends."""
    rest = bytearray()
    for chunk in chunks:
        *lines, last = chunk.split(b"\n")
        for line in lines:
            yield bytes(rest) + line
            rest.clear()
        rest += last
        if len(rest) > LONGEST_LINE:
            raise ArchiveError(f"a version in the archive is longer than {LONGEST_LINE} bytes")
    if rest:
        raise ArchiveError("the archive has a version without an end")
