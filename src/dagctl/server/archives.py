"""Archives that come and go: on the disk while they are under way, within bounds."""

from __future__ import annotations

import asyncio
import hashlib
import io
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from dagctl.archive.archive_form import ArchiveLimits
from dagctl.frozen import frozen
from dagctl.server.body import check_coding, in_time
from dagctl.server.refusals import RequestError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request

MEDIA_TYPE = "application/zip"
LARGEST = 64 * 1024 * 1024
"""Bytes of one archive."""
ARCHIVES = 16 * LARGEST
"""Bytes of all archives that are under way at once, on the disk."""
ARCHIVES_OF_ONE = 2 * LARGEST
"""Bytes of those of one caller."""
LIMITS = ArchiveLimits(archive=LARGEST, unpacked=4 * LARGEST, dags=2_000)
CHUNK = 64 * 1024


@frozen
class Sent:
    """An archive that is to be sent: its size, and its SHA-256 in hex."""

    size: int
    digest: str


async def receive(
    request: Request, take: Callable[[int], None], file: IO[bytes], *, seconds: float
) -> None:
    """Write the body of a request to a file; `take` gets the size of each part and may refuse it.

    Raises:
        BusyError: There is no room for it.
        RequestError: It is no zip, larger than an archive may be, or slower than `seconds`.
    """
    check_coding(request)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != MEDIA_TYPE:
        raise RequestError(
            f"the body is {media_type[:100]!a}, not an archive",
            status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            hint=f"send `Content-Type: {MEDIA_TYPE}`",
        )
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > LARGEST:
        raise too_large()
    size = 0
    async with in_time(seconds):
        async for part in request.stream():
            size += len(part)
            if size > LARGEST:
                raise too_large()
            take(len(part))
            await asyncio.to_thread(file.write, part)


def too_large() -> RequestError:
    """Return the refusal of an archive that is larger than a server takes or gives."""
    return RequestError(
        f"the archive is larger than {LARGEST} bytes",
        status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        hint="name some DAGs with `dag_id`, and take several archives",
    )


class BoundedFile:
    """A file that an archive is written to, up to its limit."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        """Write, unless the archive would be larger than it may be."""
        if self._file.seek(0, io.SEEK_CUR) + len(data) > LARGEST:
            raise too_large()
        return self._file.write(data)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a file has
        """Return what the file has."""
        return getattr(self._file, name)


def measured(file: BinaryIO) -> Sent:
    """Return what is to be sent; the file stands at its beginning then."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return Sent(size, digest.hexdigest())


async def parts(file: BinaryIO, finish: Callable[[], None]) -> AsyncIterator[bytes]:
    """Yield a file in parts, then let go of it."""
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
    finally:
        finish()
