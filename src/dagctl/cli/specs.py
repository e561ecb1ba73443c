"""Specs for a command: read, checked, and what is wrong reported."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagctl.cli.deadline import SECONDS, TimeIsUpError, limited
from dagctl.cli.terminal.console import standard_input
from dagctl.cli.terminal.text import named
from dagctl.commands.files.read_specs import failure, read_specs
from dagctl.commands.validate import Limit, Validation, validate
from dagctl.errors import UsageError
from dagctl.frozen import frozen
from dagctl.settings import ForSpecs, load_for_specs, load_variables
from dagctl.spec.resolution import DEFAULTS
from dagctl.spec.strictness import Checks
from dagctl.workspace import find_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from dagctl.cli.invocation import Invocation
    from dagctl.commands.specs.forked import Prepare
    from dagctl.errors import Diagnostic, SpecError
    from dagctl.readers.syntax import Format
    from dagctl.spec.model import DagSpec
    from dagctl.workspace import Workspace


_SHOWN = 5
"""Files that one note names."""


@frozen
class SpecArguments:
    """What a command line says of specs."""

    names: Sequence[str]
    """Files and folders; `-` for standard input."""
    checks: Checks
    """How findings are taken."""
    syntax: Format | None = None
    """The syntax; None: that of the names."""
    bare: Collection[str] = ()
    """Folders that may hold no spec."""


@frozen
class Batch:
    """The specs to go on with, and what was found about all of them."""

    specs: tuple[DagSpec, ...]
    diagnostics: tuple[Diagnostic, ...]
    failure: SpecError | None = None
    """Why some specs were left out."""
    prepared: dict[str, str] = field(default_factory=dict)
    """What was made of specs while they were checked, by their digests."""


def dags_folder() -> Path:
    """Return the folder of the DAG files: that of the workspace, if there is one.

    Raises:
        UsageError: The settings of the workspace are wrong.
    """
    try:
        workspace = find_workspace(Path())
    except UsageError:  # no workspace is no obstacle here
        return Path(ForSpecs().dags_folder)
    folder = workspace.root / load_for_specs(workspace, os.environ).dags_folder
    return Path(os.path.relpath(folder))


def checks_of(
    *,
    strict: bool | None,
    airflow: str | None = None,
    env: str | None = None,
    variables: Sequence[str] | None = None,
) -> Checks:
    """Return how specs are checked: as the flags say, else the workspace, if there is one.

    Raises:
        UsageError: The settings of the workspace are wrong.
    """
    workspace: Workspace | None = None
    settings = ForSpecs()
    with suppress(UsageError):  # no workspace is no obstacle here
        workspace = find_workspace(Path())
    if workspace is not None:
        settings = load_for_specs(workspace, os.environ)
    return Checks(
        strict=settings.strict if strict is None else strict,
        ignored=frozenset(settings.ignore),
        airflow=settings.target(airflow),
        variables=load_variables(
            workspace, os.environ, environment=env, given=tuple(variables or ())
        ),
    )


def check_specs(
    invocation: Invocation, given: SpecArguments, prepare: Prepare | None = None
) -> Validation:
    """Return the verdict on the specs that the arguments mean; `prepare` is as for `validate`."""
    note = invocation.console.note
    reading = read_specs(given.names, standard_input(), given.syntax, note, given.bare)
    _note_passed_over(note, reading.passed_over)
    limit = Limit(f"{SECONDS:g} s of processor time", limited, TimeIsUpError)
    return validate(reading, given.checks, limit, shared=True, prepare=prepare)


def _note_passed_over(note: Callable[[str], None], paths: Sequence[str]) -> None:
    """Say which files below a folder were taken for no specs."""
    if paths:
        files = named(paths, _SHOWN)
        note(f"No specs, as they have neither dag_name nor a list of tasks: {files}")
    for path in paths:
        if Path(path).stem.casefold() == Path(DEFAULTS).stem:
            note(f"Not read: {path}; the defaults of a folder stand in {DEFAULTS}")


def good_specs(invocation: Invocation, given: SpecArguments) -> tuple[DagSpec, ...]:
    """Return the specs, and report the warnings about them.

    Raises:
        SpecError: One of them is not good.
    """
    return sort_out(invocation, given, keep_going=False).specs


def sort_out(
    invocation: Invocation,
    given: SpecArguments,
    *,
    keep_going: bool,
    prepare: Prepare | None = None,
) -> Batch:
    """Return the good specs; with `keep_going` bad ones are reported and left out.

    Raises:
        SpecError: One of them is not good, or with `keep_going` none is.
    """
    validation = check_specs(invocation, given, prepare)
    diagnostics = validation.diagnostics
    if validation.ok and not validation.specs and not given.bare:
        message = "there is no spec, only files with defaults, or templates"
        raise UsageError(message, hint="name a spec too")
    failed = None if validation.ok else failure(diagnostics)
    if failed is not None and not (keep_going and validation.specs):
        raise failed
    if not invocation.is_json:
        _write_left_out(invocation, diagnostics, failed)
    return Batch(validation.specs, diagnostics, failed, validation.prepared)


def write_batch(invocation: Invocation, result: Mapping[str, Any], batch: Batch) -> None:
    """Write the one JSON document about a batch: its result, and what was found about the specs."""
    from dagctl.cli.reports.envelope import envelope

    document = envelope(
        invocation, result=result, diagnostics=batch.diagnostics, error=batch.failure
    )
    invocation.console.document(document)


def _write_left_out(
    invocation: Invocation, diagnostics: tuple[Diagnostic, ...], failed: SpecError | None
) -> None:
    if not diagnostics:
        return
    from dagctl.cli.diagnostics import DiagnosticReport, write_diagnostics

    console = invocation.console
    write_diagnostics(console, diagnostics)
    if failed is not None:
        totals = DiagnosticReport(diagnostics).totals
        console.error(f"{totals}. Left out; going on with the others.")
