"""The body of a request with rows that are made one by one: what is large of it lies in a file."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager, suppress
from itertools import chain
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from dagctl.adapters.http.messages import SyncByteStream
from dagctl.errors import UnavailableError, advice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import BinaryIO

LARGE = 1_000_000
"""Bytes of rows from which on they go into a file."""
CHUNK = 64 * 1024


class LargeBody(SyncByteStream):
    """A body in a file. Each try of the request reads it from its beginning."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, io.SEEK_END)

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(0)
        while chunk := self._file.read(CHUNK):
            yield chunk


@contextmanager
def body_of(
    parameters: Mapping[str, Any], name: str, rows: Iterable[object]
) -> Iterator[tuple[dict[str, Any], LargeBody | None]]:
    """Yield the parameters of a function, or none and a body that has them all, if it is large.

    Args:
        parameters: The parameters but for the rows.
        name: The name of the parameter that has the rows.
        rows: The rows, as JSON data.

    Raises:
        UnavailableError: The temporary file cannot be written.
    """
    left = iter(rows)
    first, size = [], 0
    for row in left:
        first.append(row)
        size += len(_encoded(row))
        if size > LARGE:
            break
    else:
        yield {**parameters, name: first}, None
        return
    file = TemporaryFile()  # noqa: SIM115 - it is closed by `with`, below
    try:
        _write(file, parameters, name, chain(first, left))
    except OSError as error:
        with suppress(OSError):  # which writes what is left once more
            file.close()
        raise UnavailableError(
            f"the temporary file of a request cannot be written: {error.strerror or error}",
            hint=advice(error),
        ) from error
    with file:
        yield {}, LargeBody(file)


def _write(
    file: BinaryIO, parameters: Mapping[str, Any], name: str, rows: Iterable[object]
) -> None:
    small = [_encoded(key) + b":" + _encoded(value) for key, value in parameters.items()]
    file.write(b"{" + b",".join([*small, _encoded(name) + b":["]))
    file.writelines(b"," * bool(number) + _encoded(row) for number, row in enumerate(rows))
    file.write(b"]}")
    file.flush()  # else a full disk shows when the request is sent


def _encoded(value: object) -> bytes:
    """Return a value as JSON in the way of the `supabase` library."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")
