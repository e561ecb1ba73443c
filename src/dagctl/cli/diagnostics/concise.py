"""One line a finding, as compilers write it: `file:line:column: CODE message`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.cli.diagnostics.report import place
from dagctl.cli.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.cli.diagnostics.report import DiagnosticReport, Look


def concise(report: DiagnosticReport, look: Look) -> Iterator[str]:
    """Yield the line of each finding."""
    for diagnostic in report.diagnostics:
        hint = f" ({diagnostic.hint})" if diagnostic.hint else ""
        code = look.paint(diagnostic.code, diagnostic.severity.value)
        yield f"{shown(place(diagnostic))}: {code} {shown(diagnostic.message + hint)}"
