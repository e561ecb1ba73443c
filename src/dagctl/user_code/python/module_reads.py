"""What functions of a module read of Airflow's context that the target does not have."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.user_code.python.code_reads import reads_of
from dagctl.user_code.python.context import attribute_warnings, key_warnings
from dagctl.user_code.python.source_lines import read_source
from dagctl.user_code.python.syntax_tree import Nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.findings.problem import Problem
    from dagctl.target import Target

_CONTEXT = "context"


def fails_in_functions(text: str, target: Target) -> Iterator[str]:
    """Yield what is certain to fail where Airflow calls a function of a module with the context.

    Args:
        text: The module.
        target: The Airflow that is meant.
    """
    for function in ast.walk(ast.parse(text)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for problem in _problems(function, text):
                if target.series in problem.fails_in:
                    hint = f" ({problem.hint})" if problem.hint else ""
                    yield f"{function.name}: {problem.message}{hint}"


def _problems(function: ast.FunctionDef | ast.AsyncFunctionDef, text: str) -> Iterator[Problem]:
    source, arguments = read_source(text), function.args
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    taken = arguments.kwarg.arg if arguments.kwarg else None
    context = taken or (_CONTEXT if _CONTEXT in names else None)
    if context is None:
        return
    given = frozenset(names)
    reads = reads_of(function.body, Nodes(ast.walk(function)), source, context, given)
    for key in reads.context:
        yield from key_warnings(key, given)
    for owner, read in reads.attributes:
        yield from attribute_warnings(owner, read, given)
