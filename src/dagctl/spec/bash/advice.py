"""Warnings about shell commands: what Airflow takes, and what yet fails when the task runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.spec.bash.command import syntax_problems
from dagctl.spec.bash.injection import parameter_warnings
from dagctl.spec.bash.lines import shell_advice
from dagctl.spec.jinja.brought import BROUGHT
from dagctl.spec.jinja.context_variables import name_warnings
from dagctl.spec.jinja.template import is_template
from dagctl.spec.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.problem import Problem


def bash_warnings(command: str) -> Iterator[Problem]:
    """Yield warnings about a command that passed the check."""
    brought = BROUGHT.get()
    if not brought.is_usual:
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
