"""Findings as text: with the lines that they are about, or one line each, as compilers write it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dagctl.cli.diagnostics.findings_report import place
from dagctl.cli.terminal.text import cells, clip, plural, shown, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.cli.diagnostics.findings_report import DiagnosticReport, Look
    from dagctl.errors import Diagnostic


def concise(report: DiagnosticReport, look: Look) -> Iterator[str]:
    """Yield the line of each finding."""
    for diagnostic in report.diagnostics:
        hint = f" ({diagnostic.hint})" if diagnostic.hint else ""
        code = look.paint(diagnostic.code, diagnostic.severity.value)
        yield f"{shown(place(diagnostic))}: {code} {shown(diagnostic.message + hint)}"


LONGEST_MESSAGE = 600
"""Cells of a message that are shown; the JSON form has all of it."""


def text(report: DiagnosticReport, look: Look) -> Iterator[str]:
    """Yield the lines of the first findings, each followed by an empty line, and what is left."""
    first = report.first(look.most)
    for diagnostic in first:
        yield from _running(_headline(diagnostic, look), look, 2)
        line = report.line(diagnostic)
        gutter = " " * len(str(diagnostic.line or " "))
        yield look.paint(f"{gutter}--> ", "dim") + shown(place(diagnostic))
        if line is None:
            yield from _hint(diagnostic, gutter, look)
        else:
            yield from _excerpt(diagnostic, line, gutter, look)
        yield ""
    if len(first) < len(report.diagnostics):
        yield from _left(report, first)


CODES = 5
"""How many codes are named of findings that are not shown."""


def _left(report: DiagnosticReport, first: Sequence[Diagnostic]) -> Iterator[str]:
    """Yield how many findings are not shown, of which kinds, and how to see them."""
    codes = Counter(each.code for each in report.diagnostics)
    codes.subtract(each.code for each in first)
    named = [f"{count:,} {code}" for code, count in codes.most_common(CODES) if count]
    others = len([count for count in codes.values() if count]) - len(named)
    kinds = ", ".join([*named, f"{plural(others, 'other code')}"] if others else named)
    yield f"{codes.total():,} more are not shown: {kinds}"
    yield "  all of them: --verbose; one line each: dagctl validate SPEC... --output concise"
    yield ""


def _headline(diagnostic: Diagnostic, look: Look) -> str:
    severity = diagnostic.severity
    label = look.paint(f"{severity}[{diagnostic.code}]", severity.value)
    message = clip(shown(diagnostic.message), LONGEST_MESSAGE, ascii_only=look.ascii_only)
    return f"{label}: {look.paint(message, 'bold')}"


def _excerpt(diagnostic: Diagnostic, line: str, gutter: str, look: Look) -> Iterator[str]:
    from dagctl.cli.diagnostics.excerpt import caret_columns, excerpt

    bar = look.paint(f"{gutter} |", "dim")
    room = look.width - len(gutter) - 3
    part = excerpt(line, *caret_columns(diagnostic, line), room, ascii_only=look.ascii_only)
    carets = look.paint("^" * part.length, diagnostic.severity.value)
    hint = shown(diagnostic.hint or "")
    beside = part.start + part.length + 1 + cells(hint) <= room
    yield bar
    yield look.paint(f"{diagnostic.line} |", "dim") + f" {part.line}".rstrip()
    yield f"{bar} {' ' * part.start}{carets}{' ' + hint if hint and beside else ''}"
    if hint and not beside:
        yield from _hint(diagnostic, gutter, look)


def _hint(diagnostic: Diagnostic, gutter: str, look: Look) -> Iterator[str]:
    if diagnostic.hint:
        hint = clip(shown(diagnostic.hint), LONGEST_MESSAGE, ascii_only=look.ascii_only)
        line = look.paint(f"{gutter} = ", "dim") + f"hint: {hint}"
        yield from _running(line, look, len(gutter) + 9)


def _running(line: str, look: Look, hang: int) -> list[str]:
    return wrapped(line, look.width, hang) if look.wraps else [line]
