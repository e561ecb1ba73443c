"""A text as a spec: read it, check it, and report every problem at its line."""

from __future__ import annotations

from dataclasses import astuple, replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from dagctl.errors import Diagnostic, Severity, Source
from dagctl.findings.codes import Code
from dagctl.findings.places import first_findings, place_findings
from dagctl.findings.problem import MAX_PROBLEMS, Problem, warning
from dagctl.readers.source_text import Reading, decode, other_kind
from dagctl.readers.syntax import document_in, read
from dagctl.readers.text_findings import data_beyond_limits, not_a_mapping, of_another_tool
from dagctl.spec.catalogue import known_class
from dagctl.spec.checked import Checked
from dagctl.spec.checks.advice import advice
from dagctl.spec.checks.operator_checks import target_problems
from dagctl.spec.checks.plain_secrets import with_secrets
from dagctl.spec.checks.references import template_errors
from dagctl.spec.checks.repeated_findings import without_consequences
from dagctl.spec.checks.taken_literally import literal_warnings
from dagctl.spec.dag.brought import brought_by
from dagctl.spec.inputs import Input, digest_of_text
from dagctl.spec.model import DagSpec
from dagctl.spec.resolution import ALL, TASK_DEFAULTS
from dagctl.spec.resolution.around import NOTHING, Around, Resolved, may_have_some
from dagctl.spec.resolution.file_texts import noting, with_files
from dagctl.spec.resolution.use import uses_template
from dagctl.spec.tasks import TASK_TYPES
from dagctl.target import target_of
from dagctl.text.data_document import document_of
from dagctl.text.lines import Lines
from dagctl.text.template_signs import USUAL, in_signs, signs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.readers.syntax import Format
    from dagctl.spec.resolution.defaults import Defaults
    from dagctl.spec.resolution.file_texts import Files
    from dagctl.spec.resolution.variables import Variables
    from dagctl.target import Target
    from dagctl.text.document import Document

_NO_PROJECT = Problem(
    Code.MISSING_KEY, "`project_id` is missing", 'add `"project_id": "<UUID>"`'
).at("project_id")


def load_spec(
    text: str | bytes,
    *,
    format: Format | None = None,  # noqa: A002 - the public name
    origin: str | None = None,
    around: Around = NOTHING,
) -> DagSpec:
    """Return the spec that a YAML or JSON text holds.

    Args:
        text: One document. Bytes are UTF-8.
        format: Default: by the suffix of `origin`; else JSON if it begins with `{`, else YAML.
        origin: The name of the file, for diagnostics.
        around: The defaults, variables, templates and files that count. Default: none.

    Raises:
        SpecError: With every problem, each at its line and column.
    """
    return check_spec(text, format=format, origin=origin, around=around).result()


def check_data(
    data: Mapping[str, object],
    *,
    origin: str | None = None,
    airflow: str = "3",
    around: Around | None = None,
) -> Checked:
    """Return the spec of data, and all errors and warnings; they have paths, and no lines.

    Args:
        data: What a YAML or JSON text would hold.
        origin: What the diagnostics name as the file.
        airflow: As of `check_spec`.
        around: The defaults and variables that count. None: the data are those of a spec that was
            resolved before, such as a recorded one; `${{` is text in it.
    """
    beyond = data_beyond_limits(data)
    if beyond:
        return Checked(None, (replace(beyond.diagnostic(), file=origin),))
    if around is not None:
        return _check_written_data(data, origin, airflow, around)
    spec, problems, _ = _validate(dict(data), airflow, None)
    diagnostics = tuple(replace(item.diagnostic(), file=origin) for item in problems)
    return Checked.of(spec and spec.with_origin(origin), diagnostics)


