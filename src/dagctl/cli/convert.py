"""`dagctl convert`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dagctl.cli.arguments.options import Environ, TextOrJson, Variables, airflow_option, examples
from dagctl.cli.convert_specs import line_of, specs_into
from dagctl.cli.invocation import begun, current
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.text import plural, shown, words
from dagctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.cli.invocation import Invocation
    from dagctl.commands.convert import Converted, WrittenSpec
    from dagctl.convert import ConvertedDag

Files = Annotated[
    list[str], typer.Argument(metavar="FILE", help="Files, or folders of them; with --to, specs.")
]
Source = Annotated[
    Literal["dag-factory", "airflow-yaml", "gusty", "airflow-config", "python"] | None,
    typer.Option("--from", help="What the files are; by default each file's name says it."),
]
Format = Annotated[
    Literal["dag-factory", "airflow-yaml"] | None,
    typer.Option("--to", help="Turn specs into files of this format instead."),
]
Into = Annotated[
    Path | None,
    typer.Option("--into", metavar="DIR", help="Write each DAG as a file into this folder."),
]
Root = Annotated[
    Path | None,
    typer.Option(
        "--root", metavar="DIR", help="The outermost folder whose defaults.yml holds for the files."
    ),
]
Target = Annotated[str | None, airflow_option("that the files are for")]
Force = Annotated[bool, typer.Option("--force", help="With --into: overwrite other files.")]
StrictGaps = Annotated[
    bool, typer.Option("--strict", help="Fail if a DAG did not come over whole.")
]
EPILOG = examples(
    "dagctl convert dags/orders.yml",
    "dagctl convert dags --root dags --into specs",
    "dagctl convert dags --into specs --variables variables.json --environ ENV=prod",
    "dagctl convert dags/orders.yml --into specs -o json",
    "dagctl convert specs/orders.yaml --to dag-factory",
)


def convert(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    files: Files,
    source: Source = None,
    to: Format = None,
    *,
    into: Into = None,
    root: Root = None,
    airflow: Target = None,
    variables: Variables = None,
    environ: Environ = None,
    force: Force = False,
    strict: StrictGaps = False,
    output: TextOrJson = "text",
) -> None:
    """Turn Python and other tools' files into specs, or back.

    The report says what is said in another way, what takes effect only now, what was dropped and
    why, and what a person must look at (a gap). Nothing of the files is imported or run. Without
    --into, one DAG is printed.
    """
    from dagctl.cli.specs import checks_of, dags_folder
    from dagctl.commands.convert import convert_files, write_specs
    from dagctl.commands.specs.deployment import deployment

    invocation = begun(context, output)
    checks = checks_of(strict=None, airflow=airflow)
    target = checks.airflow
    if to is not None:
        if source is not None or root is not None or variables is not None or environ:
            options = "--from, --root, --variables and --environ"
            raise UsageError(f"{options} do not go with --to", hint="name specs alone")
        specs_into(invocation, files, to, checks, into=into, force=force, strict=strict)
        return
    today = datetime.now(UTC).date()
    converted = convert_files(
        files,
        form=source,
        root=root,
        airflow=target,
        today=today,
        deployment=deployment(variables, environ or ()),
    )
    dags = [dag for file in converted for dag in file.conversion.dags]
    if into is None and len(dags) > 1 and output == "text":
        raise UsageError(
            f"there are {len(dags)} DAGs in the files; standard output takes one",
            hint="write them into a folder: --into specs",
        )
    modules = dags_folder()
    written = () if into is None else write_specs(converted, into, modules, force=force)
    _show(invocation, converted, written, None if into is None else modules)
    _next(context, dags, strict=strict, into=into)


def _show(
    invocation: Invocation,
    converted: Sequence[Converted],
    written: Sequence[WrittenSpec],
    modules: Path | None,
) -> None:
    from dagctl.views.converted import conversion_data

    invocation.result = conversion_data(converted, written)
    if invocation.output == "json":
        invocation.console.document(envelope(invocation, result=invocation.result))
    elif modules is None:
        (dag,) = (dag for file in converted for dag in file.conversion.dags)
        invocation.console.exact(dag.text)
        for line in _report(converted, written, modules):
            invocation.console.note(line)
    else:
        invocation.console.running(_report(converted, written, modules))


def _next(
    context: typer.Context, dags: Sequence[ConvertedDag], *, strict: bool, into: Path | None
) -> None:
    console = current(context).console
    gaps = [dag.dag_id for dag in dags if not dag.whole]
    if gaps and strict:
        raise typer.Exit(3)
    if into is not None:
        step = "mend the gaps, then dagctl validate" if gaps else "dagctl create"
        console.note(f"  next: {step} {words(into)}")


def _report(
    converted: Sequence[Converted], written: Sequence[WrittenSpec], modules: Path | None
) -> Iterator[str]:
    paths = {id(item.dag): str(item.path) for item in written}
    dags = [dag for file in converted for dag in file.conversion.dags]
    for file in converted:
        for dag in file.conversion.dags:
            target = f" -> {shown(paths[id(dag)])}" if id(dag) in paths else ""
            verdict = "whole" if dag.whole else "with gaps"
            place = f"{shown(dag.place.file)}:{dag.place.line}"
            yield f"{shown(dag.dag_id)} ({place}){target}: {verdict}"
            yield from (line_of(remark, dag.place.file) for remark in dag.remarks)
        named = file.file if file.conversion.dags else ""
        yield from (line_of(remark, named) for remark in file.conversion.remarks)
        for name in file.conversion.beside:
            if modules is None:
                yield f"  with --into, the module {shown(name)} is written too"
            else:
                yield f"  {shown(str(modules / name))} is written: the DAG files import it"
    whole = sum(dag.whole for dag in dags)
    yield f"{whole} of {plural(len(dags), 'DAG')} came over whole"
