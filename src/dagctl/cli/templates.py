"""`dagctl templates`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.candidates import templates as candidates
from dagctl.cli.invocation import current
from dagctl.cli.options import Env, TextOrJson, Var, examples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.cli.invocation import Invocation
    from dagctl.commands.templates import ListedTemplate
    from dagctl.errors import Diagnostic, UsageError
    from dagctl.template import Parameter

HEADINGS = ("TEMPLATE", "VERSION", "SOURCE", "ABOUT")

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="WORD",
        help="`show`, `share` or `unshare` and a template, `outdated` or `upgrade` and specs, or "
        "`fetch`; nothing lists all.",
        autocompletion=candidates,
    ),
]
To = Annotated[
    int | None,
    typer.Option(
        "--to", metavar="N", min=1, max=10**9, help="upgrade: the version. Default: the newest."
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="upgrade: the value of a new parameter; repeatable."
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="upgrade: show the changes and the diff; write nothing.")
]
ExitCodeFlag = Annotated[
    bool, typer.Option("--exit-code", help="outdated: exit with 8 if a spec is behind.")
]
EPILOG = examples(
    "dagctl templates",
    "dagctl templates show elt_dbt",
    "dagctl templates outdated specs --exit-code",
    "dagctl templates upgrade specs/orders.yaml --dry-run",
    "dagctl templates share report",
)


def templates(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    words: Words = None,
    *,
    to: To = None,
    settings: Settings = None,
    dry_run: DryRun = False,
    exit_code: ExitCodeFlag = False,
    env: Env = None,
    var: Var = None,
    output: TextOrJson = "text",
) -> None:
    """List templates, and bring specs to their newer versions.

    Templates come from the folder `templates` of the workspace, from the gallery in dagctl, and
    from git repositories that dagctl.toml names: `fetch` brings these here, as of one commit.
    `outdated` names the specs that are behind the newest version of their template, and what that
    changes. `upgrade` writes it into the specs: it merges the changes of the template with yours.
    `share` gives a template of yours to all members of the Supabase project.
    """
    from dagctl.cli.template_sources import fetch, share, unshare
    from dagctl.cli.template_versions import UpgradeChoices, outdated, upgrade

    invocation = current(context)
    invocation.output = output
    action, *rest = words or [""]
    _check_options(action, to=to, settings=settings, dry_run=dry_run, exit_code=exit_code)
    choices = UpgradeChoices(rest, to, settings or [], env, var)
    match action, rest:
        case "", []:
            _list(invocation)
        case "show", [name]:
            _show(invocation, name)
        case "outdated", _:
            outdated(invocation, choices, exit_code=exit_code)
        case "upgrade", [_, *_]:
            upgrade(invocation, choices, dry_run=dry_run)
        case "fetch", _:
            fetch(invocation, rest)
        case "share", [name]:
            share(invocation, name)
        case "unshare", [name]:
            unshare(invocation, name)
        case _:
            raise _refusal("`dagctl templates` takes nothing, or one of the words below")


def _check_options(action: str, **given: object) -> None:
    """Refuse an option that the action does not know.

    Raises:
        UsageError: There is one.
    """
    owners = {"to": "upgrade", "settings": "upgrade", "dry_run": "upgrade", "exit_code": "outdated"}
    for name, value in given.items():
        if value and owners[name] != action:
            option = "--set" if name == "settings" else f"--{name.replace('_', '-')}"
            raise _refusal(f"{option} goes with `dagctl templates {owners[name]}`")


def _refusal(message: str) -> UsageError:
    from dagctl.errors import UsageError

    return UsageError(
        message,
        hint="dagctl templates [show NAME | outdated [SPEC...] | upgrade SPEC... | fetch | "
        "share NAME | unshare NAME]",
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


def _row(item: ListedTemplate) -> list[str]:
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
    from dagctl.cli.diagnostics import FORMATS, DiagnosticReport, look

    console = invocation.console
    for line in (
        FORMATS["text"](DiagnosticReport(problems), look(console, console.err)) if problems else ()
    ):
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


def _page(item: ListedTemplate) -> Iterator[str]:
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
