"""What files of a git folder say by themselves (`git help gitrepository-layout`).

To start git takes longer than to read them. Where they do not say it plainly (packed, in a table,
damaged, replaced), the answer is None, and git is asked.
"""

from __future__ import annotations

import os
import zlib
from hashlib import new as new_hash
from typing import TYPE_CHECKING

from dagctl import durable
from dagctl.adapters.git.git_objects import Stored, id_of
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_COMMIT_ID = lazy_pattern(r"[0-9a-f]{40}|[0-9a-f]{64}")
_LINE = 4096
_LARGEST = 16 << 20
"""Bytes of an object, an index or a table of refs that are read here."""
_PLAIN_INDEXES = (b"DIRC\0\0\0\2", b"DIRC\0\0\0\3")
"""How an index begins that has each path in full (`git help gitformat-index`)."""
_SPLIT_OR_SPARSE = (b"link", b"sdir")
"""The names of the extensions by which an index leaves paths out."""
_SUBMODULE = b"\0\0\xe0\0"
"""The mode of an entry of an index below which git looks for no files."""
_HASHES = {"sha1": 20, "sha256": 32}
"""What git makes ids with, and how many bytes they have."""


def line_in(path: Path) -> str:
    """Return the line that a small file of the git folder holds.

    It is empty if the file cannot be read, or has what git passes over or takes for damage.
    """
    line = os.fsdecode((_content(path) or b"")[:_LINE]).removesuffix("\n")
    return line if line == line.strip() and "\0" not in line else ""


def loose_tip(files: Mapping[str, Path], name: str) -> str | None:
    """Return the commit of a branch, or of HEAD, if a file of its own says it."""
    if name == "HEAD":
        name = line_in(files["HEAD"]).removeprefix("ref: ")
    if name.startswith("refs/heads/") and ".." not in name:
        name = line_in(files["refs"].parent / name)
    return name if _COMMIT_ID.fullmatch(name) else None


def read_object(files: Mapping[str, Path], object_id: str) -> Stored | None:
    """Return an object that has a file of its own."""
    if not _COMMIT_ID.fullmatch(object_id):
        return None
    raw, unpacker = _content(files["objects"] / object_id[:2] / object_id[2:]), zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(raw or b"", _LARGEST)
    except zlib.error:
        return None
    if not unpacker.eof or unpacker.unused_data:
        return None
    head, _, data = unpacked.partition(b"\0")
    kind = os.fsdecode(head.partition(b" ")[0])
    # of what is cut, or is another object, the id is another one
    return Stored(object_id, kind, data) if id_of(kind, data, like=object_id) == object_id else None


def replaces_objects(files: Mapping[str, Path]) -> bool:
    """Return whether the repository may have objects that stand for others (`git replace`)."""
    refs = files["refs"]
    packed = _content(refs.parent / "packed-refs")
    return (refs / "replace").exists() or packed is None or b"refs/replace/" in packed


def may_have_staged(index: Path, paths: Sequence[str]) -> bool:
    """Return whether the index may have one of these paths, in any case, or is damaged."""
    if not os.path.lexists(index):
        return False
    content = _content(index) or b""
    is_plain = content.startswith(_PLAIN_INDEXES) and not any(
        sign in content for sign in (*_SPLIT_OR_SPARSE, _SUBMODULE)
    )
    if not is_plain or not _is_whole(content):
        return True
    names = content.lower()
    return any(os.fsencode(path).lower() in names for path in paths)


def _is_whole(content: bytes) -> bool:
    """Return whether an index ends with the digest of all that stands before it."""
    return any(
        new_hash(name, content[:-size], usedforsecurity=False).digest() == content[-size:]
        for name, size in _HASHES.items()
    )


def _content(path: Path) -> bytes | None:
    """Return the bytes of a file, empty if there is none; None: it cannot be read here."""
    try:
        with durable.folder(path.parent, ()) as folder:
            return durable.read(folder, path.name, limit=_LARGEST) or b""
    except FileNotFoundError:
        return b""
    except OSError:
        return None
