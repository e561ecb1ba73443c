"""Say in JSON which parameters the constructors of Airflow's own classes have.

python parameters.py REPORT
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path

from airflow import __version__

if __version__.startswith("2."):
    from airflow.models.baseoperator import BaseOperator
    from airflow.models.dag import DAG
    from airflow.sensors.base import BaseSensorOperator
    from airflow.sensors.python import PythonSensor
else:
    from airflow.providers.standard.sensors.python import PythonSensor
    from airflow.sdk import DAG, BaseOperator, BaseSensorOperator


def names(*classes: type) -> list[str]:
    """Return the parameters of constructors, without those that take all others."""
    found = [inspect.signature(each.__init__).parameters.values() for each in classes]
    return [
        it.name
        for them in found
        for it in them
        if it.name != "self" and it.kind not in (it.VAR_KEYWORD, it.VAR_POSITIONAL)
    ]


if __name__ == "__main__":
    report = {
        "DAG": names(DAG),
        "BaseOperator": names(BaseOperator),
        "PythonSensor": names(PythonSensor, BaseSensorOperator),
    }
    Path(sys.argv[1]).write_text(json.dumps(report), "utf-8")
