"""What a change of a spec means in an Airflow that knows the DAG already. Pure.

Sources: Airflow knows a task by its id alone; `DagRun.verify_integrity` sets a task that the DAG no
more has to `removed` in runs that are under way. The next run follows from the end of the last one
(`Timetable.next_dagrun_info`), so an earlier start date counts only for a DAG that has never run.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

from dagctl.frozen import frozen
from dagctl.spec.fields.durations import length_of
from dagctl.spec.fields.runs import runs_between
from dagctl.spec.fields.schedule_words import in_words
from dagctl.spec.next_run import end_of, next_run_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from dagctl.difference import Difference
    from dagctl.spec.model import DagSpec
    from dagctl.target import Series

Kind = Literal[
    "task_renamed",
    "task_removed",
    "task_added",
    "next_run",
    "start_date",
    "catchup",
    "paused_at_first",
    "dag_gone",
    "dag_back",
    "dag_id",
]

BACKFILL: Mapping[Series, str] = {"2": "airflow dags backfill", "3": "airflow backfill create"}
_IDS = frozenset({"task_id", "group_id", "dependencies"})
"""What a task may have otherwise and still be the same under another id."""
_MOMENT = "%Y-%m-%d %H:%M %Z"


@frozen(kw_only=True)
class Consequence:
    """One thing that happens in Airflow because of a change."""

    kind: Kind
    subject: str
    """The task that it is about, or the DAG."""
    text: str
    """One sentence."""


@frozen(kw_only=True)
class Side:
    """One of the two that are compared."""

    dag_id: str
    spec: DagSpec | None
    """None: none is recorded, or today's rules refuse it."""
    series: Series
    is_there: bool = True
    """Whether Airflow sees the DAG: it does not see one that is removed."""


def consequences(
    changes: Iterable[Difference], before: Side, after: Side, now: datetime
) -> tuple[Consequence, ...]:
    """Return what happens in Airflow when the DAG becomes `after`, having been `before`."""
    if not after.is_there:
        return tuple(_gone(before, after))
    given = tuple(changes)
    fields = {change.path[0]: change for change in given}
    parts = (
        _of_id(before, after),
        () if before.is_there else _back(after),
        _of_tasks(given),
        _of_runs(fields, before, after, now),
        _of_first_pause(fields, after),
    )
    return tuple(chain.from_iterable(parts))


# --- The DAG as a whole ---


def _gone(before: Side, after: Side) -> Iterator[Consequence]:
    if before.is_there:
        text = "Airflow shows the DAG no more; its past runs stay in the metadata database"
        yield Consequence(kind="dag_gone", subject=after.dag_id, text=text)


def _back(after: Side) -> Iterator[Consequence]:
    text = "Airflow shows the DAG again, with the runs that it had before"
    yield Consequence(kind="dag_back", subject=after.dag_id, text=text)


def _of_id(before: Side, after: Side) -> Iterator[Consequence]:
    if before.dag_id != after.dag_id:
        text = (
            f"to Airflow `{after.dag_id}` is a new DAG, without runs; the runs of "
            f"`{before.dag_id}` stay under that id in the metadata database"
        )
        yield Consequence(kind="dag_id", subject=after.dag_id, text=text)


def of_rename(old: str, new: str, spec: DagSpec, now: datetime) -> tuple[str, ...]:
    """Return what another id costs in Airflow, a sentence each."""
    missing = _runs_until(spec, now) if spec.catchup else 0
    runs = f"; catchup makes about {missing} runs since {_moment(spec.start_in_zone)}"
    is_new = (
        f"to Airflow `{new}` is a new DAG, without runs and paused at first, unless Airflow is set "
        f"otherwise{runs if missing else ''}"
    )
    is_gone = (
        f"the runs of `{old}` stay under that id in the metadata database; what names `{old}` "
        "(sensors, triggers, dashboards) has to name the new id"
    )
    return is_new, is_gone


# --- Tasks ---


def _of_tasks(changes: Sequence[Difference]) -> Iterator[Consequence]:
    gone = {change.path[1]: change.before for change in changes if _is_task(change, "removed")}
    new = {change.path[1]: change.after for change in changes if _is_task(change, "added")}
    renamed = dict(_renamed(gone, new))
    for old, name in renamed.items():
        text = f"`{old}` is `{name}` now: to Airflow a new task, and the history of `{old}` ends"
        yield Consequence(kind="task_renamed", subject=name, text=text)
    for task in (each for each in gone if each not in renamed):
        text = (
            f"`{task}` runs no more; in runs under way it becomes `removed`, and its history stays "
            "in the metadata database only"
        )
        yield Consequence(kind="task_removed", subject=task, text=text)
    arrived = set(renamed.values())
    for task in (each for each in new if each not in arrived):
        text = f"`{task}` is a new task: runs that have ended do not have it, unless it is cleared"
        yield Consequence(kind="task_added", subject=task, text=text)


