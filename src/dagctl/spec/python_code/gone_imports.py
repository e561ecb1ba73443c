"""What code imports of Airflow that the target does not have.

The table is checked against both Airflows: 2.11 has each entry, 3.3 has none, and has what takes
its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.operators.lookup import import_state
from dagctl.spec.codes import Code
from dagctl.spec.problem import Problem
from dagctl.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.python_code.reads import Read
    from dagctl.spec.target import Target

GONE_IN_3 = {
    "airflow.compat": None,
    "airflow.configuration.get": "airflow.configuration.conf",
    "airflow.configuration.getboolean": "airflow.configuration.conf",
    "airflow.configuration.getfloat": "airflow.configuration.conf",
    "airflow.configuration.getint": "airflow.configuration.conf",
    "airflow.contrib": None,
    "airflow.datasets": "airflow.sdk.Asset",
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
}
"""Modules, and names in modules, that Airflow 2 has and 3 has not, each with what to use."""
ONLY_IN_3 = ("airflow.sdk", "airflow.assets")
"""Packages that Airflow 2 does not have."""
_OF_OPERATORS = ("airflow.operators.", "airflow.sensors.", "airflow.contrib.")
"""Where classes stood, of which the catalogue knows when and where."""


def import_warnings(read: Read, target: Target) -> Iterator[Problem]:
    """Yield a warning if the target does not have what the code imports."""
    if target.series == "2":
        name = next((name for name in ONLY_IN_3 if _is_in(read.name, name)), None)
        if name:
            yield _warning(read, target, f"Airflow 2 has no {quoted(name)}", None)
        return
    moved = import_state(read.name, target.name) if read.name.startswith(_OF_OPERATORS) else None
    if moved is not None:
        here, new = moved
        if not here:
            yield _warning(read, target, f"Airflow 3 has no {quoted(read.name)}", new)
        return
    gone = next((name for name in GONE_IN_3 if _is_in(read.name, name)), None)
    if gone:
        yield _warning(read, target, f"Airflow 3 has no {quoted(gone)}", GONE_IN_3[gone])


def _is_in(path: str, name: str) -> bool:
    return path == name or path.startswith(f"{name}.")


def _warning(read: Read, target: Target, message: str, new: str | None) -> Problem:
    return Problem(
        Code.PYTHON_IMPORT,
        f"{message}: the import would fail when the task runs",
        f"use {quoted(new)}" if new else "use what the target has",
        read.place,
        Severity.WARNING,
        fails_in=(target.series,) if read.certain else (),
    )
