"""`dagctl edit`."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import typer

from dagctl.cli.arguments.options import (
    DagId,
    DryRun,
    Env,
    Force,
    NoVerify,
    Push,
    TextOrJson,
    Var,
    examples,
)
from dagctl.cli.diagnostics import write_diagnostics
from dagctl.cli.invocation import begun
from dagctl.cli.reports.failure import write_findings
from dagctl.cli.terminal.progress import reporter
from dagctl.cli.terminal.prompt import goes_on
from dagctl.cli.terminal.text import shown
from dagctl.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.cli.invocation import Invocation
    from dagctl.client import Client
    from dagctl.commands.operate import OperationResult
    from dagctl.commands.plan import PlanResult
    from dagctl.operation.plans.editing import Draft

OTHERWISE = "change the spec file, then dagctl create"
"""What leads to the same without an editor."""

EPILOG = examples(
    "dagctl edit daily_orders",
    "EDITOR='code --wait' dagctl edit daily_orders",
    "dagctl edit daily_orders --dry-run",
)


def edit(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    dag_id: DagId,
    *,
    dry_run: DryRun = False,
    force: Force = False,
    no_verify: NoVerify = False,
    push: Push = None,
    env: Env = None,
    var: Var = None,
    output: TextOrJson = "text",
) -> None:
    """Edit the spec of a DAG in your editor, then publish it.

    The editor is $VISUAL or $EDITOR. The text is checked; where it has errors you may go on
    editing. The update is based on the version that was read. If it fails, your text stays.
    """
    from dagctl.cli.reports.create_view import reporting_recovery
    from dagctl.cli.reports.operated import write_plan
    from dagctl.cli.specs import checks_of
    from dagctl.cli.terminal.editor import editor_of, text_file
    from dagctl.client import Client

    invocation = begun(context, output, dry_run=dry_run)
    console = invocation.console
    editor = editor_of(console, otherwise=f"{OTHERWISE} (`dagctl show {dag_id}` names it)")
    opened = partial(
        Client.open, variables=checks_of(strict=None, env=env, variables=var).variables
    )
    with closing(reporter(invocation)) as progress, opened(listener=progress) as client:
        with reporting_recovery(invocation, client, progress) as note_recovered:
            draft = client.draft(dag_id, publishes=not dry_run, force=force)
            note_recovered()
        with text_file(console, name_of(draft), draft.content) as text:
            content = _edited(invocation, client, draft, partial(text.edit, editor))
            if content is None:
                _write_nothing(invocation)
                return
            plan = client.plan_draft(draft, content, force=force)
            if dry_run:
                write_plan(invocation, plan)
                text.keep()
                return
            _write_changes(invocation, plan)
            show = partial(_write_done, invocation, draft, content)
            act = partial(client.publish, draft, content, verify=not no_verify, push=push)
            act(force=force, on_result=show)


def name_of(draft: Draft) -> str:
    """Return what the file is called that is edited: as the spec file, so that editors know it."""
    name = PurePosixPath(draft.path or "").name
    return name if name.endswith((".yaml", ".yml", ".json")) else "spec.yaml"


def _edited(
    invocation: Invocation, client: Client, draft: Draft, edit_once: Callable[[], bytes]
) -> bytes | None:
    """Return the text when it is right; None: it is as it was.

    Raises:
        SpecError: It has errors, and the result is asked for as JSON.
        typer.Exit: It has errors, and the user does not go on.
    """
    while True:
        content = edit_once()
        if content == draft.content:
            return None
        try:
            findings = client.check_draft(draft, content)
        except SpecError as error:
            if invocation.is_json:
                raise
            write_findings(invocation, error)
            if not goes_on(invocation.console, "Go on editing?"):
                raise typer.Exit(error.exit_code) from None
        else:
            if not invocation.is_json:
                write_diagnostics(invocation.console, findings)
            return content


def _write_nothing(invocation: Invocation) -> None:
    """Say that the text is as it was."""
    from dagctl.cli.reports.operated import write_outcome, write_plan
    from dagctl.commands.operate import OperationResult
    from dagctl.commands.plan import PlanResult

    if not invocation.is_json:
        invocation.console.note("The text is as it was; nothing to do.")
        hint = (
            "an editor with a window of its own has an option to wait, as in EDITOR='code --wait'"
        )
        invocation.console.note(f"  hint: {hint}")
    elif invocation.dry_run:
        write_plan(invocation, PlanResult(dags=()))
    else:
        write_outcome(invocation, OperationResult(dags=(), operation_id=None), has_next=False)


def _write_changes(invocation: Invocation, plan: PlanResult) -> None:
    """Show what is about to be published."""
    from dagctl.cli.reports.plan_view import planned_lines

    console = invocation.console
    if plan.pending and not (invocation.is_json or console.quiet):
        for dag in plan.dags:
            console.lines(planned_lines(console, dag))


def _write_done(
    invocation: Invocation, draft: Draft, content: bytes, outcome: OperationResult
) -> None:
    from dagctl.cli.reports.operated import write_outcome

    write_outcome(invocation, outcome, has_next=True)
    if outcome.operation_id is None and draft.written(content) is not None:
        invocation.console.note(f"{shown(draft.path)} gets your text; the DAG stays as it is")
