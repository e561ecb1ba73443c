"""`dagctl operators`."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.arguments.candidates import operators as candidates
from dagctl.cli.arguments.options import TextOrJson, examples
from dagctl.cli.invocation import begun
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.console import is_ascii, is_terminal
from dagctl.cli.terminal.table import begun_table, draw, tsv
from dagctl.cli.terminal.text import shown, shown_block
from dagctl.errors import NotFoundError, UsageError
from dagctl.next_step import Command, Fix
from dagctl.operators.model import Need
from dagctl.operators.targets import spans
from dagctl.settings import load_for_specs
from dagctl.views.operators import operator_data, operators_data
from dagctl.workspace import find_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.cli.terminal.console import Console
    from dagctl.commands.operators import Explained
    from dagctl.operators.model import Operator, Parameter
    from dagctl.operators.search import Match
    from dagctl.views.operators import OperatorsShowData

HEADINGS = ("OPERATOR", "PROVIDER", "KIND", "ABOUT")
SPARE = ("KIND", "ABOUT")
"""What a narrow terminal does without."""

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="WORD", help="A part of a name, or a provider.", autocompletion=candidates
    ),
]
Name = Annotated[
    str, typer.Argument(metavar="OPERATOR", help="Its name.", autocompletion=candidates)
]
Airflow = Annotated[
    str | None,
    typer.Option(metavar="VERSION", help="As 3, 3.1 or 2.11; else that of the workspace, or 3."),
]
EPILOG = examples(
    "dagctl operators s3",
    "dagctl operators amazon sensor",
    "dagctl operators show S3KeySensor",
)
SHOW_EXAMPLES = examples(
    "dagctl operators show S3KeySensor",
    "dagctl operators show SQLExecuteQueryOperator --airflow 2.11 -o json",
)


def operators(
    context: typer.Context,
    words: Words = None,
    *,
    airflow: Airflow = None,
    output: TextOrJson = "text",
) -> None:
    """Search operators, or show what an operator takes.

    They come from a catalogue in dagctl: neither Airflow nor a provider need be installed.
    """
    from dagctl.commands.operators import find_operators

    invocation = begun(context, output)
    console = invocation.console
    target = _target(airflow)
    word = " ".join(words or ())
    matches = find_operators(word, target)
    if not matches:
        raise NotFoundError(f"no operator is about `{word}`", hint=Fix(Command("operators")))
    if invocation.is_json:
        console.document(envelope(invocation, result=operators_data(target, matches)))
    elif is_terminal(console.out):
        _table(console, matches)
    else:
        console.lines(tsv([[m.name, m.provider, m.kind, m.path] for m in matches]))


def show(
    context: typer.Context,
    name: Name,
    *,
    airflow: Airflow = None,
    output: TextOrJson = "text",
) -> None:
    """Show what an operator takes, with an example.

    It comes from a catalogue in dagctl: neither Airflow nor a provider need be installed.
    """
    from dagctl.commands.operators import explain_operator

    invocation = begun(context, output)
    explained = explain_operator(name, _target(airflow))
    if invocation.is_json:
        result: OperatorsShowData = {"operator": operator_data(explained)}
        invocation.console.document(envelope(invocation, result=result))
    else:
        invocation.console.lines(_page(explained, invocation.console.page_width))


def _target(airflow: str | None) -> str:
    """Return the Airflow that is given, else that of the workspace, with its providers."""
    try:
        workspace = find_workspace(Path())
    except UsageError:  # no workspace is no obstacle here
        return airflow or "3"
    settings = load_for_specs(workspace, os.environ)
    try:
        return settings.target(airflow)
    except ValueError:
        if airflow is None:
            raise
        return airflow  # the catalogue says which it knows


def _table(console: Console, matches: list[Match]) -> None:
    rows = [[match.name, match.provider, match.kind, match.doc] for match in matches]
    table = begun_table(console, HEADINGS, rows, spare=SPARE)
    console.lines(draw(table, rows, ascii_only=is_ascii(console.out)))
    console.note("  next: dagctl operators show OPERATOR")


def _page(explained: Explained, width: int) -> Iterator[str]:
    operator = explained.operator
    kind = "decorator" if operator.kind == "decorated" else operator.kind
    yield shown(f"{operator.name} ({kind} of {operator.provider})")
    yield from _wrapped(operator.doc, width)
    yield ""
    for label, value in _facts(operator):
        yield f"  {label:<10}{shown(value)}"
    yield ""
    yield "Parameters (under `with`)"
    for parameter in operator.parameters.values():
        yield ""
        yield from _parameter(operator, parameter, width)
    yield ""
    yield "Example"
    yield ""
    yield shown_block(explained.example.rstrip("\n"))


def _facts(operator: Operator) -> Iterator[tuple[str, str]]:
    yield "makes" if operator.kind == "decorated" else "import", operator.path
    yield "needs", f"{operator.distribution} (read: {operator.version})"
    yield "on", spans(operator.targets)
    if operator.deferrable:
        always = operator.deferrable == "always"
        yield "defers", "always" if always else "with `deferrable: true`"
    if operator.deprecated:
        use = f"; use {operator.deprecated.use}" if operator.deprecated.use else ""
        yield "deprecated", operator.deprecated.reason + use
    if operator.open:
        yield "takes", "more than what is listed here"


def _parameter(operator: Operator, parameter: Parameter, width: int) -> Iterator[str]:
    words = [parameter.type]
    if parameter.need is Need.REQUIRED:
        words.append("required")
    elif parameter.default_source:
        words.append(f"default {parameter.default_source}")
    elif parameter.default is not None:
        words.append(f"default {parameter.default!r}")
    if operator.template_fields is not None and parameter.name in operator.template_fields:
        words.append("rendered")
    if parameter.deprecated:
        words.append("deprecated")
    yield shown(f"  {parameter.name}: {', '.join(words)}")
    yield from _wrapped(parameter.doc, width, "      ")


def _wrapped(text: str, width: int, indent: str = "  ") -> Iterator[str]:
    return (
        shown(line)
        for line in textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent)
    )
