"""What became of checking a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import SpecError
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from dagctl.errors import Diagnostic
    from dagctl.spec.model import DagSpec


@frozen
class Checked:
    """The spec, unless there are errors, and every finding in the order of the text."""

    spec: DagSpec | None
    diagnostics: tuple[Diagnostic, ...]

    def result(self) -> DagSpec:
        """Return the spec.

        Raises:
            SpecError: There are errors.
        """
        if self.spec is None:
            raise SpecError(self.diagnostics)
        return self.spec