def _is_task(change: Difference, kind: str) -> bool:
    """Return whether a task came or went; a group has no history."""
    match change.path:
        case ("tasks", _):
            item = change.before if kind == "removed" else change.after
            return change.kind == kind and "group_id" not in item
    return False


def _renamed(gone: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the tasks that are the same but for their ids, each once, in their order."""
    left = dict(new)
    for old, item in gone.items():
        name = next((each for each in left if _content(left[each]) == _content(item)), None)
        if name is not None:
            del left[name]
            yield old, name


def _content(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key not in _IDS}


# --- Runs ---


def _of_runs(
    fields: Mapping[str, Difference], before: Side, after: Side, now: datetime
) -> Iterator[Consequence]:
    if after.spec is None:
        return
    yield from _of_next_run(before, after, after.spec, now)
    yield from _of_start_date(fields, before, after, after.spec, now)
    yield from _of_catchup(fields, after, after.spec, now)


def _of_next_run(before: Side, after: Side, spec: DagSpec, now: datetime) -> Iterator[Consequence]:
    old, new = _next(before, now), _next(after, now)
    is_same = before.spec is not None and before.spec.schedule_interval == spec.schedule_interval
    if old == new and (new is not None or is_same):
        return
    was = "" if old is None else f" (before: {_moment(old)})"
    if new is not None:
        text = f"the next run starts at {_moment(new)}{was}"
    elif (end := end_of(spec)) is not None and end < now:
        text = f"Airflow starts no run by itself any more: the DAG ended at {_moment(end)}{was}"
    elif spec.schedule_interval is None:
        text = f"Airflow starts no run by itself any more{was}"
    else:
        words = in_words(spec.schedule_interval)
        text = f"the clock alone does not say when the next run is: {words}{was}"
    yield Consequence(kind="next_run", subject=after.dag_id, text=text)


def _next(side: Side, now: datetime) -> datetime | None:
    return next_run_of(side.spec, side.series, now) if side.spec else None


def _of_start_date(
    fields: Mapping[str, Difference], before: Side, after: Side, spec: DagSpec, now: datetime
) -> Iterator[Consequence]:
    if "start_date" not in fields or before.spec is None:
        return
    start, old = spec.start_in_zone, before.spec.start_in_zone
    if start.replace(tzinfo=None) == old.replace(tzinfo=None):  # only the zone is another
        return
    if start > now:
        text = f"no run starts before {_moment(start)}"
    elif start < old:
        again = BACKFILL[after.series]
        text = f"a DAG that has run does not go back for an earlier start date: `{again}` does"
    else:
        text = "runs before the later start date stay, and none is made again"
    yield Consequence(kind="start_date", subject=after.dag_id, text=text)


def _of_catchup(
    fields: Mapping[str, Difference], after: Side, spec: DagSpec, now: datetime
) -> Iterator[Consequence]:
    if "catchup" not in fields and not (spec.catchup and "start_date" in fields):
        return
    if not spec.catchup:
        text = "runs that are missing since the last one are not made up for"
    else:
        runs = _runs_until(spec, now)
        first = f"; about {runs} if it has never run" if runs else ""
        text = f"Airflow starts at once the runs that are missing since the last one{first}"
    yield Consequence(kind="catchup", subject=after.dag_id, text=text)


def _runs_until(spec: DagSpec, now: datetime) -> int:
    """Return about how many runs there are from the start date until now."""
    schedule, start = spec.schedule_interval, spec.start_in_zone
    if isinstance(schedule, dict) and "every" in schedule:
        return max(0, (now - start) // length_of(schedule["every"]))
    return runs_between(schedule, start, now)


def _of_first_pause(fields: Mapping[str, Difference], after: Side) -> Iterator[Consequence]:
    if "is_paused_upon_creation" in fields:
        text = "is_paused_upon_creation counts when Airflow sees a DAG for the first time only"
        yield Consequence(kind="paused_at_first", subject=after.dag_id, text=text)


def _moment(moment: datetime) -> str:
    return format(moment, _MOMENT).rstrip()
