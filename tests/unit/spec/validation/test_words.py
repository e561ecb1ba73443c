"""Words of Airflow and of other tools: the hint names the right place, and nothing follows."""

from __future__ import annotations

import pytest

from dagctl.findings.codes import Code
from dagctl.spec.load import check_data
from dagctl.spec.validation.gone import GONE

BASH = {"bash_command": "x"}


@pytest.mark.parametrize(
    ("task", "code", "hint"),
    [
        ({"task_type": "sensr"}, Code.UNKNOWN_TASK_TYPE, "did you mean `sensor`?"),
        ({"task_type": "sql"}, Code.UNKNOWN_TASK_TYPE, "`operator: SQLExecuteQueryOperator`"),
        ({"task_type": "S3KeySensor"}, Code.UNKNOWN_TASK_TYPE, "`operator: S3KeySensor`"),
        ({"task_type": "bsh", **BASH}, Code.UNKNOWN_TASK_TYPE, "did you mean `bash`?"),
        ({"bash_comand": "x"}, Code.UNKNOWN_KEY, "did you mean `bash_command`?"),
        ({"command": "x"}, Code.UNKNOWN_KEY, "did you mean `bash_command`?"),
        ({"pyhton_code": "return 1"}, Code.UNKNOWN_KEY, "did you mean `python_code`?"),
        ({"callable": "jobs.run"}, Code.UNKNOWN_KEY, "did you mean `python_callable`?"),
        ({"operatr": "EmptyOperator"}, Code.UNKNOWN_KEY, "did you mean `operator`?"),
        ({"python_version": "3"}, Code.MISSING_KEY, "add one of: python_code"),
        ({**BASH, "upstream": ["b"]}, Code.UNKNOWN_KEY, "did you mean `dependencies`?"),
        ({**BASH, "depends_on": ["b"]}, Code.UNKNOWN_KEY, "did you mean `dependencies`?"),
        ({**BASH, "downstream": ["b"]}, Code.UNKNOWN_KEY, "`dependencies` in the tasks that come"),
        ({**BASH, "schedule_interval": "@daily"}, Code.UNKNOWN_KEY, 'beside `"tasks"`'),
        ({**BASH, "catchup": True}, Code.UNKNOWN_KEY, 'beside `"tasks"`'),
        ({**BASH, "timeout": "5m"}, Code.UNKNOWN_KEY, "did you mean `execution_timeout`?"),
        (
            {"operator": "FileSensor", "with": {"filepath": "x"}, "poke_interval": "5m"},
            Code.UNKNOWN_KEY,
            "under `with`",
        ),
        (
            {"python_code": "return 1", "op_kwargs": {"a": 1}},
            Code.UNKNOWN_KEY,
            "`with: {name: value}` at a Python task",
        ),
        ({"python_code": "return 1", "timeout": "5m"}, Code.OTHER_TASK_TYPE, "`execution_timeout`"),
        ({**BASH, "op_args": [1]}, Code.UNKNOWN_KEY, "`with: {name: value}`"),
        ({**BASH, "task_group_name": "g"}, Code.UNKNOWN_KEY, "a group in `tasks`"),
        (
            {"python_callable_name": "f", "python_code": "return 1"},
            Code.UNKNOWN_KEY,
            "`python_callable: package.module.function`",
        ),
    ],
)
def test_a_word_has_a_hint_and_no_follow_ups(
    task: dict[str, object], code: Code, hint: str
) -> None:
    tasks = [{"task_id": "a", **task}, {"task_id": "b", **BASH}]
    [finding] = check_data({"dag_name": "W", "tasks": tasks}).diagnostics

    assert (finding.code, hint in (finding.hint or "")) == (code, True)


@pytest.mark.parametrize("word", GONE)
def test_no_word_is_said_to_be_gone_that_a_spec_has(word: str) -> None:
    data = {"dag_name": "W", "tasks": [{"task_id": "a", **BASH}], word: "x"}
    found = check_data(data).diagnostics

    assert Code.UNKNOWN_KEY in {finding.code for finding in found}
