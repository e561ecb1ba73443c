"""What airflow-config reads of a DAG and of a task: it passes over every other key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.operators.base_parameters import base_parameters
from dagctl.spec.model import DagSpec
from dagctl.spec.tasks import OperatorTask

if TYPE_CHECKING:
    from dagctl.convert.foreign_yaml.reader import Fields
    from dagctl.convert.outcome.report import Report

_OF_DAGS = frozenset(
    {
        *("catchup", "dag_display_name", "dag_id", "default_args", "default_view", "description"),
        *("doc_md", "enabled", "end_date", "is_paused_upon_creation", "max_active_runs"),
        *("max_active_tasks", "orientation", "params", "schedule", "start_date", "tags", "tasks"),
    }
)
"""The fields of `Dag` in airflow-pydantic."""
_OF_TASKS = frozenset(
    {
        *("dependencies", "depends_on_past", "do_xcom_push", "doc", "doc_json", "doc_md"),
        *("doc_rst", "doc_yaml", "email", "email_on_failure", "email_on_retry", "end_date"),
        *("execution_timeout", "max_active_tis_per_dag", "max_active_tis_per_dagrun"),
        *("max_retry_delay", "multiple_outputs", "on_execute_callback", "on_failure_callback"),
        *("on_retry_callback", "on_skipped_callback", "on_success_callback", "operator", "owner"),
        *("pool", "pool_slots", "queue", "retries", "retry_delay", "retry_exponential_backoff"),
        *("start_date", "task_display_name", "task_id", "trigger_rule"),
    }
)
"""The fields of `Task` in airflow-pydantic."""
_OF_SENSORS = frozenset(
    {
        *("poke_interval", "timeout", "soft_fail", "mode", "exponential_backoff", "max_wait"),
        *("silent_fail", "never_fail"),
    }
)
"""What its sensors have, but for that of bash."""
_IGNORED = "airflow-config ignored it"


def ignored_of_dag(dag: Fields, report: Report) -> None:
    """Report what airflow-config passes over in a DAG, which loses what no spec has either."""
    for key in [key for key, value in dag.items() if value is not None and key not in _OF_DAGS]:
        if key in DagSpec.key_names() and key != "timezone":  # a zone stands in `start_date`
            report.new(dag.at(key), key, _IGNORED)
        else:
            dag.pop(key)
            report.dropped(dag.at(key), key, "airflow-config ignores it too")


def ignored_of_task(
    task: Fields, target: str, report: Report, *, operator: str = "", around: str = ""
) -> None:
    """Report what every task may have in Airflow, and airflow-config passes over."""
    every = {*base_parameters("operator", target), *OperatorTask.key_names()} - {"with", "expand"}
    every |= _OF_SENSORS if operator == "BashSensor" else set()
    every -= {"sla"}  # no spec takes it over
    for key in [key for key, value in task.items() if value is not None]:
        if key in every and key not in _OF_TASKS:
            report.new(task.at(key), f"{around}{key}", _IGNORED)
