"""The model's problems at their places in the document, in one order with the reader's findings."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.findings.problem import MAX_PROBLEMS, Problem
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dagctl.text.document import Document, Node
    from dagctl.text.lines import Span

_AT_THE_KEY = {
    *(Code.UNKNOWN_KEY, Code.OTHER_TASK_TYPE, Code.SCHEDULE_TWICE, Code.GIVEN_TWICE),
    *(Code.UNKNOWN_MARKER, Code.BAD_ARGUMENT, Code.UNKNOWN_PARAMETER, Code.MISPLACED_PARAMETER),
    *(Code.NOT_IN_TARGET, Code.OTHER_VERSION, Code.BAD_LABEL),
}
_MISSING = {Code.MISSING_PARAMETER, Code.BAD_MAPPING}
_LOSES = {Code.KEY_NOT_TEXT: _MISSING, Code.YAML_MERGE: {*_MISSING, Code.MISSING_KEY}}
"""What may be missing because the reader could not take a key."""
_AMBIGUOUS = {Code.YAML_WORD, Code.YAML_NUMBER}
_OF_VALUES = {*_AMBIGUOUS, Code.YAML_DATE}
"""Findings about a value alone. Under an unknown key they are left out: there the key is wrong."""
_OF_CODE = {Code.PYTHON_SYNTAX, Code.BASH_SYNTAX}
_DATES = {"start_date", "end_date", "$datetime"}
"""Keys under which a date stands, whatever a version of YAML makes of it."""
_BEFORE_DATES = {"tasks", "default_args"}
"""Keys on the way to those of the DAG and of tasks; elsewhere a key may be an argument."""
_CURLY = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a"
"""Quotes of word processors; YAML takes them for text."""
_MARKER = lazy_pattern(r"\{?(\$(?:file|ref|xcom|asset|duration|datetime)): ?([^{}\s]+)\}?")
_SHOWN = 60
"""Characters of a word that a hint repeats."""


def place_findings(
    document: Document,
    of_reader: Iterable[Problem],
    problems: Sequence[Problem],
    written: Document | None = None,
) -> Sequence[Problem]:
    """Return the findings in the order of the text.

    What the model says about a value that the reader refused is left out: one slip, one finding.
    So is what it says again of a copy that a loop has made.

    Args:
        document: The document that the problems are about, as it was resolved.
        of_reader: What the readers say of the texts: the spec's, those with defaults.
        problems: What the model says of the data.
        written: The document as its author wrote it; None: nothing was put into it.
    """
    written = written or document
    with_paths = (
        replace(finding, path=(finding.document or written).path_at(finding.span) + finding.path)
        for finding in islice(of_reader, MAX_PROBLEMS)
    )
    strange = {problem.path for problem in problems if problem.code == Code.UNKNOWN_KEY}
    read = [
        finding
        for finding in with_paths
        if not _is_plain_date(finding)
        and not (finding.code in _OF_VALUES and finding.path in strange)
    ]
    refused: dict[int, list[Span]] = {}
    for finding in read:
        refused.setdefault(id(finding.document), []).append(finding.span)
    placed = [_place(document, written, problem) for problem in problems]
    lost = [finding for finding in read if finding.code in _LOSES]
    fresh = [
        finding
        for finding in placed
        if not _within(finding.span, refused.get(id(finding.document), ()))
        and not any(_follows(finding, key) for key in lost)
    ]
    by_span = {
        (id(finding.document), finding.span): problem
        for finding, problem in zip(placed, problems, strict=True)
    }
    hinted = [
        _with_hint(
            finding.document or written,
            finding,
            by_span.get((id(finding.document), finding.span)),
        )
        for finding in read
    ]
    fresh = list(_each_once(fresh, of_copies=document is not written))
    return sorted([*hinted, *fresh], key=in_order)


def in_order(finding: Problem) -> tuple[str, Span, bool]:
    """Return the order of findings: those of the spec first, then file by file."""
    name = (finding.document.name or "") if finding.document else ""
    return name, finding.span, _is_warning(finding)


def _each_once(findings: Iterable[Problem], *, of_copies: bool) -> Iterator[Problem]:
    """Yield each finding at a place once: an alias repeats what is wrong.

    Args:
        findings: All.
        of_copies: Whether tasks may be copies of one entry, which differ in their names: then the
            first of a kind stands for all.
    """
    seen: set[tuple[object, ...]] = set()
    for finding in findings:
        what = (id(finding.document), finding.span, finding.code, of_copies or finding.message)
        if what not in seen:
            seen.add(what)
            yield finding


def first_findings(ordered: Sequence[Problem], left_out: int = 0) -> Sequence[Problem]:
    """Return as many errors and warnings as are shown, and what says how many more there are.

    Args:
        ordered: All findings, in the order of the text.
        left_out: How many warnings there are besides.
    """
    errors = [finding for finding in ordered if not _is_warning(finding)]
    warnings = [finding for finding in ordered if _is_warning(finding)]
    if len(errors) <= MAX_PROBLEMS and len(warnings) <= MAX_PROBLEMS and not left_out:
        return ordered
    shown = {*map(id, errors[:MAX_PROBLEMS]), *map(id, warnings[:MAX_PROBLEMS])}
    return [
        *(finding for finding in ordered if id(finding) in shown),
        *_left_out(errors[:MAX_PROBLEMS], len(errors) - MAX_PROBLEMS),
        *_left_out(warnings[:MAX_PROBLEMS], len(warnings[MAX_PROBLEMS:]) + left_out),
    ]


def _is_warning(finding: Problem) -> bool:
    return finding.severity is not Severity.ERROR


def _left_out(shown: Sequence[Problem], count: int) -> Iterator[Problem]:
    """Yield the finding, at the last one that is shown, which says how many are not."""
    if shown and count > 0:  # what was left out may be about values that are refused already
        last = shown[-1]
        # the checks of a value with many errors stop early, so that there may be more of them
        number = f"{count:,}" if _is_warning(last) else f"at least {count:,}"
        message = f"{number} more {last.severity}{'' if count == 1 else 's'} not shown"
        hint = "correct those above first"
        yield Problem(
            Code.LEFT_OUT,
            message,
            hint,
            span=last.span,
            severity=last.severity,
            document=last.document,
        )


def _with_hint(document: Document, finding: Problem, problem: Problem | None) -> Problem:
    """Return a finding about an ambiguous word with a hint that fits the field it stands in.

    A word that the field accepts as text needs quotes and nothing else.
    """
    if finding.code not in _AMBIGUOUS:
        return finding
    if problem is None and finding.code == Code.YAML_WORD:
        start, end = finding.span
        word = document.text[start : min(end, start + _SHOWN)]
        return replace(finding, hint=f'quote it: "{word}"')
    if problem and (problem.names_value or problem.code != Code.WRONG_TYPE):
        return replace(finding, hint=problem.hint)
    return finding


def _is_plain_date(finding: Problem) -> bool:
    """Return whether this is an unquoted date where all YAML versions mean the same by it."""
    if finding.code != Code.YAML_DATE or not finding.path or finding.path[-1] not in _DATES:
        return False
    before = (step for step in finding.path[:-1] if isinstance(step, str))
    return finding.path[-1] == "$datetime" or _BEFORE_DATES.issuperset(before)


def _follows(finding: Problem, lost: Problem) -> bool:
    """Return whether something is missing because the reader could not take a key."""
    if finding.code not in _LOSES[Code(lost.code)] or finding.document is not lost.document:
        return False
    entry = finding.path[:-1]
    if lost.code == Code.YAML_MERGE:
        return lost.path in {finding.path, entry}
    return bool(entry) and lost.path[: len(entry)] == entry


def _within(span: Span, refused: Iterable[Span]) -> bool:
    return any(start <= span.start < max(end, start + 1) for start, end in refused)


def _place(resolved: Document, written: Document, problem: Problem) -> Problem:
    path = _written(resolved, problem.path)
    if problem.code in _AT_THE_KEY or problem.at_key:
        document, span = resolved.place_of_key(path)
    elif problem.code == Code.MISSING_KEY:
        document, span = resolved.place_of_missing(path)
    else:
        document, span = resolved.place_of(path, problem.place)
    is_own = document is resolved
    finding = replace(
        problem,
        hint=_hint(resolved, problem, path, document),
        json_hint=None,
        near=None,
        path=path,
        span=span,
        document=None if is_own else document,
    )
    if resolved is written:
        return finding
    said = resolved.said(path)
    return replace(
        finding,
        path=resolved.written_path(path) if is_own else document.path_at(span),
        message=f"{problem.message} ({said})" if said else problem.message,
    )


def _hint(
    resolved: Document, problem: Problem, path: Sequence[str | int], document: Document
) -> str | None:
    """Return what to do about a problem, in the words of the document that it is in."""
    hint = (problem.json_hint if document.is_json else None) or problem.best_hint
    if problem.wants_text:
        hint = _quote(resolved, document, path) or hint
    if problem.code in _OF_CODE and _is_folded(resolved, document, path):
        hint = f"write `{path[-1]}: |`, so that the lines below stay lines"
    typed = None if problem.names_value else _as_typed(resolved.node(path))
    return typed or hint


def _as_typed(node: Node | None) -> str | None:
    """Return what to write in place of a text that YAML does not take as it looks, or None."""
    text = node.value if node is not None else None
    if not isinstance(text, str) or len(text) > _SHOWN:
        return None
    if text[:1] and text[0] in _CURLY and text[-1] in _CURLY:
        return f'use plain quotes: "{text[1:-1]}"'
    marker = _MARKER.fullmatch(text)
    return f"write `{{{marker[1]}: {marker[2]}}}`, without quotes" if marker else None


def _written(document: Document, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the path with the key that the user wrote."""
    if path[:1] == ("schedule_interval",) and "schedule_interval" not in document.root.keys:
        return ("schedule", *path[1:])
    return path


def _is_folded(resolved: Document, document: Document, path: Sequence[str | int]) -> bool:
    """Return whether a value is written on several lines that YAML joins into one."""
    node: Node | None = resolved.node(path)
    if node is None:
        return False
    text = document.text[node.span.start : node.span.end]
    return (
        text[:1] == ">" if node.kind == "block" else node.kind == "plain" and "\n" in text.strip()
    )


def _quote(resolved: Document, document: Document, path: Sequence[str | int]) -> str | None:
    """Return the hint to quote a number or a truth value, or None if it is none."""
    node: Node | None = resolved.node(path)
    if node is None or node.kind != "plain" or node.said:
        return None
    word = document.text[node.span.start : min(node.span.end, node.span.start + _SHOWN + 1)]
    return f'quote it: "{word}"' if word.isprintable() and len(word) <= _SHOWN else None