def check_spec(  # noqa: PLR0913 - each has a default and is given by its name
    text: str | bytes,
    *,
    format: Format | None = None,  # noqa: A002 - the public name
    origin: str | None = None,
    needs_project: bool = False,
    airflow: str = "3",
    around: Around = NOTHING,
) -> Checked:
    """Return the spec of a text, and all errors and warnings.

    Args:
        text: As of `load_spec`.
        format: As of `load_spec`.
        origin: As of `load_spec`.
        needs_project: Whether it is an error that the spec names no project.
        airflow: The Airflow that the spec is for: `"2"`, `"3"`, or one version such as `"3.1"`.
        around: As of `load_spec`.
    """
    source, findings = decode(text)
    if findings:
        return Checked(None, diagnostics_of(source, findings, origin))
    reading = read(source, format, origin)
    spec, findings = _check(reading, airflow, around, needs_project=needs_project)
    if reading.document is None or reading.document.root.kind != "mapping":
        other = other_kind(source, origin)
        findings = [other] if other else findings
    diagnostics = diagnostics_of(source, findings, origin) if findings else ()
    return Checked.of(spec and spec.with_origin(origin, source), diagnostics)


def resolved(
    text: str | bytes, *, form: Format | None, origin: str | None, around: Around
) -> Resolved | None:
    """Return a text as it is meant, each value with its place; None: it cannot be read."""
    document = document_in(text, form=form, origin=origin)
    return None if document is None else _resolved(document, around)


def is_readable(text: str | bytes, *, origin: str | None) -> bool:
    """Return whether a text can be a spec, whatever the variables are: it is a mapping."""
    return document_in(text, origin=origin) is not None


def _check(
    reading: Reading, airflow: str, around: Around, *, needs_project: bool
) -> tuple[DagSpec | None, Sequence[Problem]]:
    document = reading.document
    if document is None:
        return None, reading.findings
    foreign = of_another_tool(document)
    if foreign:
        return None, [foreign]
    if document.root.kind != "mapping":
        return None, [*reading.findings, not_a_mapping(document)]
    meant = _resolved(document, around)
    named: dict[str, str] = {}
    reader = around.files and noting(around.files, named)
    spec, placed = _placed(reading, meant, airflow, reader, needs_project=needs_project)
    if spec is not None:
        spec.note_inputs(_inputs(meant, named))
    with brought_by(meant.document.root.value):
        return spec, with_secrets(document, placed)


def _placed(
    reading: Reading, meant: Resolved, airflow: str, files: Files | None, *, needs_project: bool
) -> tuple[DagSpec | None, Sequence[Problem]]:
    """Return the spec that is meant, and all findings at their places in the texts."""
    of_texts = [*reading.findings, *meant.findings]
    data = meant.document.root.value
    if not meant.is_whole:
        placed = place_findings(meant.document, of_texts, (), reading.document)
        return None, first_findings(without_consequences(placed, data, has_all_entries=True))
    spec, problems, left_out = _validate(data, airflow, files)
    if needs_project and data.get("project_id") is None:
        problems.insert(0, _NO_PROJECT)
    placed = place_findings(meant.document, of_texts, problems, reading.document)
    certain = without_consequences(placed, data, has_all_entries=meant.has_all_entries)
    shown = first_findings(certain, left_out)
    return spec, [each for each in shown if not _is_of_other_dags(each)]


def _is_of_other_dags(finding: Problem) -> bool:
    """Return whether a file with defaults says what is of no use here: other DAGs share it."""
    is_unused = finding.code == Code.BAD_DEFAULTS and finding.severity is Severity.WARNING
    return is_unused and finding.document is not None


def _resolved(document: Document, around: Around) -> Resolved:
    """Return the spec that is meant: with its variables, loops and defaults in place.

    Args:
        document: What its author wrote: a mapping.
        around: The defaults and variables that count for it.
    """
    root = document.root
    is_plain = not (around.defaults or TASK_DEFAULTS in root.keys or uses_template(root))
    if is_plain and not may_have_some(document):
        return Resolved(document)
    from dagctl.spec.resolution.resolve import resolved

    return resolved(document, around)


def _inputs(meant: Resolved, named: Mapping[str, str]) -> tuple[Input, ...]:
    """Return all that a spec was made of besides its text.

    Args:
        meant: The spec.
        named: The texts of the files that it names, by their paths.
    """
    files = (Input("file", path, digest_of_text(text)) for path, text in named.items())
    return tuple(sorted({*meant.inputs, *files}, key=astuple))


