"""`run`: the only place where exceptions become text, JSON and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from typer._click.exceptions import ClickException
from typer._completion_classes import completion_init

from dagctl.cli.invocation import Invocation, foresee
from dagctl.cli.program import ASKING, command
from dagctl.cli.terminal.console import standard_console
from dagctl.errors import DagctlError, ExitCode, InterruptedRunError, UnavailableError
from dagctl.session.redaction import remember_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from typer._click import Command as TyperCommand


def run(argv: Sequence[str] | None = None) -> int:
    """Run the command line (`sys.argv` by default); return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    remember_environment(os.environ)
    invocation = foresee(arguments, standard_console())
    console = invocation.console
    code: int = ExitCode.OK
    try:
        with _terminate_like_interrupt():
            code = _reported(arguments, invocation)
            console.flush()
    except BrokenPipeError:  # the reader is gone, as after `| head`
        console.give_up()
        return ExitCode.OK
    except UnavailableError as error:  # standard output itself is what fails
        console.give_up()
        if code == ExitCode.OK:  # else a failure is reported already, perhaps this one
            from dagctl.cli.reports.failure import write_error

            write_error(console, error)
            code = error.exit_code
    return code


def _reported(arguments: list[str], invocation: Invocation) -> int:
    """Return the exit code of the run, after what went wrong has been reported."""
    try:
        return _dispatch(arguments, invocation)
    except BrokenPipeError:
        raise
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last resort: no traceback
        return _report(error, invocation)


def _report(error: Exception | KeyboardInterrupt, invocation: Invocation) -> int:
    """Write what went wrong; return the exit code."""
    from dagctl.cli.arguments.usage import usage_error
    from dagctl.cli.reports.failure import report, unexpected

    if isinstance(error, ClickException):
        error = usage_error(error, invocation.command)
    elif isinstance(error, KeyboardInterrupt):
        error = _interrupted(error, invocation.state)
    elif not isinstance(error, DagctlError):
        error = unexpected(error, invocation.state)
    return report(invocation, error)


def _dispatch(arguments: list[str], invocation: Invocation) -> int:
    if ASKING in os.environ:
        return _complete(command, ASKING)
    try:
        # Not `command.main`: it would turn Ctrl-C and a closed pipe into exits of its own.
        width = invocation.console.page_width
        with command.make_context(
            "dagctl", arguments, obj=invocation, terminal_width=width
        ) as context:
            command.invoke(context)
    except typer.Exit as exit_:
        return exit_.exit_code
    return ExitCode.OK


def _complete(command: TyperCommand, variable: str) -> int:
    completion_init()
    command.main(prog_name="dagctl", complete_var=variable)
    return ExitCode.OK


def _interrupted(cause: KeyboardInterrupt, state: str) -> InterruptedRunError:
    interruption = InterruptedRunError("interrupted", state=state)
    interruption.__cause__ = cause
    return interruption


@contextmanager
def _terminate_like_interrupt() -> Iterator[None]:
    """Let SIGTERM, and SIGHUP when the terminal is closed, undo what is under way, as Ctrl-C does.

    A run that ignores SIGHUP, as under `nohup`, goes on ignoring it.
    """

    def ignore(number: int, frame: FrameType | None) -> None:
        del number, frame

    def interrupt(number: int, frame: FrameType | None) -> None:
        del frame
        if number == signal.SIGHUP:  # shell and kernel both send it: the second stops no undo
            signal.signal(number, ignore)  # a function: git does not inherit it
        raise KeyboardInterrupt

    numbers = [signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        numbers.append(signal.SIGHUP)
    try:
        before = [(number, signal.signal(number, interrupt)) for number in numbers]
    except ValueError:  # not in the main thread, where the caller handles signals
        yield
        return
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
