"""Values that whoever starts a run chooses, where bash would read them as code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jinja2 import TemplateError, nodes

from dagctl.errors import Severity
from dagctl.spec.bash_command import AIRFLOW
from dagctl.spec.codes import Code
from dagctl.spec.fields.text import place_of
from dagctl.spec.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXPRESSION = re.compile(r"\{\{-?\s*(?:dag_run\.conf|params)\b[^}]*\}\}")
_SHELL_WORD = re.compile(
    r"""\\.|'[^']*'|"(?:\\.|[^"\\])*"|(?:(?<=\s)|^)\#[^\n]*|[^\\'"\#]+|.""", re.DOTALL
)
_NUMERIC = {"int", "float", "length", "count"}
_ESCAPED_QUOTES = {"'\\''", "'\"'\"'"}
"""A single quote for the inside of single quotes, where bash knows no escape: they end first."""
_HINT = (
    "quotes alone do not help (the value may contain one): "
    """write '{{ ... | replace("'", "'\\\\''") }}', or read it in a python task"""
)


def parameter_warnings(command: str) -> Iterator[Problem]:
    """Yield a warning for each parameter of the run that can bring shell code into a template."""
    quoting = _quoting(command)
    for each in _EXPRESSION.finditer(command):
        filtered = _last_filter(each.group())
        in_single_quotes = quoting[each.start()] == "'"
        if _is_number(filtered) or (in_single_quotes and _has_quotes_escaped(filtered)):
            continue
        yield Problem(
            Code.UNQUOTED_PARAMETER,
            "anyone who starts a run can inject shell code here",
            _HINT,
            place_of(command, each.start(), each.end()),
            Severity.WARNING,
        )


def _last_filter(expression: str) -> nodes.Filter | None:
    """Return the filter whose value the expression prints, if it prints that of one alone."""
    try:
        outputs = list(AIRFLOW.parse(expression).find_all(nodes.Output))
    except TemplateError:  # it stands in a raw block
        return None
    printed = [part for output in outputs for part in output.nodes]
    return printed[0] if len(printed) == 1 and isinstance(printed[0], nodes.Filter) else None


def _is_number(found: nodes.Filter | None) -> bool:
    return found is not None and found.name in _NUMERIC


def _has_quotes_escaped(found: nodes.Filter | None) -> bool:
    match found:
        case nodes.Filter(
            name="replace", args=[nodes.Const(value="'"), nodes.Const(value=escaped)], kwargs=[]
        ):
            return escaped in _ESCAPED_QUOTES
        case _:
            return False


def _quoting(command: str) -> str:
    """Return a text as long as the command, with a `'` for all that bash has in single quotes."""
    shell = _EXPRESSION.sub(lambda found: "x" * len(found.group()), command)
    return _SHELL_WORD.sub(lambda found: found.group()[0] * len(found.group()), shell)
