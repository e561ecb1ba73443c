"""The guide's requests get the guide's answers, to the letter."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.server.guide import BODIES, AgentService
from tests.server.served import PROJECT, check_agreement, person, spec

if TYPE_CHECKING:
    from tests.server.served import Person, Served
    from tests.stand_in import StandIn

COLUMNS = [
    "id",
    "project_id",
    "user_id",
    "dag_id",
    "dag_name",
    "description",
    "file_path",
    "schedule_interval",
    "owner",
    "tags",
    "task_count",
    "is_active",
    "created_at",
    "updated_at",
    "commit_id",
]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TASKS = [{"task_id": "a", "task_type": "bash", "bash_command": "echo héllo"}]


def test_the_app_creates_and_lists_unchanged(
    served: Served, ada: Person, stand_in: StandIn
) -> None:
    app = AgentService(served.url, ada.token)
    created = app.create_dag(
        project_id=PROJECT,
        dag_name="Tägliche Auswertung",
        description="für alle",
        schedule_interval="@daily",
        owner="data-team",
        tasks=TASKS,
    )
    assert list(created) == ["dag_id", "file_path", "commit_id", "created_at"]
    assert created["dag_id"] == "tagliche_auswertung"
    assert created["file_path"] == "dags/tagliche_auswertung.py"
    assert TIME.fullmatch(created["created_at"])
    assert created["commit_id"] == served.git(PROJECT, "rev-parse", "HEAD").strip()

    (listed,) = app.list_dags(PROJECT)
    assert list(listed) == COLUMNS
    assert listed["dag_name"] == "Tägliche Auswertung"
    assert listed["description"] == "für alle"
    assert (listed["project_id"], listed["user_id"]) == (PROJECT, ada.user_id)
    assert {key: listed[key] for key in created} == created
    assert (listed["tags"], listed["task_count"], listed["is_active"]) == ([], 1, True)
    assert check_agreement(served, stand_in, PROJECT) == {"tagliche_auswertung": 1}


def test_the_app_learns_what_failed(served: Served, ada: Person) -> None:
    app = AgentService(served.url, ada.token)
    with pytest.raises(RuntimeError, match=r"Failed to create DAG: .*@dayly.*did you mean"):
        app.create_dag(
            project_id=PROJECT,
            dag_name="x",
            description="",
            schedule_interval="@dayly",
            owner="o",
            tasks=TASKS,
        )


@pytest.mark.parametrize(
    ("name", "dag_id", "tasks"),
    [
        ("etl", "my_custom_etl_pipeline", 3),
        ("report", "daily_report_generator", 2),
        ("training", "ml_model_training", 3),
    ],
)
def test_the_curl_commands_create(
    served: Served, ada: Person, name: str, dag_id: str, tasks: int
) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("there is no curl")
    body = (BODIES / f"{name}.json").read_text("utf-8").rstrip("\n")
    done = subprocess.run(
        [
            *(curl, "-sS", "-w", "\n%{http_code}", "-X", "POST", f"{served.url}/create-dag"),
            *("-H", f"Authorization: Bearer {ada.token}"),
            *("-H", "Content-Type: application/json", "-d", body),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    answer, _, status = done.stdout.rpartition("\n")
    assert status == "200", answer
    details = ada.get(f"/dags/{dag_id}").json()
    assert f'"file_path":"dags/{dag_id}.py"' in answer
    assert (details["task_count"], details["version"]) == (tasks, 1)
    assert len(details["graph"]["nodes"]) == tasks


def test_a_name_that_is_taken_gets_a_number(ada: Person) -> None:
    names = [ada.create().json()["dag_id"] for _ in range(3)]
    assert names == ["orders", "orders_2", "orders_3"]


def test_the_list_is_of_one_user_if_asked(served: Served, stand_in: StandIn, ada: Person) -> None:
    bob = person(served, stand_in, "bob", PROJECT)
    ada.create(spec("Of Ada"))
    bob.create(spec("Of Bob"))
    listed = ada.get("/dags", user_id=bob.user_id).json()
    assert [dag["dag_id"] for dag in listed["dags"]] == ["of_bob"]
    assert len(ada.get("/dags").json()["dags"]) == 2


def test_the_commit_is_the_callers(served: Served, ada: Person) -> None:
    ada.create()
    who = served.git(PROJECT, "log", "--format=%ae %ce")
    assert who == "ada@example.com ada@example.com\n"
