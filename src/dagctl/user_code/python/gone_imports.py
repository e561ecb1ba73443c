"""What code imports of Airflow that the target does not have.

The table is checked against both Airflows: 2.11 has each entry, 3.3 has none, and has what takes
its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.findings.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.target import Target, Version
    from dagctl.user_code.python.code_reads import Read

GONE_IN_3 = {
    "airflow.api.common.experimental": None,
    "airflow.compat": None,
    "airflow.configuration.get": "airflow.configuration.conf",
    "airflow.configuration.getboolean": "airflow.configuration.conf",
    "airflow.configuration.getfloat": "airflow.configuration.conf",
    "airflow.configuration.getint": "airflow.configuration.conf",
    "airflow.contrib": None,
    "airflow.datasets.DatasetAlias": "airflow.sdk.AssetAlias",
    "airflow.datasets.DatasetAll": "airflow.sdk.AssetAll",
    "airflow.datasets.DatasetAny": "airflow.sdk.AssetAny",
    "airflow.datasets": "airflow.sdk.Asset",
    "airflow.executors.sequential_executor": None,
    "airflow.hooks.base_hook": "airflow.hooks.base.BaseHook",
    "airflow.hooks.dbapi": "airflow.providers.common.sql.hooks.sql.DbApiHook",
    "airflow.kubernetes": None,
    "airflow.lineage.apply_lineage": None,
    "airflow.lineage.prepare_lineage": None,
    "airflow.models.DagPickle": None,
    "airflow.models.SlaMiss": None,
    "airflow.models.TaskFail": None,
    "airflow.models.dataset": "airflow.models.asset",
    "airflow.models.slamiss": None,
    "airflow.models.taskfail": None,
    "airflow.operators.subdag": "airflow.sdk.TaskGroup",
    "airflow.timetables.datasets": "airflow.timetables.assets",
    "airflow.utils.dates.date_range": None,
    "airflow.utils.dates.days_ago": "pendulum.today",
    "airflow.utils.dates.parse_execution_date": "pendulum.parse",
    "airflow.utils.dates.round_time": None,
    "airflow.utils.decorators.apply_defaults": None,
    "airflow.utils.file.TemporaryDirectory": "tempfile.TemporaryDirectory",
    "airflow.utils.file.mkdirs": "pathlib.Path",
    "airflow.utils.helpers.chain": "airflow.sdk.chain",
    "airflow.utils.helpers.cross_downstream": "airflow.sdk.cross_downstream",
    "airflow.utils.timezone.make_aware": "pendulum.instance",
    "airflow.utils.weekday": "airflow.providers.standard.utils.weekday.WeekDay",
    "airflow.www": None,
    **{
        f"airflow.hooks.{name}": None
        for name in """S3_hook dbapi_hook docker_hook druid_hook hive_hooks http_hook jdbc_hook
        mssql_hook mysql_hook oracle_hook pig_hook postgres_hook presto_hook samba_hook slack_hook
        sqlite_hook webhdfs_hook zendesk_hook""".split()  # noqa: SIM905 - a table, not code
    },
}
"""Modules, and names in modules, that Airflow 2 has and 3 has not, each with what to use.

