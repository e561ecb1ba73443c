"""Calls of a file that nothing follows: what each is known by, and what it may have made."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dagctl.convert.outcome.report import Place, Report
    from dagctl.convert.python_file.state.items import Made, Opaque


class KeptCall(NamedTuple):
    """A call of the file, by its place: one that may stand in the new file as it is."""

    file: str
    line: int
    column: int
    end: tuple[int | None, int | None]
    """Where it ends: `make().run()` begins where `make()` does."""


class Unknown(NamedTuple):
    """A call of which only Python knows whether it makes a task or a DAG."""

    value: Opaque | Made
    place: Place
    subject: str
    report: Report
    call: KeptCall