def _check_written_data(
    data: Mapping[str, object], origin: str | None, airflow: str, around: Around
) -> Checked:
    """Return the spec of data that an author wrote: with variables and loops, and with defaults."""
    document = document_of(data)
    meant = _resolved(document, around)
    spec, findings = _placed(Reading(document), meant, airflow, None, needs_project=False)
    if spec is not None:
        spec.note_inputs(_inputs(meant, {}))
    diagnostics = tuple(_without_lines(finding, origin) for finding in findings)
    return Checked.of(spec and spec.with_origin(origin), diagnostics)


def _without_lines(finding: Problem, origin: str | None) -> Diagnostic:
    """Return a finding about data, which have no lines, or about a file with defaults."""
    placed = _diagnostic(finding, None)
    if finding.document is not None:
        return placed
    return replace(placed, file=origin, line=None, column=None, end_line=None, end_column=None)


def check_defaults(
    defaults: Defaults, variables: Variables, *, airflow: str = "3"
) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a file with defaults, whether specs need it or not.

    Its values are looked at in a DAG that has one task for each kind that it names.
    """
    from dagctl.spec.resolution.defaults import sample_tasks

    tasks = list(sample_tasks(defaults))
    document = document_of({"dag_name": "Defaults", "tasks": tasks})
    meant = _resolved(document, Around((defaults,), variables))
    _, findings = _placed(Reading(document), meant, airflow, None, needs_project=False)
    own = [each for each in findings if each.document is not None]
    own += _misspelt_operators(defaults, target_of(airflow))
    return tuple(_diagnostic(each, None) for each in own)


def _misspelt_operators(defaults: Defaults, target: Target) -> Iterator[Problem]:
    """Yield a warning at each key that is almost the name of an operator; others may be a team's.

    Args:
        defaults: The file.
        target: The Airflow that it is for.
    """
    from dagctl.operators.model import Operator, Reason

    spans = defaults.document.root.keys
    selectors = spans[TASK_DEFAULTS][1].keys if TASK_DEFAULTS in spans else {}
    for word in defaults.tasks.keys() - {ALL, *TASK_TYPES}:
        known = known_class(word, target)
        if not isinstance(known, Operator) and known.reason is Reason.UNKNOWN and known.candidates:
            yield warning(
                Code.UNKNOWN_OPERATOR,
                known.message,
                known.hint,
                span=selectors[word][0],
                document=defaults.document,
            )


def _validate(
    data: dict[str, object], airflow: str, files: Files | None
) -> tuple[DagSpec | None, list[Problem], int]:
    """Return the spec, what is wrong with the data, and how many warnings more there are."""
    data, of_files = with_files(data, files)
    with brought_by(data):
        spec, problems, left_out = _of_data(data, airflow, of_files)
        if signs() != USUAL:
            problems = [replace(each, hint=each.hint and in_signs(each.hint)) for each in problems]
        return spec, problems, left_out


def _of_data(
    data: dict[str, object], airflow: str, of_files: Sequence[Problem]
) -> tuple[DagSpec | None, list[Problem], int]:
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
    if all(item.severity is not Severity.ERROR for item in of_target):
        spec.note_target(target.full_name)
    warnings, left_out = advice(spec, data, target)
    return spec, [*of_files, *of_target, *warnings], left_out


def diagnostics_of(
    text: str, findings: Sequence[Problem], origin: str | None
) -> tuple[Diagnostic, ...]:
    """Return findings in a text as diagnostics, each with its line and column."""
    lines, source = Lines(text), Source(origin, text)
    return tuple(_diagnostic(finding, source, lines) for finding in findings)


def _diagnostic(finding: Problem, own: Source | None, of_own: Lines | None = None) -> Diagnostic:
    """Return a finding with its place in the spec, or in the other file that it is in."""
    other = finding.document
    source = Source(other.name, other.text) if other else own
    lines = other.lines if other else of_own or Lines("")
    line, column = lines.position(finding.span.start)
    end_line, end_column = lines.position(finding.span.end)
    return replace(
        finding.diagnostic(),
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        file=source.name if source else None,
        source=source,
    )
