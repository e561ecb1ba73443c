"""A DAG file as a tree, and parts of it in words. It is never compiled, imported or run."""

from __future__ import annotations

import ast
import warnings
from functools import lru_cache

from dagctl.errors import Diagnostic, SpecError
from dagctl.findings.codes import Code
from dagctl.patterns import lazy_pattern

_OTHER = lazy_pattern(r"[^A-Za-z0-9_]")
MAX_CHARACTERS = 500_000
MAX_NODES = 200_000
DEEPEST = 250
"""Levels of the tree: a chain of 200 tasks has so many."""


def code_module(file: str) -> str:
    """Return the name of the module that has what stays code of a DAG file."""
    stem = _OTHER.sub("_", file.rpartition("/")[2].removesuffix(".py"))
    return f"{stem if not stem[:1].isdigit() else f'dag_{stem}'}_code"


def read_python(text: str, file: str) -> ast.Module:
    """Return the tree of a Python file.

    Raises:
        SpecError: It is no Python, or larger or deeper than a DAG file is.
    """
    if len(text) > MAX_CHARACTERS:
        raise refused(file, 1, Code.FILE_TOO_LARGE, f"more than {MAX_CHARACTERS:,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        line = error.lineno or 1
        raise refused(file, line, Code.PYTHON_SYNTAX, f"no valid Python: {error.msg}") from error
    except ValueError as error:  # a null byte, a number of too many digits
        raise refused(file, 1, Code.PYTHON_SYNTAX, f"no valid Python: {error}") from error
    except (RecursionError, MemoryError) as error:
        raise refused(file, 1, Code.TOO_DEEP, "the code is nested too deeply") from error
    _measure(tree, file)
    return tree


def _measure(tree: ast.Module, file: str) -> None:
    """Raise an error if a tree is too large or too deep."""
    stack: list[tuple[ast.AST, int]] = [(tree, 0)]
    count = 0
    while stack:
        node, depth = stack.pop()
        count += 1
        if count > MAX_NODES:
            message = f"the file has more than {MAX_NODES:,} parts"
            raise refused(file, 1, Code.TOO_MANY_VALUES, message)
        if depth > DEEPEST:
            line = getattr(node, "lineno", 1)
            raise refused(file, line, Code.TOO_DEEP, "the code is nested too deeply")
        stack += [(child, depth + 1) for child in ast.iter_child_nodes(node)]


def refused(file: str, line: int, code: Code, message: str) -> SpecError:
    """Return the error of a file that cannot be read."""
    return SpecError((Diagnostic(code=code, message=message, file=file, line=line, column=1),))


_LONGEST = 60


@lru_cache(maxsize=4096)  # a loop may ask again and again
def words(node: ast.AST) -> str:
    """Return the code of a node on one line, cut where it is long."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    try:
        text = " ".join(ast.unparse(node).split())
    except (RecursionError, ValueError):
        return "..."
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
