"""Check specs: every finding of every one of them, and the specs that are good."""

from __future__ import annotations

from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.commands.files.folder_walk import is_template
from dagctl.commands.specs.surroundings import Surroundings
from dagctl.errors import Diagnostic, Severity, Source
from dagctl.findings.codes import Code
from dagctl.frozen import frozen
from dagctl.spec.checked import stopped
from dagctl.spec.load import check_spec
from dagctl.spec.resolution import DEFAULTS
from dagctl.spec.strictness import judged_elsewhere, taken_by, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from dagctl.commands.files.read_specs import ReadSpecs, SpecText
    from dagctl.commands.specs.forked import Prepare, Verdict
    from dagctl.spec.model import DagSpec
    from dagctl.spec.strictness import Checks


_MANY = 100
"""Specs from which on it is worth while to share the work."""


@frozen
class Limit:
    """What one check may take."""

    name: str
    """As "30 s of processor time"."""
    begin: Callable[[], AbstractContextManager[None]]
    """Returns what raises `error` in the block that takes more."""
    error: type[BaseException]


@frozen
class Validation:
    """The good specs, and all findings in the order of the files."""

    specs: tuple[DagSpec, ...]
    diagnostics: tuple[Diagnostic, ...]
    templates: int = 0
    """How many templates were checked."""
    prepared: dict[str, str] = field(default_factory=dict)
    """What was made of specs on the way, by their digests."""

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings are allowed."""
        return all(diagnostic.severity is not Severity.ERROR for diagnostic in self.diagnostics)


def validate(
    reading: ReadSpecs,
    checks: Checks,
    limit: Limit | None = None,
    *,
    shared: bool = False,
    prepare: Prepare | None = None,
) -> Validation:
    """Return what is good and what is not, the files that could not be read first.

    Args:
        reading: What was read.
        checks: How warnings are taken.
        limit: What ends the check of one spec that takes too long.
        shared: Whether the processors of the machine may share the work, where it is much.
        prepare: What they make of each good spec besides; see `Validation.prepared`.
    """
    surroundings = Surroundings(checks.variables)

    def check(document: SpecText) -> Verdict:
        return _within(limit, document, checks, surroundings)

    prepared: dict[str, str] = {}
    if len(reading.documents) < _MANY:
        checked = [check(document) for document in reading.documents]
    else:
        from dagctl.commands.specs.forked import verdicts

        checked, prepared = verdicts(reading.documents, check, shared=shared, prepare=prepare)
    return Validation(
        specs=tuple(spec for spec, _ in checked if spec is not None),
        diagnostics=(
            *reading.problems,
            *_each_once(reading, [findings for _, findings in checked]),
        ),
        templates=sum(is_template(document.data) for document in reading.documents),
        prepared=prepared,
    )


def distinct(validation: Validation) -> Validation:
    """Return the same with an error for each spec that gives the id of one before it."""
    if len(validation.specs) < 2:  # noqa: PLR2004 - there is no other
        return validation
    from dagctl.commands.specs.same_ids import same_ids

    return replace(validation, diagnostics=(*validation.diagnostics, *same_ids(validation.specs)))


def _within(
    limit: Limit | None, document: SpecText, checks: Checks, surroundings: Surroundings
) -> Verdict:
    if limit is None:
        return verdict(document, checks, surroundings)
    try:
        with limit.begin():
            return verdict(document, checks, surroundings)
    except limit.error:
        return None, [stopped(limit.name, document.name)]


def verdict(document: SpecText, checks: Checks, surroundings: Surroundings) -> Verdict:
    """Return the spec of a file (None: it has errors, or is none), and what there is to say."""
    if document.origin is not None and Path(document.origin).name == DEFAULTS:
        findings = surroundings.of_defaults(document.data, document.origin, checks.airflow)
        if findings is not None:
            return None, list(judged_elsewhere(findings, checks))
    if is_template(document.data):
        return None, list(judged_elsewhere(_of_template(document, checks, surroundings), checks))
    checked = check_spec(
        document.data,
        format=document.format,
        origin=document.origin,
        airflow=checks.airflow,
        around=surroundings.around(document.origin),
    )
    source = Source(document.name, text_of(document.data))
    taken = taken_by(checked, source.text, checks)
    named = [
        replace(finding, file=source.name, source=source)
        if finding.file in {None, document.origin}
        else finding
        for finding in taken.diagnostics
    ]
    return taken.spec, named


def _of_template(
    document: SpecText, checks: Checks, surroundings: Surroundings
) -> tuple[Diagnostic, ...]:
    from dagctl.commands.templates.template_checks import template_verdict

    variables = surroundings.around(document.origin).variables
    return template_verdict(
        document.data, document.name, variables=variables, airflow=checks.airflow
    ).findings


def _each_once(reading: ReadSpecs, lists: Sequence[list[Diagnostic]]) -> Iterator[Diagnostic]:
    """Yield the findings; what is wrong with defaults is wrong for each spec below them."""
    refused = {problem.file for problem in reading.problems}
    for document, some in zip(reading.documents, lists, strict=True):
        if some and Path(document.name).name == DEFAULTS:
            refused.add(document.name)
    seen: set[Diagnostic] = set()
    for document, some in zip(reading.documents, lists, strict=True):
        for diagnostic in some:
            is_said = diagnostic.code == Code.BAD_DEFAULTS and diagnostic.file in refused
            if diagnostic not in seen and not (is_said and diagnostic.file != document.name):
                seen.add(diagnostic)
                yield diagnostic
