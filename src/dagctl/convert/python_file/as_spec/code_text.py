"""Statements of a file as the text of a module, as they stand there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.convert.python_file.as_spec.function_text import FunctionText
from dagctl.convert.python_file.state.bound_names import imports_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IDLE = "apply_defaults"
_FUTURE = "from __future__ import annotations"


class ModuleText:
    """A file as lines."""

    def __init__(self, text: str) -> None:
        """Take the text of the file."""
        self._lines = text.split("\n")
        self._texts = FunctionText(text)
        self._has_future = any(line.startswith(_FUTURE) for line in self._lines)

    def of(self, statements: Mapping[ast.stmt, AbstractSet[str]], bare: set[str], file: str) -> str:
        """Return a module of statements, in the order of the file, with the comments above them.

        Args:
            statements: The statements; with each import the names of it that are needed.
            bare: The functions that stand there without decorators.
            file: The name of the file, for the documentation.
        """
        made = [f'"""Code of the DAG file {file}, as it stood there."""']
        made += ["", _FUTURE] if self._has_future else []
        before: ast.stmt | None = None
        for statement in sorted(statements, key=lambda each: (each.lineno, each.col_offset)):
            lines = self._lines_of(statement, statements[statement], bare)
            if lines:
                made += [*_space(before, statement), *lines]
                before = statement
        return "\n".join(made).rstrip() + "\n"

    def _lines_of(
        self, statement: ast.stmt, names: AbstractSet[str], bare: set[str]
    ) -> Sequence[str]:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            return self._import(statement, names)
        start = min([statement.lineno, *(each.lineno for each in _decorators(statement))])
        if self._has_more(statement):
            text = ast.unparse(statement)
        elif getattr(statement, "name", None) in bare:
            text = self._texts.source_from(statement, statement.lineno)
            text += self._comment_behind(statement)
        else:
            text = self._texts.source(statement) + self._comment_behind(statement)
        return [*self._comments(start), *_without_idle(text).split("\n")]

    def _import(self, node: ast.Import | ast.ImportFrom, names: AbstractSet[str]) -> list[str]:
        """Return an import of the names that are needed."""
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            return []
        is_star = any(alias.name == "*" for alias in node.names)
        kept = [each for each in node.names if is_star or not names.isdisjoint(_own(node, each))]
        if len(kept) == len(node.names) and not self._has_more(node):
            return (self._texts.source(node) + self._comment_behind(node)).split("\n")
        made = (
            ast.ImportFrom(node.module, kept, node.level)
            if isinstance(node, ast.ImportFrom)
            else ast.Import(kept)
        )
        return [ast.unparse(made)]

    def _has_more(self, statement: ast.stmt) -> bool:
        """Return whether another statement stands on its lines."""
        last = self._lines[(statement.end_lineno or statement.lineno) - 1].encode()
        before = self._lines[statement.lineno - 1].encode()[: statement.col_offset]
        is_last = not last[statement.end_col_offset :].lstrip().startswith(b";")
        return bool(before.strip()) or not is_last

    def _comment_behind(self, statement: ast.stmt) -> str:
        """Return the comment behind a statement on its last line, or nothing."""
        last = self._lines[(statement.end_lineno or statement.lineno) - 1].encode()
        rest = last[statement.end_col_offset :].decode().rstrip()
        return rest if rest.lstrip().startswith("#") else ""

    def _comments(self, start: int) -> list[str]:
        """Return the lines of comments right above a line."""
        first = start - 1
        while first and self._lines[first - 1].lstrip().startswith("#"):
            first -= 1
        lines = self._lines[first : start - 1]
        return [line.strip() for line in lines if not line.startswith("#!")]


def _own(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> set[str]:
    single = (
        ast.ImportFrom(node.module, [alias], node.level)
        if isinstance(node, ast.ImportFrom)
        else ast.Import([alias])
    )
    return set(imports_of(single))


def _space(before: ast.stmt | None, statement: ast.stmt) -> list[str]:
    """Return the blank lines between two statements."""
    if before is None:
        return [""]
    if isinstance(before, _DEFINITIONS) or isinstance(statement, _DEFINITIONS):
        return ["", ""]
    imports = (ast.Import, ast.ImportFrom)
    return [] if isinstance(before, imports) == isinstance(statement, imports) else [""]


def _decorators(statement: ast.stmt) -> Sequence[ast.expr]:
    return getattr(statement, "decorator_list", ())


def _without_idle(text: str) -> str:
    """Return code without the decorator that does nothing."""
    if _IDLE not in text:
        return text
    lines = text.split("\n")
    for line in sorted(_idle_lines(ast.parse(text)), reverse=True):
        del lines[line - 1]
    return "\n".join(lines)


def _idle_lines(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        for decorator in getattr(node, "decorator_list", ()):
            if isinstance(decorator, ast.Name) and decorator.id == _IDLE:
                yield decorator.lineno
