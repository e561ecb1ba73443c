"""Circles of tasks and groups that wait for each other.

A group counts as two steps: its start, which all in it wait for, and its end, which waits for all
in it. So a circle that leads into a group and out of it is seen too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.spec.dependencies.outline import Entry, Outline
    from dagctl.spec.walk import Path

    Waits = Mapping[int, Mapping[int, Path | None]]
    """Each step with those that it waits for, and where below its entry the spec says so."""

MENTIONED = 12
_CYCLES = 10
"""So many circles are reported at once; the others are seen when these are gone."""


def cycle_problems(outline: Outline) -> Iterator[Problem]:
    """Yield one problem for each circle, at the first dependency on the way round."""
    left = _without_acyclic(_all_waits(outline))
    for _ in range(_CYCLES):
        if not left:
            return
        path = _walk_round(left)
        yield _problem(path, left, outline)
        shown = {step // 2 for step in path}
        left = _without_acyclic({step: w for step, w in left.items() if step // 2 not in shown})


def _all_waits(outline: Outline) -> dict[int, dict[int, Path | None]]:
    waits: dict[int, dict[int, Path | None]] = {}
    for entry in outline.entries:
        first: dict[int, Path | None] = {}
        for wait, target in outline.waits(entry):
            if target is not None and not holds(target, entry) and not holds(entry, target):
                first.setdefault(end_of(target), wait.place)
        if entry.group is not None:
            first.setdefault(start_of(entry.group), None)
        waits[start_of(entry)] = first
        if entry.is_group:
            inside = (end_of(child) for child in entry.children)
            waits[end_of(entry)] = dict.fromkeys([start_of(entry), *inside])
    return waits


def holds(group: Entry, entry: Entry) -> bool:
    """Return whether an entry is the group itself, or in it at any depth."""
    here: Entry | None = entry
    while here is not None:
        if here is group:
            return True
        here = here.group
    return False


def start_of(entry: Entry) -> int:
    """Return the number of the first step of a task or a group."""
    return 2 * entry.number


def end_of(entry: Entry) -> int:
    """Return the number of its last step; a task has one."""
    return 2 * entry.number + entry.is_group


def _without_acyclic(waits: Waits) -> Waits:
    """Return the steps that could never begin: those left when what waits for nothing is gone."""
    followers: dict[int, list[int]] = {step: [] for step in waits}
    count = dict.fromkeys(waits, 0)
    for step, others in waits.items():
        for other in others:
            if other in followers:
                followers[other].append(step)
                count[step] += 1
    ready = [step for step, number in count.items() if not number]
    for step in ready:
        for follower in followers[step]:
            count[follower] -= 1
            if not count[follower]:
                ready.append(follower)
    return {step: others for step, others in waits.items() if count[step]}


def _walk_round(left: Waits) -> list[int]:
    """Return a circle, each step waiting for the next; what is left waits for something left."""
    place: dict[int, int] = {}
    path: list[int] = []
    step = next(iter(left))
    while step not in place:
        place[step] = len(path)
        path.append(step)
        step = next(other for other in left[step] if other in left)
    return path[place[step] :]


def _problem(path: list[int], left: Waits, outline: Outline) -> Problem:
    """Return the problem of a circle, from the first entry on it that says what it waits for."""
    pairs = [(step, path[(at + 1) % len(path)], at) for at, step in enumerate(path)]
    said = [(step, at, left[step][follower]) for step, follower, at in pairs]
    step, at, place = min(item for item in said if item[2] is not None)
    names: list[str] = []
    for each in (*path[at:], *path[:at], step):
        name = outline.entries[each // 2].address
        if not names or names[-1] != name:
            names.append(name)
    return _described(names).at(*outline.entries[step // 2].path, *(place or ()))


def _described(names: list[str]) -> Problem:
    shown = names if len(names) <= MENTIONED else [*names[: MENTIONED - 1], "...", names[-1]]
    way = " -> ".join(quoted(name)[1:-1] for name in shown)
    return Problem(
        Code.CYCLE,
        f"dependency cycle: {way}",
        "each task waits for the one after the arrow; remove one dependency",
    )
