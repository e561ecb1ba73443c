"""The text of functions of a file, as it stands there, with lines put in."""

from __future__ import annotations

import ast
import copy
import textwrap
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


_DEFINITIONS = ("class ", "def ", "async def ", "@")


class Edit(NamedTuple):
    """A node that is written in another way."""

    node: ast.expr
    text: str


class FunctionText:
    """A file as lines of UTF-8, which is what positions of a tree count in."""

    def __init__(self, text: str) -> None:
        self._lines = [line.encode() for line in text.split("\n")]
        self._sources: dict[ast.AST, str] = {}
        self._blocks: dict[tuple[str, int], list[str]] = {}

    def source(self, node: ast.AST) -> str:
        """Return the code of a statement or an expression, moved to the margin."""
        if isinstance(node, ast.expr):
            return ast.unparse(node)
        if node not in self._sources:
            start = min([node.lineno, *_decorator_lines(node)])  # type: ignore[attr-defined] # a statement
            self._sources[node] = self._moved(node, start, [])
        return self._sources[node]

    def source_from(self, node: ast.stmt, start: int) -> str:
        """Return the code of a statement from one of its lines on, as of `source`."""
        return self._moved(node, start, [])

    def _moved(self, node: ast.AST, start: int, edits: Sequence[Edit]) -> str:
        """Return the lines of a statement without its indentation; texts in it stay as they are."""
        column: int = node.col_offset  # type: ignore[attr-defined] # a statement
        end: int = node.end_lineno  # type: ignore[attr-defined] # as above
        lines = self._lines[start - 1 : end]
        lines[-1] = lines[-1][: node.end_col_offset]  # type: ignore[attr-defined] # as above
        for edit in sorted(edits, key=lambda item: -item.node.col_offset):
            at = edit.node.lineno - start
            if edit.node.lineno == edit.node.end_lineno:
                line = lines[at]
                before, after = line[: edit.node.col_offset], line[edit.node.end_col_offset :]
                lines[at] = before + edit.text.encode() + after
        inside = _inside_texts(node)
        moved = [
            line if start + offset in inside else _without(line, column)
            for offset, line in enumerate(lines)
        ]
        return b"\n".join(moved).decode()

    def of_function(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef,
        needs: Sequence[str],
        edits: Sequence[Edit],
    ) -> str:
        """Return a function without its decorators, with statements before its own."""
        edits = [edit for edit in edits if edit.node.lineno == edit.node.end_lineno]
        first = node.body[0]
        header_ends = first.lineno > node.lineno
        if not header_ends or first.col_offset <= node.col_offset:
            made = copy.copy(node)
            made.args = _edited(node.args, edits)
            return _unparsed(made, needs)
        code = self._moved(node, node.lineno, edits) + "\n"
        if not needs:
            return code
        lines = code.split("\n")
        at = _place(node)
        width = first.col_offset - node.col_offset
        block = [line for need in needs for line in self._block(need, width)]
        return "\n".join([*lines[:at], *block, *lines[at:]])

    def _block(self, need: str, width: int) -> list[str]:
        """Return the lines of a statement with an indentation."""
        if (need, width) not in self._blocks:
            self._blocks[need, width] = _indented(need, width).split("\n")
        return self._blocks[need, width]

    def of_lambda(
        self, node: ast.Lambda, needs: Sequence[str], name: str, edits: Sequence[Edit]
    ) -> str:
        """Return a lambda as a function."""
        lines = [f"def {name}({ast.unparse(_edited(node.args, edits))}):"]
        for need in needs:
            is_definition = need.startswith(_DEFINITIONS)
            lines += [*([""] if is_definition and len(lines) > 1 else []), *self._block(need, 4)]
            lines += [""] if is_definition else []
        return "\n".join([*lines, f"    return {ast.unparse(node.body)}", ""])


def _edited(args: ast.arguments, edits: Sequence[Edit]) -> ast.arguments:
    """Return parameters with their defaults written in another way."""
    written = {id(edit.node): ast.parse(edit.text, mode="eval").body for edit in edits}
    made = copy.copy(args)
    made.defaults = [written.get(id(each), each) for each in args.defaults]
    made.kw_defaults = [written.get(id(each), each) for each in args.kw_defaults]
    return made


def _decorator_lines(node: ast.AST) -> list[int]:
    return [decorator.lineno for decorator in getattr(node, "decorator_list", [])]


def _place(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return before which line of a function statements are put in: behind its documentation."""
    first = node.body[0]
    documented = ast.get_docstring(node, clean=False) is not None and len(node.body) > 1
    after = node.body[1] if documented else first
    line = min([after.lineno, *_decorator_lines(after)])
    if documented and line == first.end_lineno:
        line = first.lineno
    return line - node.lineno


def _inside_texts(node: ast.AST) -> set[int]:
    """Return the lines that begin within a text of several lines."""
    lines: set[int] = set()
    for inner in ast.walk(node):
        is_text = isinstance(inner, ast.JoinedStr) or (
            isinstance(inner, ast.Constant) and isinstance(inner.value, str | bytes)
        )
        if is_text and inner.end_lineno and inner.end_lineno > inner.lineno:  # type: ignore[attr-defined] # an expression
            lines |= set(range(inner.lineno + 1, inner.end_lineno + 1))  # type: ignore[attr-defined] # as above
    return lines


def _without(line: bytes, column: int) -> bytes:
    """Return a line without so much of its indentation."""
    indent = len(line) - len(line.lstrip(b" \t"))
    return line[min(column, indent) :]


def _indented(need: str, width: int) -> str:
    try:
        tree = ast.parse(need)
    except SyntaxError:  # never: it is a part of a file that was read
        return textwrap.indent(need, " " * width)
    inside = _inside_texts(tree)
    margin = " " * width
    return "\n".join(
        line if number in inside or not line.strip() else margin + line
        for number, line in enumerate(need.split("\n"), 1)
    )


def _unparsed(node: ast.FunctionDef | ast.AsyncFunctionDef, needs: Sequence[str]) -> str:
    """Return a function that is written on one line, laid out again."""
    before = [statement for need in needs for statement in ast.parse(need).body]
    made = type(node)(node.name, node.args, [*before, *node.body], [], lineno=1)
    return ast.unparse(made) + "\n"
