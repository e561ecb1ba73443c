"""`dagctl create`."""

from __future__ import annotations

import os
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dagctl.cli.arguments.options import (
    DryRun,
    Env,
    Force,
    InputFormat,
    NoVerify,
    Push,
    Specs,
    Strict,
    TextOrJson,
    Var,
    examples,
)
from dagctl.cli.invocation import begun
from dagctl.cli.terminal.progress import reporter
from dagctl.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.cli.invocation import Invocation
    from dagctl.cli.specs import Batch, SpecArguments
    from dagctl.cli.terminal.progress import Reporter
    from dagctl.client import Client
    from dagctl.commands.create import CreateResult
    from dagctl.commands.propose import Proposed
    from dagctl.spec.strictness import Checks

IfExists = Annotated[
    Literal["number", "update", "fail"] | None,
    typer.Option(
        help="What to do about a DAG of that name. By default a file updates its own DAG, and "
        "another one with the same name gets a number."
    ),
]
ExitCodeFlag = Annotated[
    bool, typer.Option("--exit-code", help="With --dry-run: exit with 8 if changes are pending.")
]
KeepGoing = Annotated[
    bool, typer.Option("--keep-going", help="Leave bad specs out and create the others.")
]
Branch = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Push specs and DAG files to this branch of the git remote, for a review; nothing "
        "is recorded.",
    ),
]
Prune = Annotated[
    bool,
    typer.Option("--prune", help="Remove DAGs whose spec file in the named folders is gone."),
]
EPILOG = examples(
    "dagctl create specs/orders.yaml",
    "dagctl create --dry-run --exit-code specs",
    "dagctl create specs --prune --dry-run",
    "dagctl create specs --env prod",
    "python make_spec.py | dagctl create - --format json",
)


def create(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    specs: Specs,
    *,
    spec_format: InputFormat = None,
    dry_run: DryRun = False,
    exit_code: ExitCodeFlag = False,
    if_exists: IfExists = None,
    force: Force = False,
    no_verify: NoVerify = False,
    push: Push = None,
    branch: Branch = None,
    keep_going: KeepGoing = False,
    prune: Prune = False,
    strict: Strict = None,
    env: Env = None,
    var: Var = None,
    output: TextOrJson = "text",
) -> None:
    """Create or update DAGs, all or nothing.

    Each DAG file is written, committed, stored and recorded. All specs are checked first. They make
    one commit, which holds the DAG files and nothing else.
    """
    from dagctl.cli.specs import SpecArguments, checks_of
    from dagctl.commands.specs.given_specs import Judged

    invocation = begun(context, output, dry_run=dry_run)
    if exit_code and not dry_run:
        raise _refusal("--exit-code goes with --dry-run")
    if branch is not None and (push is not None or if_exists is not None or prune or no_verify):
        raise _refusal("--branch goes with none of --push, --if-exists, --prune and --no-verify")
    folders = _folders(specs) if prune else []
    checks = checks_of(strict=strict, env=env, variables=var)
    given = SpecArguments(specs, checks, spec_format, bare=folders)
    batch = _checked(invocation, given, keep_going=keep_going)
    judged = [Judged(spec) for spec in batch.specs]
    plan = None
    with closing(reporter(invocation)) as progress, _opened(checks, progress) as client:
        if dry_run:
            from dagctl.cli.recover import write_recovery
            from dagctl.cli.reports.plan_view import write_plan

            plan = client.plan(judged, if_exists=if_exists, force=force, prune=folders)
            progress.close()
            write_recovery(invocation.console, client.recovered, client.unsettled)
            write_plan(invocation, plan, batch)
        elif branch is not None:
            propose = partial(client.propose, judged, branch, force=force)
            _propose(invocation, client, progress, batch, propose)
        else:
            work = partial(client.create, judged, if_exists=if_exists, push=push)
            work = partial(work, force=force, verify=not no_verify, prune=folders)
            _create(invocation, client, progress, batch, work)
    _exit(batch, is_pending=exit_code and plan is not None and plan.pending)


def _opened(checks: Checks, progress: Reporter) -> Client:
    """Return a client of the workspace here, that takes findings as the command line says."""
    from dagctl.client import Client

    strict = str(checks.strict)
    return Client.open(variables=checks.variables, overrides={"strict": strict}, listener=progress)


def _checked(invocation: Invocation, given: SpecArguments, *, keep_going: bool) -> Batch:
    """Return the good specs; of many, their code is made with the checks, and used from here on."""
    from dagctl.cli.specs import sort_out
    from dagctl.codegen.render import render_code
    from dagctl.operation.rendering import render_with

    airflow = given.checks.airflow
    prepare = partial(render_code, airflow=airflow)
    batch = sort_out(invocation, given, keep_going=keep_going, prepare=prepare)
    render_with(batch.prepared, airflow)
    return batch


def _exit(batch: Batch, *, is_pending: bool) -> None:
    """Exit where a spec was left out, or changes are pending and that is asked for."""
    if batch.failure is not None:
        raise typer.Exit(batch.failure.exit_code)
    if is_pending:
        raise typer.Exit(ExitCode.CHANGES)


def _refusal(message: str) -> UsageError:
    return UsageError(message, hint="dagctl create --help")


def _folders(specs: list[str]) -> list[str]:
    """Return which of the arguments are folders: what goes is looked for there only.

    One that is not there counts: git keeps no folder without files.

    Raises:
        UsageError: None is.
    """
    named = [name for name in specs if name not in {"", "-"}]
    gone = {name for name in named if not Path(name).suffix and not os.path.lexists(name)}
    folders = [name for name in named if name in gone or Path(name).is_dir()]
    if not folders:
        raise UsageError(
            "--prune removes DAGs whose spec file in a named folder is gone, and none is named",
            hint="dagctl create FOLDER --prune",
        )
    return folders


def _create(
    invocation: Invocation,
    client: Client,
    progress: Reporter,
    batch: Batch,
    work: Callable[..., CreateResult],
) -> None:
    """Create the DAGs, and show the result while the operation waits for that."""
    from dagctl.cli.reports.create_view import reporting_recovery, write_created

    with reporting_recovery(invocation, client, progress) as report_recovery:

        def show(result: CreateResult) -> None:
            report_recovery()
            write_created(invocation, result, batch)

        work(on_result=show)


def _propose(
    invocation: Invocation,
    client: Client,
    progress: Reporter,
    batch: Batch,
    work: Callable[[], Proposed],
) -> None:
    """Push the DAGs to a branch for a review, and show where that is."""
    from dagctl.cli.reports.create_view import reporting_recovery
    from dagctl.cli.reports.plan_view import write_proposed

    with reporting_recovery(invocation, client, progress) as report_recovery:
        proposed = work()
        report_recovery()
        write_proposed(invocation, proposed, batch)
