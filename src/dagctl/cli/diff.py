"""`dagctl diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.arguments.options import DagId, Env, TextOrJson, Var, examples
from dagctl.cli.invocation import begun
from dagctl.cli.recover import write_recovery
from dagctl.cli.reports.changes import diff_lines, row_lines, words_of
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.progress import WarningsOnly
from dagctl.cli.terminal.text import shown
from dagctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.cli.terminal.console import Console
    from dagctl.commands.compare import Compared, Comparison

Before = Annotated[
    int | None,
    typer.Argument(
        metavar="N", min=1, max=10**9, help="The older version. Default: the one before."
    ),
]
After = Annotated[
    int | None,
    typer.Argument(metavar="M", min=1, max=10**9, help="The newer version. Default: the newest."),
]
SpecFile = Annotated[
    str | None,
    typer.Option("--spec", metavar="FILE", help="Compare with this spec file in place of M."),
]
Source = Annotated[bool, typer.Option("--source", help="Show the diff of the DAG files instead.")]
EPILOG = examples(
    "dagctl diff daily_orders",
    "dagctl diff daily_orders 3",
    "dagctl diff daily_orders 3 5 --source",
    "dagctl diff daily_orders --spec specs/orders.yaml",
)


def diff(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    dag_id: DagId,
    before: Before = None,
    after: After = None,
    *,
    spec: SpecFile = None,
    source: Source = False,
    env: Env = None,
    var: Var = None,
    output: TextOrJson = "text",
) -> None:
    """Compare two versions of a DAG, or one with a spec file.

    First in words, then what it means in Airflow, then as a diff of what their authors wrote.
    """
    from dagctl.cli.specs import checks_of
    from dagctl.client import Client
    from dagctl.views.comparison import comparison_data

    invocation = begun(context, output)
    console = invocation.console
    if spec is not None and after is not None:
        raise UsageError("--spec stands in place of the version M", hint="leave one of them out")
    variables = checks_of(strict=None, env=env, variables=var).variables
    with Client.open(listener=WarningsOnly(console), variables=variables) as client:
        comparison = (
            client.compare(dag_id, before, after)
            if spec is None
            else client.compare_spec(dag_id, spec, before)
        )
        write_recovery(console, client.recovered, client.unsettled)
        text = client.source_diff(comparison) if source else comparison.diff
    if invocation.is_json:
        result = comparison_data(comparison, text)
        console.document(envelope(invocation, result=result))
        return
    console.lines(_lines(console, comparison, text))


def _lines(console: Console, comparison: Comparison, text: str) -> Iterator[str]:
    before, after = map(_name, (comparison.before, comparison.after))
    yield f"{shown(comparison.dag_id)}  {before} -> {after}"
    if comparison.changes is None:
        yield "  no spec is recorded of one of them"
    elif not comparison.changes:
        yield "  the specs say the same"
    yield from row_lines(console, list(map(words_of, comparison.changes or ())))
    if comparison.consequences:
        yield "in Airflow:"
    for consequence in comparison.consequences:
        yield f"  {shown(consequence.text)}"
    yield from diff_lines(console, text)


def _name(side: Compared) -> str:
    """Return the version and how it was made, or the spec file."""
    if side.version is None:
        return shown(side.name)
    return f"v{side.version.version} ({side.version.action})"
