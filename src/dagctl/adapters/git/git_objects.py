"""Objects of a repository: many looked up by one git process, and what their ids are."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from hashlib import new as new_hash
from typing import IO, TYPE_CHECKING

from dagctl.adapters.git.git_program import NO_GIT_HINT, wait_for
from dagctl.adapters.git.output import too_long
from dagctl.errors import UnavailableError, UsageError
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dagctl.adapters.git.git_command import GitCommand

    LookUp = Callable[[Sequence[str]], "list[Stored | None]"]

_SHA1_DIGITS = 40
LARGEST = 64 << 20
"""Bytes of an object that is read: a folder of a million files has fewer."""


@frozen
class Stored:
    """An object that git has."""

    id: str
    kind: str
    """`commit`, `tree`, `blob` or `tag`."""
    data: bytes


class _EndedError(UnavailableError):
    """git has ended without an answer."""


def look_up(git: GitCommand, names: Sequence[str]) -> list[Stored | None]:
    """Return the objects of these names (`main^{tree}`, `main:dags`, `:dags/x.py`), None: missing.

    Raises:
        UsageError: git is older than 2.36, which is the oldest with this command, with `hook run`
            and with `core.fsync`.
        UnavailableError: git failed, or an object is too large.
    """
    try:
        with looking_up(git) as look:
            return look(names)
    except _EndedError as error:
        asked = "".join(f"contents {name}\n" for name in names)
        answer = git.run("cat-file", "--batch-command", data=os.fsencode(asked))
        if "batch-command" in answer.error:
            raise UsageError(f"{git.must('version').text} is too old", hint=NO_GIT_HINT) from error
        raise UnavailableError(f"git cat-file failed: {answer.error}") from error


@contextmanager
def looking_up(git: GitCommand) -> Iterator[LookUp]:
    """Keep one git for the length of the block, which answers as `look_up` does."""
    with git.kept("cat-file", "--batch-command") as (asks, answers):

        def look(names: Sequence[str]) -> list[Stored | None]:
            return [_answer(asks, answers, name) for name in names]

        yield look


def small_blobs(git: GitCommand, ids: Iterable[str], largest: int) -> dict[str, bytes]:
    """Return contents by their ids, without those that are not there or have more bytes.

    Before git 2.45, git ends at the first blob that a partial clone lacks: the rest is left out.
    """
    blobs: dict[str, bytes] = {}
    with (
        suppress(UnavailableError),
        git.kept("cat-file", "--batch-command") as (asks, answers),
    ):
        blobs.update(blobs_by(asks, answers, ids, largest))
    return blobs


def blobs_by(
    asks: IO[bytes], answers: IO[bytes], ids: Iterable[str], largest: int
) -> Iterator[tuple[str, bytes]]:
    """Yield ids and contents, as `small_blobs` returns them, from a git that is kept.

    Raises:
        UnavailableError: git has ended.
    """
    for blob_id in ids:
        known = _about(asks, answers, "info", blob_id)
        if known is None or known[1] != "blob" or known[2] > largest:
            continue
        if (stored := _answer(asks, answers, blob_id)) is not None:
            yield blob_id, stored.data


def _answer(asks: IO[bytes], answers: IO[bytes], name: str) -> Stored | None:
    """Ask for one object.

    Raises:
        UnavailableError: git has ended, or the object is too large.
    """
    known = _about(asks, answers, "info", name)  # git unpacks none of it for that
    if known is not None and known[2] > LARGEST:
        raise too_long("cat-file", LARGEST)
    known = known and _about(asks, answers, "contents", name)
    if known is None:
        return None
    object_id, kind, size = known
    return Stored(object_id, kind, answers.read(size + 1)[:-1])


def _about(
    asks: IO[bytes], answers: IO[bytes], question: str, name: str
) -> tuple[str, str, int] | None:
    """Ask about one object, and return its id, kind and size; None: it is not there.

    Raises:
        UnavailableError: git has ended, or gives no answer.
    """
    try:
        asks.write(os.fsencode(f"{question} {name}\n"))
        asks.flush()
        wait_for(answers, "cat-file")
        line = answers.readline()
    except OSError as error:
        raise _EndedError(f"git cat-file failed: {error}") from error
    words = line.removesuffix(b"\n").rsplit(b" ", 2)
    if words[-1] in {b"missing", b"ambiguous"}:
        return None
    if len(words) != 3:  # noqa: PLR2004 - id, kind and size
        raise _EndedError("git cat-file has ended")
    return words[0].decode(), words[1].decode(), int(words[2])


def id_of(kind: str, data: bytes, *, like: str) -> str:
    """Return the id that git gives an object, by the hash that made the id `like`."""
    digest = new_hash("sha1" if len(like) == _SHA1_DIGITS else "sha256", usedforsecurity=False)
    digest.update(b"%s %d\0" % (kind.encode(), len(data)))
    digest.update(data)
    return digest.hexdigest()
