"""One run of the command line: what was asked for, and what is known about it so far."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

from dagctl.cli.command_table import COMMANDS
from dagctl.errors import UNCHANGED
from dagctl.frozen import mutable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import typer

    from dagctl.cli.terminal.console import Console

PLANNED = frozenset(
    {"create", "edit", "adopt", "mv", "rm", "restore", "rollback", "import", "pull"}
)
"""The commands that take `--dry-run`."""


@mutable
class Invocation:
    """What a command and the report of its failure have to know of each other."""

    console: Console
    command: str | None = None
    output: str = "text"
    """The form of the result: `text`, `json`, or one that the command names."""
    dry_run: bool = False
    debug: bool = False
    result: Mapping[str, Any] | None = None
    """What was achieved before a failure."""
    state: str = UNCHANGED
    """What state things would be in if the run were interrupted now."""

    @property
    def is_json(self) -> bool:
        """Whether standard output carries one JSON document and nothing else."""
        return self.output == "json"


def current(context: typer.Context) -> Invocation:
    """Return the run that a command belongs to."""
    return cast("Invocation", context.obj)


def begun(context: typer.Context, output: str, *, dry_run: bool = False) -> Invocation:
    """Return the run of a command, whose result or failure is now written in that form."""
    invocation = current(context)
    invocation.output, invocation.dry_run = output, dry_run
    return invocation


def foresee(arguments: Sequence[str], console: Console) -> Invocation:
    """Return the run as far as the bare arguments show, for the case that they cannot be parsed."""
    command = next((argument for argument in arguments if argument in COMMANDS), None)
    return Invocation(
        console=console,
        command=command,
        output="json" if _asks_for_json(arguments) else "text",
        dry_run=command in PLANNED and "--dry-run" in arguments,
        debug="--debug" in arguments,
    )


def _asks_for_json(arguments: Sequence[str]) -> bool:
    pairs = pairwise(arguments)
    return any(argument in {"-ojson", "--output=json"} for argument in arguments) or any(
        pair in {("-o", "json"), ("--output", "json")} for pair in pairs
    )
