"""The work tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@frozen(kw_only=True)
class FileWrite:
    """One file to write or remove: `old` stands there now, `new` shall (None: nothing)."""

    path: str
    new: bytes | None
    old: bytes | None = None


@frozen(kw_only=True)
class SpecWrite:
    """A spec file that is to hold another text, if it holds the old one."""

    path: str
    old: bytes | None
    """None: there is no such file."""
    new: bytes


class Files(Protocol):
    """The work tree below the workspace root. Follows no symbolic link, never leaves the root."""

    def python_files(self, folder: str, most: int, largest: int) -> Iterator[tuple[str, bytes]]:
        """Yield path and content of the Python files in a folder and those below it.

        Always in the same order, each read when it is asked for. Hidden folders, links and files of
        more than `largest` bytes are left out; of more than `most` files the rest is. No folder: no
        files.

        Raises:
            UnavailableError: A folder or a file cannot be read.
        """

    def python_paths(self, folder: str, most: int) -> Iterator[str]:
        """Yield the paths alone, in the same order; links and large files are not left out here.

        Raises:
            UnavailableError: A folder cannot be read.
        """

    def read(self, path: str) -> bytes | None:
        """Return the content, or None if nothing is there.

        Raises:
            ConflictError: Something other than a regular file is there (or on the way there).
        """

    def write(self, writes: Sequence[FileWrite]) -> None:
        """Write each file atomically and durably.

        Temporary file, fsync, link without replacing (or rename), then fsync of the folders; or an
        unlink where `new` is None. A path that is already as it shall be is left alone: a repeat
        finishes what a kill cut short.

        Raises:
            ConflictError: A path holds neither `old` nor `new` now; the files before it stay.
            UnavailableError: The disk is full or not writable; the files before it stay.
        """

    def write_spec(self, write: SpecWrite) -> None:
        """Let a spec file hold its new text, if it still holds the old one; may be repeated.

        Raises:
            UsageError: It is no path of a spec.
        """

    def clear(self, paths: Iterable[str]) -> None:
        """Remove what killed runs have left beside these files, half written; not the files.

        Raises:
            ConflictError: A link or a file stands where a folder should.
            UnavailableError: It cannot be removed.
        """

    def restore(self, writes: Sequence[FileWrite]) -> list[str]:
        """Undo `write`: each path that is as `new` says gets `old` back, or is removed.

        Returns:
            The paths left as they are because they hold something else by now.
        """
