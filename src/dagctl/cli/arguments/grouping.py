"""The root command and its commands: help in groups, global options before and after the name."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import chdir
from copy import copy
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer._click.shell_completion import CompletionItem
from typer.core import TyperCommand, TyperGroup

from dagctl.cli.arguments.parameters import lightened
from dagctl.cli.command_table import TABLE, CommandEntry, verbs_of
from dagctl.workspace import resolve_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from typer._click import Command as AnyCommand
    from typer._click import Context, HelpFormatter, Parameter

    from dagctl.cli.invocation import Invocation
    from dagctl.cli.terminal.console import Console

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

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, AnyCommand | None, list[str]]:
        """Return the command that the arguments name, or the verb of a noun, and what is left."""
        name, command, rest = super().resolve_command(ctx, args)
        verbs = verbs_of(name or "")
        if not verbs or command is None:
            return name, command, rest
        place = _first_word(command.get_params(ctx), rest)
        word = None if place is None else rest[place]
        if word in verbs:
            left = rest[:place] + rest[(place or 0) + 1 :]
            return f"{name} {word}", _built(verbs[word]), left
        is_word_taken = any(each.param_type_name == "argument" for each in command.params)
        if word is not None and not (is_word_taken or ctx.resilient_parsing):
            ctx.fail(f"No such command `{name} {word}`.{_did_you_mean(name, word, verbs)}")
        return name, command, rest

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write its commands under their headings, then its options."""
        from dagctl.cli.arguments import help_page

        help_page.write_commands(TABLE, formatter)
        help_page.write_parameters(self.get_params(ctx), ctx, formatter)

    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the examples, and where there is more."""
        from dagctl.cli.arguments import help_page

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
        from dagctl.cli.arguments import help_page

        return help_page.usage(self.get_params(ctx))

    def shell_complete(self, ctx: Context, incomplete: str) -> list[CompletionItem]:
        """Return what the shell may complete; of a noun its verbs too."""
        verbs = [verb for verb in verbs_of(self.name or "") if verb.startswith(incomplete)]
        return [*map(CompletionItem, verbs), *super().shell_complete(ctx, incomplete)]

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the verbs of a noun, its arguments, then its options."""
        from dagctl.cli.arguments import help_page

        help_page.write_verbs(verbs_of(self.name or ""), formatter)
        help_page.write_parameters(self.get_params(ctx), ctx, formatter)

    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the examples, and where the hidden options are."""
        from dagctl.cli.arguments import help_page

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
    epilog = getattr(module, entry.examples_name)
    app.command(entry.name, cls=Subcommand, epilog=epilog)(getattr(module, entry.function_name))
    return typer.main.get_command(app)


def verb_named(name: str) -> AnyCommand | None:
    """Return the command `NOUN VERB`, or None: there is none."""
    noun, _, verb = name.partition(" ")
    entry = verbs_of(noun).get(verb)
    return None if entry is None else _built(entry)


def _first_word(parameters: Iterable[Parameter], arguments: Sequence[str]) -> int | None:
    """Return where the first argument is that is neither an option nor the value of one."""
    options: Any = [each for each in parameters if each.param_type_name == "option"]
    with_value = {name for each in options if not each.is_flag for name in each.opts}
    place = 0
    while place < len(arguments):
        argument = arguments[place]
        if argument == "--":
            return None
        if not argument.startswith("-"):
            return place
        place += 2 if argument in with_value else 1
    return None


def _did_you_mean(noun: str | None, word: str, verbs: Iterable[str]) -> str:
    near = get_close_matches(word, verbs, n=1)
    return f" Did you mean `{noun} {near[0]}`?" if near else ""


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
        from dagctl.cli.terminal.trace import traced

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
    from dagctl.commands.specs.environment import misspelt

    for name, near in misspelt(console.environ).items():
        console.warn(f"the variable {name} is not known, and is ignored; did you mean {near}?")


def _hidden(parameter: Parameter) -> Parameter:
    twin: Any = copy(parameter)
    twin.hidden = True
    return twin  # type: ignore[no-any-return] # a copy has the type of its original
