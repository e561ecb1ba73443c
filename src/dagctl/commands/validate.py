"""Check specs: every finding of every one of them, and the specs that are good."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.commands.spec_files import workspace_files
from dagctl.errors import Diagnostic, Severity, Source
from dagctl.spec.checks import taken_by, text_of
from dagctl.spec.costs import stopped
from dagctl.spec.load import check_spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from dagctl.commands.read import Document, Reading
    from dagctl.spec.checks import Checks
    from dagctl.spec.model import DagSpec


@dataclass(frozen=True, slots=True)
class Limit:
    """What one check may take."""

    name: str
    """As "30 s of processor time"."""
    begin: Callable[[], AbstractContextManager[None]]
    """Returns what raises `error` in the block that takes more."""
    error: type[BaseException]


@dataclass(frozen=True, slots=True)
class Validation:
    """The good specs, and all findings in the order of the files."""

    specs: tuple[DagSpec, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings are allowed."""
        return all(diagnostic.severity is not Severity.ERROR for diagnostic in self.diagnostics)


def validate(reading: Reading, checks: Checks, limit: Limit | None = None) -> Validation:
    """Return what is good and what is not, the files that could not be read first.

    Args:
        reading: What was read.
        checks: How warnings are taken.
        limit: What ends the check of one spec that takes too long.
    """
    checked = [_within(limit, document, checks) for document in reading.documents]
    return Validation(
        specs=tuple(spec for spec, _ in checked if spec is not None),
        diagnostics=(*reading.problems, *_flat(diagnostics for _, diagnostics in checked)),
    )


def _within(
    limit: Limit | None, document: Document, checks: Checks
) -> tuple[DagSpec | None, list[Diagnostic]]:
    if limit is None:
        return _check(document, checks)
    try:
        with limit.begin():
            return _check(document, checks)
    except limit.error:
        return None, [stopped(limit.name, document.name)]


def _check(document: Document, checks: Checks) -> tuple[DagSpec | None, list[Diagnostic]]:
    checked = check_spec(
        document.data,
        format=document.format,
        origin=document.origin,
        airflow=checks.airflow,
        files=workspace_files(Path(document.origin).parent if document.origin else Path()),
    )
    source = Source(document.name, text_of(document.data))
    taken = taken_by(checked, source.text, checks)
    named = [replace(finding, file=source.name, source=source) for finding in taken.diagnostics]
    return taken.spec, named


def _flat(lists: Iterable[list[Diagnostic]]) -> Iterable[Diagnostic]:
    return (diagnostic for some in lists for diagnostic in some)
