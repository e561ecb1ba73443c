"""A text as a spec: read it, check it, and report every problem at its line."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Literal

from dagctl.errors import Diagnostic, Severity, Source
from dagctl.spec.advice import advice
from dagctl.spec.checked import Checked
from dagctl.spec.codes import Code
from dagctl.spec.files import with_files
from dagctl.spec.lines import Lines
from dagctl.spec.model import DagSpec
from dagctl.spec.operator_checks import target_problems
from dagctl.spec.places import place_findings
from dagctl.spec.plain_secrets import with_secrets
from dagctl.spec.problem import MAX_PROBLEMS, Located, Problem
from dagctl.spec.readers.findings import data_beyond_limits, not_a_mapping
from dagctl.spec.readers.json_reader import read_json
from dagctl.spec.readers.source_text import decode, is_json, other_kind
from dagctl.spec.readers.yaml_reader import read_yaml
from dagctl.spec.references import template_errors
from dagctl.spec.taken_literally import literal_warnings
from dagctl.spec.target import target_of
from dagctl.spec.wording import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagctl.spec.files import Files
    from dagctl.spec.readers.document import Finding, Reading

Format = Literal["yaml", "json"]

_NO_PROJECT = Located(
    ("project_id",),
    Problem(Code.MISSING_KEY, "`project_id` is missing", 'add `"project_id": "<UUID>"`'),
)


def load_spec(
    text: str | bytes,
    *,
    format: Format | None = None,  # noqa: A002 - the public name
    origin: str | None = None,
    files: Files | None = None,
) -> DagSpec:
    """Return the spec that a YAML or JSON text holds.

    Args:
        text: One document. Bytes are UTF-8.
        format: Default: by the suffix of `origin`; else JSON if it begins with `{`, else YAML.
        origin: The name of the file, for diagnostics.
        files: Reads a file that the spec names by `$file`. Default: none is read.

    Raises:
        SpecError: With every problem, each at its line and column.
    """
    return check_spec(text, format=format, origin=origin, files=files).result()


def check_data(
    data: Mapping[str, object], *, origin: str | None = None, airflow: str = "3"
) -> Checked:
    """Return the spec of data, and all errors and warnings; they have paths, and no lines.

    Args:
        data: What a YAML or JSON text would hold.
        origin: What the diagnostics name as the file.
        airflow: As of `check_spec`.
    """
    beyond = data_beyond_limits(data)
    if beyond:
        return Checked(None, (replace(Located((), beyond).diagnostic(), file=origin),))
    spec, problems, _ = _validate(dict(data), airflow, None)
    failed = any(item.problem.severity is Severity.ERROR for item in problems)
    diagnostics = tuple(replace(item.diagnostic(), file=origin) for item in problems)
    return Checked(None if failed or spec is None else spec.with_origin(origin), diagnostics)


def check_spec(  # noqa: PLR0913 - each has a default and is given by its name
    text: str | bytes,
    *,
    format: Format | None = None,  # noqa: A002 - the public name
    origin: str | None = None,
    needs_project: bool = False,
    airflow: str = "3",
    files: Files | None = None,
) -> Checked:
    """Return the spec of a text, and all errors and warnings.

    Args:
        text: As of `load_spec`.
        format: As of `load_spec`.
        origin: As of `load_spec`.
        needs_project: Whether it is an error that the spec names no project.
        airflow: The Airflow that the spec is for: `"2"`, `"3"`, or one version such as `"3.1"`.
        files: As of `load_spec`.
    """
    source, findings = decode(text)
    if findings:
        return Checked(None, diagnostics_of(source, findings, origin))
    as_json = format == "json" or (format is None and is_json(source, origin))
    reading = read_json(source) if as_json else read_yaml(source)
    spec, findings = _check(reading, airflow, files, needs_project=needs_project)
    if reading.document is None or reading.document.root.kind != "mapping":
        other = other_kind(source, origin)
        findings = [other] if other else findings
    diagnostics = diagnostics_of(source, findings, origin) if findings else ()
    return Checked(spec and spec.with_origin(origin, source), diagnostics)


def _check(
    reading: Reading, airflow: str, files: Files | None, *, needs_project: bool
) -> tuple[DagSpec | None, Sequence[Finding]]:
    document = reading.document
    if document is None:
        return None, reading.findings
    if document.root.kind != "mapping":
        return None, [*reading.findings, not_a_mapping(document)]
    spec, problems, left_out = _validate(document.root.value, airflow, files)
    if needs_project and document.root.value.get("project_id") is None:
        problems.insert(0, _NO_PROJECT)
    placed = place_findings(document, reading.findings, problems, left_out)
    findings = with_secrets(document, placed)
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    return None if failed else spec, findings


def _validate(
    data: dict[str, object], airflow: str, files: Files | None
) -> tuple[DagSpec | None, list[Located], int]:
    """Return the spec, what is wrong with the data, and how many warnings more there are."""
    data, of_files = with_files(data, files)
    spec, problems = DagSpec.check(data)
    problems = [*of_files, *problems]
    target = target_of(airflow)
    wrong = chain(
        target_problems(data, target),
        template_errors(data, target),
        literal_warnings(data, target),
    )
    of_target = list(islice(wrong, 2 * MAX_PROBLEMS))
    if spec is None:
        return None, [*problems, *of_target], 0
    if all(item.problem.severity is not Severity.ERROR for item in of_target):
        spec.note_target(target.full_name)
    warnings, left_out = advice(spec, data, target)
    return spec, [*of_files, *of_target, *warnings], left_out


def diagnostics_of(
    text: str, findings: Sequence[Finding], origin: str | None
) -> tuple[Diagnostic, ...]:
    """Return findings in a text as diagnostics, each with its line and column."""
    lines, source = Lines(text), Source(origin, text)
    return tuple(_diagnostic(lines, finding, source) for finding in findings)


def _diagnostic(lines: Lines, finding: Finding, source: Source) -> Diagnostic:
    line, column = lines.position(finding.span.start)
    end_line, end_column = lines.position(finding.span.end)
    return Diagnostic(
        code=finding.code,
        message=shortened(finding.message),
        severity=finding.severity,
        hint=finding.hint and shortened(finding.hint),
        path=tuple(shortened(step) if isinstance(step, str) else step for step in finding.path),
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        file=source.name,
        fails_in=finding.fails_in,
        source=source,
    )
