"""What can be wrong with Python code, at which place inside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.findings.problem import Problem
from dagctl.text.lines import TextRange

if TYPE_CHECKING:
    import ast

    from dagctl.findings.codes import Code
    from dagctl.user_code.python.source_lines import CodeText


_LONGEST = 200


class PythonCodeError(ValueError):
    """Code that would not run as a task.

    Attributes:
        problems: What is wrong, at least one finding, each with its place inside the code.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def cut(text: str) -> str:
    """Return what Python says, which may repeat a name of the user's, at a length to be read."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def finding(
    code: Code,
    message: str,
    hint: str,
    place: TextRange | None,
    severity: Severity = Severity.ERROR,
) -> Problem:
    """Return a finding about code."""
    return Problem(code, message, hint, place, severity)


def place_of_node(node: ast.stmt | ast.expr | ast.arg, source: CodeText) -> TextRange:
    """Return where a node stands: a tree counts bytes, a place counts characters."""
    line = node.lineno - source.shift
    end_line = (node.end_lineno or node.lineno) - source.shift
    return TextRange(
        line,
        source.column(line, node.col_offset),
        end_line,
        source.column(end_line, node.end_col_offset or node.col_offset),
    )
