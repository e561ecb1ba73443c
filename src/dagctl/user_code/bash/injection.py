"""Values that the person who starts a run chooses, where bash would read them as code."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from jinja2 import TemplateError, TemplateSyntaxError, nodes

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.patterns import lazy_pattern
from dagctl.text.template_signs import Signs, signs
from dagctl.user_code.jinja.words import environment, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.text.lines import Lines

_SHELL_WORD = lazy_pattern(
    r"""\\.|'[^']*'|"(?:\\.|[^"\\])*"|(?:(?<=\s)|^)\#[^\n]*|[^\\'"\#]+|.""", re.DOTALL
)
_LEADING = 3
"""Words that show which parameter an expression begins with: `dag_run.conf`."""
_NUMERIC = {"int", "float", "length", "count"}
_ESCAPED_QUOTES = {"'\\''", "'\"'\"'"}
"""A single quote for the inside of single quotes, where bash knows no escape: they end first."""
_HINT = (
    "quotes alone do not help (the value may contain one): "
    """write '{{ ... | replace("'", "'\\\\''") }}', or read it in a python task"""
)


def parameter_warnings(lines: Lines) -> Iterator[Problem]:
    """Yield a warning for each parameter of the run that can bring shell code into a template."""
    command = lines.text
    expressions = list(_expressions(command))
    quoting = _quoting(command, expressions)
    for start, end in expressions:
        filtered = _last_filter(command[start:end], signs())
        in_single_quotes = quoting[start] == "'"
        if _is_number(filtered) or (in_single_quotes and _has_quotes_escaped(filtered)):
            continue
        yield warning(
            Code.UNQUOTED_PARAMETER,
            "anyone who starts a run can inject shell code here",
            _HINT,
            lines.place(start, end),
        )


def _expressions(command: str) -> Iterator[tuple[int, int]]:
    """Yield where each expression that begins with a parameter of the run begins and ends."""
    if "params" not in command and "conf" not in command:
        return
    begin, words = 0, list[str]()
    try:
        for token in tokens(command):
            if token.kind == "variable_begin":
                begin, words = token.at, []
            elif token.kind == "variable_end":
                if words[:1] == ["params"] or words == ["dag_run", ".", "conf"]:
                    yield begin, token.end
            elif token.kind != "whitespace" and len(words) < _LEADING:
                words.append(token.text)
    except TemplateSyntaxError:
        return  # an error that is said elsewhere


@lru_cache(maxsize=64)  # most expressions of a command are the same few
def _last_filter(expression: str, own: Signs) -> nodes.Filter | None:
    """Return the filter whose value the expression prints, if it prints that of one alone."""
    try:
        outputs = list(environment(own).parse(expression).find_all(nodes.Output))
    except TemplateError:
        return None
    printed = [part for output in outputs for part in output.nodes]
    return printed[0] if len(printed) == 1 and isinstance(printed[0], nodes.Filter) else None


def _is_number(printed: nodes.Filter | None) -> bool:
    return printed is not None and printed.name in _NUMERIC


def _has_quotes_escaped(printed: nodes.Filter | None) -> bool:
    match printed:
        case nodes.Filter(
            name="replace", args=[nodes.Const(value="'"), nodes.Const(value=escaped)], kwargs=[]
        ):
            return escaped in _ESCAPED_QUOTES
        case _:
            return False


def _quoting(command: str, expressions: list[tuple[int, int]]) -> str:
    """Return a text as long as the command, with a `'` for all that bash has in single quotes."""
    parts: list[str] = []
    before = 0
    for start, end in expressions:
        parts += (command[before:start], "x" * (end - start))
        before = end
    shell = "".join([*parts, command[before:]])
    return _SHELL_WORD.sub(lambda word: word.group()[0] * len(word.group()), shell)
