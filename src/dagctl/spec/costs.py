"""What is said of a spec whose check or rendering was stopped, as it took too much."""

from __future__ import annotations

from dagctl.errors import Diagnostic
from dagctl.spec.codes import Code


def stopped(limit: str, origin: str | None = None) -> Diagnostic:
    """Return the finding about a spec that was not looked at to its end.

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
