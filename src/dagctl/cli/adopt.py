"""`dagctl adopt`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.arguments.options import (
    DryRun,
    Environ,
    NoVerify,
    Push,
    TextOrJson,
    Variables,
    examples,
)
from dagctl.cli.convert_specs import line_of
from dagctl.cli.invocation import begun
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.progress import reporter
from dagctl.cli.terminal.text import plural, shown, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.cli.invocation import Invocation
    from dagctl.commands.adopt import Adopted, Adoption
    from dagctl.commands.plan import PlanResult

File = Annotated[Path, typer.Argument(metavar="FILE", help="A Python file with one DAG.")]
Into = Annotated[
    Path | None,
    typer.Option(
        "--into", metavar="DIR", help="The folder for the spec. Default: specs in the workspace."
    ),
]
Accept = Annotated[
    bool, typer.Option("--accept-gaps", help="Go on even if something is missing or differs.")
]
AirflowPython = Annotated[
    str | None,
    typer.Option(
        "--airflow-python",
        metavar="PROGRAM",
        help="The Python of an environment with Airflow. It reads both files, which runs their "
        "code, and their DAGs are compared field by field.",
    ),
]
EPILOG = examples(
    "dagctl adopt dags/etl.py --dry-run",
    "dagctl adopt dags/etl.py",
    "dagctl adopt dags/etl.py --airflow-python .venv-airflow/bin/python",
)


def adopt(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    file: File,
    *,
    into: Into = None,
    dry_run: DryRun = False,
    accept_gaps: Accept = False,
    airflow_python: AirflowPython = None,
    variables: Variables = None,
    environ: Environ = None,
    no_verify: NoVerify = False,
    push: Push = None,
    output: TextOrJson = "text",
) -> None:
    """Put a hand-written DAG file under dagctl.

    Its spec is written, and the DAG file that dagctl makes takes its place, in one commit. A file
    of another name, or in a folder below, is removed there. What is missing or differs is shown,
    and nothing is changed then. The code of the file is run only with --airflow-python.
    """
    from dagctl.cli.reports.create_view import reporting_recovery
    from dagctl.client import Client
    from dagctl.commands.specs.deployment import deployment

    invocation = begun(context, output, dry_run=dry_run)
    known = deployment(variables, environ or ())
    with closing(reporter(invocation)) as progress, Client.open(listener=progress) as client:
        if dry_run:
            planned = client.plan_adoption(
                file, into=into, airflow_python=airflow_python, deployment=known
            )
            progress.close()
            _write(invocation, planned)
            return
        with reporting_recovery(invocation, client, progress) as note_recovered:

            def show(adopted: Adopted) -> None:
                note_recovered()
                _write(invocation, adopted)

            client.adopt(
                file,
                into=into,
                accept_gaps=accept_gaps,
                airflow_python=airflow_python,
                verify=not no_verify,
                push=push,
                deployment=known,
                on_result=show,
            )


def _write(invocation: Invocation, adopted: Adopted) -> None:
    from dagctl.views.adopted import adopted_data

    console, adoption = invocation.console, adopted.adoption
    if invocation.is_json:
        console.document(envelope(invocation, result=adopted_data(adopted)))
        console.flush()
        return
    console.running(_report(adoption))
    if adopted.plan is not None:
        console.warnings(adopted.plan.warnings)
        if not console.quiet:
            console.lines(_planned(invocation, adopted.plan, adoption.file))
        console.flush()
        console.note("Nothing was changed. The same command without --dry-run does it.")
    if adopted.result is None:
        return
    console.warnings(adopted.result.warnings)
    (dag,) = adopted.result.dags
    where = f"{shown(dag.file_path)}, from {shown(str(adoption.spec_path))}"
    if dag.file_path != adoption.file:
        where += f", in place of {shown(adoption.file)}"
    console.running([f"Adopted {shown(dag.dag_id)} v{dag.version} ({dag.commit_id[:7]}): {where}"])
    console.flush()
    console.note(f"  next: git add {words(adoption.spec_path)}, then commit")


def _planned(invocation: Invocation, plan: PlanResult, file: str) -> Iterator[str]:
    """Yield what would be done: the file that would go, the DAG file and the spec."""
    from dagctl.cli.reports.plan_view import planned_lines

    for dag in plan.dags:
        if dag.file_path != file:
            yield f"remove {shown(file)}"
        yield from planned_lines(invocation.console, dag)


def _report(adoption: Adoption) -> Iterator[str]:
    verdict = "whole" if adoption.dag.whole else "with gaps"
    yield f"{shown(adoption.spec.dag_id)} ({shown(adoption.file)}): {verdict}"
    yield from (line_of(remark, adoption.dag.place.file) for remark in adoption.dag.remarks)
    yield from (f"  differs  {shown(text)}" for text in adoption.differences)
    by = "Airflow" if adoption.compared_by == "airflow" else "dagctl, without running it"
    tasks = plural(len(adoption.spec.outline.tasks), "task")
    verdict = "the same" if not adoption.differences else "not the same"
    yield f"Compared by {by}: {verdict} ({tasks})"
