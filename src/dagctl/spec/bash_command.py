"""Shell commands as Airflow's BashOperator takes them: Jinja first, then one argument for bash."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jinja2 import Environment, TemplateError, nodes

from dagctl.errors import Severity
from dagctl.spec.codes import Code
from dagctl.spec.fields.text import IN_CODE, place_of, refuse_blank, refuse_characters
from dagctl.spec.problem import Place, Problem
from dagctl.spec.wording import did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_COMMAND = 131_000
"""Bytes: Linux refuses a single argument of more than 128 KiB."""
TEMPLATE_FILES = (".sh", ".bash")
"""`BashOperator.template_ext`: a command that ends so names a template file to Airflow."""

_MARKS = ("{{", "{%", "{#")
_GONE = {
    "execution_date": "logical_date",
    "next_execution_date": "data_interval_end",
    "prev_execution_date": "prev_data_interval_start_success",
    "prev_execution_date_success": "prev_data_interval_start_success",
    "next_ds": "data_interval_end | ds",
    "next_ds_nodash": "data_interval_end | ds_nodash",
    "prev_ds": "macros.ds_add(ds, -1)",
    "prev_ds_nodash": "macros.ds_add(ds, -1)",
    "tomorrow_ds": "macros.ds_add(ds, 1)",
    "tomorrow_ds_nodash": "macros.ds_add(ds, 1)",
    "yesterday_ds": "macros.ds_add(ds, -1)",
    "yesterday_ds_nodash": "macros.ds_add(ds, -1)",
}
"""Variables that Airflow 3 no longer has, and what to write instead."""
_ANY_GONE = re.compile(rf"\b(?:{'|'.join(_GONE)})\b")
_PARAMETER = re.compile(r"""(?<!['"])\{\{-?\s*(?:dag_run\.conf|params)\b[^}]*\}\}(?!['"])""")

# It only parses. Compiling would already compute constants, and `{{ 9**9**9 }}` takes forever.
_AIRFLOW = Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701 - nothing is rendered
_FILTERS = {*_AIRFLOW.filters, "ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz"}
_TESTS = set(_AIRFLOW.tests)


def check_bash_command(command: str) -> str:
    """Return the command unchanged, or raise a pydantic error for what would fail at run time."""
    refuse_blank(command)
    refuse_characters(command, IN_CODE)
    problem = _too_long(command) or _template_file(command) or _template_problem(command)
    if problem is not None:
        raise problem.error()
    return command


def warnings(command: str) -> Iterator[Problem]:
    """Yield warnings about a command that passed the check."""
    if "\r" in command:
        yield _carriage_return(command)
    if any(mark in command for mark in _MARKS):
        if _ANY_GONE.search(command):
            yield from _gone_variables(command)
        yield from _unquoted_parameters(command)


def _too_long(command: str) -> Problem | None:
    size = len(command.encode())
    if size <= MAX_COMMAND:
        return None
    message = f"the command has {size:,} bytes; Linux takes at most {MAX_COMMAND:,} as one argument"
    return Problem(Code.TOO_LONG, message, "put it into a script and call that")


def _template_file(command: str) -> Problem | None:
    end = next((end for end in TEMPLATE_FILES if command.endswith(end)), None)
    if end is None:
        return None
    message = f"Airflow takes a command that ends in `{end}` for the name of a template file"
    hint = "add a space at the end of the command"
    return Problem(
        Code.TEMPLATE_FILE, message, hint, place_of(command, len(command) - len(end), len(command))
    )


def _template_problem(command: str) -> Problem | None:
    if not any(mark in command for mark in _MARKS):
        return None
    try:
        tree = _AIRFLOW.parse(command)
        return _unknown_name(command, tree)
    except TemplateError as error:
        return _bad(command, str(error.message), getattr(error, "lineno", 1))
    except (RecursionError, MemoryError, ValueError, OverflowError):
        return _bad(command, "it is nested too deeply or has too large a number", 1)


def _unknown_name(command: str, tree: nodes.Template) -> Problem | None:
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        known = _FILTERS if isinstance(node, nodes.Filter) else _TESTS
        if node.name not in known:
            kind = type(node).__name__.lower()
            return _bad(
                command,
                f"there is no {kind} {shown(node.name)}",
                node.lineno,
                did_you_mean(node.name, known),
            )
    return None


def _bad(command: str, reason: str, line: int, hint: str | None = None) -> Problem:
    if hint is None:
        hint = "put what is meant for the shell between {% raw %} and {% endraw %}"
    return Problem(
        Code.BAD_TEMPLATE,
        f"Airflow cannot render the command: {reason[:200]}",
        hint,
        _line(command, line),
    )


def _line(command: str, number: int) -> Place:
    lines = command.split("\n")
    number = min(max(number, 1), len(lines))
    line = lines[number - 1].rstrip()
    start = len(line) - len(line.lstrip())
    return Place(number, start + 1, number, max(len(line), start + 1) + 1)


def _gone_variables(command: str) -> Iterator[Problem]:
    names = {
        node.name for node in _AIRFLOW.parse(command).find_all(nodes.Name) if node.ctx == "load"
    }
    for name in sorted(names & _GONE.keys()):
        found = re.search(rf"\b{name}\b", command)
        place = place_of(command, found.start(), found.end()) if found else None
        message = f"Airflow 3 has no variable `{name}`: the task would fail"
        hint = f"write {{{{ {_GONE[name]} }}}}"
        yield Problem(Code.GONE_VARIABLE, message, hint, place, Severity.WARNING)


def _unquoted_parameters(command: str) -> Iterator[Problem]:
    for found in _PARAMETER.finditer(command):
        yield Problem(
            Code.UNQUOTED_PARAMETER,
            "whoever starts a run can put shell code here",
            "put the expression between quotes, and let only trusted people start runs",
            place_of(command, found.start(), found.end()),
            Severity.WARNING,
        )


def _carriage_return(command: str) -> Problem:
    at = command.index("\r")
    return Problem(
        Code.CARRIAGE_RETURN,
        "the command has a carriage return, which bash takes for a part of the word before it",
        "save the spec with LF line ends",
        place_of(command, at),
        Severity.WARNING,
    )
