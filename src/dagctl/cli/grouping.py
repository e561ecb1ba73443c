"""The root command and its commands: help in groups, global options before and after the name."""

from __future__ import annotations

from contextlib import chdir
from copy import copy
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup, TyperOption

from dagctl.workspace import resolve_folder

if TYPE_CHECKING:
    from pathlib import Path

    from typer._click import Context, HelpFormatter, Parameter

    from dagctl.cli.invocation import Invocation

GLOBAL_OPTIONS = ("directory", "color", "quiet", "verbose", "no_progress", "debug")
"""The names of the root's options that every command takes too."""


class Unasked(TyperOption):
    """An option that costs nothing when it is not given: Typer loads pydantic to check a None."""

    def process_value(self, ctx: Context, value: Any) -> Any:  # noqa: ANN401 - as the base has it
        """Return the checked value, or None as it is."""
        return None if value is None else super().process_value(ctx, value)


class Root(TyperGroup):
    """`dagctl`: lists its commands under the headings that they name."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """Return its parameters, cheap where they are not given."""
        return [_unasked(one) for one in super().get_params(ctx)]

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write one section a heading, in the order of the commands."""
        del ctx
        headings = dict.fromkeys(_heading(command) for command in self.commands.values())
        for heading in headings:
            rows = [
                (name, command.get_short_help_str(formatter.width))
                for name, command in self.commands.items()
                if _heading(command) == heading
            ]
            with formatter.section(heading):
                formatter.write_dl(rows)


class Command(TyperCommand):
    """A command that takes the global options too, without listing them in its help."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """Return its own parameters, then hidden copies of the root's."""
        root = ctx.find_root().command
        shared = [_hidden(one) for one in root.params if one.name in GLOBAL_OPTIONS]
        return [_unasked(one) for one in (*super().get_params(ctx), *shared)]

    def invoke(self, ctx: Context) -> Any:  # noqa: ANN401 - as the base class has it
        """Apply the global options, then run."""
        apply(ctx, **{name: ctx.params.pop(name) for name in GLOBAL_OPTIONS})
        return super().invoke(ctx)


def apply(  # noqa: PLR0913 - as many as there are global options
    ctx: Context,
    *,
    directory: Path | None,
    color: str | None,
    quiet: bool,
    verbose: bool,
    no_progress: bool,
    debug: bool,
) -> None:
    """Set the run up as the global options say; what an option leaves out stays as it was."""
    invocation: Invocation = ctx.obj
    console = invocation.console
    console.colour = color or console.colour  # type: ignore[assignment] # Typer checked the choice
    console.quiet = quiet or console.quiet
    console.verbose = verbose or console.verbose
    console.progress = console.progress and not no_progress
    invocation.debug = debug or invocation.debug
    if directory is not None:
        ctx.with_resource(chdir(resolve_folder(directory)))


def _heading(command: Any) -> str:  # noqa: ANN401 - Typer's command, or a group
    return str(getattr(command, "rich_help_panel", None) or "Commands")


def _unasked(parameter: Parameter) -> Parameter:
    if type(parameter) is TyperOption:
        parameter.__class__ = Unasked  # Typer has no way to name the class of an option
    return parameter


def _hidden(parameter: Parameter) -> Parameter:
    twin: Any = copy(parameter)
    twin.hidden = True
    return twin  # type: ignore[no-any-return] # a copy has the type of its original
