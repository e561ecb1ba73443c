"""What is allowed and yet seldom meant: warnings about a spec that has no errors."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import MAX_PROBLEMS, Problem, warning
from dagctl.findings.wording import quoted
from dagctl.spec.checks.references import reference_warnings
from dagctl.spec.fields.callbacks import callback_warnings
from dagctl.spec.fields.cron_schedule import PRESETS
from dagctl.spec.fields.markers import functions_in
from dagctl.spec.fields.params import format_warnings, plain_params
from dagctl.spec.fields.runs import as_cron, runs_between
from dagctl.spec.fields.slug import lost_letters
from dagctl.spec.fields.start_date import DEFAULT_START, is_naive
from dagctl.spec.tasks.stage import idle_rule
from dagctl.spec.walk import mapping_in, raw_tasks
from dagctl.text.template_signs import printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.findings.problem import Warnings
    from dagctl.spec.fields.cron import PlainCron
    from dagctl.spec.model import DagSpec
    from dagctl.spec.walk import Path
    from dagctl.target import Target

_MANY_RUNS = 1_000
_SHOWN = 5
"""Letters that a message names."""
_ALL_YEAR = frozenset(
    timedelta(hours=hours)
    for hours in (-11, -9.5, 3.5, 4, 4.5, 5, 5.5, 5.75, 6, 6.5, 7, 8, 8.75, 9, 14)
)
"""Offsets at which no zone of the tz database changes its clocks (as of 2026)."""
_PARAM = r"params\.(\w++)"
"""What prints one parameter of the run, unchanged."""
_MAIL_BY_NOTIFIER = (3, 0)
"""Since then `BaseOperator` warns of `email`."""


def advice(spec: DagSpec, data: Mapping[str, object], target: Target) -> tuple[list[Problem], int]:
    """Return the first warnings about a spec, and how many more there are.

    Args:
        spec: The spec.
        data: What it was made from, as it was written.
        target: The Airflow that it is for.
    """
    first = [*_of_fields(spec, data), *_idle_rules(spec)]
    if target.newest >= _MAIL_BY_NOTIFIER:
        first += _mail_by_airflow(spec)
    warnings, left_out = first[:MAX_PROBLEMS], len(first[MAX_PROBLEMS:])
    values = ((path, code.warnings) for path, code in functions_in(data))
    for where, of_code in (*_of_tasks(spec), *callback_warnings(data), *values):
        room = MAX_PROBLEMS - len(warnings)
        warnings += (problem.at(*where) for problem in of_code.shown[:room])
        left_out += len(of_code.shown[room:]) + of_code.left_out
    for item in reference_warnings(spec, data, target):
        if len(warnings) < MAX_PROBLEMS:
            warnings.append(item)
        else:
            left_out += 1
    return [each for each in warnings if not _is_of_plain_param(each, data)], left_out


def _is_of_plain_param(item: Problem, data: Mapping[str, object]) -> bool:
    """Return whether a warning is about a parameter that can bring no code into a command.

    A run whose params break their rules does not start (`DagRun` validates them).
    """
    if item.code != Code.UNQUOTED_PARAMETER or item.place is None:
        return False
    owners: list[Any] = [data]
    for step in item.path:
        owners.append(owners[-1][step])
    line = owners[-1].split("\n")[item.place.line - 1]
    read = printed(_PARAM, whole=True).match(line, item.place.column - 1)
    if read is None:
        return False
    given = (mapping_in(each, "params") for each in reversed(owners[:-1]))
    nearest = next((params for params in given if read[1] in params), {})
    return read[1] in plain_params(nearest)


def _idle_rules(spec: DagSpec) -> Iterator[Problem]:
    """Yield the trigger rules that Airflow does not use."""
    for path, task in spec.walk():
        for item in idle_rule(task.__dict__):
            yield item.under(*path)


def _of_tasks(spec: DagSpec) -> Iterator[tuple[Path, Warnings]]:
    for path, task in spec.walk():
        yield (*path, task.code_field), task.warnings()


def _of_fields(spec: DagSpec, data: Mapping[str, object]) -> Iterator[Problem]:
    if "dag_id" not in data:
        yield from _lost_letters(spec)
    for path, owner in (((), data), *raw_tasks(data)):
        yield from format_warnings(mapping_in(owner, "params"), (*path, "params"))
    start = data.get("start_date")
    if isinstance(start, str) and is_naive(start) and spec.timezone is None:
        yield _naive(start).at("start_date")
    if _is_fixed_where_clocks_change(spec):
        yield _fixed_offset(spec).at("start_date")
    if spec.catchup:
        yield from _many_runs(spec)
    yield from _mail_to_none(spec)
    cron = as_cron(spec.schedule_interval)
    if cron is not None and cron not in PRESETS.values():
        where = ("schedule" if "schedule" in data else "schedule_interval",)
        from dagctl.spec.fields.cron import plain

        yield from (problem.at(*where) for problem in _idle_parts(plain(cron)))


def _idle_parts(cron: PlainCron) -> Iterator[Problem]:
    """Yield the parts of a cron expression that do not do what they seem to."""
    hint = f'"{cron.text}" means the same'
    for step in cron.long_steps:
        message = (
            f"the step of `{step.written}` has no effect: {step.over} {step.size} values, so only "
            "the first one counts"
        )
        yield warning(Code.LONG_STEP, message, hint)
    if cron.idle_day:
        message = (
            f"the {cron.idle_day} has no effect: cron fires on a day that matches either of the "
            "two day fields, and the other one matches every day"
        )
        hint += "; write `*` in the other field to keep it"
        yield warning(Code.IDLE_DAY, message, hint)


def _mail_to_none(spec: DagSpec) -> Iterator[Problem]:
    """Yield a warning where Airflow is to send emails and has no address for them.

    Both Airflows then send none, and say nothing of it.
    """
    shared = spec.default_args
    if spec.email is not None or (shared and shared.email is not None):
        return
    places: list[tuple[Path, object]] = [((), spec), (("default_args",), shared)]
    places += [(path, task) for path, task in spec.walk() if getattr(task, "email", None) is None]
    for path, owner in places:
        for key in ("email_on_failure", "email_on_retry"):
            if getattr(owner, key, None) is True:
                message = "there is no address, so Airflow sends no email"
                hint = "add `email: ...`, or remove the line"
                yield warning(Code.NO_ADDRESS, message, hint).at(*path, key)


def _mail_by_airflow(spec: DagSpec) -> Iterator[Problem]:
    """Yield a warning for each address to which Airflow itself is to send emails."""
    owners: list[tuple[Path, object]] = [((), spec), (("default_args",), spec.default_args)]
    for path, owner in (*owners, *spec.walk()):
        if getattr(owner, "email", None) is not None:
            message = "Airflow 3 warns of `email`: Airflow 4 will not have it"
            hint = "write `on_failure_callback: {notifier: SmtpNotifier, with: {to: ...}}`"
            yield warning(Code.DEPRECATED, message, hint).at(*path, "email")


def _lost_letters(spec: DagSpec) -> Iterator[Problem]:
    """Yield a warning if letters of the name are not in the id that is made from it."""
    lost = lost_letters(spec.dag_name)
    if lost:
        shown = ", ".join(f"`{char}` (U+{ord(char):04X})" for char in lost[:_SHOWN])
        more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
        message = (
            f"the id is {quoted(spec.dag_id)}: an id has ASCII letters only, and it leaves out "
            f"{shown}{more} of the name"
        )
        hint = "give a `dag_id` as well, or correct the name"
        yield warning(Code.LOST_LETTERS, message, hint).at("dag_name")


def _naive(start: str) -> Problem:
    message = "the start date has no time zone; it is read as UTC"
    return warning(Code.NAIVE_START_DATE, message, f"write `{start}Z`")


def _is_fixed_where_clocks_change(spec: DagSpec) -> bool:
    """Return whether a schedule names hours, at an offset that some zone has for half of a year."""
    offset = spec.start_date.utcoffset() or timedelta(0)
    cron = as_cron(spec.schedule_interval)
    if spec.timezone or not offset or cron is None or offset in _ALL_YEAR:
        return False
    hour = cron.split()[1]
    return not hour.startswith("*")


def _fixed_offset(spec: DagSpec) -> Problem:
    offset = spec.start_date.isoformat()[-6:]
    message = (
        f"the offset {offset} is the same all year: where clocks change, the DAG runs one hour "
        "off for a part of it"
    )
    hint = "name the zone, as in `timezone: Europe/Berlin`, or write the hours in UTC"
    return warning(Code.FIXED_OFFSET, message, hint)


def _many_runs(spec: DagSpec) -> Iterator[Problem]:
    """Yield a warning if many runs are to be made up for.

    No clock is asked, so that a spec always gets the same findings: the runs up to 2024 count.
    """
    runs = runs_between(spec.schedule_interval, spec.start_date, DEFAULT_START)
    if runs > _MANY_RUNS:
        message = f"Airflow would backfill more than {runs // 100 * 100:,} runs at once"
        hint = "set `catchup: false`, or a later `start_date`"
        yield warning(Code.MANY_RUNS, message, hint).at("catchup")
