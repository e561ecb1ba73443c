"""The arguments of Airflow's `DAG` that both series have, under Airflow's names.

Each is left out of the file unless the spec gives it, so Airflow's own default holds.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, JsonValue, PlainSerializer, PlainValidator

from dagctl.findings.characters import line_of, not_a_file, prose
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.spec.fields import durations
from dagctl.spec.fields.cron_schedule import PRESETS, check_schedule
from dagctl.spec.fields.params import finish_schema
from dagctl.spec.fields.schedule_forms import SCHEMA
from dagctl.spec.fields.start_date import (
    DEFAULT_START,
    ISO_PATTERN,
    read_start_date,
    write_start_date,
)
from dagctl.spec.fields.zone import check_zone, in_zone
from dagctl.spec.tasks.argument_types import MAX_COUNT, read_duration
from dagctl.spec.validation.read_by import ReadBy
from dagctl.spec.validation.wrong_type import TEXT, wrong_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MAX_DISPLAY_NAME = 2_000
"""Airflow's column for the name that is shown."""


def _at_least(least: int, name: str) -> Callable[[int], int]:
    def check(value: int) -> int:
        if not least <= value <= MAX_COUNT:
            message = f"`{name}` must be from {least} to {MAX_COUNT:,}"
            hint = "write a number in this range, or remove the key for Airflow's default"
            raise Problem(Code.OUT_OF_RANGE, message, hint).error()
        return value

    return check


def _read_schedule(value: object) -> object:
    """Return a schedule unchanged; `schedule_problems` says what is wrong with a mapping."""
    if isinstance(value, str):
        return check_schedule(value)
    if value is not None and not isinstance(value, dict):
        raise wrong_type(("schedule_interval",), TEXT, value).error()
    return value


_FROM_0: dict[str, JsonValue] = {"minimum": 0, "maximum": MAX_COUNT}
_FROM_1: dict[str, JsonValue] = {"minimum": 1, "maximum": MAX_COUNT}

Schedule = Annotated[
    str | dict[str, Any] | None,
    ReadBy(_read_schedule, Any),
    Field(
        json_schema_extra={
            "anyOf": [
                {"enum": [*PRESETS]},
                {"type": "string", "minLength": 1},
                SCHEMA,
                {"type": "null"},
            ]
        }
    ),
]
Timezone = Annotated[
    Annotated[str, AfterValidator(check_zone)] | None,
    Field(
        description="The time zone of the schedule, and of dates without an offset. Default: UTC.",
        examples=["Europe/Berlin"],
    ),
]
EndDate = Annotated[
    Annotated[
        datetime,
        PlainValidator(read_start_date, json_schema_input_type=str),
        PlainSerializer(write_start_date, when_used="json"),
        Field(json_schema_extra={"pattern": ISO_PATTERN}),
    ]
    | None,
    Field(description="The last moment for which the DAG is scheduled.", examples=["2030-12-31"]),
]
MaxActiveRuns = Annotated[
    Annotated[
        int,
        AfterValidator(_at_least(1, "max_active_runs")),
        Field(json_schema_extra=_FROM_1),
    ]
    | None,
    Field(description="How many runs of the DAG may be under way at a time."),
]
MaxActiveTasks = Annotated[
    Annotated[
        int,
        AfterValidator(_at_least(1, "max_active_tasks")),
        Field(json_schema_extra=_FROM_1),
    ]
    | None,
    Field(description="How many tasks of a run may be under way at a time."),
]
MaxFailedRuns = Annotated[
    Annotated[
        int,
        AfterValidator(_at_least(0, "max_consecutive_failed_dag_runs")),
        Field(json_schema_extra=_FROM_0),
    ]
    | None,
    Field(description="After how many failed runs in a row Airflow pauses the DAG. 0: never."),
]
RunTimeout = Annotated[
    Annotated[
        str,
        ReadBy(read_duration, str),
        Field(json_schema_extra={"pattern": durations.PATTERN}),
    ]
    | None,
    Field(description="How long a run may take before it fails.", examples=["4h", "1h30m"]),
]
DocMd = Annotated[
    Annotated[str, AfterValidator(prose), AfterValidator(not_a_file)] | None,
    Field(description="The documentation of the DAG, as Markdown."),
]
DisplayName = Annotated[
    Annotated[
        str,
        AfterValidator(line_of(MAX_DISPLAY_NAME)),
        Field(json_schema_extra={"minLength": 1, "maxLength": MAX_DISPLAY_NAME}),
    ]
    | None,
    Field(description="The name that Airflow shows instead of the id."),
]
NativeObjects = Annotated[
    bool | None, Field(description="Whether templates give Python objects rather than text.")
]
PausedAtFirst = Annotated[
    bool | None, Field(description="Whether Airflow pauses the DAG when it first sees it.")
]


Params = Annotated[
    dict[str, Any],
    Field(
        description="Values that a person may change when a run is started, with their rules.",
        examples=[{"full_refresh": {"type": "boolean", "default": False}}, {"region": "emea"}],
        json_schema_extra=finish_schema,
    ),
]


def dates_in_zone(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return raw data whose dates without an offset are moments of the DAG's time zone."""
    if not isinstance(data.get("timezone"), str):
        return data
    dates = {"start_date": f"{DEFAULT_START:%Y-%m-%d}"} | {
        key: data[key] for key in ("start_date", "end_date") if key in data
    }
    return {**data, **{key: _in_zone_of(data, value) for key, value in dates.items()}}


def moment_in_zone(data: Mapping[str, Any], value: object) -> datetime | None:
    """Return the moment that a date of the DAG means, or None: what it is not is said elsewhere."""
    try:
        return read_start_date(_in_zone_of(data, value))
    except ValueError:
        return None


def _in_zone_of(data: Mapping[str, Any], value: object) -> object:
    zone = data.get("timezone")
    return in_zone(value, zone) if isinstance(value, str) and isinstance(zone, str) else value


def continuous_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem if a continuous DAG may have several runs at a time: Airflow refuses it."""
    runs = data.get("max_active_runs")
    schedule = data.get("schedule", data.get("schedule_interval"))
    if schedule == "@continuous" and type(runs) is int and runs > 1:
        message = f"a DAG with the schedule `@continuous` has one run at a time, not {runs}"
        hint = "remove `max_active_runs`, or write 1"
        yield Problem(Code.OUT_OF_RANGE, message, hint).at("max_active_runs")
