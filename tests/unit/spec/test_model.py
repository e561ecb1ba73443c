"""`DagSpec`: strict, frozen, checked however it is built, written and read without loss."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from dagctl.errors import SpecError
from dagctl.findings.codes import Code
from dagctl.spec.model import DagSpec
from dagctl.spec.tasks import BashTask, PythonTask

ECHO = {"task_id": "a", "task_type": "bash", "bash_command": "echo a"}
LEAST = {"dag_name": "Daily Report", "tasks": [ECHO]}


def _codes(data: object) -> list[tuple[str, tuple[str | int, ...]]]:
    with pytest.raises(SpecError) as caught:
        DagSpec.model_validate(data)
    return [(found.code, found.path) for found in caught.value.diagnostics]


def test_the_defaults_are_the_guides() -> None:
    spec = DagSpec.model_validate(LEAST)

    assert spec.to_data() == {
        "project_id": None,
        "dag_name": "Daily Report",
        "description": "",
        "schedule_interval": None,
        "owner": "airflow",
        "tags": [],
        "start_date": "2024-01-01T00:00:00Z",
        "retries": 1,
        "retry_delay_minutes": 5,
        "depends_on_past": False,
        "catchup": False,
        "email_on_failure": False,
        "email_on_retry": False,
        "tasks": [{**ECHO, "provide_context": False, "dependencies": []}],
    }


def test_the_id_is_made_from_the_name_unless_it_is_given() -> None:
    made = DagSpec.model_validate(LEAST)
    given = DagSpec.model_validate({**LEAST, "dag_id": "daily_report"})

    assert (made.dag_id, made.dag_id_given) == ("daily_report", False)
    assert (given.dag_id, given.dag_id_given) == ("daily_report", True)
    assert made.digest() != given.digest()


def test_it_can_be_built_in_python_from_values_and_from_tasks() -> None:
    task = BashTask(task_id="a", task_type="bash", bash_command="echo a")
    spec = DagSpec(
        dag_name="Daily Report",
        project_id=UUID("123e4567-e89b-12d3-a456-426614174000"),
        start_date=datetime(2024, 1, 1, tzinfo=UTC),
        tags=("x",),
        tasks=(task,),
    )

    assert spec.tasks[0] is task
    assert DagSpec.from_data(spec.to_data()) == spec


def test_what_is_recorded_is_read_back_equal() -> None:
    spec = DagSpec.model_validate(LEAST)

    assert DagSpec.from_data(spec.to_data()) == spec
    assert hash(DagSpec.from_data(spec.to_data())) == hash(spec)


def test_where_it_was_read_from_does_not_count() -> None:
    spec = DagSpec.model_validate(LEAST)

    assert spec.with_origin("a.yaml") == spec
    assert spec.with_origin("a.yaml").origin == "a.yaml"


def test_it_cannot_be_changed() -> None:
    spec = DagSpec.model_validate(LEAST)

    with pytest.raises(ValidationError):
        spec.owner = "me"  # type: ignore[misc] # the case


def test_schedule_is_short_for_schedule_interval() -> None:
    assert DagSpec.model_validate({**LEAST, "schedule": "@daily"}).schedule_interval == "@daily"
    assert DagSpec.model_validate({**LEAST, "$schema": "x"}).schedule_interval is None


def test_the_digest_is_that_of_the_meaning() -> None:
    spec = DagSpec.model_validate(LEAST)
    spelled = {**LEAST, "owner": "airflow", "start_date": "2024-01-01", "schedule": None}

    assert DagSpec.model_validate(spelled).digest() == spec.digest()
    assert len(spec.digest()) == 64


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"retires": 1}, Code.UNKNOWN_KEY, ("retires",)),
        ({5: 1}, Code.KEY_NOT_TEXT, (5,)),
        ({"retries": True}, Code.WRONG_TYPE, ("retries",)),
        ({"retries": "1"}, Code.WRONG_TYPE, ("retries",)),
        ({"retries": 1.0}, Code.WRONG_TYPE, ("retries",)),
        ({"retries": -1}, Code.OUT_OF_RANGE, ("retries",)),
        ({"retries": 10**30}, Code.OUT_OF_RANGE, ("retries",)),
        ({"retry_delay_minutes": True}, Code.WRONG_TYPE, ("retry_delay_minutes",)),
        ({"retry_delay_minutes": None}, Code.NULL, ("retry_delay_minutes",)),
        ({"retry_delay_minutes": float("nan")}, Code.OUT_OF_RANGE, ("retry_delay_minutes",)),
        ({"retry_delay_minutes": 1e13}, Code.OUT_OF_RANGE, ("retry_delay_minutes",)),
        ({"catchup": 1}, Code.WRONG_TYPE, ("catchup",)),
        ({"catchup": "false"}, Code.WRONG_TYPE, ("catchup",)),
        ({"catchup": None}, Code.NULL, ("catchup",)),
        ({"owner": None}, Code.NULL, ("owner",)),
        ({"owner": ["a"]}, Code.WRONG_TYPE, ("owner",)),
        ({"tags": "ab"}, Code.WRONG_TYPE, ("tags",)),
        ({"tags": {"a", "b"}}, Code.WRONG_TYPE, ("tags",)),
        ({"tags": ["a", 1]}, Code.WRONG_TYPE, ("tags", 1)),
        ({"tags": ["a", "a"]}, Code.DUPLICATE_TAG, ("tags", 1)),
        ({"schedule_interval": 5}, Code.WRONG_TYPE, ("schedule_interval",)),
        ({"schedule": None, "schedule_interval": None}, Code.SCHEDULE_TWICE, ("schedule",)),
        ({"project_id": "x"}, Code.BAD_PROJECT_ID, ("project_id",)),
        ({"project_id": 5}, Code.WRONG_TYPE, ("project_id",)),
        ({"start_date": "x"}, Code.BAD_START_DATE, ("start_date",)),
        ({"dag_id": "a b"}, Code.BAD_DAG_ID, ("dag_id",)),
        ({"dag_name": "***"}, Code.NO_DAG_ID, ("dag_name",)),
        ({"dag_name": "\u3300" * 200}, Code.NO_DAG_ID, ("dag_name",)),
        ({"dag_name": "\ufb03" * 100}, Code.NO_DAG_ID, ("dag_name",)),
        ({"dag_name": 5}, Code.WRONG_TYPE, ("dag_name",)),
        ({"tasks": []}, Code.NO_TASKS, ("tasks",)),
        ({"tasks": {}}, Code.WRONG_TYPE, ("tasks",)),
        ({"tasks": [5]}, Code.WRONG_TYPE, ("tasks", 0)),
        ({"tasks": [ECHO] * 10_001}, Code.TOO_MANY_TASKS, ("tasks",)),
    ],
)
def test_a_bad_field_is_reported_in_our_words(
    change: dict[Any, Any], code: Code, path: tuple[str | int, ...]
) -> None:
    assert (code, path) in _codes({**LEAST, **change})


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"task_type": "Bash"}, Code.UNKNOWN_TASK_TYPE, "task_type"),
        ({"task_type": 5}, Code.WRONG_TYPE, "task_type"),
        ({"task_type": None}, Code.WRONG_TYPE, "task_type"),
        ({"python_code": "return 1"}, Code.OTHER_TASK_TYPE, "python_code"),
        ({"comand": "x"}, Code.UNKNOWN_KEY, "comand"),
        ({"provide_context": True}, Code.CONTEXT_OF_COMMAND, "provide_context"),
        ({"provide_context": "yes"}, Code.WRONG_TYPE, "provide_context"),
        ({"provide_context": None}, Code.NULL, "provide_context"),
        ({"dependencies": "a"}, Code.WRONG_TYPE, "dependencies"),
        ({"dependencies": None}, Code.NULL, "dependencies"),
        ({"task_id": "a b"}, Code.BAD_TASK_ID, "task_id"),
        ({"task_id": None}, Code.NULL, "task_id"),
        ({"bash_command": True}, Code.WRONG_TYPE, "bash_command"),
    ],
)
def test_a_bad_task_is_reported_in_our_words(
    change: dict[str, Any], code: Code, field: str
) -> None:
    assert _codes({**LEAST, "tasks": [{**ECHO, **change}]}) == [(code, ("tasks", 0, field))]


def test_no_phase_of_the_checks_hides_another() -> None:
    tasks = [
        {"task_id": "a b", "task_type": "bash", "bash_comand": "x"},
        {"task_id": "c", "task_type": "Python", "python_code": "retrun 1", "dependencies": ["d"]},
        {"task_id": "d", "bash_command": "x.sh", "dependencies": ["c", "e"]},
    ]

    found = _codes({"dag_name": 5, "tags": ["x", "x"], "retires": 1, "tasks": tasks})

    assert set(found) == {
        (Code.WRONG_TYPE, ("dag_name",)),
        (Code.DUPLICATE_TAG, ("tags", 1)),
        (Code.UNKNOWN_KEY, ("retires",)),
        (Code.BAD_TASK_ID, ("tasks", 0, "task_id")),
        (Code.UNKNOWN_KEY, ("tasks", 0, "bash_comand")),
        (Code.UNKNOWN_TASK_TYPE, ("tasks", 1, "task_type")),
        (Code.PYTHON_SYNTAX, ("tasks", 1, "python_code")),
        (Code.TEMPLATE_FILE, ("tasks", 2, "bash_command")),
        (Code.UNKNOWN_DEPENDENCY, ("tasks", 2, "dependencies", 1)),
        (Code.CYCLE, ("tasks", 1, "dependencies", 0)),
    }


def test_a_misspelt_key_is_one_slip_and_not_two() -> None:
    task = {"task_id": "a", "task_type": "bash", "bash_comand": "x"}

    assert _codes({**LEAST, "tasks": [task]}) == [(Code.UNKNOWN_KEY, ("tasks", 0, "bash_comand"))]


def test_no_word_of_pydantics_is_shown() -> None:
    with pytest.raises(SpecError) as caught:
        DagSpec.model_validate({"retries": "x", "tasks": 5, "foo": 1})

    messages = str(caught.value)
    assert "Input should" not in messages
    assert "permitted" not in messages
    assert "Field required" not in messages


def test_a_task_alone_is_checked_in_the_same_words() -> None:
    with pytest.raises(SpecError) as caught:
        PythonTask(task_id="a", task_type="python", python_code="retrun 1")

    assert [found.code for found in caught.value.diagnostics] == [Code.PYTHON_SYNTAX]


def test_braces_in_a_value_stay_braces_in_the_message() -> None:
    with pytest.raises(SpecError, match=r"\{problem\} \{hint\}"):
        DagSpec.model_validate({**LEAST, "dag_id": "{problem} {hint}"})


def test_the_findings_of_a_spec_without_end_are_bounded() -> None:
    tasks = [{"task_id": f"t {number}", "task_type": "x", "y": 1} for number in range(1_000)]

    assert len(_codes({**LEAST, "tasks": tasks})) <= 200
