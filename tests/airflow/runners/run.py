"""Run every DAG of a folder to its end with `dag.test()`, and say in JSON what came out.

    python run.py REPORT SURROUNDINGS

Runs in an environment that has Airflow, 2 or 3, with `AIRFLOW_HOME` at a migrated database and
`AIRFLOW__CORE__DAGS_FOLDER` at the folder. Absolute paths that pandas reads are looked for below
SURROUNDINGS. REPORT is an object: DAG id to its state, and the state and XCom value of each task.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pendulum
from airflow import __version__
from airflow.models.dag import DagModel
from airflow.timetables.base import TimeRestriction
from airflow.utils.session import create_session
from load import Serialization

if TYPE_CHECKING:
    from collections.abc import Callable

if __version__.startswith("2."):
    from airflow.models.dagbag import DagBag

    NO_EXAMPLES = {"include_examples": False}
    LOGICAL_DATE = "execution_date"

    def save(bag: Any) -> None:  # noqa: ANN401 - another class in each Airflow
        bag.sync_to_db()

else:
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db

    NO_EXAMPLES = {}
    LOGICAL_DATE = "logical_date"

    def save(bag: Any) -> None:  # noqa: ANN401 - likewise
        DagBundlesManager().sync_bundles_to_db()
        sync_bag_to_db(bag, "dags-folder", None)


WHEN = datetime(2024, 6, 1, tzinfo=UTC)
CONF = {"hostile": "it's '; echo \"broken\" $(echo broken) `echo broken` \\\\"}
"""What whoever starts the run gave it."""


def read_below(root: str, read: Callable[..., pd.DataFrame], path: str) -> pd.DataFrame:
    return read(f"{root}{path}")


def listed(values: Any) -> Any:  # noqa: ANN401 - what the instances of a mapped task returned
    return [*values]


def scheduled(dag: Any) -> list[datetime]:  # noqa: ANN401 - another class in each Airflow
    """Return when the scheduler starts the first three runs of a DAG that catches up."""
    timetable = Serialization.from_dict(Serialization.to_dict(dag)).timetable
    start = pendulum.instance(dag.default_args["start_date"])
    restriction = TimeRestriction(earliest=start, latest=None, catchup=True)
    times: list[datetime] = []
    last = None
    while len(times) < 3:
        info = timetable.next_dagrun_info(
            last_automated_data_interval=last, restriction=restriction
        )
        last = info.data_interval
        times.append(info.run_after)
    return times


def run(dag: Any, when: datetime = WHEN) -> dict[str, Any]:  # noqa: ANN401 - likewise
    done = dag.test(**{LOGICAL_DATE: when}, run_conf=CONF)
    instances = done.get_task_instances()
    return {
        "state": str(done.state),
        "instances": Counter(each.task_id for each in instances),
        "tasks": {
            one.task_id: {"state": str(one.state), "xcom": one.xcom_pull(task_ids=one.task_id)}
            for one in instances
        },
    }


def started_by_assets() -> list[str]:
    """Return the DAGs that the scheduler would start now because assets were updated."""
    with create_session() as session:
        _, by_assets = DagModel.dags_needing_dagruns(session)
        return sorted(by_assets)


if __name__ == "__main__":
    target, surroundings = sys.argv[1:]
    os.environ["PATH"] = f"{surroundings}/bin{os.pathsep}{os.environ['PATH']}"
    pd.read_csv = partial(read_below, surroundings, pd.read_csv)
    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"], **NO_EXAMPLES)
    save(bag)
    with create_session() as session:
        session.query(DagModel).update({"is_paused": False})
    report: dict[str, Any] = {dag_id: run(dag) for dag_id, dag in sorted(bag.dags.items())}
    clock = bag.dags.get("clock")
    report["over the change of the clock"] = [
        run(clock, when)["tasks"]["shown"]["xcom"] for when in (scheduled(clock) if clock else ())
    ]
    report["started by assets"] = started_by_assets()
    Path(target).write_text(json.dumps(report, default=listed), "utf-8")
