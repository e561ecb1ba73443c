"""How a failure is reported: what failed, what state things are in, and the one next step."""

from __future__ import annotations

import errno
import os
import traceback
from typing import TYPE_CHECKING

from dagctl.brevity import brief_line
from dagctl.cli.diagnostics import FORMATS, DiagnosticReport, look
from dagctl.cli.reports import envelope
from dagctl.cli.terminal.text import shown, shown_block
from dagctl.errors import (
    ConflictError,
    SpecError,
    UnavailableError,
    UnexpectedError,
    UsageError,
    advice,
    of_the_machine,
)
from dagctl.session.redaction import redacted

if TYPE_CHECKING:
    from dagctl.cli.invocation import Invocation
    from dagctl.cli.terminal.console import Console
    from dagctl.errors import DagctlError


def report(invocation: Invocation, error: DagctlError) -> int:
    """Write the failure in the form that was asked for; return the exit code."""
    if invocation.is_json:
        invocation.console.document(envelope.failure(invocation, error))
    elif isinstance(error, SpecError):
        write_findings(invocation, error)
    else:
        write_error(invocation.console, error)
    if invocation.debug:
        lines = redacted("".join(traceback.format_exception(error)))
        invocation.console.error(shown_block(lines.rstrip()))
    return int(error.exit_code)


OF_THE_PATH = {
    errno.ENAMETOOLONG: "give a shorter path",
    errno.ELOOP: "give another path: a link in it is not followed, or leads in a circle",
}
"""What the system refuses in a path that was given, with the next step, by its number."""
SHOWN = 300
"""How much of such a path is repeated, in characters."""


def unexpected(error: Exception, state: str) -> DagctlError:
    """Return the short form of an exception that dagctl does not expect."""
    failure: DagctlError
    failed = of_the_machine(error)
    if failed is not None:
        where = f"{failed.filename}: " if failed.filename else ""
        hint = advice(failed) or "put that right, then try again"
        failure = UnavailableError(f"{where}{failed.strerror}", state=state, hint=hint)
    elif isinstance(error, OSError) and error.errno in OF_THE_PATH:
        where = f"{os.fsdecode(error.filename)[:SHOWN]}: " if error.filename else ""
        failure = UsageError(f"{where}{error.strerror}", state=state, hint=OF_THE_PATH[error.errno])
    else:
        failure = UnexpectedError(
            f"this is a bug in dagctl: {type(error).__name__}: {redacted(str(error))}",
            state=state,
            hint="run again with --debug and report what it prints",
        )
    failure.__cause__ = error
    return failure


def write_findings(invocation: Invocation, error: SpecError) -> None:
    """Write the findings: as data where the command is there to report them, else as a message."""
    console = invocation.console
    report = DiagnosticReport(error.diagnostics)
    name = invocation.output if invocation.output in FORMATS else "text"
    if invocation.command == "validate":
        console.lines(FORMATS[name](report, look(console, console.out)))
        console.flush()
    else:
        for line in FORMATS[name](report, look(console, console.err)):
            console.error(line)
    console.error(f"{report.totals}. Nothing was written.")
    console.note(f"More: dagctl explain {error.diagnostics[0].code}")


def write_error(console: Console, error: DagctlError) -> None:
    """Write a failure that is not about the text of a spec."""
    first, *rest = error.message.split("\n")
    label = console.paint(f"error[{error.code}]", "error", on=console.err)
    console.message(f"{label}: {shown(first)}", hang=2)
    for line in rest:
        console.message(f"  {shown_block(line)}", hang=2)
    if isinstance(error, ConflictError) and error.diff:
        console.error(shown_block("\n".join(map(brief_line, error.diff.rstrip("\n").split("\n")))))
    console.message(f"  state: {shown(error.state)}", hang=9)
    if error.hint:
        console.message(f"  fix:   {shown(error.hint)}", hang=9)
