"""What a help page says: usage, commands, arguments, options and examples in plain words.

Typer's own pages show the types of Python, and cut summaries off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from typer._click import Context, HelpFormatter, Parameter

    from dagctl.cli.command_table import CommandEntry

Argument: TypeAlias = Any
"""Typer has no public name for it."""

WIDEST_NAME = 30
"""The most cells of the names in a list; a longer one stands on a line of its own."""
SHARE = 0.45
"""The most that the names may take of a narrow page."""

_RANGES = (
    (lazy_pattern(r"\[(\S+)<=x<=(\S+)\]$"), r"[\1 to \2]"),
    (lazy_pattern(r"; (\S+)<=x<=(\S+)\]$"), r", \1 to \2]"),
    (lazy_pattern(r"; x>=(\S+)\]$"), r", at least \1]"),
)


def usage(parameters: Iterable[Parameter]) -> list[str]:
    """Return what follows the name of a command in its usage line: `[OPTIONS]`, then arguments."""
    arguments = (parameter for parameter in parameters if parameter.param_type_name == "argument")
    return ["[OPTIONS]", *map(_in_usage, arguments)]


def write_commands(entries: Iterable[CommandEntry], formatter: HelpFormatter) -> None:
    """Write one section a heading, in the order of the commands, all summaries in one column."""
    by_heading: dict[str, list[CommandEntry]] = {}
    for entry in entries:
        by_heading.setdefault(entry.heading, []).append(entry)
    width = max(len(entry.name) for group in by_heading.values() for entry in group)
    for heading, group in by_heading.items():
        with formatter.section(heading):
            formatter.write_dl([(f"{entry.name:<{width}}", entry.summary) for entry in group])


def write_verbs(verbs: Mapping[str, CommandEntry], formatter: HelpFormatter) -> None:
    """Write the section of what can be done about a noun, if there is anything."""
    if verbs:
        with formatter.section("Commands"):
            formatter.write_dl([(verb, entry.summary) for verb, entry in verbs.items()])


def write_parameters(
    parameters: Sequence[Parameter], ctx: Context, formatter: HelpFormatter
) -> None:
    """Write the sections of the arguments and of the options."""
    arguments = [
        (_name(parameter), _help(parameter))
        for parameter in parameters
        if parameter.param_type_name == "argument"
    ]
    records = (
        parameter.get_help_record(ctx)
        for parameter in parameters
        if parameter.param_type_name == "option"
    )
    options = [(names, _plain(text)) for names, text in filter(None, records)]
    for heading, rows in (("Arguments", arguments), ("Options", options)):
        if rows:
            with formatter.section(heading):
                formatter.write_dl(rows, col_max=_column(rows, formatter.width))


def write_epilog(text: str, formatter: HelpFormatter) -> None:
    """Write the end of a page, at its margin."""
    formatter.write_paragraph()
    formatter.write_text(text)


def _column(rows: Iterable[tuple[str, str]], width: int) -> int:
    """Return the cells of the names' column: what the widest one needs that may stand in it."""
    most = min(WIDEST_NAME, int(width * SHARE))
    return max((len(name) for name, _ in rows if len(name) <= most), default=most)


def _in_usage(argument: Argument) -> str:
    name = _name(argument) + ("..." if argument.nargs != 1 else "")
    return name if argument.required else f"[{name}]"


def _name(argument: Argument) -> str:
    return str(argument.metavar or argument.name.upper())


def _help(argument: Argument) -> str:
    return str(argument.help or "")


def _plain(text: str) -> str:
    for pattern, words in _RANGES:
        text = pattern.sub(words, text)
    return text
