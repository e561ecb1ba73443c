"""The work tree in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import ConflictError
from dagctl.paths import checked_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dagctl.ports import FileWrite, SpecWrite


class MemoryFiles:
    """A `Files` port over a dictionary.

    Attributes:
        content: The files, by path.
        irregular: Paths where something other than a regular file stands (a link, a folder).
    """

    def __init__(self, content: Mapping[str, bytes] | None = None) -> None:
        self.content: dict[str, bytes] = dict(content or {})
        self.irregular: set[str] = set()

    def python_files(self, folder: str, most: int, largest: int) -> Iterator[tuple[str, bytes]]:
        """Yield path and content of the Python files in a folder and below it."""
        paths = [path for path in self._python(folder) if len(self.content[path]) <= largest]
        yield from ((path, self.content[path]) for path in paths[:most])

    def python_paths(self, folder: str, most: int) -> Iterator[str]:
        """Yield the paths of the Python files in a folder and below it."""
        yield from self._python(folder)[:most]

    def read(self, path: str) -> bytes | None:
        """Return the content, or None if nothing is there."""
        checked_parts(path)
        if path in self.irregular:
            raise ConflictError(f"{path} is not a regular file")
        return self.content.get(path)

    def write(self, writes: Sequence[FileWrite]) -> None:
        """Make each path hold its new content, unless it holds neither the old nor the new."""
        for write in writes:
            now = self.read(write.path)
            if now not in (write.old, write.new):
                raise ConflictError(f"{write.path} has changed in the meantime")
            self._put(write.path, write.new)

    def write_spec(self, write: SpecWrite) -> None:
        """Let a spec file hold its new text, if it still holds the old one."""
        if self.content.get(write.path) == write.old:
            self.content[write.path] = write.new

    def clear(self, paths: Iterable[str]) -> None:
        """Nothing is ever half written here."""

    def restore(self, writes: Sequence[FileWrite]) -> list[str]:
        """Give each path that holds the new content its old one; return the paths left alone."""
        return [write.path for write in writes if not self._restored(write)]

    def _restored(self, write: FileWrite) -> bool:
        checked_parts(write.path)
        if write.path in self.irregular:
            return False
        if self.content.get(write.path) == write.new:
            self._put(write.path, write.old)
        return self.content.get(write.path) == write.old

    def _python(self, folder: str) -> list[str]:
        below = (path for path in self.content if path.startswith(f"{folder}/"))
        return sorted(path for path in below if path.endswith(".py") and "/." not in path)

    def _put(self, path: str, content: bytes | None) -> None:
        if content is None:
            self.content.pop(path, None)
        else:
            self.content[path] = content
