"""Load DAG files as Airflow's DAG processor does, and say in JSON what came out.

    python load.py REPORT FILE...

Runs in an environment that has Airflow, 2 or 3, and needs no database. Each file is read into a
DagBag of its own, and each DAG is serialised. REPORT is an object: path to what was found.
"""

from __future__ import annotations

import inspect
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import pendulum
from airflow import __version__
from airflow.timetables.base import TimeRestriction

Facts = dict[str, Any]

if __version__.startswith("2."):
    from airflow.models.dagbag import DagBag
    from airflow.serialization.serialized_objects import SerializedDAG as Serialization

    NO_EXAMPLES = {"include_examples": False}
else:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.serialization.serialized_objects import DagSerialization as Serialization

    NO_EXAMPLES = {}


ARGUMENTS = (
    "end_date",
    "max_active_runs",
    "max_active_tasks",
    "max_consecutive_failed_dag_runs",
    "dagrun_timeout",
    "doc_md",
    "dag_display_name",
    "render_template_as_native_obj",
    "is_paused_upon_creation",
)


def report(path: str) -> Facts:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        bag = DagBag(path, **NO_EXAMPLES)
        dags = [dag_facts(dag) for _, dag in sorted(bag.dags.items())]
    return {
        "errors": list(bag.import_errors.values()),
        "warnings": [text for texts in bag.captured_warnings.values() for text in texts]
        + [f"{warning.category.__name__}: {warning.message}" for warning in caught],
        "dags": dags,
    }


def dag_facts(dag: Any) -> Facts:  # noqa: ANN401 - another class in each Airflow
    start = dag.default_args["start_date"]
    serialised = Serialization.from_dict(Serialization.to_dict(dag))
    return {
        "dag_id": dag.dag_id,
        "description": dag.description,
        "schedule": dag.schedule_interval if __version__.startswith("2.") else dag.schedule,
        "first_logical_dates": logical_dates(serialised.timetable, pendulum.instance(start)),
        "catchup": dag.catchup,
        "tags": sorted(dag.tags),
        "start_date": start.isoformat(),
        "default_args": {name: plain(value) for name, value in dag.default_args.items()},
        "arguments": {name: plain(getattr(dag, name)) for name in ARGUMENTS},
        "timezone": str(getattr(serialised.timetable, "_timezone", None)),
        "tasks": {task.task_id: task_facts(task) for task in dag.tasks},
    }


def logical_dates(timetable: Any, start: pendulum.DateTime) -> list[str]:  # noqa: ANN401 - likewise
    """Return for which instants Airflow would run the DAG first, if it caught up: at most three."""
    restriction = TimeRestriction(earliest=start, latest=None, catchup=True)
    # Only the first run of a continuous DAG does not depend on the clock.
    count = 1 if type(timetable).__name__ == "ContinuousTimetable" else 3
    found: list[str] = []
    last = None
    for _ in range(count):
        run = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        if run is None:
            break
        last = run.data_interval
        found.append(last.start.in_timezone("UTC").isoformat())
    return found


def task_facts(task: Any) -> Facts:  # noqa: ANN401 - likewise
    facts = {
        "operator": type(task).__name__,
        "upstream": sorted(task.upstream_task_ids),
        "owner": task.owner,
        "retries": task.retries,
        "retry_delay": plain(task.retry_delay),
        "depends_on_past": task.depends_on_past,
        # a task that is mapped has neither before its copies are made
        "email_on_failure": getattr(task, "email_on_failure", None),
        "email_on_retry": getattr(task, "email_on_retry", None),
    }
    if facts["operator"] == "BashOperator":
        facts["bash_command"] = task.bash_command
    elif hasattr(task, "python_callable") and hasattr(task.python_callable, "__code__"):
        facts["callable"] = task.python_callable.__name__
        facts["signature"] = str(inspect.signature(task.python_callable))
        facts["source"] = inspect.getsource(task.python_callable)
    return facts


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever a default argument is
    """Return seconds for a timedelta, ISO text for a datetime, all else as it is."""
    if hasattr(value, "total_seconds"):
        return value.total_seconds()
    return value.isoformat() if hasattr(value, "isoformat") else value


if __name__ == "__main__":
    target, *files = sys.argv[1:]
    Path(target).write_text(
        json.dumps({path: report(path) for path in files}, default=repr), "utf-8"
    )
