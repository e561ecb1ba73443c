"""The proof: a rendered file is handed out only if it says what the spec says, and nothing else."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.errors import GeneratedCodeError
from dagctl.patterns import lazy_pattern
from dagctl.user_code.python.syntax_tree import quietly, same

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagctl.codegen.module_scope import Piece

_NO_CODE = lazy_pattern(r"(?:#[^\x00-\x08\x0a-\x1f]*)?\n")
"""A line that is a comment, or empty."""
_STRETCH = 10_000
"""Characters that are read at once, more if one piece has more."""


def prove(text: str, pieces: Iterable[Piece], dag_id: str) -> None:
    """Read a rendered file and compare each piece of it with the statement that it must be.

    A stretch of pieces at a time, so that the memory it takes depends on the largest of them, not
    on the file. The user's functions are compared with the tree of the user's own text; line by
    line, where the margins of the lines can mean nothing else further in.

    Raises:
        GeneratedCodeError: They differ, or a piece does not compile.
    """
    at, start = 0, 0
    stretch: list[Piece] = []
    for piece in pieces:
        expected = f"{piece.text}\n"
        at = _skip_comments(text, at, expected)
        if not text.startswith(expected, at):
            raise _refusal(text, at, dag_id)
        at += len(expected)
        if piece.head and _is_moved(piece):
            _check(text, start, at - len(expected), stretch, dag_id)
            start, stretch = at, []
            continue
        stretch.append(piece)
        if at - start > _STRETCH:
            _check(text, start, at, stretch, dag_id)
            start, stretch = at, []
    _check(text, start, at, stretch, dag_id)
    at = _skip_comments(text, at, "")
    if at < len(text):
        raise _refusal(text, at, dag_id)


def _is_moved(piece: Piece) -> bool:
    """Return whether a function has its first line, and then the user's lines further in.

    Empty lines do not count: no text of such code goes over several lines. It was compiled when it
    was checked.
    """
    head, *lines = piece.text.split("\n")
    moved = [f"    {line}" for line in piece.body.split("\n") if line.strip()]
    return head == piece.head and [line for line in lines if line.strip()] == moved


def _check(text: str, start: int, end: int, pieces: list[Piece], dag_id: str) -> None:
    """Raise an error at the first piece of a stretch that is not what it must be."""
    if not pieces or _is_proven(text[start:end], pieces):
        return
    for piece in pieces:
        start = _skip_comments(text, start, f"{piece.text}\n")
        if not _is_proven(piece.text, [piece]):
            break
        start += len(piece.text) + 1
    raise _refusal(text, start, dag_id)


def _skip_comments(text: str, at: int, expected: str) -> int:
    """Return where the expected text begins, or where something stands that is not it.

    Before it there may be comments and empty lines; it may begin with comments itself.
    """
    while not (expected and text.startswith(expected, at)):
        match = _NO_CODE.match(text, at)
        if match is None:
            break
        at = match.end()
    return at


def _is_proven(text: str, pieces: list[Piece]) -> bool:
    """Return whether a text is the statements that the pieces must be, and compiles."""
    try:
        tree, _ = quietly(lambda: ast.parse(text))
        quietly(lambda: compile(tree, "<dag file>", "exec", dont_inherit=True))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return same(tree.body, [piece.tree() for piece in pieces])


def _refusal(text: str, at: int, dag_id: str) -> GeneratedCodeError:
    line = text.count("\n", 0, at) + 1
    return GeneratedCodeError(f"line {line} of the file of {dag_id} is not what the spec says")
