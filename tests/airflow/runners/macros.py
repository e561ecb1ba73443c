"""Render templates in a scheduled run that follows a successful one, and say what came out.

    python macros.py REPORT TEMPLATE...

Runs in an environment that has Airflow 2, with `AIRFLOW_HOME` at a migrated database. The DAG runs
on Mondays at six. REPORT is an object: template to text.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.models.baseoperator import BaseOperator
from airflow.models.dag import DAG
from airflow.timetables.base import DataInterval
from airflow.utils.session import create_session
from airflow.utils.types import DagRunType

MONDAY = datetime(2024, 6, 3, 6, tzinfo=UTC)
WEEK = timedelta(days=7)


def rendered(templates: list[str]) -> dict[str, str]:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    with DAG("weekly", schedule="0 6 * * 1", start_date=start) as dag:  # noqa: AIR311 - Airflow 2
        task = BaseOperator(task_id="task")
    with create_session() as session:
        dag.sync_to_db(session=session)
        runs = [
            dag.create_dagrun(
                run_type=DagRunType.SCHEDULED,
                execution_date=monday,
                data_interval=DataInterval(monday, monday + WEEK),
                start_date=monday + WEEK,
                state=state,
                session=session,
            )
            for monday, state in ((MONDAY - WEEK, "success"), (MONDAY, "running"))
        ]
        instance = runs[-1].get_task_instance("task", session=session)
        instance.refresh_from_task(task)
        context = instance.get_template_context(session=session)
        return {template: task.render_template(template, context) for template in templates}


if __name__ == "__main__":
    target, *given = sys.argv[1:]
    Path(target).write_text(json.dumps(rendered(given)), "utf-8")
