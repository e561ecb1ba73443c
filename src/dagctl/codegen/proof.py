"""The proof: a rendered file is handed out only if it says what the spec says, and nothing else."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from dagctl.errors import GeneratedCodeError
from dagctl.spec.python_code.quiet import quietly
from dagctl.spec.python_code.tree import same

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagctl.codegen.scope import Piece

_NO_CODE = re.compile(r"(?:#[^\x00-\x08\x0a-\x1f]*)?\n")
"""A line that is a comment, or empty."""


def prove(text: str, pieces: Iterable[Piece], dag_id: str) -> None:
    """Read a rendered file and compare each piece of it with the statements that it must be.

    Piece by piece, so that the memory it takes depends on the largest of them, not on the file.
    The user's functions are compared with the tree of the user's own text.

    Raises:
        GeneratedCodeError: They differ, or a piece does not compile.
    """
    at = 0
    for piece in pieces:
        expected = f"{piece.text}\n"
        at = _skip_comments(text, at, expected)
        if not text.startswith(expected, at) or not _is_proven(piece):
            raise _refusal(text, at, dag_id)
        at += len(expected)
    at = _skip_comments(text, at, "")
    if at < len(text):
        raise _refusal(text, at, dag_id)


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


def _is_proven(piece: Piece) -> bool:
    """Return whether the piece, read alone, is the one statement that it must be, and compiles."""
    try:
        tree, _ = quietly(lambda: ast.parse(piece.text))
        quietly(lambda: compile(tree, "<dag file>", "exec", dont_inherit=True))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return same(tree.body, [piece.tree()])


def _refusal(text: str, at: int, dag_id: str) -> GeneratedCodeError:
    line = text.count("\n", 0, at) + 1
    return GeneratedCodeError(f"line {line} of the file of {dag_id} is not what the spec says")
