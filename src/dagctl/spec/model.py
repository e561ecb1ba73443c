"""`DagSpec`: what the user wrote, checked."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
)

from dagctl.findings.characters import line_of, name_of, prose
from dagctl.findings.problem import Problem
from dagctl.spec.dag import settings
from dagctl.spec.dag.brought import brought_by
from dagctl.spec.dag.dag_arguments import (
    DisplayName,
    DocMd,
    EndDate,
    MaxActiveRuns,
    MaxActiveTasks,
    MaxFailedRuns,
    NativeObjects,
    Params,
    PausedAtFirst,
    RunTimeout,
    Schedule,
    Timezone,
    dates_in_zone,
)
from dagctl.spec.dag.dag_checks import MAX_NAME, dag_key_problem, dag_problems
from dagctl.spec.dag.entry_checks import size_problems
from dagctl.spec.dependencies.outline import Outline
from dagctl.spec.fields import project_id as project_ids
from dagctl.spec.fields import types as fields
from dagctl.spec.fields.callback_form import DAG_CALLBACKS, Callbacks, callbacks_field
from dagctl.spec.fields.ids import MAX_DAG_ID, check_dag_id, pattern
from dagctl.spec.fields.slug import slug
from dagctl.spec.fields.start_date import (
    DEFAULT_START,
    ISO_PATTERN,
    read_start_date,
    write_start_date,
)
from dagctl.spec.fields.zone import zone_of
from dagctl.spec.inputs import Input
from dagctl.spec.tasks import GROUP, KINDS, Entry, Group, tag_of_entry
from dagctl.spec.tasks.argument_types import Email, without_default
from dagctl.spec.tasks.arguments import DefaultArgs
from dagctl.spec.tasks.base import TaskBase, as_tuple
from dagctl.spec.tasks.fallback import untyped_task_problems
from dagctl.spec.tasks.group import SharedArgs
from dagctl.spec.validation.family import Family
from dagctl.spec.validation.packable_model import PackableModel
from dagctl.spec.validation.read_by import ReadBy
from dagctl.spec.walk import Path, is_group, walk

MAX_OWNER = 500
MAX_TAG = 100


def _slug_of_name(data: Mapping[str, Any]) -> str:
    return slug(data.get("dag_name", ""))


class DagSpec(PackableModel, defer_build=False):
    """One DAG, as the guide's fields describe it.

    Building it checks all that is the same for each Airflow.

    Raises:
        SpecError: With a diagnostic for each problem.
    """

    form_1: ClassVar[frozenset[str]] = frozenset(
        """project_id description schedule_interval owner tags start_date retries
        retry_delay_minutes depends_on_past catchup email_on_failure email_on_retry""".split()  # noqa: SIM905 - a table, not code
    )

    packs: ClassVar[tuple[str, ...]] = ("tasks", "_recorded")
    forgets: ClassVar[tuple[str, ...]] = ("_outline",)

    project_id: Annotated[
        UUID | None,
        PlainValidator(fields.read_project_id, json_schema_input_type=str | None),
        PlainSerializer(fields.write_project_id, when_used="json-unless-none"),
    ] = Field(
        default=None,
        description="The project that the DAG belongs to. Default: the one in dagctl.toml.",
        examples=["123e4567-e89b-12d3-a456-426614174000"],
        json_schema_extra={"pattern": project_ids.PATTERN},
    )
    dag_name: Annotated[str, AfterValidator(name_of(MAX_NAME))] = Field(
        description="The human name of the DAG.",
        examples=["My Custom ETL Pipeline"],
        json_schema_extra={"minLength": 1, "maxLength": MAX_NAME},
    )
    dag_id: Annotated[str, AfterValidator(check_dag_id)] = Field(
        default_factory=_slug_of_name,
        description="The id of the DAG. Default: the name in lower case, other characters as `_`.",
        examples=["my_custom_etl_pipeline"],
        json_schema_extra={"pattern": f"^{pattern(MAX_DAG_ID)}$"},
    )
    description: Annotated[str, AfterValidator(prose)] = Field(
        default="", description="What the DAG does.", examples=["Processes daily user data"]
    )
    schedule_interval: Schedule = Field(
        default=None,
        description="A preset, a cron expression of 5 fields, null: only when triggered; or a"
        " mapping: `every`, `cron`, `assets`, `any`, `all` or `timetable`.",
        examples=["@daily", "0 6 * * 1-5", None, {"every": "2h"}, {"assets": ["s3://orders"]}],
    )
    owner: Annotated[str, AfterValidator(line_of(MAX_OWNER))] = Field(
        default="airflow",
        description="Who is responsible for the DAG.",
        examples=["data-team"],
        json_schema_extra={"minLength": 1, "maxLength": MAX_OWNER},
    )
    tags: Annotated[
        tuple[
            Annotated[
                str,
                AfterValidator(line_of(MAX_TAG)),
                Field(json_schema_extra={"minLength": 1, "maxLength": MAX_TAG}),
            ],
            ...,
        ],
        BeforeValidator(as_tuple),
    ] = Field(
        default=(),
        description="Labels to find the DAG by; the order is kept.",
        examples=[["etl", "daily"]],
        json_schema_extra={"uniqueItems": True},
    )
    start_date: Annotated[
        datetime,
        PlainValidator(read_start_date, json_schema_input_type=str),
        PlainSerializer(write_start_date, when_used="json"),
    ] = Field(
        default=DEFAULT_START,
        description="When the schedule starts: an ISO date, or a date and time. Default zone: UTC.",
        examples=["2024-01-01", "2024-01-01T06:00:00Z"],
        json_schema_extra={"pattern": ISO_PATTERN},
    )
    retries: Annotated[int, AfterValidator(fields.read_retries)] = Field(
        default=1,
        description="How many times a failed task is retried.",
        json_schema_extra={"minimum": 0, "maximum": fields.MAX_RETRIES},
    )
    retry_delay_minutes: Annotated[int | float, ReadBy(fields.read_retry_delay, float)] = Field(
        default=5,
        description="Minutes between two attempts.",
        json_schema_extra={"minimum": 0, "maximum": fields.MAX_RETRY_DELAY},
    )
    depends_on_past: bool = Field(
        default=False, description="Whether a task waits for its own success in the previous run."
    )
    catchup: bool = Field(
        default=False, description="Whether to backfill the runs since start_date."
    )
    email_on_failure: bool = Field(
        default=False, description="Whether Airflow sends an email when a task fails."
    )
    email_on_retry: bool = Field(
        default=False, description="Whether Airflow sends an email when a task is retried."
    )
    timezone: Timezone = None
    end_date: EndDate = None
    max_active_runs: MaxActiveRuns = None
    max_active_tasks: MaxActiveTasks = None
    max_consecutive_failed_dag_runs: MaxFailedRuns = None
    dagrun_timeout: RunTimeout = None
    doc_md: DocMd = None
    dag_display_name: DisplayName = None
    render_template_as_native_obj: NativeObjects = None
    is_paused_upon_creation: PausedAtFirst = None
    params: Params = Field(default={})
    fail_fast: settings.FailFast = None
    access_control: settings.AccessControl = None
    template_searchpath: settings.SearchPath = None
    template_undefined: settings.Undefined = None
    user_defined_macros: settings.Macros = Field(default={})
    user_defined_filters: settings.Filters = Field(default={})
    jinja_environment_kwargs: settings.JinjaOptions = Field(default={})
    owner_links: settings.OwnerLinks = None
    deadline: settings.Deadline = None
    allowed_run_types: settings.RunTypes = None
    disable_bundle_versioning: settings.NoBundleVersions = None
    rerun_with_latest_version: settings.LatestOnRerun = None
    on_failure_callback: Callbacks = callbacks_field(DAG_CALLBACKS["on_failure_callback"])
    on_success_callback: Callbacks = callbacks_field(DAG_CALLBACKS["on_success_callback"])
    sla_miss_callback: Callbacks = callbacks_field(DAG_CALLBACKS["sla_miss_callback"])
    default_view: settings.FirstView = None
    orientation: settings.Orientation = None
    email: Email = Field(
        default=None,
        description="Who gets Airflow's emails about the tasks.",
        examples=[["data@example.com"]],
        json_schema_extra=without_default,
    )
    default_args: SharedArgs = Field(
        default=None,
        description="Arguments for all tasks, as a task has them; a task's own come before them.",
        examples=[{"pool": "warehouse", "execution_timeout": "45m"}],
        json_schema_extra=without_default,
    )
    tasks: Annotated[tuple[Entry, ...], BeforeValidator(fields.read_tasks)] = Field(
        description="The tasks and groups, at least one.",
        json_schema_extra={"minItems": 1, "maxItems": fields.MAX_TASKS},
    )

    _origin: str | None = PrivateAttr(default=None)
    _outline: Outline | None = PrivateAttr(default=None)
    _text: str | None = PrivateAttr(default=None)
    _inputs: tuple[Input, ...] = PrivateAttr(default=())
    _recorded: Mapping[str, Any] | None = PrivateAttr(default=None)
    _digest: str = PrivateAttr(default="")
    _checked_for: str | None = PrivateAttr(default=None)

    @property
    def origin(self) -> str | None:
        """The file that the spec was read from, as given to `load_spec`; no part of equality."""
        return self._origin

    @property
    def text(self) -> str | None:
        """What its author wrote, comments and all; None: it was made from data. As `origin`."""
        return self._text

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What it was made of besides its text, sorted; no part of equality."""
        return self._inputs

    def note_inputs(self, inputs: tuple[Input, ...]) -> None:
        """Remember what it was made of."""
        self._inputs = inputs

    @property
    def checked_for(self) -> str | None:
        """The full name of the target that was found to have all that the spec uses."""
        return self._checked_for

    def note_target(self, full_name: str) -> None:
        """Remember the target that has all that the spec uses; no part of equality."""
        self._checked_for = full_name

    @property
    def dag_id_given(self) -> bool:
        """Whether the id was given, rather than made from the name."""
        return "dag_id" in self.model_fields_set

    @property
    def start_in_zone(self) -> datetime:
        """The start date by the clock of the DAG's time zone, which its schedule is read by."""
        zone = self.timezone and zone_of(self.timezone)
        return self.start_date.astimezone(zone) if zone else self.start_date

    def walk(self) -> Iterator[tuple[Path, TaskBase]]:
        """Yield each task, in groups too, with its path, in the order of the document."""
        return (
            (placed.path, placed.item) for placed in walk(self.tasks) if not is_group(placed.item)
        )

    @property
    def outline(self) -> Outline:
        """The tasks and groups with the ids that Airflow knows, and what each waits for."""
        if self._outline is None:
            self._outline = Outline(self.tasks)
        return self._outline

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy, with some fields replaced; they are not checked."""
        copy = super().model_copy(update=update, deep=deep)
        if update:
            copy._outline, copy._recorded, copy._digest = None, None, ""  # noqa: SLF001 - its own
            copy._checked_for = None  # noqa: SLF001 - its own
        return copy

    def with_origin(self, origin: str | None, text: str | None = None) -> Self:
        """Return the same spec, read from `origin`, where it is written as `text`."""
        copy = self.model_copy()
        copy._origin = origin  # noqa: SLF001 - its own class
        copy._text = text  # noqa: SLF001 - its own class
        return copy

    def to_data(self) -> dict[str, Any]:
        """Return what the spec says as JSON data, fields in order; `dag_id` only if it was given.

        This is what is recorded. A field at its default is left out, but for those of form 1.
        """
        exclude = None if self.dag_id_given else {"dag_id"}
        return self.model_dump(mode="json", exclude=exclude, exclude_none=True)

    @property
    def recorded(self) -> Mapping[str, Any]:
        """What `to_data` returns, made once; not to be changed."""
        if self._recorded is None:
            self._recorded = self.to_data()
        return self._recorded

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return the spec that `to_data` wrote.

        Raises:
            SpecError: The data are not a valid spec.
        """
        return cls.model_validate(dict(data))

    def digest(self) -> str:
        """Return the SHA-256, in hex, of `to_data` as JSON (keys sorted, no spaces, ASCII)."""
        if not self._digest:
            self._digest = digest_of(self.recorded)
        return self._digest

    def __eq__(self, other: object) -> bool:
        """Return whether the other says the same; where it was read from does not count."""
        return isinstance(other, DagSpec) and self.recorded == other.recorded

    def __hash__(self) -> int:
        """Return a hash that agrees with equality."""
        return hash(self.digest())

    @classmethod
    def prepared(cls, data: Any) -> Any:  # noqa: ANN401 - raw input
        """Return raw data with `schedule_interval`, dates in their zone, and no `$schema`."""
        if not isinstance(data, dict):
            return data
        data = dates_in_zone(data)
        if not data.keys() & {"schedule", "$schema"}:
            return data
        return {
            "schedule_interval" if key == "schedule" else key: value
            for key, value in data.items()
            if key != "$schema" and not (key == "schedule" and "schedule_interval" in data)
        }

    @classmethod
    def key_names(cls) -> tuple[str, ...]:
        """Return the fields, with the short name of the schedule beside the long one."""
        names = list(cls.model_fields)
        names.insert(names.index("schedule_interval"), "schedule")
        return tuple(names)

    @classmethod
    def family(cls) -> Family:
        """Return the task types, and the keys of the DAG."""
        parts = {"default_args": DefaultArgs}
        keys = frozenset(cls.key_names())
        return Family(KINDS.by_tag, keys, parts, {GROUP: Group}, tag_of_entry)

    @classmethod
    def misplaced(cls, key: str, family: Family) -> Problem | None:
        """Return the problem of a key that belongs under a task, or to no spec, or None."""
        return dag_key_problem(key, family)

    @classmethod
    def surroundings(cls, data: object) -> AbstractContextManager[None]:
        """Return the context in which commands may use the filters and macros of the DAG."""
        return brought_by(data)

    @classmethod
    def limit_problems(cls, data: object) -> Iterator[Problem]:
        """Yield a problem for each limit of what is looked at: entries, nesting, code."""
        return size_problems(data)

    @classmethod
    def further_problems(cls, data: object) -> Iterator[Problem]:
        """Yield what is wrong with several fields together."""
        if isinstance(data, dict):
            yield from untyped_task_problems(data, cls.family())
            yield from dag_problems(data)


def digest_of(data: Mapping[str, Any]) -> str:
    """Return the digest of the spec that `to_data` gave."""
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
