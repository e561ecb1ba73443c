"""The data files of the catalogue, read where they are asked for.

A file is gzip; most are lines `key TAB JSON`, so that one entry is read without the others.
"""

from __future__ import annotations

import json
import zlib
from functools import cache
from importlib.resources import files
from typing import Any

_GZIP = 31
"""What zlib calls a gzip header with the largest window."""


@cache
def _folder() -> Any:  # noqa: ANN401 - a Traversable, whose module moved with Python 3.14
    return files("dagctl.operators").joinpath("data")


@cache
def exists(name: str) -> bool:
    """Return whether the catalogue has a file of that name."""
    return bool(_folder().joinpath(f"{name}.gz").is_file())


@cache
def content(name: str) -> bytes:
    """Return a file, decompressed.

    Raises:
        FileNotFoundError: The catalogue has no such file.
    """
    return zlib.decompress(_folder().joinpath(f"{name}.gz").read_bytes(), _GZIP)


@cache
def document(name: str) -> Any:  # noqa: ANN401 - any JSON
    """Return a file that is one JSON document."""
    return json.loads(content(name))


def line(name: str, key: str) -> str | None:
    """Return what follows a key in a file of lines, or None where no line begins with the key."""
    data = content(name)
    start = b"\n" + key.encode() + b"\t"
    if data.startswith(start[1:]):
        place = len(start) - 1
    else:
        place = data.find(start) + len(start)
        if place < len(start):
            return None
    return data[place : data.index(b"\n", place)].decode()


def keys(name: str) -> list[str]:
    """Return the keys of a file of lines, in its order."""
    lines = content(name).decode().splitlines()
    return [key for key in (text.partition("\t")[0] for text in lines) if key]
