"""Let the embedded registry take over what a clone, a pull or another branch brought.

It is a cache of the DAG files. `create` takes over what it looks at; here it is done before records
are read, so that `list`, `show` and `doctor` see the same as `create` does.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dagctl.errors import DagctlError
from dagctl.operation.agreement import adopt
from dagctl.operation.change import asked
from dagctl.operation.loading import variants
from dagctl.operation.options import Options
from dagctl.operation.plan import make_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.dag_file.header import Header
    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change

MOST_SECONDS = 10.0
"""How long one command reads specs; the next one goes on."""


def follow(context: Context, behind: Mapping[str, Header]) -> bool:
    """Record the DAGs whose files certify themselves, and whose specs are here as they say.

    Args:
        context: The ports and the settings.
        behind: What the files say of themselves, by the paths of the specs.

    Returns:
        Whether all were looked at. Not where another dagctl is at work, the disk cannot be written,
        or it takes too long: then reading goes on with what is recorded.
    """
    journal = context.backend.journal
    try:
        with journal.lock(wait=0):
            if not journal.is_empty():
                return False
            changes = list(_changes(context, behind))
            _adopt(context, [change for change in changes if change is not None])
            return len(changes) == len(behind)
    except DagctlError:
        return False


def _changes(context: Context, behind: Mapping[str, Header]) -> Iterator[Change | None]:
    """Yield what the specs ask for, until the time is over; None where one says something else."""
    deadline = time.monotonic() + MOST_SECONDS
    for source, header in behind.items():
        if time.monotonic() > deadline:
            return
        yield _change_of(context, source, header)


def _change_of(context: Context, source: str, header: Header) -> Change | None:
    """Return what the spec at a path asks for, if the DAG file was made of that.

    It counts in whichever environment it was: `create --env prod` may have made it.
    """
    try:
        content = context.backend.files.read(source)
        specs = iter(()) if content is None else variants(context.loader, content, source)
        changes = (asked(spec, source) for spec in specs)
        return next((each for each in changes if header.is_of(each.spec_digest)), None)
    except DagctlError:
        return None


def _adopt(context: Context, changes: Sequence[Change]) -> None:
    """Record what `create` would answer `unchanged` to; what it would refuse stays as it is."""
    if not changes:
        return
    try:
        adopt(context.backend, make_plan(context, changes, Options()))
    except DagctlError:
        half = len(changes) // 2
        for part in (changes[:half], changes[half:]) if half else ():
            _adopt(context, part)
