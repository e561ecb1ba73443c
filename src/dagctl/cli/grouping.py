"""The root command and its commands: help in groups, global options before and after the name."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import chdir
from copy import copy
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from dagctl.cli import help_page
from dagctl.cli.command_table import TABLE, CommandEntry
from dagctl.cli.parameters import lightened
from dagctl.workspace import resolve_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer._click import Command as AnyCommand
    from typer._click import Context, HelpFormatter, Parameter

    from dagctl.cli.console import Console
    from dagctl.cli.invocation import Invocation

GLOBAL_OPTIONS = ("directory", "color", "quiet", "verbose", "no_progress", "debug")
"""The names of the root's options that every command takes too."""
GLOBAL_HINT = "Options of every command, such as -C, -q and --color: dagctl --help"


class Root(TyperGroup):
    """`dagctl`: lists its commands under the headings that they name."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - as the base class has them
        super().__init__(**settings)
        self.commands = Commands()  # type: ignore[assignment] # it is only read

    def get_params(self, ctx: Context) -> list[Parameter]:
        """Return its parameters, cheap where they are not given."""
        return [lightened(parameter) for parameter in super().get_params(ctx)]

    def collect_usage_pieces(self, ctx: Context) -> list[str]:
        """Return what follows the program's name in the usage line."""
        del ctx
        return ["[OPTIONS]", "COMMAND", "[ARGUMENTS]"]

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write its commands under their headings, then its options."""
        help_page.write_commands(self.commands.values(), formatter)
        help_page.write_parameters(self.get_params(ctx), ctx, formatter)

    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the examples, and where there is more."""
        del ctx
        help_page.write_epilog(self.epilog or "", formatter)


class Subcommand(TyperCommand):
    """A command that takes the global options too, without listing them in its help."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """Return its own parameters, then hidden copies of the root's."""
        root = ctx.find_root().command
        shared = [_hidden(option) for option in root.params if option.name in GLOBAL_OPTIONS]
        return [lightened(parameter) for parameter in (*super().get_params(ctx), *shared)]

    def collect_usage_pieces(self, ctx: Context) -> list[str]:
        """Return what follows the command's name in the usage line."""
        return help_page.usage(self.get_params(ctx))

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write its arguments, then its options."""
        help_page.write_parameters(self.get_params(ctx), ctx, formatter)

    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the examples, and where the hidden options are."""
        del ctx
        help_page.write_epilog(f"{self.epilog}\n\n{GLOBAL_HINT}", formatter)

    def invoke(self, ctx: Context) -> Any:  # noqa: ANN401 - as the base class has it
        """Apply the global options, then run."""
        apply(ctx, **{name: ctx.params.pop(name) for name in GLOBAL_OPTIONS})
        _warn_of_variables(ctx.obj.console)
        return super().invoke(ctx)


class Commands(Mapping[str, "AnyCommand"]):
    """The commands by name; one is imported and built when it is looked up."""

    def __init__(self) -> None:
        self._entries = {entry.name: entry for entry in TABLE}

    def __getitem__(self, name: str) -> AnyCommand:
        return _built(self._entries[name])

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


@cache
def _built(entry: CommandEntry) -> AnyCommand:
    """Return the command: the single command of a Typer application of its own."""
    module = import_module(entry.module_name)
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
    app.command(entry.name, cls=Subcommand, epilog=module.EPILOG, rich_help_panel=entry.heading)(
        getattr(module, entry.function_name)
    )
    return typer.main.get_command(app)


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
    if verbose and not console.verbose:
        from dagctl.cli.trace import traced

        console.verbose = True
        ctx.with_resource(traced(console))
    console.progress = console.progress and not no_progress
    invocation.debug = debug or invocation.debug
    if directory is not None:
        ctx.with_resource(chdir(resolve_folder(directory)))


def _warn_of_variables(console: Console) -> None:
    """Warn of variables that are probably misspelt."""
    if not any(name.startswith("DAGCTL_") for name in console.environ):
        return
    from dagctl.commands.environment import misspelt

    for name, near in misspelt(console.environ).items():
        console.warn(f"the variable {name} is not known, and is ignored; did you mean {near}?")


def _hidden(parameter: Parameter) -> Parameter:
    twin: Any = copy(parameter)
    twin.hidden = True
    return twin  # type: ignore[no-any-return] # a copy has the type of its original
