"""What follows a task: right behind it, as Airflow links groups, and anywhere behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.spec.walk import field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.dependencies.outline import Entry, Outline


class Followers:
    """The tasks and groups that wait for each other, read from the front to the back."""

    def __init__(self, outline: Outline, most: int) -> None:
        """Turn round what each entry waits for.

        Args:
            outline: The tasks and groups.
            most: So many tasks at most are looked at for all that is behind them.
        """
        self._waiting: dict[Entry, list[Entry]] = {entry: [] for entry in outline.entries}
        self._waits_inside: set[Entry] = set()
        for entry in outline.entries:
            for target in outline.upstream(entry):
                self._waiting[target].append(entry)
                if target.group is entry.group:
                    self._waits_inside.add(entry)
        self._behind: dict[Entry, set[Entry]] = {}
        self._right: dict[Entry, dict[str, None]] = {}
        self._most = most
        self.has_unknown = any(
            entry.is_group and field(entry.item, "group_callable") for entry in outline.entries
        )
        """Whether a function makes tasks whose ids are not known."""

    def right_behind(self, task: Entry) -> dict[str, None]:
        """Return the ids of what starts when a task is done, groups and their first tasks too."""
        if task not in self._right:
            ids = (each.id for end in self._ends(task) for each in self._started_by(end))
            self._right[task] = dict.fromkeys(ids)
        return self._right[task]

    def leads_to(self, task: Entry, other: Entry) -> bool:
        """Return whether the other is anywhere behind a task; true too if that is not known."""
        if task not in self._behind:
            if len(self._behind) >= self._most:
                return True
            self._behind[task] = self._all_behind(task)
        return other in self._behind[task]

    def _ends(self, task: Entry) -> Iterator[Entry]:
        """Yield the task, and each group that it is the end of."""
        yield task
        here = task
        while here.group is not None and not self._goes_on_inside(here):
            here = here.group
            yield here

    def _goes_on_inside(self, entry: Entry) -> bool:
        inside = (each for each in self._waiting[entry] if each.group is entry.group)
        return any(field(each.item, "teardown") in {None, False} for each in inside)

    def _started_by(self, end: Entry) -> Iterator[Entry]:
        stack = [*reversed(self._waiting[end])]
        while stack:
            entry = stack.pop()
            yield entry
            first = (child for child in entry.children if child not in self._waits_inside)
            stack += reversed([*first])

    def _all_behind(self, task: Entry) -> set[Entry]:
        seen: set[Entry] = set()
        stack = [task]
        while stack:
            here = stack.pop()
            behind = [each for group in here.where for each in self._waiting[group]]
            for entry in (*self._waiting[here], *here.children, *behind):
                if entry not in seen:
                    seen.add(entry)
                    stack.append(entry)
        return seen - {task}
