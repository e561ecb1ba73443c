"""What dagctl says that a class refuses when it is made, the class of Airflow refuses."""

from __future__ import annotations

import json
from pprint import pformat
from typing import TYPE_CHECKING, Any

from dagctl import load_spec, render
from dagctl.errors import Severity
from dagctl.spec.load import check_spec

if TYPE_CHECKING:
    from pathlib import Path

    from tests.airflow.conftest import Airflow

NEEDED: dict[str, dict[str, Any]] = {
    "BashOperator": {"bash_command": "true"},
    "TriggerDagRunOperator": {"trigger_dag_id": "b"},
    "BranchDayOfWeekOperator": {
        f"follow_task_ids_if_{word}": "{{ ds }}" for word in ("true", "false")
    },
    "DayOfWeekSensor": {},
    "ExternalTaskSensor": {"external_dag_id": "b"},
    "SQLColumnCheckOperator": {"table": "t", "conn_id": "c"},
    "SQLTableCheckOperator": {"table": "t", "conn_id": "c"},
}
CASES: list[tuple[str, str, Any, Any]] = [
    ("BashOperator", "resources", {"cpus": 1, "ram": 2.5}, {"cpus": [1]}),
    ("BashOperator", "resources", {"gpus": 0}, {"gpus": "1"}),
    ("BashOperator", "resources", {"disk": True}, {"disk": -1}),
    ("TriggerDagRunOperator", "allowed_states", ["success", "queued"], ["succes"]),
    ("TriggerDagRunOperator", "failed_states", ["failed", "running"], ["skipped"]),
    ("BranchDayOfWeekOperator", "week_day", "MONDAY", "Mon"),
    ("DayOfWeekSensor", "week_day", ["monday", "Friday"], ["Monday", "Frday"]),
    ("ExternalTaskSensor", "allowed_states", ["success"], ["succes"]),
    (
        *("SQLColumnCheckOperator", "column_mapping"),
        *({"a": {"min": {"geq_to": 0}}}, {"a": {"minimum": {"geq_to": 0}}}),
    ),
    (
        *("SQLColumnCheckOperator", "column_mapping"),
        *({"a": {"max": {"less_than": 9, "geq_to": 1}}}, {"a": {"max": {"tolerance": 1}}}),
    ),
    (
        *("SQLColumnCheckOperator", "column_mapping"),
        *({"a": {"null_check": {"equal_to": 0}}}, {"a": {"min": {"equal_to": 0, "leq_to": 1}}}),
    ),
    (
        *("SQLTableCheckOperator", "checks"),
        *({"n": {"check_statement": "x > 0"}}, {"n": {"statement": "x > 0"}}),
    ),
]


def spec_of(operator: str, name: str, value: object) -> str:
    given: dict[str, Any] = {"operator": operator, "with": NEEDED[operator]}
    if name == "resources":
        given |= {name: value}
    else:
        given["with"] = {**NEEDED[operator], name: value}
    return json.dumps({"dag_name": "Refused", "tasks": [{"task_id": "t", **given}]})


def test_a_value_that_is_refused_does_not_load_and_one_that_is_taken_does(
    airflow: Airflow, tmp_path: Path
) -> None:
    files: dict[Path, bool] = {}
    for number, (operator, name, right, wrong) in enumerate(CASES):
        target = airflow.version
        said = check_spec(spec_of(operator, name, wrong), airflow=target).diagnostics
        assert [each.severity for each in said].count(Severity.ERROR) == 1, (operator, wrong, said)
        source = render(load_spec(spec_of(operator, name, right)), airflow=target)
        end = "\n    dag=dag"
        before, given, after = source.partition(f"{name}=")
        changed = f"{before}{given}{pformat(wrong)},{after[after.index(end) :]}"
        for is_right, text in ((True, source), (False, changed)):
            file = tmp_path / f"case_{number}_{is_right}.py"
            file.write_text(text.replace('"refused"', f'"{file.stem}"'), encoding="utf-8")
            files[file] = is_right
    reports = airflow.load(files)

    assert {file.stem: not reports[file]["errors"] for file in files} == {
        file.stem: is_right for file, is_right in files.items()
    }
