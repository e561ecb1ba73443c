"""Warnings about Python code: what is allowed, and yet fails when the task runs or one day will."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.text.lines import TextRange
from dagctl.user_code.airflow_context import CONTEXT_KEYS
from dagctl.user_code.python.code_checks import runs_at_import, signature_annotations
from dagctl.user_code.python.findings import cut, finding, place_of_node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from warnings import WarningMessage

    from dagctl.user_code.python.source_lines import CodeText
    from dagctl.user_code.python.syntax_tree import Nodes


def lint(heard: Iterable[WarningMessage], source: CodeText) -> Iterator[Problem]:
    """Yield what Python itself warns of, once each."""
    for message, line in {(str(each.message), each.lineno - source.shift): None for each in heard}:
        yield finding(
            Code.PYTHON_LINT,
            f"Python warns: {cut(message)}",
            "a later Python may reject it",
            TextRange(line, 1, line, len(source.lines.line(line)) + 1),
            Severity.WARNING,
        )


def unfilled(
    function: ast.FunctionDef | ast.AsyncFunctionDef, source: CodeText, given: frozenset[str]
) -> Iterator[Problem]:
    """Yield a warning for each required parameter that neither Airflow nor `given` fills."""
    for parameter, by_name in required(function.args):
        if not by_name or parameter.arg not in CONTEXT_KEYS | given:
            yield warning(
                Code.PYTHON_PARAMETER,
                f"Airflow passes no `{cut(parameter.arg)}` to this function, "
                "so the task would fail",
                "give it a default, or read what you need from `**context`",
                place_of_node(parameter, source),
                fails_in=("2", "3"),
            )


def unresolved(
    function: ast.FunctionDef | ast.AsyncFunctionDef, source: CodeText
) -> Iterator[Problem]:
    """Yield a warning for each annotation that names what is unknown when the task runs."""
    for annotation in filter(runs_at_import, signature_annotations(function)):
        yield finding(
            Code.PYTHON_ANNOTATION,
            "Python evaluates this annotation when the task runs, and nothing is imported by then",
            "quote the annotation, or leave it out",
            place_of_node(annotation, source),
            Severity.WARNING,
        )


def context_missing(nodes: Nodes, source: CodeText) -> Iterator[Problem]:
    """Yield a warning if the code reads `context`, which nothing gives it."""
    names = [node for node in nodes.of(ast.Name) if node.id == "context"]
    bound = any(node.arg == "context" for node in nodes.of(ast.arg))
    if names and not bound and not any(isinstance(name.ctx, ast.Store) for name in names):
        yield finding(
            Code.PYTHON_CONTEXT,
            "the code reads `context`, which it only gets with `provide_context: true`",
            "set `provide_context: true`",
            place_of_node(names[0], source),
            Severity.WARNING,
        )


def required(arguments: ast.arguments) -> Iterator[tuple[ast.arg, bool]]:
    """Yield the parameters without a default, each with whether it can be passed by name."""
    positional = [*arguments.posonlyargs, *arguments.args]
    for index, parameter in enumerate(positional[: len(positional) - len(arguments.defaults)]):
        yield parameter, index >= len(arguments.posonlyargs)
    for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is None:
            yield parameter, True
