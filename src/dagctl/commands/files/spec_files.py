"""Reads the files that a spec names by `$file`: from the workspace, and from nowhere else."""

from __future__ import annotations

import errno
import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from dagctl import durable
from dagctl.errors import UsageError
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.spec.resolution.file_texts import MAX_BYTES
from dagctl.workspace import find_workspace

if TYPE_CHECKING:
    from dagctl.spec.resolution.file_texts import Files


def workspace_files(start: Path) -> Files:
    """Return what reads files of the workspace around a folder.

    Args:
        start: A folder at or below the one with `dagctl.toml`; it is looked for when needed.
    """

    def read(path: str) -> str | Problem:
        try:
            root = find_workspace(start).root
        except UsageError as error:
            message = f"files are read only in a workspace: {error.message}"
            return Problem(Code.BAD_FILE, message, "run `dagctl init`, or write the text itself")
        return _text(root, path)

    return read


def _text(root: Path, path: str) -> str | Problem:
    try:
        data = read_below(root, PurePosixPath(path).parts)
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _refused(path, "is not UTF-8 text", "save it as UTF-8")
    except FileNotFoundError:
        return _refused(path, f"does not exist in {root.name}", "correct the path, or add the file")
    except OSError as error:
        hint = f"name a regular file, not a link, of at most {MAX_BYTES:,} bytes"
        return _refused(path, f"cannot be read: {_reason(error)}", hint)


def _reason(error: OSError) -> str:
    """Return why a file below the workspace cannot be read; no link is followed."""
    if error.errno == errno.ELOOP:
        return "it is a link"
    if error.errno == errno.ENOTDIR:
        return "what should be a folder is a link, or a file"
    return error.strerror or str(error)


def _refused(path: str, reason: str, hint: str) -> Problem:
    return Problem(Code.BAD_FILE, f"the file {quoted(path)} {reason}", hint)


def read_below(root: Path, parts: tuple[str, ...], most: int = MAX_BYTES) -> bytes:
    """Return the content of a regular file below the root; no link is followed on the way.

    Args:
        root: The folder.
        parts: The names of the folders below it, and of the file.
        most: Bytes that it may have.

    Raises:
        OSError: There is none, it is a link or no regular file, or it is too large.
    """
    *folders, name = parts
    with durable.folder(root, folders) as folder:
        content = durable.read(folder, name, limit=most)
    if content is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
    return content
