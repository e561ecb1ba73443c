"""Promise 12: checks are bounded, each user has a share, and nobody's work stops another's."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from dagctl.commands.templates.listing import gallery
from dagctl.errors import SpecError, UnavailableError
from dagctl.server.body import Body
from dagctl.server.check_process import Bounds, CheckProcess, StoppedError
from dagctl.server.check_processes import MOST_WAITING, PROCESSES, CheckProcesses
from dagctl.server.fair_slots import FairSlots
from dagctl.server.refusals import BusyError
from dagctl.spec.load import check_spec
from tests.hostile.texts import python as python_spec
from tests.server.served import gauge, spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.served import Person, Served, World

SLOW = "a=[b(c)]\n" * 10_900
"""Code that Python takes a while to read, though not longer for its length than others."""
SHORT = Bounds(megabytes=140, processor_seconds=0, seconds=20)
"""What is left of the second that the process has begun: enough for a small spec."""


@pytest.fixture
def process() -> Iterator[CheckProcess]:
    one = CheckProcess(SHORT)
    yield one
    one.close()


def text(count: int = 4) -> bytes:
    """Return a hostile spec that takes seconds to check."""
    task = {"task_type": "python", "python_code": SLOW}
    tasks = [{"task_id": f"t{n}", **task} for n in range(count)]
    return json.dumps(spec(tasks=tasks)).encode()


def test_a_process_looks_for_no_plugin_of_pydantic() -> None:
    program = [sys.executable, "-v", "-P", "-m", "dagctl.server.check_worker", "140", "1"]
    done = subprocess.run(program, input=b"", capture_output=True, check=True)
    assert b"import 'pydantic'" in done.stderr
    assert b"pydantic/plugin/_loader" not in done.stderr


# --- One process ------------------------------------------------------------------------------


def test_a_process_checks_and_renders_as_this_one_does(process: CheckProcess) -> None:
    body = python_spec("return 1").encode()
    checked = process.run("check", body, seconds=20, format="json")

    assert checked == check_spec(body, format="json")
    rendered = process.run("render", checked.spec, seconds=20, airflow="3")
    assert "def a_function():" in rendered


@pytest.mark.parametrize(
    ("use", "name", "hint"),
    [
        ("cleanup@1", "Clean Up", None),
        ("gallery/cleanup@1", "Clean Up", None),
        ("report@1", None, "the templates that can be used here: api_to_table, "),
        ("cleanup@9", None, "its versions here: 1"),
    ],
)
def test_a_body_may_use_a_template_of_the_gallery_and_no_other(
    use: str, name: str | None, hint: str | None
) -> None:
    process = CheckProcess(Bounds())
    given = {"name": "Clean Up", "folder": "/data/exports"}
    try:
        checked = process.run("check", json.dumps({"use": use, "with": given}).encode(), seconds=60)
    finally:
        process.close()
    assert (checked.spec and checked.spec.dag_name) == name
    hints = [finding.hint or "" for finding in checked.diagnostics]
    assert [h.startswith(hint or "") for h in hints] == ([] if hint is None else [True])


def test_every_template_that_is_listed_can_be_used_as_its_example_says(world: World) -> None:
    editor = world.member(world.project())
    listed = editor.request("GET", "/templates").json()["templates"]
    assert [item["name"] for item in listed] == [item.template.name for item in gallery()]
    assert all(item["parameters"][0]["rules"] for item in listed)
    for item in listed:
        verdict = editor.request("POST", "/validate", json=item["example"]).json()
        assert verdict["valid"], (item["name"], verdict)
    assert editor.request("GET", "/templates?x=1").status_code == 400
    assert world.nobody().request("GET", "/templates").status_code == 401


def test_a_check_that_takes_too_much_processor_time_is_stopped(process: CheckProcess) -> None:
    with pytest.raises(StoppedError, match=r"took more|0 s of processor time|20 s"):
        process.run("check", text(), seconds=60, format="json")
    assert process.run("check", b"a: 1", seconds=20).spec is None


def test_a_check_that_takes_too_long_on_the_clock_is_stopped(process: CheckProcess) -> None:
    process.run("check", b"a: 1", seconds=20)
    with pytest.raises(StoppedError, match=r"0\.05 s"):
        process.run("check", text(), seconds=0.05, format="json")
    assert process.run("check", b"a: 1", seconds=20).spec is None


def test_a_check_that_takes_too_much_memory_is_stopped() -> None:
    small = CheckProcess(Bounds(megabytes=20, processor_seconds=20, seconds=60))
    try:
        body = ('{"tags": [' + "[]," * 140_000 + "[]]}").encode()
        with pytest.raises(StoppedError, match="20 MB of memory"):
            small.run("check", body, seconds=60, format="json")
        assert small.run("check", b"a: 1", seconds=20).spec is None
    finally:
        small.close()


def test_a_process_that_was_killed_is_replaced(process: CheckProcess) -> None:
    os.kill(process._process.pid, signal.SIGKILL)
    process._process.wait()

    assert process.run("check", b"a: 1", seconds=20).spec is None


def test_no_setting_and_no_secret_reaches_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DAGCTL_ACCESS_TOKEN", "secret")
    process = CheckProcess(SHORT)
    try:
        process.run("check", b"a: 1", seconds=20)
        with open(f"/proc/{process._process.pid}/environ", "rb") as file:  # noqa: PTH123
            assert b"DAGCTL" not in file.read()
    finally:
        process.close()


def test_a_spec_passes_between_processes_whole() -> None:
    checked = check_spec(python_spec(r"x = '\d'"), format="json")
    again = pickle.loads(pickle.dumps(checked))

    assert again == checked
    assert again.spec.tasks[0].code == checked.spec.tasks[0].code  # type: ignore[union-attr]


# --- Whose turn it is -------------------------------------------------------------------------


def test_one_user_never_has_all_slots() -> None:
    slots = FairSlots(2, of_one=1, most_waiting=4)
    with slots.slot("mallory", 1):
        with pytest.raises(UnavailableError), slots.slot("mallory", 0.01):
            pass
        with slots.slot("ada", 1):
            pass


def test_users_take_turns_however_many_requests_one_of_them_has() -> None:
    slots = FairSlots(1, of_one=1, most_waiting=10)
    order: list[str] = []
    begun = threading.Semaphore(0)

    def work(user: str) -> None:
        begun.release()
        with slots.slot(user, 30):
            order.append(user)

    threads = []
    with slots.slot("mallory", 1):
        for user in ("mallory", "mallory", "mallory", "ada", "ben"):
            threads.append(threading.Thread(target=work, args=(user,)))
            threads[-1].start()
            begun.acquire()
            while not slots._waiting or sum(map(len, slots._waiting.values())) < len(threads):
                time.sleep(0.001)
    for thread in threads:
        thread.join(30)

    assert order.index("ada") <= 2
    assert order.index("ben") <= 2
    assert order[-2:] == ["mallory", "mallory"]


def test_requests_of_one_user_do_not_pile_up() -> None:
    slots = FairSlots(1, of_one=1, most_waiting=0)
    with pytest.raises(BusyError), slots.slot("mallory", 1):
        pass


def test_who_waits_in_vain_leaves_nothing_behind() -> None:
    slots = FairSlots(1, of_one=1, most_waiting=4)
    with slots.slot("ada", 1):
        for _ in range(3):
            with pytest.raises(UnavailableError), slots.slot("mallory", 0.01):
                pass
    assert not slots._waiting
    with slots.slot("mallory", 1):
        pass
    assert not slots._taken


def test_a_check_beyond_its_bounds_is_a_finding_about_the_spec() -> None:
    checks = CheckProcesses(SHORT)
    try:
        checked = checks.check("mallory", Body(text(), "json"), seconds=60)
        assert checked.spec is None
        assert [finding.code for finding in checked.diagnostics] == ["DAG113"]
        spec_of_one = check_spec(python_spec(SLOW), format="json").spec
        assert spec_of_one is not None
        with pytest.raises(SpecError) as refused:
            checks.render("mallory", spec_of_one, airflow="3", seconds=0.01)
        assert [finding.code for finding in refused.value.diagnostics] == ["DAG113"]
    finally:
        checks.close()


# --- Over sockets -----------------------------------------------------------------------------


def ask(person: Person, path: str, body: bytes) -> int:
    """Return the status of the answer to a POST."""
    headers = {"Content-Type": "application/json"}
    return person.request("POST", path, content=body, headers=headers).status_code


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/validate", marks=pytest.mark.sweep),
        pytest.param("/render", marks=pytest.mark.sweep),
        "/create-dag",
    ],
)
def test_promise_12_hostile_requests_of_one_user_stop_no_other(
    served: Served, ada: Person, stranger: Person, path: str
) -> None:
    """The others are answered while the hostile requests are under way: an order of events."""
    assert ada.create(spec("Before")).status_code == 200
    ended: list[int] = []
    threads = [
        threading.Thread(target=lambda: ended.append(ask(stranger, path, text(2))), daemon=True)
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    served.wait_until(lambda: gauge_of_checks(served) >= len(threads))
    answers = [ada.create(spec("During")), ada.get("/dags"), ada.get("/dags/before")]
    answers.append(ada.request("GET", "/healthz"))
    still_there = [thread for thread in threads if thread.is_alive()]
    for thread in threads:
        thread.join(120)

    assert [answer.status_code for answer in answers] == [200] * 4
    assert still_there
    assert len(ended) == len(threads)
    assert set(ended) <= {200, 403, 422, 429, 503}


def gauge_of_checks(served: Served) -> float:
    """Return how many checks are under way or wait."""
    return gauge(served, "checks")


def limited() -> bytes:
    """Return a hostile body that the shared server takes: it has a low limit."""
    code = SLOW[:30_000].rpartition("\n")[0]
    task = {"task_id": "a", "task_type": "python", "python_code": code}
    return json.dumps(spec(tasks=[task])).encode()


def test_so_many_requests_of_one_user_are_refused(world: World) -> None:
    mallory = world.stranger()
    body = limited()
    ended: list[int] = []
    threads = [
        threading.Thread(target=lambda: ended.append(ask(mallory, "/validate", body)), daemon=True)
        for _ in range(MOST_WAITING + PROCESSES + 4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    assert set(ended) <= {200, 429}
    assert 429 in ended


def test_the_processes_end_with_the_server(served: Served, ada: Person) -> None:
    assert ada.create().status_code == 200
    children = [int(pid) for pid in _children(served.pid)]
    assert len(children) == PROCESSES
    served.kill()
    deadline = time.monotonic() + 30
    while any(_is_alive(pid) for pid in children):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _children(pid: int) -> list[str]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:  # noqa: PTH123
        return file.read().split()


def _is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
