"""`xcom_pull` of a task that runs later, or that the puller does not wait for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.spec.codes import Code
from dagctl.spec.followers import Followers
from dagctl.spec.problem import Problem
from dagctl.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.outline import Entry, Outline
    from dagctl.spec.walk import Path
    from dagctl.spec.xcom_pulls import Pull

_MOST = 100
"""How many tasks of one DAG are followed to all tasks behind them."""


class XcomOrder:
    """Which task of a DAG is there before another one pulls from it."""

    def __init__(self, outline: Outline) -> None:
        """Keep the outline; what follows what is read when the first task pulls."""
        self._outline = outline

    @cached_property
    def _followers(self) -> Followers:
        return Followers(self._outline, most=_MOST)

    @cached_property
    def _by_path(self) -> dict[Path, Entry]:
        return {entry.path: entry for entry in self._outline.tasks}

    def warnings(self, pull: Pull, path: Path, *, of_code: bool) -> Iterator[Problem]:
        """Yield a warning for each task that has no XCom yet, or may have none.

        Args:
            pull: What the task asks for.
            path: Where the text with it stands.
            of_code: Whether Python code pulls: it may have pushed what it pulls of its own.
        """
        task = _task_in(path)
        puller = self._by_path.get(task)
        if of_code and len(path) > len(task) + 1:
            return  # a callback: it is called when the task has run
        if puller is None or not pull.this_run or self._followers.has_unknown:
            return
        for task_id, place in pull.task_ids:
            pulled = self._outline.by_id.get(task_id)
            if pulled is None or pulled.is_group or (pulled is puller and of_code):
                continue
            said = self._said(puller, pulled)
            if said is not None:
                where = place or pull.place
                yield Problem(Code.XCOM_NOT_THERE, *said, where, Severity.WARNING)

    def _said(self, puller: Entry, pulled: Entry) -> tuple[str, str] | None:
        """Return message and hint, or None: the puller waits for the other task."""
        name = quoted(pulled.id)
        if pulled is puller:
            message = "the template is rendered before the task has an XCom: it gets None"
            return message, "name a task that this one waits for"
        if self._followers.leads_to(pulled, puller):
            return None
        if self._followers.leads_to(puller, pulled):
            message = f"{name} runs after {quoted(puller.id)}: `xcom_pull` gets None"
            return message, f"pull in a task that waits for {name}, or reverse the dependency"
        message = f"{quoted(puller.id)} does not wait for {name}: `xcom_pull` may get None"
        return message, f"add {quoted(pulled.address)} to `dependencies`"


def _task_in(path: Path) -> Path:
    """Return the part of a path that leads to the task."""
    length = 0
    while len(path) > length + 1 and path[length] == "tasks" and isinstance(path[length + 1], int):
        length += 2
    return path[:length]
