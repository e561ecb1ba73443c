"""Arguments, operators and functions of the language, as real Airflow loads and serialises them."""

from __future__ import annotations

from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.codegen.render import render
from dagctl.spec.load import check_spec, load_spec
from dagctl.spec.model import DagSpec
from dagctl.spec.tasks.arguments import SingleTaskArguments
from dagctl.spec.tasks.function_settings import FunctionSettings
from dagctl.spec.validation.gone import GONE

from . import rarer_arguments

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
    "language_dag": {"report": {"upstream": []}},
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
    "language_mapped_outputs": {
        "list_files": {},
        "list_years": {},
        "list_months": {},
        "show": {
            "upstream": ["list_files"],
            "mapped": {
                "bash_command": {
                    "map": "output of list_files: return_value",
                    "functions": ["quoted_name_function", "command_function"],
                }
            },
        },
        "load": {
            "upstream": ["list_files", "list_years"],
            "mapped": {
                "map": {
                    "zip": [
                        "output of list_files: return_value",
                        "output of list_years: return_value",
                    ]
                },
                "functions": ["arguments_function"],
            },
        },
        "months.keep": {"upstream": ["list_months"], "mapped_groups": ["months"]},
        "report": {"upstream": ["load", "months.keep", "show"]},
    },
    "language_mapping": {
        "list_regions": {},
        "list_years": {},
        "list_jobs": {},
        "train": {
            "operator": "_PythonDecoratedOperator",
            "upstream": ["list_regions"],
            "mapped": {"region": "output of list_regions: return_value", "depth": [3, 5]},
        },
        "count": {
            "upstream": ["run"],
            "mapped": {"text": "output of run: return_value"},
        },
        "run": {"upstream": ["list_jobs"], "mapped": "output of list_jobs: return_value"},
        "pairs": {
            "upstream": ["list_regions", "list_years"],
            "mapped": {
                "both": {
                    "zip": [
                        "output of list_regions: return_value",
                        "output of list_years: return_value",
                    ]
                }
            },
        },
        "wait": {"operator": "TimeDeltaSensor", "mapped": {"delta": [300.0, 5400.0]}},
        "echo": {
            "operator": "BashOperator",
            "mapped": {"env": [{"REGION": "emea"}, {"REGION": "amer"}]},
        },
        "commands": {
            "mapped": [{"bash_command": "echo one", "cwd": "/tmp"}, {"bash_command": "echo two"}]
        },
        "region.fetch": {
            "upstream": ["list_regions"],
            "env": {"NAME": "argument name", "DAY": "{{ ds }}"},
            "retries": 2,
            "mapped_groups": ["region"],
        },
        "region.load.check": {
            "upstream": ["list_regions", "region.fetch"],
            "op_kwargs": {"name": "argument name"},
            "mapped_groups": ["region"],
        },
        "region.load.store": {
            "upstream": ["region.load.check"],
            "env": {"CHECKED": "output of region.load.check: return_value"},
            "mapped_groups": ["region"],
        },
        "size.area": {
            "upstream": ["region.load.store"],
            "op_kwargs": {"width": "argument width", "height": "argument height"},
            "mapped_groups": ["size"],
        },
        "report": {
            "mapped_groups": [],
            "upstream": [
                *("commands", "count", "echo", "pairs", "region.load.check"),
                *("region.load.store", "run", "size.area", "wait"),
            ],
        },
    },
    "language_stages": {
        "make_cluster": {"stage": "setup", "upstream": []},
        "make_bucket": {"stage": "setup", "upstream": []},
        "work.make_table": {"stage": "setup", "upstream": ["make_bucket", "make_cluster"]},
        "work.load": {"upstream": ["work.make_table"]},
        "work.drop_table": {
            "stage": "teardown",
            "upstream": ["work.load", "work.make_table"],
            "trigger_rule": "all_done_setup_success",
        },
        "drop_cluster": {"stage": "teardown", "upstream": ["make_cluster", "work.load"]},
        "drop_bucket": {"stage": "teardown", "upstream": ["make_bucket", "work.load"]},
        "clear": {
            "stage": "teardown",
            "upstream": ["work.load"],
            "mapped": {"place": ["one", "two"]},
        },
    },
    "language_labels": {
        "count": {"upstream": []},
        "choose": {"upstream": ["count"]},
        "wait": {"upstream": ["choose"]},
        "load.rows": {"upstream": ["choose"]},
        "load.check": {"upstream": ["load.rows"]},
        "report": {"upstream": ["load.check", "wait"]},
    },
    "language_once": {
        "orders.load": {"pool": "warehouse", "retries": 2, "upstream": []},
        "orders.test": {"cwd": "/opt/dbt", "retries": 2, "upstream": ["orders.load"]},
        "prices.load": {"pool": "warehouse", "upstream": []},
        "prices.test": {"cwd": "/opt/dbt", "upstream": ["prices.load"]},
        "report": {"cwd": "/opt/dbt", "upstream": ["orders.test", "prices.test"]},
    },
    "language_shared": {
        "wait": {"mode": "reschedule", "poke_interval": 300.0, "timeout": 604800.0},
        "load": {"conn_id": "warehouse", "retries": 2},
        "reports.arrived": {"mode": "reschedule", "poke_interval": 30.0, "timeout": 7200.0},
        "reports.totals": {"mapped": {"sql": ["call orders()", "call prices()"]}},
        "reports.mail": {"env": {"DAY": "{{ ds }}"}},
    },
    "language_early": {
        "count": {"operator": "ExternalPythonOperator"},
        "clean": {
            "operator": "PythonVirtualenvOperator",
            "upstream": ["count"],
            "requirements": ["numpy", "/opt/wheels/own.whl"],
            "venv_cache_path": "/opt/venvs",
        },
        "list": {"operator": "BashOperator", "cwd": gettempdir(), "upstream": ["clean"]},
    },
    "language_objects": {
        "countries": {"upstream": []},
        "wait": {"operator": "FileSensor", "poke_interval": 300.0, "timeout": 7200.0},
        "load": {"upstream": ["countries", "wait"]},
    },
    "language_functions": {
        "wait": {
            "operator": "PythonSensor",
            "mode": "reschedule",
            "poke_interval": 300.0,
            "timeout": 7200.0,
            "soft_fail": True,
            "exponential_backoff": True,
            "max_wait": 1800.0,
            "silent_fail": True,
        },
        "clean": {
            "operator": "PythonVirtualenvOperator",
            "upstream": ["wait"],
            "op_kwargs": {"day": "{{ ds }}", "limit": 3},
            "requirements": ["pandas==2.3.3", "numpy"],
            "python_version": "3.12",
            "system_site_packages": False,
            "pip_install_options": ["--no-deps"],
            "index_urls": ["https://pypi.example.com/simple"],
            "venv_cache_path": "/opt/venvs",
            "skip_on_exit_code": [3, 4],
            "string_args": ["verbose"],
        },
        "dbt": {
            "operator": "ExternalPythonOperator",
            "upstream": ["clean"],
            "python": "/opt/dbt/bin/python",
            "op_kwargs": {"rows": "output of clean: return_value"},
            "expect_airflow": False,
            "show_return_value_in_logs": False,
            "template_ext": [".sql"],
        },
        "enough": {
            "operator": "ShortCircuitOperator",
            "upstream": ["dbt"],
            "ignore_downstream_trigger_rules": False,
        },
        "command": {
            "operator": "_BashDecoratedOperator",
            "upstream": ["dbt", "enough"],
            "op_kwargs": {"rows": "output of dbt: return_value"},
            "append_env": True,
            "cwd": "/opt",
            "skip_on_exit_code": [99],
            "retries": 2,
        },
        "choose": {
            "operator": "_BranchExternalPythonDecoratedOperator",
            "upstream": ["command"],
            "python": "/opt/dbt/bin/python",
        },
        "each": {
            "operator": "_BashDecoratedOperator",
            "upstream": ["choose"],
            "mapped": {"name": ["orders", "prices"]},
        },
        "virtual": {
            "operator": "_PythonVirtualenvDecoratedOperator",
            "mapped": {"number": [1, 2]},
        },
        "models.orders_model": {"upstream": ["each"], "pool": "models"},
        "models.prices_model": {"upstream": ["models.orders_model"], "pool": "models"},
        "regions.load": {
            "env": {"REGION": "argument region", "DAY": "{{ ds }}"},
            "mapped_groups": ["regions"],
        },
        "outer.inner.orders": {
            "upstream": ["models.prices_model", "regions.load"],
            "pool": "default_pool",
        },
        "outer.done": {"upstream": ["outer.inner.orders"]},
    },
    "language_arguments": {
        "load": {
            "start_date": "2024-01-31T23:00:00+00:00",  # midnight in Berlin
            "end_date": "2030-12-31T23:00:00+00:00",
            "params": {"limit": 10, "table": "orders", "rows": 5},
            "ignore_first_depends_on_past": True,
            "wait_for_past_depends_before_skipping": True,
            "pre_execute": "before",
            "post_execute": "after",
            "resources": {"cpus": 2, "ram": 2048},
            "allow_nested_operators": False,
            "doc": "Copies the orders.",
            "logger_name": "etl.orders",
        },
        "split": {
            "multiple_outputs": True,
            "doc_md": "# Splits\n\nwhat `load` has read.\n",
            "logger_name": "etl",
        },
        "whole": {"mapped": {"number": [1, 2]}},
        "rest.orders": {
            "upstream": ["load", "split"],
            "op_kwargs": {"count": "output of split: orders"},
            "start_date": "2024-12-31T23:00:00+00:00",
            "multiple_outputs": False,
            "doc_rst": "The *orders*.",
        },
        "rest.prices": {"start_date": "2024-12-31T23:00:00+00:00", "doc_yaml": "a: 1"},
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
    "language_dag": {
        "template_searchpath": ["/opt/airflow/sql", "/opt/airflow/mail"],
        "template_undefined": "Undefined",
        "user_defined_macros": {
            "limit": 5,
            "since": "2024-01-31T00:00:00+00:00",
            "columns": ["id", "total"],
            "root_of": "isqrt",
        },
        "user_defined_filters": {"quote": "quote"},
        "jinja_environment_kwargs": {"trim_blocks": True},
        "owner_links": {
            "data-team": "mailto:data@example.com",
            "airflow": "https://example.com/team",
        },
    },
    "language_labels": {
        "labels": {
            "count >> choose": "rows of today",
            "choose >> wait": 'no "new" rows',
            "choose >> load.rows": "new rows",
            "choose >> load.upstream_join_id": "new rows",
            "load.rows >> load.check": "in one transaction, as the reports read the table while "
            "it is loaded, day and night",
            "load.downstream_join_id >> report": "loaded",
        },
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
    for name, text in rarer_arguments.specs(airflow.version).items():
        target = rarer_arguments.EXACT[airflow.version]
        files[name] = top / f"{name}.py"
        files[name].write_text(
            render(check_spec(text, airflow=target).result(), airflow=target), "utf-8"
        )
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


def test_airflow_makes_what_few_dags_have(airflow: Airflow, reports: dict[str, Report]) -> None:
    report = reports["rarer"]
    expected = {**rarer_arguments.TASKS}
    expected["first"] = {**expected["first"], **rarer_arguments.OF_ONE[airflow.version]}
    given = rarer_arguments.given_rights(report["dag"]["access_control"])

    assert report["errors"] == []
    assert rarer_arguments.strange_warnings(report["warnings"]) == []
    assert given == rarer_arguments.ROLES
    made = {task: {**facts, **facts.get("partial", {})} for task, facts in report["tasks"].items()}
    assert {
        task: {key: made[task][key] for key in facts} for task, facts in expected.items()
    } == expected


@pytest.mark.parametrize("name", rarer_arguments.SCHEDULES)
def test_airflow_makes_the_timetables_that_few_dags_have(
    airflow: Airflow, reports: dict[str, Report], name: str
) -> None:
    if name not in rarer_arguments.specs(airflow.version):
        pytest.skip("the other Airflow has it")
    report, expected = reports[name], rarer_arguments.SCHEDULES[name]
    found = {**report["dag"], "runs": report["dag"]["runs"][:2]}

    assert (report["errors"], report["warnings"]) == ([], [])
    assert {key: found[key] for key in expected} == expected


def test_every_spec_of_the_language_is_loaded() -> None:
    assert {folder.name for folder in FOLDERS} == set(EXPECTED)


SLA = """
dag_name: Late
default_view: graph
orientation: TB
sla_miss_callback: {callable: pprint.pprint}
tasks: [{task_id: a, bash_command: echo a, sla: 1h30m}]
"""
FAIL_FAST = {"2": "fail_stop", "3": "fail_fast"}
NEWEST = """
dag_name: Newest
deadline:
  - reference: queued_at
    interval: 30m
    callback: {notifier: SmtpNotifier, with: {to: a@example.com}}
  - reference: "2030-01-01T06:00"
    interval: 1h
    callback: {callable: asyncio.sleep, with: {delay: 5}}
allowed_run_types: [manual]
disable_bundle_versioning: true
rerun_with_latest_version: true
tasks:
  - task_id: a
    bash_command: echo a
    render_template_as_native_obj: true
    retry_exponential_backoff: 1.5
    retry_policy:
      $new: airflow.sdk.ExceptionRetryPolicy
      with: {rules: [{$new: airflow.sdk.RetryRule, with: {exception: builtins.ValueError}}]}
"""
NEWEST_TASK = {
    "render_template_as_native_obj": True,
    "retry_exponential_backoff": 1.5,
    "retry_policy": "ExceptionRetryPolicy",
}
NEWEST_DAG = {
    "allowed_run_types": ["manual"],
    "disable_bundle_versioning": True,
    "rerun_with_latest_version": True,
    "deadline": [
        [
            "DagRunQueuedAtDeadline",
            1800.0,
            "airflow.providers.smtp.notifications.smtp.SmtpNotifier",
            {"to": "a@example.com"},
        ],
        ["FixedDatetimeDeadline", 3600.0, "asyncio.tasks.sleep", {"delay": 5}],
    ],
}


def test_a_dag_that_fails_fast_does_so_in_both(
    airflow: Airflow, reports: dict[str, Report]
) -> None:
    assert reports["language_dag"]["dag"][FAIL_FAST[airflow.version]] is True


def test_what_only_the_newest_airflow_has_is_loaded_there(airflow: Airflow, tmp_path: Path) -> None:
    if airflow.version == "2":
        pytest.skip("Airflow 3.3 has it")
    path = tmp_path / "newest.py"
    checked = check_spec(NEWEST, airflow="3.3")
    assert checked.diagnostics == ()
    path.write_text(render(checked.result(), airflow="3.3"), "utf-8")

    report = airflow.load([path], runner="arguments.py")[path]

    assert (report["errors"], report["warnings"]) == ([], [])
    assert {key: report["dag"][key] for key in NEWEST_DAG} == NEWEST_DAG
    assert {key: report["tasks"]["a"][key] for key in NEWEST_TASK} == NEWEST_TASK


def test_what_only_airflow_2_has_is_loaded_there(airflow: Airflow, tmp_path: Path) -> None:
    if airflow.version == "3":
        pytest.skip("Airflow 2 has it")
    path = tmp_path / "sla.py"
    checked = check_spec(SLA, airflow="2")
    assert checked.diagnostics == ()
    path.write_text(render(checked.result(), airflow="2"), "utf-8")

    report = airflow.load([path], runner="arguments.py")[path]

    assert (report["errors"], report["warnings"]) == ([], [])
    assert report["tasks"]["a"]["sla"] == 5400.0
    arguments = {key: report["dag"][key] for key in ("default_view", "orientation")}
    assert arguments == {"default_view": "graph", "orientation": "TB"}
    assert "pprint" in str(report["dag"]["sla_miss_callback"])


ASKED_FOR = """
dag_name: Asked for
params: {reason: {type: string, default: null}}
tasks:
  - task_id: a
    bash_command: "echo {{ params.reason }}"
    params: {size: {type: integer, default: null}}
"""


def test_a_param_that_a_person_must_give_may_have_null(airflow: Airflow, tmp_path: Path) -> None:
    path = tmp_path / "asked_for.py"
    path.write_text(render(load_spec(ASKED_FOR), airflow=airflow.version), "utf-8")

    report = airflow.load([path], runner="arguments.py")[path]

    assert (report["errors"], report["warnings"]) == ([], [])
    assert report["dag"]["params"] == {"reason": [None, None, {"type": "string"}]}


TAKEN_ELSEWHERE = {"task_id", "task_group", "dag", "default_args", "task_concurrency"}
"""What a spec has as an id, a group, or not at all: `task_concurrency` is refused with a hint."""


def test_a_spec_has_every_argument_of_tasks_and_of_the_dag(airflow: Airflow) -> None:
    signatures = airflow.ask("parameters.py")
    of_tasks = {*SingleTaskArguments.model_fields, *TAKEN_ELSEWHERE}
    of_dags = {*DagSpec.key_names(), "dag_id", *GONE}
    of_sensors = {*FunctionSettings.model_fields, *of_tasks}

    assert {*signatures["BaseOperator"]} - of_tasks == set()
    assert {*signatures["DAG"]} - of_dags == set()
    assert {*signatures["PythonSensor"]} - of_sensors == {
        *("op_args", "op_kwargs", "python_callable", "templates_dict")
    }
