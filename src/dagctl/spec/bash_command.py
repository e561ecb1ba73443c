"""Shell commands as Airflow's BashOperator takes them: Jinja first, then one argument for bash."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from jinja2 import Environment, TemplateError, nodes

from dagctl.spec.codes import Code
from dagctl.spec.fields.text import IN_CODE, blank_problems, character_problems
from dagctl.spec.lines import Lines
from dagctl.spec.problem import Place, Problem, refuse
from dagctl.spec.wording import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_COMMAND = 131_000
"""Bytes: Linux refuses a single argument of more than 128 KiB."""
TEMPLATE_FILES = (".sh", ".bash")
"""`BashOperator.template_ext`: a command that ends so names a template file to Airflow."""

MAX_TEMPLATE_DEPTH = 150
"""Levels of a template. Jinja makes Python of it, and Python takes no 200 nested brackets."""

MARKS = ("{{", "{%", "{#")
"""What a command needs to be a template."""
# It only parses. Compiling would already compute constants, and `{{ 9**9**9 }}` takes forever.
AIRFLOW = Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701 - nothing is rendered
"""Jinja as Airflow sets it up; for parsing."""

_KNOWN = {
    "filter": {*AIRFLOW.filters, "ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz"},
    "test": set(AIRFLOW.tests),
}


class TooDeepError(ValueError):
    """A template is nested more deeply than Jinja can compile."""


@lru_cache(maxsize=1)  # the check and the warnings of one task ask one after the other
def template_nodes(command: str) -> list[nodes.Node]:
    """Return the nodes of a command that is a template, outermost first; not to be changed.

    Raises:
        TemplateError: It is none; of a hostile one also what Python's own limits raise.
        TooDeepError: It is nested too deeply.
    """
    level: list[nodes.Node] = [AIRFLOW.parse(command)]
    every: list[nodes.Node] = []
    for _ in range(MAX_TEMPLATE_DEPTH):
        every += level
        level = [child for node in level for child in node.iter_child_nodes()]
        if not level:
            return every
    raise TooDeepError


def check_bash_command(command: str) -> str:
    """Return the command unchanged, or raise a pydantic error for what would fail at run time."""
    refuse(command_problems(command))
    return command


def command_problems(command: str) -> Iterator[Problem]:
    """Yield what would fail at run time."""
    yield from blank_problems(command)
    yield from character_problems(command, IN_CODE)
    yield from _too_long(command)
    yield from _template_file(command)
    if any(mark in command for mark in MARKS):
        yield from _template_problems(command)


def _too_long(command: str) -> Iterator[Problem]:
    size = len(command.encode(errors="surrogatepass"))
    if size > MAX_COMMAND:
        message = (
            f"the command has {size:,} bytes; Linux takes at most {MAX_COMMAND:,} as one argument"
        )
        yield Problem(Code.TOO_LONG, message, "move it into a script and call that")


def _template_file(command: str) -> Iterator[Problem]:
    end = next((end for end in TEMPLATE_FILES if command.endswith(end)), None)
    if end is not None:
        message = f"Airflow treats a command that ends in `{end}` as the name of a template file"
        hint = "add a space at the end of the command"
        place = Lines(command).place(len(command) - len(end), len(command))
        yield Problem(Code.TEMPLATE_FILE, message, hint, place)


def _template_problems(command: str) -> Iterator[Problem]:
    lines = Lines(command)
    try:
        unknown = sorted({*_unknown_names(template_nodes(command))})
    except TemplateError as error:
        yield _bad(lines, str(error.message), getattr(error, "lineno", 1))
    except (RecursionError, MemoryError, ValueError, OverflowError):
        yield _bad(lines, "it is nested too deeply or contains too large a number", 1)
    else:
        for line, kind, name in unknown:
            near = did_you_mean(name, _KNOWN[kind])
            yield _bad(lines, f"there is no {kind} {quoted(name)}", line, near)


def _unknown_names(tree: list[nodes.Node]) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the kind and the name of each filter and test that Airflow does not have."""
    for node in tree:
        if isinstance(node, nodes.Filter | nodes.Test):
            kind = "filter" if isinstance(node, nodes.Filter) else "test"
            if node.name not in _KNOWN[kind]:
                yield node.lineno, kind, node.name


def _bad(lines: Lines, reason: str, line: int, hint: str | None = None) -> Problem:
    if hint is None:
        hint = "put what is meant for the shell between {% raw %} and {% endraw %}"
    return Problem(
        Code.BAD_TEMPLATE,
        f"Airflow cannot render the command: {reason[:200]}",
        hint,
        _line(lines, line),
    )


def _line(lines: Lines, number: int) -> Place:
    number = min(max(number, 1), len(lines))
    line = lines.line(number).rstrip()
    start = len(line) - len(line.lstrip())
    return Place(number, start + 1, number, max(len(line), start + 1) + 1)
