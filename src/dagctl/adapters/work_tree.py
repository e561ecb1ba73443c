"""The `Files` port over a real folder."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from dagctl import durable
from dagctl.errors import ConflictError, UsageError, WorkspaceError
from dagctl.next_step import again
from dagctl.paths import checked_parts, is_spec_path, may_be_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from dagctl.ports import FileWrite, SpecWrite

_T = TypeVar("_T")
_AT_ONCE = 8
_PASSED_OVER = frozenset({errno.ELOOP, errno.ENXIO, errno.EFBIG})
"""What reading gives where a link, a named pipe or a too large file stands."""
_DEEPEST = 20
"""How many folders below the DAGs folder are looked into, one in the other."""


class WorkTree:
    """The files below the workspace root; only those of the DAGs folder are ever written."""

    def __init__(self, root: Path, dags_folder: str) -> None:
        self._root = root.absolute()
        self._dags_folder = dags_folder

    def python_files(self, folder: str, most: int, largest: int) -> Iterator[tuple[str, bytes]]:
        """Yield path and content of Python files; see the port for what is left out."""
        with (
            durable.explained(folder),
            suppress(FileNotFoundError, NotADirectoryError),
            durable.folder(self._root, checked_parts(folder)) as top,
        ):
            yield from islice(_python_files(top, folder, largest), most)

    def python_paths(self, folder: str, most: int) -> Iterator[str]:
        """Yield the paths of Python files; nothing is read."""
        with (
            durable.explained(folder),
            suppress(FileNotFoundError, NotADirectoryError),
            durable.folder(self._root, checked_parts(folder)) as top,
        ):
            yield from islice((path for path, _, _ in _python_names(top, folder)), most)

    def read(self, path: str) -> bytes | None:
        """Return the content, or None if nothing is there."""
        *folders, name = checked_parts(path)
        with durable.explained(path):
            try:
                with durable.folder(self._root, folders) as folder:
                    return _read(folder, name, path)
            except FileNotFoundError:
                return None

    def write(self, writes: Sequence[FileWrite]) -> None:
        """Write each file atomically, then sync the folders; see the port for what is refused."""
        for folders, places in self._by_folder(writes).items():
            with (
                durable.explained("/".join(folders)),
                durable.folder(self._root, folders, make=True) as folder,
            ):
                _side_by_side(partial(_write, folder), writes, places)
                os.fsync(folder)

    def write_spec(self, write: SpecWrite) -> None:
        """Let a spec file hold its new text, if it still holds the old one."""
        if not is_spec_path(write.path):
            raise UsageError(f"{write.path!a} is not written: it is no path of a spec")
        *folders, name = checked_parts(write.path)
        with (
            durable.explained(write.path),
            durable.folder(self._root, folders, make=write.old is None) as folder,
        ):
            if _read(folder, name, write.path) != write.old:
                durable.clear(folder, name)
                return  # it has the new text already, or a person has changed it
            if write.old is None:
                durable.create(folder, name, write.new)
            else:
                durable.replace(folder, name, write.new)
            os.fsync(folder)

    def clear(self, paths: Iterable[str]) -> None:
        """Remove what killed runs have left beside these files."""
        for path in paths:
            *folders, name = checked_parts(path)
            with (
                durable.explained(path),
                suppress(FileNotFoundError),
                durable.folder(self._root, folders) as folder,
            ):
                durable.clear(folder, name)

    def restore(self, writes: Sequence[FileWrite]) -> list[str]:
        """Undo `write`; return the paths left as they are because they hold something else."""
        left: set[str] = set()
        for folders, places in self._by_folder(writes).items():
            with durable.explained("/".join(folders)):
                left.update(self._restore_folder(folders, writes, places))
        return [write.path for write in writes if write.path in left]

    def _by_folder(self, writes: Iterable[FileWrite]) -> dict[tuple[str, ...], list[int]]:
        """Return the places of the writes by their folder; thousands are not all in memory.

        Raises:
            UsageError: One is of no DAG file, whatever a row, the journal or a setting says.
        """
        grouped: dict[tuple[str, ...], list[int]] = {}
        for place, write in enumerate(writes):
            *folders, _ = checked_parts(write.path)
            if not may_be_written(write.path, self._dags_folder, is_removal=write.new is None):
                raise UsageError(
                    f"{write.path!a} is not written: it is no file of the DAGs folder "
                    f"{self._dags_folder}",
                    hint="dagctl writes `dags_folder`/NAME.py only; see dags_folder in dagctl.toml",
                )
            grouped.setdefault(tuple(folders), []).append(place)
        return grouped

    def _restore_folder(
        self, folders: tuple[str, ...], writes: Sequence[FileWrite], places: Sequence[int]
    ) -> list[str]:
        try:
            with durable.folder(self._root, folders) as folder:
                restored = _side_by_side(partial(_restored, folder), writes, places)
                os.fsync(folder)
                pairs = zip(places, restored, strict=True)
                return [writes[place].path for place, done in pairs if not done]
        except FileNotFoundError:
            return [writes[place].path for place in places if writes[place].old is not None]
        except NotADirectoryError:
            return [writes[place].path for place in places]


def _python_names(top: int, folder: str) -> Iterator[tuple[str, int, str]]:
    """Yield for each Python file its path, the open folder that it is in, and its name there."""
    for inner, folders, names, descriptor in os.fwalk(".", dir_fd=top):
        depth = inner.count("/")
        folders[:] = sorted(f for f in folders if not f.startswith(".") and depth < _DEEPEST)
        for name in sorted(names):
            if name.endswith(".py") and not name.startswith("."):
                yield f"{folder}{inner[1:]}/{name}", descriptor, name


def _python_files(top: int, folder: str, largest: int) -> Iterator[tuple[str, bytes]]:
    for path, descriptor, name in _python_names(top, folder):
        content = _regular(descriptor, name, path, largest)
        if content is not None:
            yield path, content


def _regular(folder: int, name: str, path: str, largest: int) -> bytes | None:
    """Return the content of a file; None for a link, what is no file, and one that is too large."""
    try:
        return durable.read(folder, name, limit=largest)
    except OSError as error:
        if error.errno in _PASSED_OVER:
            return None
        with durable.explained(path):
            raise


def _side_by_side(
    act: Callable[[FileWrite], _T], writes: Sequence[FileWrite], places: Sequence[int]
) -> list[_T]:
    """Do this for the writes at these places, several at once.

    Syncs that wait together share the disk's work.
    """

    def at(place: int) -> _T:
        return act(writes[place])

    if len(places) == 1:
        return [at(places[0])]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return list(threads.map(at, places))


def _write(folder: int, write: FileWrite) -> None:
    name = _name(write)
    with durable.explained(write.path):
        now = _read(folder, name, write.path)
        if now == write.new:
            durable.clear(folder, name)
        elif now != write.old:
            raise WorkspaceError(f"{write.path} has changed in the meantime")
        elif write.new is None:
            durable.remove(folder, name)
        elif now is not None:
            durable.replace(folder, name, write.new)
        else:
            _create(folder, write, write.new)


def _create(folder: int, write: FileWrite, content: bytes) -> None:
    try:
        durable.create(folder, _name(write), content)
    except FileExistsError as error:
        raise WorkspaceError(f"{write.path} was made by another program just now") from error


def _restored(folder: int, write: FileWrite) -> bool:
    """Give the file its old content back if it holds the new; return whether it has the old."""
    name = _name(write)
    with durable.explained(write.path):
        durable.clear(folder, name)
        try:
            now = _content(folder, write)
        except ConflictError:
            return False
        if now != write.new:
            return now == write.old
        if write.old is None:
            durable.remove(folder, name)
        elif now is None:
            _create(folder, write, write.old)
        else:
            durable.replace(folder, name, write.old)
        return True


def _content(folder: int, write: FileWrite) -> bytes | None:
    with durable.explained(write.path):
        return _read(folder, _name(write), write.path)


def _read(folder: int, name: str, path: str) -> bytes | None:
    """Return the content of a file, or None if nothing is there.

    Raises:
        ConflictError: It is too large: a few bytes in a repository can become many gigabytes.
    """
    try:
        return durable.read(folder, name, limit=durable.LARGEST)
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        message = (
            f"{path} is larger than {durable.LARGEST // 1024**2} MiB: dagctl makes no such file"
        )
        raise ConflictError(message, hint=again("move it away")) from error


def _name(write: FileWrite) -> str:
    return checked_parts(write.path)[-1]
