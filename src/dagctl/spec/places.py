"""The model's problems at their places in the document, in one order with the reader's findings."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.spec.codes import Code
from dagctl.spec.problem import MAX_PROBLEMS
from dagctl.spec.readers.document import Document, Finding, Node, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dagctl.spec.problem import Located

_AT_THE_KEY = {Code.UNKNOWN_KEY, Code.OTHER_TASK_TYPE, Code.SCHEDULE_TWICE}
_START_DATE = ("start_date",)


def place_findings(
    document: Document, told: Iterable[Finding], problems: Iterable[Located]
) -> Sequence[Finding]:
    """Return all findings in the order of the text.

    What the model says about a value that the reader refused is left out: one slip, one finding.
    """
    told = islice(told, MAX_PROBLEMS)
    told = [replace(finding, path=document.path_at(finding.span)) for finding in told]
    told = [finding for finding in told if not _is_plain_date(finding)]
    refused = [finding.span for finding in told]
    placed = [_place(document, problem) for problem in problems]
    fresh = [finding for finding in placed if not _within(finding.span, refused)]
    return sorted(
        [*told, *fresh], key=lambda finding: (finding.span, finding.severity is Severity.WARNING)
    )


def _is_plain_date(finding: Finding) -> bool:
    """Return whether this is an unquoted date where all YAML versions mean the same by it."""
    return finding.code == Code.YAML_DATE and finding.path == _START_DATE


def _within(span: Span, refused: Iterable[Span]) -> bool:
    return any(start <= span.start < max(end, start + 1) for start, end in refused)


def _place(document: Document, located: Located) -> Finding:
    problem = located.problem
    path = _written(document, located.path)
    hint = problem.hint
    if problem.code in _AT_THE_KEY:
        span = document.span_of_key(path)
    elif problem.code == Code.MISSING_KEY:
        span = document.span_of_missing(path)
    else:
        span = document.span_of(path, problem.place)
    if problem.wants_text:
        hint = _quote(document, path) or hint
    return Finding(problem.code, problem.message, hint, span, problem.severity, path)


def _written(document: Document, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the path with the key that the user wrote."""
    if path[:1] == ("schedule_interval",) and "schedule_interval" not in document.root.keys:
        return ("schedule", *path[1:])
    return path


def _quote(document: Document, path: Sequence[str | int]) -> str | None:
    """Return the hint to quote a number or a truth value, or None if it is none."""
    node: Node | None = document.node(path)
    if node is None or node.kind != "plain":
        return None
    word = document.text[node.span.start : node.span.end]
    return f'quote it: "{word}"' if word.isprintable() else None
