"""Each project has a repository of its own, and its operations take their turns in it."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from dagctl.errors import UsageError
from dagctl.server.projects import Projects, mapped_workspaces
from dagctl.server.server_options import ServerOptions
from tests.server.conftest import QUEUE, SECONDS
from tests.server.problems import problem_of
from tests.server.served import PROJECT as DEFAULT_PROJECT
from tests.server.served import (
    UNCHANGED,
    Gate,
    Person,
    Served,
    answered,
    begun,
    check_agreement,
    environment,
    gauge,
    spec,
)

if TYPE_CHECKING:
    import httpx

    from tests.server.served import World

PROJECT = "0c7f5a52-3d0e-4a36-8d0c-5f8e3a0f3b11"


def test_a_project_gets_its_repository_on_first_use(world: World) -> None:
    one, other = world.project(), world.project()
    for project in (one, other):
        created = world.member(project).create(spec(project_id=project)).json()
        assert created["dag_id"] == "orders"
        assert created["commit_id"] == world.served.git(project, "rev-parse", "HEAD").strip()
        assert world.served.git(project, "rev-list", "--count", "HEAD").strip() == "1"
        assert project in (world.served.root / project / "dagctl.toml").read_text()
        assert check_agreement(world.served, world.stand_in, project) == {"orders": 1}


def test_a_project_is_opened_once_for_a_create_also_for_the_one_that_makes_its_repository(
    world: World,
) -> None:
    project = world.project()
    editor = world.member(project)
    for name in ("First", "Second"):
        world.stand_in.requests.clear()
        assert editor.create(spec(name, project_id=project)).status_code == 200
        assert world.stand_in.requests.count("POST", "/rest/v1/rpc/project_role") == 1


def test_only_who_may_change_a_project_sees_how_strict_it_is(world: World) -> None:
    project = world.project()
    editor, stranger = world.member(project), world.stranger()
    task = {"task_id": "a", "task_type": "bash", "bash_command": "cat {{ dag_run.conf.path }}"}
    warned = spec("Warned", project_id=project, tasks=[task])
    assert editor.create(spec(project_id=project)).status_code == 200
    settings = world.served.root / project / "dagctl.toml"
    settings.write_text(f"{settings.read_text()}\n[checks]\nstrict = true\n")

    (finding,) = problem_of(editor.create(warned), 422, "SPEC_INVALID")["diagnostics"]
    assert finding["severity"] == "error"
    problem_of(stranger.create(warned), 403, "NOT_A_MEMBER")


def test_a_request_without_an_environment_has_that_of_the_server(tmp_path: Path) -> None:
    places = {name: tmp_path / name for name in ("with", "without")}
    for folder in places.values():
        folder.mkdir()
    tables = '[env.prod.vars]\nx = "b"\n[env.test.vars]\nx = "c"\n'
    (places["with"] / "dagctl.toml").write_text(f'[vars]\nx = "a"\n{tables}')
    (places["without"] / "dagctl.toml").write_text('[vars]\nx = "a"\n')
    projects = Projects(ServerOptions(root=tmp_path, workspaces=places), {"DAGCTL_ENV": "prod"})

    def x(project: str, env: str | None) -> object:
        return projects.variables(project, env).values["x"].value

    assert (x("with", None), x("with", "test"), x("without", None)) == ("b", "c", "a")


def test_a_project_without_a_repository_here_can_be_read(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    assert editor.get("/dags", project_id=project).json()["dags"] == []
    assert not (world.served.root / project).exists()


def test_reading_makes_nothing_on_the_local_backend(local: Served) -> None:
    me = Person(local)
    assert me.get("/dags").json() == {"dags": [], "next_cursor": None}
    for path in ("", "/graph", "/source"):
        assert me.get(f"/dags/orders{path}").status_code == 404
    refused = me.create(spec() | {"tasks": []})
    assert refused.status_code == 422
    assert list(local.root.iterdir()) == []
    assert me.create().status_code == 200
    assert [dag["dag_id"] for dag in me.get("/dags").json()["dags"]] == ["orders"]


def test_the_project_id_is_written_in_any_way_and_means_one_repository(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    for written in (project.upper(), project):
        assert editor.create(spec(project_id=written)).status_code == 200
        assert len(editor.get("/dags", project_id=written).json()["dags"]) >= 1
    assert not (world.served.root / project.upper()).exists()
    assert check_agreement(world.served, world.stand_in, project) == {"orders": 1, "orders_2": 1}


def test_projects_run_side_by_side_and_one_projects_operations_in_turn(world: World) -> None:
    held, free = world.project(), world.project()
    editor, other = world.member(held), world.member(free)
    editor.create(spec("First", project_id=held))
    gate = Gate(world.served, held)
    with ThreadPoolExecutor(2) as threads:
        second = threads.submit(editor.create, spec("Second", project_id=held))
        gate.wait_for(1)
        third = threads.submit(editor.create, spec("Third", project_id=held))
        world.served.wait_until(lambda: gauge(world.served, "waiting") == 1)
        assert gauge(world.served, "under_way") == 1

        assert other.create(spec(project_id=free)).status_code == 200
        assert len(editor.get("/dags", project_id=held).json()["dags"]) == 1
        assert (second.done(), third.done(), gate.arrived()) == (False, False, 1)
        gate.open()
        assert [one.result().status_code for one in (second, third)] == [200, 200]
    dags = {"first": 1, "second": 1, "third": 1}
    assert check_agreement(world.served, world.stand_in, held) == dags
    subjects = world.served.git(held, "log", "--format=%s", "--reverse")
    assert [word in subjects for word in ("first", "second", "third")] == [True] * 3
    assert subjects.index("second") < subjects.index("third")


def test_no_stranger_waits_in_a_projects_queue(world: World) -> None:
    project = world.project()
    editor, stranger = world.member(project), world.stranger()
    editor.create(spec(project_id=project))
    gate = Gate(world.served, project)
    with ThreadPoolExecutor(1) as threads:
        held = threads.submit(editor.create, spec(project_id=project))
        gate.wait_for(1)
        assert stranger.create(spec(project_id=project)).status_code == 403
        assert not held.done()
        gate.open()
        assert held.result().json()["dag_id"] == "orders_2"


def test_a_full_queue_is_429(world: World) -> None:
    project = world.project()
    editor, served = world.member(project), world.served
    editor.create(spec(project_id=project))
    gate = Gate(served, project)
    with ThreadPoolExecutor(1 + QUEUE) as threads:
        held = threads.submit(editor.create, spec(project_id=project))
        gate.wait_for(1)
        waiting = [threads.submit(editor.create, spec(project_id=project)) for _ in range(QUEUE)]
        served.wait_until(lambda: gauge(served, "waiting") == QUEUE)
        refused = editor.create(spec(project_id=project))
        assert problem_in(refused) == (429, "UNAVAILABLE", "nothing was changed")
        assert f"{QUEUE} operations wait in this project" in refused.json()["detail"]
        assert int(refused.headers["retry-after"]) > 0
        for method, path in (("DELETE", "/dags/orders"), ("POST", "/dags/orders/rollback")):
            other = editor.request(method, path, params={"project_id": project})
            assert problem_in(other) == (429, "UNAVAILABLE", "nothing was changed")
        gate.open()
        assert {one.result().status_code for one in (held, *waiting)} == {200}
    names = {"orders": 1, **{f"orders_{number}": 1 for number in range(2, QUEUE + 3)}}
    assert check_agreement(served, world.stand_in, project) == names


# --- A server that is asked for more than it can do in time ---


def problem_in(answer: httpx.Response) -> tuple[int, str, str]:
    found = answer.json()
    return answer.status_code, found["code"], found["state"]


def test_what_takes_too_long_goes_on_and_what_waits_too_long_is_not_begun(impatient: World) -> None:
    project = impatient.project()
    editor = impatient.member(project)
    keys = {name: str(uuid4()) for name in ("First", "Second", "Third")}

    def send(name: str) -> httpx.Response:
        return editor.create(spec(name, project_id=project), Idempotency_Key=keys[name])

    answered(partial(send, "First"))
    gate = Gate(impatient.served, project)
    with ThreadPoolExecutor(2) as threads:
        under_way = threads.submit(begun, partial(send, "Second"), gate)
        gate.wait_for(1)
        waiting = threads.submit(send, "Third")
        late, not_begun = under_way.result(), waiting.result()
    state = "it goes on; whether it will succeed is not known yet"
    assert problem_in(late) == (503, "UNFINISHED", state)
    assert problem_in(not_begun) == (503, "UNAVAILABLE", UNCHANGED)
    assert f"{SECONDS} s" in not_begun.json()["detail"]
    for answer in (late, not_begun):
        assert int(answer.headers["retry-after"]) > 0
    gate.open()
    impatient.served.wait_until(lambda: gauge(impatient.served, "under_way") == 0)
    dags = {"first": 1, "second": 1}
    assert check_agreement(impatient.served, impatient.stand_in, project) == dags
    assert answered(partial(send, "Third")).json()["dag_id"] == "third"


# --- Workspaces elsewhere ---


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace that was made by hand, within a git repository of something else."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    (folder / "dagctl.toml").write_text(f'project_id = "{PROJECT}"\n')
    return folder


def test_a_mapped_workspace_and_one_within_another_repository(
    tmp_path: Path, workspace: Path
) -> None:
    (tmp_path / "projects.toml").write_text(f'"{PROJECT.upper()}" = "elsewhere"\n')
    home = tmp_path / "home"
    home.mkdir()
    options = ("--local-user", "ana@example.com", "--projects", str(tmp_path / "projects.toml"))
    with Served(tmp_path / "repositories", environment(home), options) as served:
        user = Person(served)
        assert user.create(spec(project_id=PROJECT)).status_code == 200
        assert (workspace / "dags" / "orders.py").is_file()
        assert not (served.root / PROJECT).exists()

        other = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
        created = user.create(spec(project_id=other)).json()
        top = served.git(other, "rev-parse", "--show-toplevel").strip()
        assert top == str((served.root / other).resolve())
        assert served.git(other, "rev-parse", "HEAD").strip() == created["commit_id"]
        outer = subprocess.run(
            ["git", "-C", str(tmp_path), "rev-parse", "--verify", "-q", "HEAD"], check=False
        )
        assert outer.returncode != 0

        (workspace / "dagctl.toml").write_text("nonsense")
        answer = user.create(spec(project_id=PROJECT))
        assert answer.status_code == 503
        assert str(tmp_path) not in answer.text


def test_a_mapped_workspace_below_the_root_is_counted_once(tmp_path: Path) -> None:
    folder = tmp_path / PROJECT
    for root in (folder, tmp_path / "another"):
        (root / ".git/dagctl/top" / "journal").mkdir(parents=True)
        (root / ".git/dagctl/top" / "journal" / "one.json").write_text("{}")
    projects = Projects(ServerOptions(root=tmp_path, workspaces={PROJECT: folder}), {})
    assert projects.unfinished() == 2


@pytest.mark.parametrize("options", [("--airflow", "2")], ids=["Airflow 2"])
def test_all_dags_are_for_the_airflow_of_the_server(local: Served) -> None:
    for number in ("", "_2"):
        assert Person(local).create().json()["dag_id"] == f"orders{number}"
        written = local.root / DEFAULT_PROJECT / "dags" / f"orders{number}.py"
        assert "from airflow import DAG" in written.read_text()


@pytest.mark.parametrize("options", [("--airflow", "2")], ids=["Airflow 2"])
def test_a_check_is_for_the_airflow_of_the_server(local: Served) -> None:
    answer = Person(local).request("POST", "/validate", json=spec(disable_bundle_versioning=True))
    assert [each["code"] for each in answer.json()["diagnostics"]] == ["DAG237"]


def test_a_repository_that_was_half_made_is_made_whole(local: Served) -> None:
    (local.root / DEFAULT_PROJECT / ".git" / "objects").mkdir(parents=True)
    assert Person(local).create().status_code == 200
    assert local.git(DEFAULT_PROJECT, "rev-list", "--count", "HEAD").strip() == "1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no file projects.toml"),
        ("= x", "projects.toml:1:1: not valid TOML: invalid statement"),
        ('"orders" = "elsewhere"', 'projects.toml: "orders" is not a project id (UUID)'),
        (f'"{PROJECT}" = 1', f"projects.toml: the folder of {PROJECT} must be text"),
        (f'"{PROJECT}" = "nowhere"', "there is no folder"),
        (f'"{PROJECT}" = "bare"', "bare is not a workspace"),
        (
            '"f47ac10b-58cc-4372-a567-0e02b2c3d479" = "elsewhere"',
            f"elsewhere is the workspace of project {PROJECT}",
        ),
        (
            f'"{PROJECT}" = "elsewhere"\n"{PROJECT.upper()}" = "elsewhere"',
            f"projects.toml: {PROJECT} is in it twice",
        ),
    ],
    ids=["missing", "TOML", "id", "type", "no folder", "no workspace", "another's", "twice"],
)
def test_a_mistake_in_the_map_is_reported_with_its_place(
    tmp_path: Path, workspace: Path, text: str | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bare").mkdir()
    assert workspace.is_dir()
    if text is not None:
        (tmp_path / "projects.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        mapped_workspaces(Path("projects.toml"))
    assert said in str(caught.value)


def test_a_mistake_in_the_map_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "projects.toml").write_text('"orders" = "elsewhere"')
    options = ("--local-user", "ana@example.com", "--projects", "projects.toml", "--port", "0")
    done = subprocess.run(
        [sys.executable, "-m", "dagctl", "serve", *options],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2, done.stderr
    assert 'projects.toml: "orders" is not a project id (UUID)' in done.stderr
    assert not (tmp_path / "repositories").exists()
