"""Shell commands as Airflow's BashOperator takes them: Jinja first, then one argument for bash."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, TemplateError, nodes

from dagctl.spec.codes import Code
from dagctl.spec.fields.text import IN_CODE, place_of, refuse_blank, refuse_characters
from dagctl.spec.problem import Place, Problem
from dagctl.spec.wording import did_you_mean, quoted

MAX_COMMAND = 131_000
"""Bytes: Linux refuses a single argument of more than 128 KiB."""
TEMPLATE_FILES = (".sh", ".bash")
"""`BashOperator.template_ext`: a command that ends so names a template file to Airflow."""

MARKS = ("{{", "{%", "{#")
"""What a command needs to be a template."""
# It only parses. Compiling would already compute constants, and `{{ 9**9**9 }}` takes forever.
AIRFLOW = Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701 - nothing is rendered
"""Jinja as Airflow sets it up; for parsing."""

_FILTERS = {*AIRFLOW.filters, "ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz"}
_TESTS = set(AIRFLOW.tests)


@lru_cache(maxsize=16)  # of one task the check and the warnings ask in turn
def parse_template(command: str) -> nodes.Template:
    """Return the tree of a command that is a template; it is not to be changed.

    Raises:
        TemplateError: It is none; of a hostile one also what Python's own limits raise.
    """
    return AIRFLOW.parse(command)


def check_bash_command(command: str) -> str:
    """Return the command unchanged, or raise a pydantic error for what would fail at run time."""
    refuse_blank(command)
    refuse_characters(command, IN_CODE)
    problem = _too_long(command) or _template_file(command) or _template_problem(command)
    if problem is not None:
        raise problem.error()
    return command


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
    if not any(mark in command for mark in MARKS):
        return None
    try:
        return _unknown_name(command, parse_template(command))
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
                f"there is no {kind} {quoted(node.name)}",
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
