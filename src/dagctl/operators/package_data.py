"""The data files of the catalogue, read where they are asked for.

A file is gzip; most are lines `key TAB JSON`, so that one entry is read without the others. They
are read by the loader of this package, wherever it is; `importlib.resources` does the same, and
loads twice as long as a look-up takes.
"""

from __future__ import annotations

import json
import os
import zlib
from functools import cache, lru_cache
from typing import Any

from dagctl.patterns import lazy_pattern

_GZIP = 31
"""What zlib calls a gzip header with the largest window."""


_NAME = lazy_pattern(r"_?[a-z0-9]+(-[a-z0-9]+)*")
"""A file's name without its suffix; nothing else is looked for on the disk."""


@lru_cache(maxsize=1024)
def exists(name: str) -> bool:
    """Return whether the catalogue has a file of that name."""
    if not _NAME.fullmatch(name):
        return False
    try:
        content(name)
    except OSError:
        return False
    return True


@cache
def content(name: str) -> bytes:
    """Return a file, decompressed.

    Raises:
        OSError: The catalogue has no such file.
    """
    folder = os.path.dirname(__file__)  # noqa: PTH120 - a path as the loader knows it
    loader: Any = __spec__.loader
    data: bytes = loader.get_data(os.path.join(folder, "data", f"{name}.gz"))  # noqa: PTH118
    return zlib.decompress(data, _GZIP)


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
