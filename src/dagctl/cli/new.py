"""`dagctl new`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dagctl.cli.arguments.candidates import templates as candidates
from dagctl.cli.arguments.options import TextOrJson, examples
from dagctl.cli.diagnostics import write_diagnostics
from dagctl.cli.invocation import begun
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.prompt import is_at_terminal
from dagctl.cli.terminal.text import shown, words
from dagctl.commands.files.new_files import write_new
from dagctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.cli.terminal.console import Console
    from dagctl.commands.new import NewSpec
    from dagctl.template import Template, TemplateParameter

FIRST = "first_dag"
"""The template that is used where none is named."""

Name = Annotated[
    str | None, typer.Argument(metavar="NAME", help="The name of the DAG: 'Daily Orders'.")
]
TemplateName = Annotated[
    str | None,
    typer.Option(
        "--template",
        "-t",
        metavar="TEMPLATE",
        help=f"As `dagctl templates` lists it. Default: {FIRST}.",
        autocompletion=candidates,
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="The value of a parameter; may be repeated."),
]
File = Annotated[
    Path | None,
    typer.Option(
        "--file",
        "-f",
        metavar="FILE",
        help="The file to write. Default: specs/ and the name of the DAG.",
    ),
]
Print = Annotated[bool, typer.Option("--print", help="Print the spec; write nothing.")]
EPILOG = examples(
    "dagctl new 'Daily Orders'",
    "dagctl new 'Orders ELT' --template elt_dbt --set project_dir=/opt/dbt/orders",
    "dagctl new Cleanup -t cleanup --print",
)


def new(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    name: Name = None,
    template: TemplateName = None,
    settings: Settings = None,
    file: File = None,
    *,
    print_only: Print = False,
    output: TextOrJson = "text",
) -> None:
    """Write a new spec file from a template.

    On a terminal it asks for the parameters that have no value yet. The file has comments that say
    what may be changed; it is checked like any other spec. A file that is there is left alone.
    """
    from dagctl.cli.specs import checks_of
    from dagctl.commands.new import new_spec, place_for
    from dagctl.commands.templates.listing import template_named
    from dagctl.template import given
    from dagctl.views.templates import new_spec_data

    invocation = begun(context, output)
    if template is None:
        _check_no_template(name)
    listed = template_named(template or FIRST, Path())
    chosen = listed.template
    values = given(chosen, _texts(chosen, name, settings or []))
    if not invocation.is_json:
        _ask(invocation.console, chosen, values)
    airflow = checks_of(strict=None).airflow
    made = new_spec(listed, values, airflow)
    path = None if print_only else file or place_for(_named(values, made, chosen), Path())
    if path is not None:
        write_new(path, made.text)
    invocation.result = new_spec_data(chosen, made, path)
    if invocation.is_json:
        invocation.console.document(
            envelope(invocation, result=invocation.result, diagnostics=made.diagnostics)
        )
    elif path is None:
        invocation.console.exact(made.text)
    else:
        _report(invocation.console, chosen, made, path)


def _check_no_template(name: str | None) -> None:
    """Check that the name of a DAG is not that of a template: most likely that was meant.

    Raises:
        UsageError: It is.
    """
    from dagctl.commands.templates.listing import templates

    if name is not None and templates(Path()).named(name):
        raise UsageError(
            f"`{name}` is the name of a template",
            hint=f"for a spec of it: dagctl new NAME --template {name}; "
            f"for a DAG with that name: --template {FIRST}",
        )


def set_values(settings: Sequence[str]) -> dict[str, str]:
    """Return the texts that `--set NAME=VALUE` gives, by their names.

    Raises:
        UsageError: One has no `=`, or a parameter has two values.
    """
    texts: dict[str, str] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key:
            raise UsageError(f"`--set {setting}` has no value", hint="write --set name=value")
        if key in texts:
            raise UsageError(f"the parameter `{key}` is set twice", hint="leave one of them out")
        texts[key] = value
    return texts


def _texts(template: Template, name: str | None, settings: Sequence[str]) -> dict[str, str]:
    """Return the values on the command line by the names of their parameters.

    Raises:
        UsageError: As for `set_values`, or there is no place for the name.
    """
    from dagctl.commands.new import NAME

    texts = set_values(settings)
    if name is not None:
        if NAME in texts:
            raise UsageError("the name is given twice", hint=f"leave out `--set {NAME}=...`")
        if NAME not in template.by_name:
            hint = f"leave it out: dagctl new --template {template.name}"
            raise UsageError(f"the template {template.name} has no parameter `{NAME}`", hint=hint)
        texts[NAME] = name
    return texts


def _ask(console: Console, template: Template, values: dict[str, Any]) -> None:
    """Ask for the parameters that have no value, if there is a terminal to ask at."""
    missing = [p for p in template.parameters if p.is_required and p.name not in values]
    misspelt = not template.by_name.keys() >= values.keys()  # refused after this, answers and all
    if not missing or misspelt or not is_at_terminal(console):
        return
    for parameter in missing:
        answer = _answer(console, template, parameter)
        if answer is not None:
            values[parameter.name] = answer


def _answer(console: Console, template: Template, parameter: TemplateParameter) -> Any:  # noqa: ANN401 - JSON
    """Return a value that the parameter may have, or None where the input ends."""
    from dagctl.template import given, value_problem

    example = f" (such as {parameter.example})" if parameter.example is not None else ""
    about = shown(f"{parameter.name}: {parameter.description}{example}")
    while True:
        console.err.write(f"{about}\n> ")
        console.err.flush()
        line = sys.stdin.readline()
        if not line:
            return None
        value = given(template, {parameter.name: line.rstrip("\r\n")})[parameter.name]
        problem = value_problem(parameter, value)
        if problem is None and value != "":
            return value
        console.err.write(f"  {shown(problem.message if problem else 'it needs a value')}\n")


def _named(values: dict[str, Any], made: NewSpec, template: Template) -> str:
    from dagctl.commands.new import NAME

    return str(values.get(NAME) or made.dag_id or template.name)


def _report(console: Console, template: Template, made: NewSpec, path: Path) -> None:
    where = shown(str(path))
    console.data(f"Wrote {where} from {template.name}@{template.version}")
    write_diagnostics(console, made.diagnostics)
    step = "dagctl create" if made.dag_id else "correct it, then dagctl validate"
    console.note(f"  next: {step} {words(path)}")
