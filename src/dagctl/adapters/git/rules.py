"""Whether git's rules may say something of paths: where none of them can, git is not asked.

To start git takes longer than to read these small files. What they say exactly is git's to know:
here a rule is only passed over where it is plain that it cannot be meant.
"""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl import durable
from dagctl.adapters.git.git_program import system_files
from dagctl.adapters.git.git_tree import folders_of
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dagctl.adapters.git.configuration import Configuration
    from dagctl.adapters.git.place import GitWorkTree

_LARGEST = 1 << 16
"""Bytes of a file with rules that is read here."""
_WILD = lazy_pattern(r"\*+|\?|\[[a-z0-9]+\]")
"""What stands for other signs in a rule, where Python's `fnmatch` takes it as git does."""
_OTHER = frozenset("[]")
_ODD = frozenset("\\\0")
"""What makes a rule mean something else; at a NUL it ends for git."""
_ALWAYS = (b"working-tree-encoding", b"ident")
_UNKNOWN = None
"""The text of a file that is not read here: git is asked what it says."""


def may_ignore(place: GitWorkTree, configuration: Configuration, paths: Sequence[str]) -> bool:
    """Return whether a rule of `git help gitignore` may match one of these paths."""
    # git compares bytes: a `?` is one of the two of an "é"
    parts = {p.lower().decode("latin-1") for path in paths for p in os.fsencode(path).split(b"/")}
    texts = _texts(place, configuration.values, paths, "ignore")
    return any(text is _UNKNOWN or _may_match(text, parts) for text in texts)


def may_change(place: GitWorkTree, configuration: Configuration, paths: Sequence[str]) -> bool:
    """Return whether an attribute may let git store or check out other bytes than a file has.

    An attribute that is set stands in a file with its name (`git help gitattributes`). A filter
    also needs a setting that says what it runs.
    """
    values = configuration.values
    if "attr.tree" in values:
        return True
    words = (*_ALWAYS, b"filter") if configuration.filters else _ALWAYS
    texts = _texts(place, values, paths, "attributes")
    return any(text is _UNKNOWN or any(word in text for word in words) for text in texts)


def _may_match(text: bytes, parts: Iterable[str]) -> bool:
    return any(_may_mean(rule, parts) for rule in text.decode("latin-1").split("\n"))


def _may_mean(line: str, parts: Iterable[str]) -> bool:
    """Return whether a line may match a path: its last part has to match one of the path's."""
    rule = line.rstrip(" \r")
    if not rule or rule.startswith("#"):
        return False
    last = rule.removeprefix("!").rstrip("/").rpartition("/")[2].lower()
    plain = _WILD.split(last)
    if not last or not rule.isascii() or _ODD & {*rule} or _OTHER & {*"".join(plain)}:
        return True
    if len(plain) == 1:
        return last in parts
    first, *_, end = plain
    alike = (part for part in parts if part.startswith(first) and part.endswith(end))
    return any(fnmatchcase(part, last) for part in alike)


def _texts(
    place: GitWorkTree, values: Mapping[str, str], paths: Sequence[str], kind: str
) -> Iterator[bytes | None]:
    """Yield what stands in the files with rules for these paths; `_UNKNOWN` where git must say."""
    known = {"": (), **{folder: folder.split("/") for path in paths for folder in folders_of(path)}}
    for folders in known.values():
        yield _read(place.git.folder, folders, f".git{kind}")
    inside = place.files["objects"].parent / "info"
    yield _read(inside, (), "exclude" if kind == "ignore" else kind)
    for file in _outside(values, kind):
        yield _UNKNOWN if file is None else _read(Path(file).parent, (), Path(file).name)


def _outside(values: Mapping[str, str], kind: str) -> Iterator[str | None]:
    """Yield the files with rules for all repositories; None: git must say."""
    home = os.environ.get("HOME")
    given = values.get("core.excludesfile" if kind == "ignore" else "core.attributesfile")
    if given is not None:
        path = f"{home}{given[1:]}" if home and given.startswith("~/") else given
        yield path if path.startswith("/") else None
    elif folder := os.environ.get("XDG_CONFIG_HOME") or (home is not None and f"{home}/.config"):
        # a relative one begins in the folder where git runs
        yield f"{folder}/git/{kind}" if folder.startswith("/") else None
    if kind == "attributes":
        yield from system_files("gitattributes", values.get("GIT_ATTR_SYSTEM"))


def _read(root: Path, folders: Sequence[str], name: str) -> bytes | None:
    try:
        with durable.folder(root, folders) as folder:
            text = durable.read(folder, name, limit=_LARGEST)
    except FileNotFoundError:
        return b""
    except OSError:
        return _UNKNOWN
    return (text or b"").removeprefix(b"\xef\xbb\xbf")
