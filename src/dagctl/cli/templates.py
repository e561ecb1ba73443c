"""`dagctl templates`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.arguments.candidates import templates as candidates
from dagctl.cli.arguments.options import TextOrJson, examples
from dagctl.cli.diagnostics import write_diagnostics
from dagctl.cli.invocation import begun
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.console import is_ascii, is_terminal
from dagctl.cli.terminal.table import begun_table, draw, tsv
from dagctl.cli.terminal.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.cli.terminal.console import Console
    from dagctl.commands.templates.listing import ListedTemplate
    from dagctl.template import TemplateParameter
    from dagctl.views.templates import TemplateListData, TemplateShowData

HEADINGS = ("TEMPLATE", "VERSION", "SOURCE", "ABOUT")

Name = Annotated[
    str, typer.Argument(metavar="TEMPLATE", help="Its name.", autocompletion=candidates)
]
EPILOG = examples(
    "dagctl templates",
    "dagctl templates show elt_dbt",
    "dagctl templates outdated specs --exit-code",
    "dagctl templates upgrade specs/orders.yaml --dry-run",
)
SHOW_EXAMPLES = examples("dagctl templates show elt_dbt", "dagctl templates show elt_dbt -o json")


def templates(context: typer.Context, *, output: TextOrJson = "text") -> None:
    """List templates, and bring specs to their newer versions.

    Templates come from the folder `templates` of the workspace, from the gallery in dagctl, from
    git repositories that dagctl.toml names, and from the Supabase project.
    """
    from dagctl.commands.templates.listing import templates as all_templates
    from dagctl.views.templates import listed_data

    invocation = begun(context, output)
    console = invocation.console
    known = all_templates(Path())
    rows = [_row(item) for item in known.listed]
    if invocation.is_json:
        result: TemplateListData = {"templates": list(map(listed_data, known.listed))}
        console.document(envelope(invocation, result=result, diagnostics=known.problems))
        return
    write_diagnostics(console, known.problems)
    if is_terminal(console.out):
        _table(console, rows)
    else:
        console.lines(tsv(rows))


def show(context: typer.Context, template: Name, *, output: TextOrJson = "text") -> None:
    """Show a template: its parameters, and a command that uses it."""
    from dagctl.commands.templates.listing import template_named
    from dagctl.views.templates import template_data

    invocation = begun(context, output)
    item = template_named(template, Path())
    if invocation.is_json:
        result: TemplateShowData = {"template": template_data(item)}
        invocation.console.document(envelope(invocation, result=result))
    else:
        invocation.console.running(_page(item), hang=6)


def _row(item: ListedTemplate) -> list[str]:
    template = item.template
    return [template.name, str(template.version), item.source, template.description]


def _table(console: Console, rows: Sequence[Sequence[str]]) -> None:
    table = begun_table(console, HEADINGS, rows, cut=("ABOUT",), spare=("SOURCE",))
    console.lines(draw(table, rows, ascii_only=is_ascii(console.out)))
    console.note("  next: dagctl templates show TEMPLATE")


def _page(item: ListedTemplate) -> Iterator[str]:
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


def _rules(parameter: TemplateParameter) -> str:
    words = [" or ".join(parameter.types)]
    if "enum" in parameter.rules:
        words.append("one of " + ", ".join(map(str, parameter.rules["enum"])))
    if parameter.is_required:
        words.append("required")
    else:
        words.append(f"default {json.dumps(parameter.default, ensure_ascii=False)}")
    return ", ".join(words)
