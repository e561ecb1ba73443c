"""`dagctl convert --to`: the way out of dagctl."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.text import plural, shown
from dagctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from dagctl.cli.invocation import Invocation
    from dagctl.commands.convert_specs import WrittenOut
    from dagctl.convert.outcome.exported import ExportedSpec
    from dagctl.convert.outcome.report import Remark
    from dagctl.spec.strictness import Checks


def specs_into(  # noqa: PLR0913 - one parameter an option
    invocation: Invocation,
    files: Sequence[str],
    form: str,
    checks: Checks,
    *,
    into: Path | None,
    force: bool,
    strict: bool,
) -> None:
    """Turn specs into files of another format, and report what was lost.

    Raises:
        SpecError: One of them is not good.
        UsageError: There are several, and no folder for them.
        typer.Exit: With `strict`, a DAG did not come over whole.
    """
    from dagctl.cli.specs import SpecArguments, good_specs
    from dagctl.commands.convert_specs import convert_specs, write_out
    from dagctl.views.converted import exported_data

    specs = good_specs(invocation, SpecArguments(files, checks))
    exports = convert_specs(specs, form, airflow=checks.airflow)
    if into is None and len(exports) > 1 and not invocation.is_json:
        raise UsageError(
            f"there are {len(exports)} specs; standard output takes one",
            hint="write them into a folder: --into dags",
        )
    written = () if into is None else write_out(exports, into, force=force)
    invocation.result = exported_data(exports, written)
    console = invocation.console
    if invocation.is_json:
        console.document(envelope(invocation, result=invocation.result))
    elif into is None:
        console.exact(exports[0].text)
        for line in _report(exports, written):
            console.note(line)
    else:
        console.running(_report(exports, written))
    if strict and not all(each.whole for each in exports):
        raise typer.Exit(3)


def _report(exports: Sequence[ExportedSpec], written: Sequence[WrittenOut]) -> Iterator[str]:
    paths = {id(item.exported): item.path for item in written}
    for each in exports:
        path = paths.get(id(each))
        beside = [str(path.with_name(name)) for name in each.beside] if path else [*each.beside]
        target = f" -> {', '.join(map(shown, [str(path), *beside]))}" if path else ""
        verdict = "whole" if each.whole else "with gaps"
        yield f"{shown(each.dag_id)} ({shown(each.place.file)}){target}: {verdict}"
        yield from (line_of(remark, each.place.file) for remark in each.remarks)
        if path is None and beside:
            yield f"  with --into, its functions are written too: {shown(', '.join(beside))}"
    whole = sum(each.whole for each in exports)
    yield f"{whole} of {plural(len(exports), 'spec')} went over whole"


def line_of(remark: Remark, file: str) -> str:
    """Return a remark as a line of the report on a file."""
    elsewhere = "" if remark.place.file == file else f"{shown(remark.place.file)}:"
    place = f"{elsewhere}{remark.place.line}"
    return f"  {remark.outcome}  line {place}  {shown(remark.subject)}: {shown(remark.text)}"
