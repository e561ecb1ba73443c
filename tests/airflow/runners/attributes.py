"""Say in JSON what the objects in a task's context have, and the macros.

python attributes.py REPORT
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
from airflow import __version__  # noqa: E402 - it warns

if __version__.startswith("2."):
    from airflow import macros
    from airflow.models import DagRun, TaskInstance
else:
    from airflow.sdk.api.datamodels._generated import DagRun
    from airflow.sdk.execution_time import macros
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance as TaskInstance


def names(thing: object) -> list[str]:
    every = {*dir(thing), *getattr(thing, "model_fields", ())}
    return sorted(name for name in every if not name.startswith("_"))


if __name__ == "__main__":
    found = {"ti": names(TaskInstance), "dag_run": names(DagRun), "macros": names(macros)}
    Path(sys.argv[1]).write_text(json.dumps(found), "utf-8")
