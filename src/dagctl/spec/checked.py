"""What became of checking a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import Diagnostic, Severity, SpecError
from dagctl.findings.codes import Code
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from dagctl.spec.model import DagSpec


@frozen
class Checked:
    """The spec, unless there are errors, and every finding in the order of the text."""

    spec: DagSpec | None
    diagnostics: tuple[Diagnostic, ...]

    @classmethod
    def of(cls, spec: DagSpec | None, diagnostics: tuple[Diagnostic, ...]) -> Checked:
        """Return a spec with the findings about it; without the spec if one is an error."""
        failed = any(finding.severity is Severity.ERROR for finding in diagnostics)
        return cls(None if failed else spec, diagnostics)

    def result(self) -> DagSpec:
        """Return the spec.

        Raises:
            SpecError: There are errors.
        """
        if self.spec is None:
            raise SpecError(self.diagnostics)
        return self.spec


def stopped(limit: str, origin: str | None = None) -> Diagnostic:
    """Return the finding about a spec whose check or rendering took too much.

    Args:
        limit: What it went beyond, as "10 s of processor time".
        origin: The name of its file.
    """
    return Diagnostic(
        code=Code.TOO_COSTLY,
        message=f"the check was stopped: it took more than {limit}",
        hint="split the spec, or move long code into modules and scripts",
        line=1,
        column=1,
        end_line=1,
        end_column=2,
        file=origin,
    )
