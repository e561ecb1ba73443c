"""Shell commands as the BashOperator takes them: Jinja first, then one argument for bash."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.findings.characters import IN_CODE, blank_problems, character_problems
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, refuse
from dagctl.text.lines import Lines
from dagctl.text.template_signs import Signs, is_template, signs
from dagctl.user_code.bash.bash_syntax import fault_in
from dagctl.user_code.bash.command_lines import shell_advice
from dagctl.user_code.bash.injection import parameter_warnings
from dagctl.user_code.bash.rendered import rendered
from dagctl.user_code.jinja.brought_names import BROUGHT
from dagctl.user_code.jinja.context_variables import name_warnings
from dagctl.user_code.jinja.template import template_problems

if TYPE_CHECKING:
    from collections.abc import Iterator


MAX_COMMAND = 131_000
"""Bytes: Linux refuses a single argument of more than 128 KiB."""
TEMPLATE_FILES = (".sh", ".bash")
"""`BashOperator.template_ext`: a command that ends so names a template file to Airflow."""


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
    brought = BROUGHT.get()
    if not brought.is_read:
        return
    if is_template(command):
        yield from template_problems(command, filters=brought.filters)
    yield from (each for each in syntax_problems(command) if each.severity is Severity.ERROR)


def syntax_problems(command: str) -> tuple[Problem, ...]:
    """Return what bash cannot read: an error, or a warning where a template may yet mend it."""
    return _syntax_problems(command, signs())


@lru_cache(maxsize=16)  # the errors of a command are asked for, then its warnings
def _syntax_problems(command: str, _: Signs) -> tuple[Problem, ...]:
    shell = rendered(command)
    fault = fault_in(shell.text) if shell is not None else None
    if shell is None or fault is None:
        return ()
    is_certain = fault.stops and not shell.has_values
    start = shell.source(fault.start)
    place = Lines(command).place(start, start + max(fault.end - fault.start, 1))
    message = f"bash cannot read the command: {fault.message}" if fault.stops else fault.message
    severity = Severity.ERROR if is_certain else Severity.WARNING
    return (Problem(Code.BASH_SYNTAX, message, fault.hint, place, severity),)


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


def bash_warnings(command: str) -> Iterator[Problem]:
    """Yield warnings about a command that passed the check."""
    brought = BROUGHT.get()
    if not brought.is_read:
        return
    if is_template(command):
        yield from name_warnings(command, brought)
    yield from shell_warnings(command)


def shell_warnings(command: str) -> Iterator[Problem]:
    """Yield what bash would do with a command that is seldom meant."""
    if is_template(command):
        yield from parameter_warnings(Lines(command))
    unread = syntax_problems(command)
    yield from (each for each in unread if each.severity is Severity.WARNING)
    if not unread:
        yield from shell_advice(command)
