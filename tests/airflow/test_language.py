"""Arguments, operators and functions of the language, as real Airflow loads and serialises them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.spec.load import load_spec

if TYPE_CHECKING:
    from .conftest import Airflow, Report

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted((ROOT / "tests" / "golden").glob("language_*"))
OWN_IMPORT = "determine_kwargs"
"""A provider of Airflow 3.3 imports it from an old place, whatever DAG file uses its sensor."""

EXPECTED: dict[str, dict[str, dict[str, Any]]] = {
    "language_tasks": {
        "build": {
            "upstream": [],
            "env": {"DBT_TARGET": "{{ var.value.dbt_target }}"},
            "append_env": True,
            "cwd": "/opt/dbt",
            "retries": 3,
            "retry_delay": 600.0,
            "retry_exponential_backoff": True,
            "max_retry_delay": 5400.0,
            "execution_timeout": 2700.0,
            "pool": "dbt",
            "pool_slots": 2,
            "queue": "large",
            "priority_weight": 10,
            "owner": "analytics",
            "run_as_user": "dbt",
            "task_display_name": "Build the marts",
            "trigger_rule": "all_success",
        },
        "report": {
            "upstream": ["build"],
            "pool": "warehouse",
            "trigger_rule": "all_done",
            "retry_delay": 120.0,
            "depends_on_past": True,
            "wait_for_downstream": True,
            "max_active_tis_per_dag": 1,
            "max_active_tis_per_dagrun": 1,
            "do_xcom_push": False,
            "executor_config": {
                "overrides": {"memory": "2Gi", "cpu": 1.5, "labels": ["a", "b"], "nothing": None}
            },
        },
    },
    "language_callbacks": {
        "load": {
            "on_execute_callback": ["load_on_execute_2_function"],
            "on_success_callback": [
                {
                    "notifier": "SmtpNotifier",
                    "to": ["a@example.com", "b@example.com"],
                    "from_email": "x@example.com",
                },
                "load_on_success_function",
            ],
            "on_failure_callback": [["pprint", {"width": 100}]],
            "on_retry_callback": ["task_on_retry_function"],
            "on_skipped_callback": ["pprint"],
        },
        "load_on_execute": {
            "on_execute_callback": [],
            "on_success_callback": [],
            "on_retry_callback": ["task_on_retry_function"],
        },
    },
    "language_assets": {
        "join": {
            "upstream": [],
            "inlets": ["warehouse://orders", "warehouse://prices"],
            "outlets": ["warehouse://joined"],
        },
        "report": {"inlets": ["warehouse://orders"], "outlets": ["reports"]},
    },
    "language_params": {"model": {"upstream": []}},
    "language_operators": {
        "start": {"operator": "EmptyOperator", "upstream": []},
        "wait": {
            "operator": "TimeDeltaSensor",
            "upstream": ["start"],
            "delta": 5400.0,
            "poke_interval": 90,
            "mode": "reschedule",
            "execution_timeout": 10800.0,
        },
        "other": {
            "operator": "ExternalTaskSensor",
            "execution_delta": 1800.0,
            "allowed_states": ["success", "skipped"],
        },
        "trigger": {
            "operator": "TriggerDagRunOperator",
            "upstream": ["count", "other", "wait"],
            "conf": {
                "day": "{{ ds }}",
                "ratio": 3.141592653589793,
                "rows": "output of count: rows",
                "as_written": "literal {{ not rendered }}",
                "data": {"$ref": 5},
            },
        },
        "count": {"operator": "BashOperator", "skip_on_exit_code": [99, 100]},
        "mail": {
            "operator": "EmailOperator",
            "upstream": ["count"],
            "to": ["data@example.com"],
            "html_content": "output of count: return_value",
            "trigger_rule": "all_done",
        },
    },
    "language_groups": {
        "start": {"upstream": [], "pool": "warehouse", "retries": 1},
        "load.check": {
            "upstream": ["start"],
            "pool": "shop",
            "retries": 0,
            "execution_timeout": 2700.0,
        },
        "load.tables.orders": {"upstream": ["load.check"], "pool": "tables", "retries": 3},
        "load.tables.prices": {
            "upstream": ["load.check", "load.tables.orders"],
            "pool": "tables",
            "env": {"TABLES": "output of load.check: return_value"},
        },
        "load.report": {
            "operator": "TriggerDagRunOperator",
            "upstream": ["load.check", "load.tables.orders", "load.tables.prices"],
            "conf": {
                "tables": "output of load.check: return_value",
                "rows": "output of load.tables.orders: return_value",
            },
        },
        "first": {"upstream": [], "pool": "warehouse"},
        "inner.check": {"upstream": ["first"]},
        "end": {"upstream": ["inner.check", "load.report", "load.tables.orders"]},
    },
    "language_python": {
        "paths": {
            "operator": "PythonOperator",
            "python_callable": "glob",
            "op_kwargs": {"pathname": "/data/{{ ds }}/*.csv"},
        },
        "is_there": {"operator": "PythonSensor", "python_callable": "is_there_function"},
        "enough": {
            "operator": "ShortCircuitOperator",
            "upstream": ["is_there", "paths"],
            "op_kwargs": {"paths": "output of paths: return_value", "least": 2},
        },
        "choose": {
            "operator": "BranchPythonOperator",
            "upstream": ["enough", "paths"],
            "op_kwargs": {
                "paths": "output of paths: return_value",
                "since": "2024-01-31T06:00:00+00:00",
            },
        },
        "many": {"operator": "BashOperator", "upstream": ["choose"]},
        "few": {"operator": "PythonOperator", "upstream": ["choose"]},
    },
}

DAGS: dict[str, dict[str, Any]] = {
    "language_callbacks": {
        "on_failure_callback": {
            "notifier": "SmtpNotifier",
            "to": "data@example.com",
            "from_email": "airflow@example.com",
            "subject": "{{ dag.dag_id }} failed",
            "html_content": "Look at {{ ti.log_url }}",
        },
        "on_success_callback": ["pprint", "dag_on_success_function"],
        "has_on_failure_callback": True,
        "has_on_success_callback": True,
    },
    "language_assets": {
        "condition": "any(warehouse://orders, all(warehouse://prices, s3://landing/customers.csv))",
        "runs": [  # at the end of the interval, and Berlin is one hour ahead
            *("2024-01-02T05:00:00Z", "2024-01-03T05:00:00Z", "2024-01-04T05:00:00Z"),
            *("2024-01-05T05:00:00Z", "2024-01-08T05:00:00Z"),
        ],
    },
    "language_params": {
        "params": {
            "full_refresh": [False, "Rebuild every model", {"type": "boolean"}],
            "days": [7, None, {"type": "integer", "minimum": 1, "maximum": 31}],
            "region": ["emea", None, {"enum": ["emea", "amer"], "title": "Region"}],
            "day": [None, None, {"type": ["string", "null"], "format": "date"}],
            "mail": ["no default", None, {"type": "string", "pattern": "^[^@]+@example[.]com$"}],
            "limits": [
                {"rows": 1000},
                None,
                {
                    "type": "object",
                    "properties": {"rows": {"type": "integer", "minimum": 0}},
                    "additionalProperties": False,
                },
            ],
            "table": ["orders", None, {}],
            "columns": [["id", "total"], None, {}],
        },
    },
}
"""What the DAG itself has."""


@pytest.fixture(scope="session")
def reports(airflow: Airflow, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """Load the file of each spec, all in one process of Airflow's."""
    top = tmp_path_factory.mktemp("language")
    files = {
        folder.name: airflow.write(
            load_spec((folder / "spec.yaml").read_bytes()), top / folder.name
        )
        for folder in FOLDERS
    }
    loaded = airflow.load(files.values(), runner="arguments.py")
    return {name: loaded[path] for name, path in files.items()}


@pytest.mark.parametrize("name", EXPECTED)
def test_airflow_makes_the_tasks_that_the_spec_says(reports: dict[str, Report], name: str) -> None:
    report, expected = reports[name], EXPECTED[name]

    assert report["errors"] == []
    assert [text for text in report["warnings"] if OWN_IMPORT not in text] == []
    assert {
        task: {key: facts[key] for key in expected[task]} for task, facts in report["tasks"].items()
    } == expected
    of_dag = DAGS.get(name, {})
    assert {key: report["dag"].get(key) for key in of_dag} == of_dag


def test_airflow_makes_the_groups_that_the_spec_says(reports: dict[str, Report]) -> None:
    assert reports["language_groups"]["groups"] == {
        "load": {
            "tooltip": 'Loads what the "shop" has sold, day by day.',
            "members": ["load.check", "load.report", "load.tables"],
        },
        "load.tables": {"tooltip": "", "members": ["load.tables.orders", "load.tables.prices"]},
        "plain": {"tooltip": "", "members": ["first", "inner"]},
        "inner": {"tooltip": "", "members": ["inner.check"]},
    }


def test_every_spec_of_the_language_is_loaded() -> None:
    assert {folder.name for folder in FOLDERS} == set(EXPECTED)