A name in a module stands before the module.
"""
ONLY_IN_3 = ("airflow.sdk", "airflow.assets")
"""Packages that Airflow 2 does not have."""
_IN_2 = {
    "airflow.sdk.Asset": "airflow.datasets.Dataset",
    "airflow.sdk.AssetAlias": "airflow.datasets.DatasetAlias",
    "airflow.sdk.BaseNotifier": "airflow.notifications.basenotifier.BaseNotifier",
    "airflow.sdk.BaseOperator": "airflow.models.BaseOperator",
    "airflow.sdk.BaseSensorOperator": "airflow.sensors.base.BaseSensorOperator",
    "airflow.sdk.Param": "airflow.models.param.Param",
    "airflow.sdk.Variable": "airflow.models.Variable",
}
"""What Airflow 2 calls it."""
_DATASETS = {
    "Dataset": "airflow.sdk.Asset",
    "DatasetAlias": "airflow.sdk.AssetAlias",
    "DatasetAll": "airflow.sdk.AssetAll",
    "DatasetAny": "airflow.sdk.AssetAny",
}
"""What Airflow 3 calls the classes of datasets, at whatever place they are imported from."""
_SDK = "airflow.sdk."
_SDK_SINCE: Mapping[Version, frozenset[str]] = {
    version: frozenset(names.split())
    for version, names in (
        (
            (3, 1),
            "BaseHook DagRunState ParamsDict TaskInstanceState TriggerRule WeightRule literal",
        ),
        (
            (3, 2),
            """AllowedKeyMapper AssetOrTimeSchedule AsyncCallback BaseAsyncOperator
            BaseBranchOperator BaseXCom BranchMixIn ChainMapper CronDataIntervalTimetable
            CronPartitionTimetable CronTriggerTimetable DeadlineAlert DeadlineReference
            DeltaDataIntervalTimetable DeltaTriggerTimetable EventsTimetable IdentityMapper
            MultipleCronTriggerTimetable PartitionMapper PartitionedAssetTimetable ProductMapper
            SkipMixin StartOfDayMapper StartOfHourMapper StartOfMonthMapper StartOfQuarterMapper
            StartOfWeekMapper StartOfYearMapper SyncCallback TaskInstance conf macros""",
        ),
        (
            (3, 3),
            """AssetAccessControl BaseDeadlineReference DayWindow ExceptionRetryPolicy FanOutMapper
            FixedKeyMapper HourWindow MinimumCount MonthWindow NEVER_EXPIRE PartitionedAtRuntime
            QuarterWindow ResumableJobMixin RetryAction RetryDecision RetryPolicy RetryRule
            RollupMapper SegmentWindow WaitForAll WeekWindow Window YearWindow deadline_reference
            lineage result""",
        ),
        ((3, 4), "AssetAndTimeSchedule AssetTriggeredTimetable ChainRetryPolicy LoopDecision"),
    )
}
"""The names that `airflow.sdk` has had since a version later than 3.0 (`__all__` of each)."""
_IN_ALL_3 = {
    f"airflow.sdk.{path.rpartition('.')[2]}": f"airflow.{path}"
    for path in (
        "configuration.conf",
        "hooks.base.BaseHook",
        "timetables.assets.AssetOrTimeSchedule",
        "timetables.interval.CronDataIntervalTimetable",
        "timetables.interval.DeltaDataIntervalTimetable",
        "timetables.trigger.CronTriggerTimetable",
        "timetables.trigger.DeltaTriggerTimetable",
        "timetables.trigger.MultipleCronTriggerTimetable",
    )
}
"""Where every Airflow 3 has what `airflow.sdk` has had since a later version."""
_OF_OPERATORS = ("airflow.operators.", "airflow.sensors.", "airflow.contrib.")
"""Where classes stood, of which the catalogue knows when and where."""


class Absent(NamedTuple):
    """What the target does not have."""

    message: str
    instead: str | None
    """The import path of what takes its place."""
    since: str | None = None
    """The version that has it, where the target is older, or is older versions too."""

    @property
    def way_out(self) -> str:
        """What to do about it."""
        if self.instead:
            return f"use {quoted(self.instead)}"
        return f'set `airflow = "{self.since}"` in dagctl.toml' if self.since else _WAY_OUT


_WAY_OUT = "use what the target has"


def absent_in(path: str, target: Target) -> Absent | None:
    """Return what is said of an import path that the target does not have; None: it may have it."""
    from dagctl.operators.lookup import import_state
    from dagctl.user_code.python.old_hooks import old_hooks

    if target.series == "2":
        name = next((name for name in ONLY_IN_3 if _is_in(path, name)), None)
        return Absent(f"Airflow 2 has no {quoted(name)}", _IN_2.get(path)) if name else None
    young = _too_young(path, target)
    if young is not None:
        return young
    moved = import_state(path, target.name) if path.startswith(_OF_OPERATORS) else None
    if moved is not None:
        here, new = moved
        return None if here else Absent(f"Airflow 3 has no {quoted(path)}", new)
    gone = next((name for name in GONE_IN_3 if _is_in(path, name)), None)
    if gone is None:
        return None
    return Absent(f"Airflow 3 has no {quoted(gone)}", old_hooks().get(path, GONE_IN_3[gone]))


def _too_young(path: str, target: Target) -> Absent | None:
    """Return what is said of a name of `airflow.sdk` that not each version of the target has."""
    name = path.removeprefix(_SDK).partition(".")[0] if path.startswith(_SDK) else ""
    for version, names in _SDK_SINCE.items() if name else ():
        if name in names and not target.has(version):
            since = f"{version[0]}.{version[1]}"
            message = f"{quoted(_SDK + name)} needs Airflow {since}; the target is {target.name}"
            return Absent(message, _IN_ALL_3.get(_SDK + name), since)
    return None


def moved(path: str, target: Target) -> str:
    """Return the path by which the target has the same object; else the path itself."""
    from dagctl.user_code.python.old_hooks import old_hooks

    if path.startswith("airflow.") and target.series == "3":
        now = _DATASETS.get(path.rpartition(".")[2]) or old_hooks().get(path)
        if now is not None:
            return now
    absent = absent_in(path, target)
    name = absent.instead.rpartition(".")[2] if absent and absent.instead else ""
    parts = path.split(".")
    if absent is None or absent.instead is None or name not in parts:
        return path
    return ".".join([absent.instead, *parts[parts.index(name) + 1 :]])


def import_warnings(read: Read, target: Target) -> Iterator[Problem]:
    """Yield a warning if the target does not have what the code imports."""
    absent = absent_in(read.name, target)
    if absent is not None:
        yield _warning(read, target, absent)


def _is_in(path: str, name: str) -> bool:
    return path == name or path.startswith(f"{name}.")


def _warning(read: Read, target: Target, absent: Absent) -> Problem:
    is_certain = read.certain and absent.since is None  # a later version of the series has it
    return warning(
        Code.PYTHON_IMPORT,
        f"{absent.message}: the import would fail when the task runs",
        absent.way_out,
        read.place,
        fails_in=(target.series,) if is_certain else (),
    )
