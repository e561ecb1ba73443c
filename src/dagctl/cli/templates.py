"""`dagctl templates`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.candidates import templates as candidates
from dagctl.cli.invocation import current
from dagctl.cli.options import TextOrJson, examples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.cli.invocation import Invocation
    from dagctl.commands.templates import Listed
    from dagctl.errors import Diagnostic
    from dagctl.template import Parameter

HEADINGS = ("TEMPLATE", "VERSION", "SOURCE", "ABOUT")

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="WORD",
        help="`show` and the name of a template; nothing lists all.",
        autocompletion=candidates,
    ),
]
EPILOG = examples(
    "dagctl templates",
    "dagctl templates show elt_dbt",
    "dagctl templates show elt_dbt -o json | jq '.result.template.parameters'",
)


def templates(context: typer.Context, words: Words = None, *, output: TextOrJson = "text") -> None:
    """List the templates of specs, or show the parameters of one.

    They come from the folder `templates` of the workspace, and from the gallery in dagctl.
    """
    from dagctl.errors import UsageError

    invocation = current(context)
    invocation.output = output
    match words or []:
        case []:
            _list(invocation)
        case ["show", name]:
            _show(invocation, name)
        case _:
            raise UsageError(
                "`dagctl templates` takes nothing, or `show` and a name",
                hint="dagctl templates show NAME",
            )


def _list(invocation: Invocation) -> None:
    from dagctl.cli.console import is_terminal
    from dagctl.cli.envelope import envelope
    from dagctl.cli.table import tsv
    from dagctl.commands.templates import templates as all_templates
    from dagctl.views.templates import listed_data

    console = invocation.console
    known = all_templates(Path())
    rows = [_row(item) for item in known.listed]
    if invocation.is_json:
        result = {"templates": [listed_data(item) for item in known.listed]}
        console.document(envelope(invocation, result=result, diagnostics=known.problems))
        return
    _warn(invocation, known.problems)
    if is_terminal(console.out):
        _table(invocation, rows)
    else:
        console.lines(tsv(rows))


def _row(item: Listed) -> list[str]:
    template = item.template
    return [template.name, str(template.version), item.source, template.description]


def _table(invocation: Invocation, rows: Sequence[Sequence[str]]) -> None:
    from dagctl.cli.console import is_ascii
    from dagctl.cli.table import draw, fit

    console = invocation.console
    table = fit(HEADINGS, rows, console.width, cut=("ABOUT",), spare=("SOURCE",))
    heading = next(draw(table, [HEADINGS], ascii_only=True))
    console.data(console.paint(heading, "bold", on=console.out))
    console.lines(draw(table, rows, ascii_only=is_ascii(console.out)))
    console.note("  next: dagctl templates show TEMPLATE")


def _warn(invocation: Invocation, problems: tuple[Diagnostic, ...]) -> None:
    from dagctl.cli.diagnostics import FORMATS, Report, look

    console = invocation.console
    for line in FORMATS["text"](Report(problems), look(console, console.err)) if problems else ():
        console.error(line)


def _show(invocation: Invocation, name: str) -> None:
    from dagctl.cli.envelope import envelope
    from dagctl.commands.templates import template_named
    from dagctl.views.templates import template_data

    item = template_named(name, Path())
    if invocation.is_json:
        document = envelope(invocation, result={"template": template_data(item)})
        invocation.console.document(document)
    else:
        invocation.console.lines(_page(item))


def _page(item: Listed) -> Iterator[str]:
    from dagctl.cli.text import shown
    from dagctl.views.templates import command_for

    template = item.template
    yield shown(f"{template.name}@{template.version} ({item.source}: {template.origin})")
    yield shown(f"  {template.description}")
    yield ""
    yield "Parameters"
    for parameter in template.parameters:
        yield shown(f"  {parameter.name}: {_rules(parameter)}")
        if parameter.description:
            yield shown(f"      {parameter.description}")
    yield ""
    yield "Example"
    yield shown(f"  {command_for(template)}")


def _rules(parameter: Parameter) -> str:
    import json

    words = [" or ".join(parameter.types)]
    if "enum" in parameter.rules:
        words.append("one of " + ", ".join(map(str, parameter.rules["enum"])))
    if parameter.is_required:
        words.append("required")
    else:
        words.append(f"default {json.dumps(parameter.default, ensure_ascii=False)}")
    return ", ".join(words)
