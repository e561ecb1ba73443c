"""What a branch returns, and whether it follows the branch."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.spec.codes import Code
from dagctl.spec.problem import Problem
from dagctl.spec.wording import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.outline import Entry, Outline
    from dagctl.spec.python_code.reads import Read


class Followers:
    """Which tasks and groups of a spec wait for which."""

    def __init__(self, outline: Outline) -> None:
        """Look once at all that waits."""
        self._by_id = outline.by_id
        self._pairs = {
            (entry.number, target.number)
            for entry in outline.entries
            for _, target in outline.waits(entry)
            if target is not None
        }
        self._outline = outline

    def warnings(self, branch: Entry, returned: tuple[Read, ...]) -> Iterator[Problem]:
        """Yield a warning for each id that a branch returns and that does not follow it."""
        for read in returned:
            chosen = self._by_id.get(read.name)
            if chosen is None:
                yield Problem(
                    Code.BAD_BRANCH,
                    f"there is no task {quoted(read.name)}: the branch fails when it returns it",
                    "return the whole id of a task that depends on the branch",
                    read.place,
                    Severity.WARNING,
                    fails_in=("2", "3") if read.certain else (),
                    near=partial(self._near, read.name, branch),
                )
            elif not self._follows(chosen, branch):
                yield Problem(
                    Code.BAD_BRANCH,
                    f"{quoted(read.name)} does not depend on {quoted(branch.id)}: a branch chooses "
                    "only among the tasks that do",
                    f"add {quoted(branch.name)} to its `dependencies`",
                    read.place,
                    Severity.WARNING,
                )

    def _follows(self, chosen: Entry, branch: Entry) -> bool:
        """Return whether an entry, or a group around it, waits for the branch or a group of it."""
        return any(
            (below.number, above.number) in self._pairs
            for below in (chosen, *chosen.where)
            for above in (branch, *branch.where)
        )

    def _near(self, name: str, branch: Entry) -> str | None:
        tasks = self._outline.tasks
        by_end = {entry.name: entry.id for entry in tasks if self._follows(entry, branch)}
        if name in by_end:
            return f"did you mean {quoted(by_end[name])}?"
        return did_you_mean(name, [*by_end.values()])
