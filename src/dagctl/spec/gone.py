"""Arguments of Airflow that a spec has under another name, or not at all."""

from __future__ import annotations

from dagctl.spec.codes import Code
from dagctl.spec.problem import Problem
from dagctl.spec.wording import quoted

GONE = {
    "concurrency": "write `max_active_tasks`",
    "fail_stop": "write `fail_fast`: the file for Airflow 2 has `fail_stop`",
    "full_filepath": "remove it: Airflow knows the path of the file",
    "default_view": "remove it: Airflow 3 has one view",
    "orientation": "remove it: Airflow 3 lets each person choose",
    "timetable": "write `schedule: {timetable: pkg.mod.Class, with: {...}}`",
    "sla_miss_callback": "write `deadline` (Airflow 3.1 and later), or `dagrun_timeout`",
    "sla": "write `execution_timeout`, or `deadline` of the DAG (Airflow 3.1 and later)",
    "task_group": "write a group in `tasks`",
    "auto_register": "remove it: dagctl writes DAGs that are registered",
    "dag": "remove it: dagctl sets it",
    "resources": "write `executor_config`",
}
"""Arguments of Airflow that a spec does not have, with what to write instead."""


def gone(key: str) -> Problem | None:
    """Return the problem of an argument that a spec has under another name, or not at all."""
    if key not in GONE:
        return None
    return Problem(Code.UNKNOWN_KEY, f"a spec has no {quoted(key)}", GONE[key])
