"""The machine that reads a DAG file, with what follows its expressions and statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.convert.python_file.calls.project_modules import Modules
from dagctl.convert.python_file.state.machine import Grammar, Machine
from dagctl.convert.python_file.syntax import expression_values, statements

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from dagctl.convert.python_file.state.kept_call import KeptCall
    from dagctl.convert.python_file.state.scope import SourceFile

_GRAMMAR = Grammar(expression_values.evaluate, statements.run)


def interpreter(
    origin: SourceFile,
    target: str,
    today: date,
    project: Modules | None = None,
    kept: Collection[KeptCall] = (),
) -> Machine:
    """Return what reads a file.

    Args:
        origin: The file.
        target: The Airflow that is meant, as `3` or `2`.
        today: What relative dates count from.
        project: What may be read beside the file; None: nothing.
        kept: Calls of functions that stay calls.
    """
    return Machine(origin, target, today, project or Modules(), _GRAMMAR, kept)
