"""`dagctl templates outdated` and `dagctl templates upgrade`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.arguments.options import Env, TextOrJson, Var, examples
from dagctl.cli.diagnostics import write_diagnostics
from dagctl.cli.invocation import begun
from dagctl.cli.new import set_values
from dagctl.cli.reports.changes import diff_lines, row_lines, words_of
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.console import standard_input
from dagctl.cli.terminal.text import plural, shown, words
from dagctl.commands.files.read_specs import failure, read_specs
from dagctl.errors import ConflictError, ExitCode, SpecError, UsageError
from dagctl.frozen import frozen
from dagctl.views.templates import upgrade_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.cli.invocation import Invocation
    from dagctl.commands.templates.upgrade import Upgrade, Upgrades
    from dagctl.errors import DagctlError
    from dagctl.views.templates import OutdatedSpecsData, UpgradesData

_WORDS = {
    "current": "its template has another text",
    "ready": "can be upgraded",
    "conflict": "conflicts: you and the template have changed the same lines",
    "invalid": "would have errors",
    "stuck": "cannot be upgraded",
}


Behind = Annotated[
    list[str] | None,
    typer.Argument(metavar="SPEC", help="Files, folders or patterns; this folder without one."),
]
Upgraded = Annotated[list[str], typer.Argument(metavar="SPEC", help="Files, folders or patterns.")]
To = Annotated[
    int | None,
    typer.Option("--to", metavar="N", min=1, max=10**9, help="The version. Default: the newest."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="The value of a new parameter; repeatable."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show the changes and the diff; write nothing.")
]
ExitCodeFlag = Annotated[bool, typer.Option("--exit-code", help="Exit with 8 if a spec is behind.")]
OUTDATED_EXAMPLES = examples(
    "dagctl templates outdated", "dagctl templates outdated specs --exit-code"
)
UPGRADE_EXAMPLES = examples(
    "dagctl templates upgrade specs --dry-run",
    "dagctl templates upgrade specs/orders.yaml --to 3 --set region=eu",
)


@frozen
class UpgradeChoices:
    """Which specs, and to what."""

    specs: Sequence[str]
    to: int | None
    settings: Sequence[str]
    env: str | None
    var: list[str] | None


def outdated(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    specs: Behind = None,
    *,
    exit_code: ExitCodeFlag = False,
    env: Env = None,
    var: Var = None,
    output: TextOrJson = "text",
) -> None:
    """Show which specs are behind their template, and what that changes."""
    invocation = begun(context, output)
    known = _upgrades(invocation, UpgradeChoices(specs or [], None, [], env, var))
    every = known.made
    behind = [each for each in every if each.outcome != "current" or each.reason]
    if invocation.is_json:
        upgrades_ = [upgrade_data(each) for each in behind]
        result: OutdatedSpecsData = {"outdated": upgrades_, "tied": len(every)}
        document = envelope(invocation, result=result, diagnostics=known.problems)
        invocation.console.document(document)
    elif behind:
        for each in behind:
            invocation.console.lines(_lines(invocation, each))
        unfinished = [each for each in behind if os.path.lexists(each.beside)]
        for each in unfinished[:5]:
            invocation.console.note(f"  next: {_settle(each)}")
        if len(unfinished) < sum(each.is_behind for each in behind):
            invocation.console.note("  next: dagctl templates upgrade --dry-run SPEC")
    else:
        tied = plural(len(every), "spec")
        invocation.console.data(f"Up to date: {tied} made from templates or linked to them")
    if exit_code and any(each.is_behind for each in behind):
        raise typer.Exit(ExitCode.CHANGES)


def upgrade(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    specs: Upgraded,
    *,
    to: To = None,
    settings: Settings = None,
    dry_run: DryRun = False,
    env: Env = None,
    var: Var = None,
    output: TextOrJson = "text",
) -> None:
    """Bring specs to a newer version of their template.

    The changes of the template are merged with yours. Where both have changed the same lines, the
    spec stays as it is, and a new file beside it shows both.
    """
    from dagctl.commands.templates.upgrade import write_upgrades

    invocation = begun(context, output)
    known = _upgrades(invocation, UpgradeChoices(specs, to, settings or [], env, var))
    made = known.made
    written: list[str] = []
    result: UpgradesData = {
        "upgrades": [upgrade_data(each) for each in made],
        "written": written,
        "dry_run": dry_run,
    }
    invocation.result = result
    if not invocation.is_json:
        for each in made:
            _write(invocation, each, with_diff=dry_run)
    if not dry_run:
        for path in write_upgrades(made):
            written.append(path)
            if not invocation.is_json:
                invocation.console.data(f"wrote  {shown(path)}")
    failed = _failure(made, dry_run=dry_run)
    if failed is not None:
        if not (invocation.is_json or isinstance(failed, SpecError)):
            write_diagnostics(
                invocation.console, [finding for each in made for finding in each.diagnostics]
            )
        raise failed
    _end(invocation, known, dry_run=dry_run)


def _end(invocation: Invocation, known: Upgrades, *, dry_run: bool) -> None:
    made = known.made
    if invocation.is_json:
        result = invocation.result
        document = envelope(invocation, result=result, diagnostics=known.problems)
        invocation.console.document(document)
        return
    ready = [each.file for each in made if each.outcome == "ready"]
    if not made:
        invocation.console.note("No spec of these is made from a template or linked to one")
    elif not ready:
        invocation.console.data(f"Up to date: {plural(len(made), 'spec')}")
    else:
        step = "templates upgrade" if dry_run else "create --dry-run"
        invocation.console.note(f"  next: dagctl {step} {words(*ready[:5])}")


def _upgrades(invocation: Invocation, choices: UpgradeChoices) -> Upgrades:
    from dagctl.bootstrap import earlier_files, merge_texts
    from dagctl.cli.specs import checks_of
    from dagctl.commands.templates.upgrade import UpgradeTarget, upgrades

    specs = choices.specs or ["."]
    if "-" in specs:
        raise UsageError("an upgrade is of files", hint="name the spec files, or their folder")
    checks = checks_of(strict=None, env=choices.env, variables=choices.var)
    reading = read_specs(specs, standard_input(), None, invocation.console.note)
    if reading.problems:
        raise failure(reading.problems)
    target = UpgradeTarget(version=choices.to, settings=set_values(choices.settings))
    known = upgrades(reading.documents, checks, target, merge_texts, earlier_files)
    if not invocation.is_json:
        write_diagnostics(invocation.console, known.problems)
    return known


def _write(invocation: Invocation, each: Upgrade, *, with_diff: bool) -> None:
    if each.outcome == "current":
        return
    console = invocation.console
    console.lines(_lines(invocation, each))
    if with_diff:
        console.lines(diff_lines(console, each.diff))


def _lines(invocation: Invocation, each: Upgrade) -> Iterator[str]:
    to = f" -> {each.to}" if each.is_behind else ""
    which = f": {shown(each.template)} {each.version}{to}" if each.template else ""
    yield f"{shown(each.file)}{which}  ({_WORDS[each.outcome]})"
    if each.reason is not None:
        yield f"    {shown(each.reason)}"
        yield f"    hint: {shown(each.hint or '')}"
    yield from row_lines(invocation.console, list(map(words_of, each.changes or ())), "    ")


def _failure(made: Sequence[Upgrade], *, dry_run: bool) -> DagctlError | None:
    """Return why not all specs were upgraded; None: they were."""
    failed = [each for each in made if each.outcome not in {"ready", "current"}]
    if not failed:
        return None
    ready = sum(each.outcome == "ready" for each in made)
    if not ready and all(each.outcome == "invalid" and not each.is_merged for each in failed):
        return SpecError([finding for each in failed for finding in each.diagnostics])
    names = ", ".join(each.file for each in failed[:5])
    others = f"{plural(ready, 'other spec')} upgraded" if ready else "no spec was changed"
    return ConflictError(
        f"{plural(len(failed), 'spec')} not upgraded: {names}",
        state="nothing was written" if dry_run else others,
        hint=_hint(failed),
    )


def _hint(failed: Sequence[Upgrade]) -> str:
    merged = next((each for each in failed if each.is_merged), None)
    if merged is None:
        return next((each.hint for each in failed if each.hint), None) or "dagctl validate"
    return _settle(merged)


def _settle(merged: Upgrade) -> str:
    return f"settle the lines in {merged.beside}, then mv {merged.beside} {merged.file}"
