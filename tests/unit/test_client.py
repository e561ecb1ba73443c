"""The library's door, over a real workspace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dagctl import Client, DagSpec, load_spec
from dagctl.adapters.embedded.local_user import local_user_id
from dagctl.dag_file.header import body_of
from dagctl.errors import (
    ConflictError,
    KeyReusedError,
    NotFoundError,
    SpecError,
    StaleVersionError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dagctl.commands.create import CreateResult
    from tests.conftest import Sandbox

PROJECT = "123e4567-e89b-12d3-a456-426614174000"
SPEC = """\
dag_name: {name}
owner: {owner}
tags: [etl]
tasks:
  - task_id: a
    task_type: bash
    bash_command: echo 1
"""


@pytest.fixture
def root(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    sandbox.write("dagctl.toml", f'project_id = "{PROJECT}"\n'.encode())
    monkeypatch.chdir(sandbox.root)
    return sandbox.root


@pytest.fixture
def client(root: Path) -> Iterator[Client]:
    with Client.open(root) as client:
        yield client


def write(path: str, name: str = "Orders", owner: str = "data") -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(SPEC.format(name=name, owner=owner))
    return file


def test_a_spec_file_is_created_and_its_path_in_the_workspace_recorded(client: Client) -> None:
    (dag,) = client.create(write("specs/orders.yaml")).dags
    assert (dag.dag_id, dag.state, dag.source) == ("orders", "created", "specs/orders.yaml")
    record = client.get("orders")
    assert record.source_path == "specs/orders.yaml"
    assert record.user_id == local_user_id("ada@example.com")
    assert record.commit_id == dag.commit_id
    assert client.source(record) == Path(dag.file_path).read_text()


def test_the_data_of_a_spec_are_created_as_its_text_is(client: Client) -> None:
    data = {
        "dag_name": "Orders",
        "tasks": [{"task_id": "a", "task_type": "bash", "bash_command": "echo 1"}],
    }
    assert client.create(data).dags[0].state == "created"
    assert client.create([data]).dags[0].state == "unchanged"
    with pytest.raises(SpecError, match="unknown key `retires`"):
        client.create({**data, "retires": 1})


def test_a_spec_read_from_a_file_means_the_dag_of_that_file(client: Client) -> None:
    path = write("specs/orders.yaml")
    client.create(path)
    spec = load_spec(path.read_text(), origin=str(path))
    assert client.create(spec).dags[0].state == "unchanged"
    assert client.create(load_spec(path.read_text())).dags[0].state == "unchanged"
    assert [record.dag_id for record in client.list()] == ["orders"]


def test_a_path_may_be_text(client: Client) -> None:
    path = write("orders.yaml")
    assert client.create(str(path)).dags[0].source == "orders.yaml"
    assert client.create([str(path), write("other.yaml")]).dags[0].state == "unchanged"


def test_a_spec_is_the_same_file_from_any_folder(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("specs/orders.yaml").absolute()
    client.create(path)
    monkeypatch.chdir(path.parent)
    with Client.open() as below:
        assert below.create(Path("orders.yaml")).dags[0].state == "unchanged"


def test_a_spec_outside_the_workspace_is_known_again(client: Client, tmp_path: Path) -> None:
    path = write(str(tmp_path / "orders.yaml"))
    assert client.create(path).dags[0].source == "../orders.yaml"
    assert client.create(path).dags[0].state == "unchanged"


def test_the_findings_of_all_files_are_reported_and_nothing_is_created(client: Client) -> None:
    good, one, two = write("good.yaml"), Path("one.yaml"), Path("two.yaml")
    one.write_text("dag_name: X\n")
    two.write_text("nonsense: 1\n")
    with pytest.raises(SpecError) as caught:
        client.create([good, one, two])
    assert {found.file for found in caught.value.diagnostics} == {"one.yaml", "two.yaml"}
    assert [page.records for page in client.pages()] == [()]


def test_a_file_that_does_not_exist_is_not_found(client: Client) -> None:
    with pytest.raises(NotFoundError, match=r"nothing\.yaml"):
        client.create(Path("nothing.yaml"))
    with pytest.raises(UsageError, match="holds no specs"):
        client.create(Path())


def test_all_files_that_cannot_be_read_are_reported_at_once(client: Client) -> None:
    os.mkfifo("pipe.yaml")  # opening it would wait for a writer
    with pytest.raises(SpecError) as caught:
        client.create(["pipe.yaml", "nothing.yaml", {"dag_name": "Orders"}])
    assert [finding.file for finding in caught.value.diagnostics][:2] == [
        "pipe.yaml",
        "nothing.yaml",
    ]
    assert len(caught.value.diagnostics) == 3


def test_a_page_gives_its_records_and_a_client_says_what_it_is_of(client: Client) -> None:
    client.create([write("a.yaml", "A"), write("b.yaml", "B"), write("c.yaml", "C")])
    pages = list(client.pages(page_size=2))
    assert [[record.dag_id for record in page] for page in pages] == [["a", "b"], ["c"]]
    assert list(map(len, pages)) == [2, 1]
    assert repr(client) == f"<Client of {client.workspace.root}, local backend>"


def test_an_unknown_dag_is_not_found_and_near_names_are_reported(client: Client) -> None:
    with pytest.raises(NotFoundError, match="`orders`") as caught:
        client.get("orders")
    assert caught.value.hint == "dagctl list"
    client.create(write("orders.yaml"))
    with pytest.raises(NotFoundError) as caught:
        client.get("order")
    assert caught.value.hint == "did you mean `orders`?"


def test_list_gives_what_is_asked_for_and_pages_give_it_in_parts(client: Client) -> None:
    names = ["a", "b", "c", "d", "e"]
    owners = {"a": "ml", "d": "ml"}
    client.create([write(f"{name}.yaml", name, owners.get(name, "data")) for name in names])
    pages = list(client.pages(page_size=2))
    assert [[one.dag_id for one in page.records] for page in pages] == [
        ["a", "b"],
        ["c", "d"],
        ["e"],
    ]
    assert [page.next for page in pages] == ["b", "d", None]
    assert [one.dag_id for one in client.list(page_size=2)] == names
    assert [one.dag_id for one in client.list(owner="data", after="b")] == ["c", "e"]
    (page,) = client.pages(owner="ml", tag="etl", user="ada@example.com", after="a")
    assert [one.dag_id for one in page.records] == ["d"]
    (page,) = client.pages(user="somebody@example.com")
    assert page.records == ()


@pytest.mark.parametrize("wrong", [None, 5, b"orders", ["orders"], Path("orders"), True])
def test_arguments_of_a_wrong_kind_are_named(client: Client, wrong: Any) -> None:  # noqa: ANN401
    other: Any = [] if wrong in (None, 5) else wrong
    calls: dict[str, Callable[[], object]] = {
        "dag_id is": lambda: client.get(wrong),
        "dag_id is ": lambda: client.rollback(wrong, 1),
        "new_id is": lambda: client.rename("orders", wrong),
        "draft is": lambda: client.publish(wrong, b""),
        "number is": lambda: client.version("orders", other),
        "page_size is": lambda: client.pages(page_size=other),
        "if_exists is": lambda: client.create("specs/x.yaml", if_exists=other),
    }
    for words, call in calls.items():
        with pytest.raises(UsageError, match=f"^{words}"):
            call()
    no_spec: Any = [wrong, 5] if isinstance(wrong, Path | list) else wrong
    with pytest.raises(UsageError, match="is no spec"):
        client.create(no_spec)


def test_a_closed_client_does_nothing_any_more(client: Client) -> None:
    write("specs/orders.yaml")
    client.create("specs/orders.yaml")
    record, begun = client.get("orders"), client.list(page_size=1)
    client.close()
    client.close()
    calls: tuple[Callable[[], object], ...] = (
        lambda: client.get("orders"),
        lambda: client.remove("orders"),
        lambda: client.create("specs/orders.yaml"),
        lambda: client.drift(record),
        client.recover,
        lambda: next(begun),
    )
    for call in calls:
        with pytest.raises(UsageError, match="the client is closed"):
            call()


def test_drift_says_what_became_of_the_file(client: Client) -> None:
    client.create(write("orders.yaml"))
    record = client.get("orders")
    file = Path(record.file_path)
    assert client.drift(record) == "none"
    file.write_text("changed")
    assert client.drift(record) == "changed"
    file.unlink()
    assert client.drift(record) == "missing"
    file.symlink_to("/nowhere")
    assert client.drift(record) == "changed"


def test_force_writes_over_a_change_that_was_committed(client: Client, sandbox: Sandbox) -> None:
    client.create(write("orders.yaml"))
    written = Path("dags/orders.py").read_bytes()
    sandbox.commit("dags/orders.py", b"by hand\n")
    with pytest.raises(ConflictError, match="was changed") as caught:
        client.create(Path("orders.yaml"))
    assert "+by hand" in (caught.value.diff or "")
    assert client.create(Path("orders.yaml"), force=True).dags[0].state == "updated"
    again = Path("dags/orders.py").read_bytes()
    assert body_of(again) == body_of(written)
    assert sandbox.git("show", "HEAD:dags/orders.py").encode() + b"\n" == again
    assert "dags/orders.py" not in "".join(sandbox.status())


def test_force_writes_over_a_change_that_was_not_committed(
    client: Client, sandbox: Sandbox
) -> None:
    client.create(write("orders.yaml"))
    written = Path("dags/orders.py").read_bytes()
    Path("dags/orders.py").unlink()
    with pytest.raises(ConflictError, match="was deleted"):
        client.create(Path("orders.yaml"))
    assert client.create(Path("orders.yaml"), force=True).dags[0].state == "updated"
    assert Path("dags/orders.py").read_bytes() == written
    assert "dags/orders.py" not in "".join(sandbox.status())


def test_reading_first_finishes_what_a_killed_run_left(client: Client) -> None:
    def die(_: CreateResult) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.create(write("orders.yaml"), on_result=die)
    assert client.get("orders").dag_id == "orders"
    assert [(one.outcome, one.dags) for one in client.recovered] == [("finished", ("orders",))]
    assert client.recover().recovered == ()


def test_promise_9_the_state_is_in_the_git_folder_and_git_status_does_not_see_it(
    client: Client, sandbox: Sandbox
) -> None:
    client.create(write("orders.yaml"))
    state = sandbox.root / sandbox.git("rev-parse", "--git-path", "dagctl") / "top"
    assert {"journal", "lock", "registry.db", "store"} <= {path.name for path in state.iterdir()}
    assert not [line for line in sandbox.status() if "dagctl" in line and "toml" not in line]


def test_list_and_get_load_no_git(root: Path) -> None:
    code = (
        "import sys; from dagctl import Client; c = Client.open(); list(c.list()); "
        "assert not {'git', 'supabase', 'httpx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)


FAILING = SPEC.replace("echo 1", "echo {{{{ execution_date }}}}")
"""In Airflow 3 the task is certain to fail."""


def test_what_is_certain_to_fail_is_an_error_whatever_form_the_spec_has(root: Path) -> None:
    text = FAILING.format(name="Orders", owner="data")
    for_2 = load_spec(text, airflow="2")  # there it is a warning only
    file = Path("orders.yaml")
    file.write_text(text)
    with pytest.raises(SpecError, match="DAG453"):
        load_spec(text)
    data: dict[str, object] = for_2.to_data()
    for form in (file, for_2, data, DagSpec.from_data(data)):
        with Client.open(root) as client:
            for call in (client.create, client.plan):
                with pytest.raises(SpecError, match="DAG453"):
                    call(form)
            assert not next(client.pages()).records
        with Client.open(root, overrides={"airflow": "2"}) as client:
            assert client.plan(form).pending


def test_a_workspace_says_of_warnings_what_they_are_to_a_program_too(root: Path) -> None:
    token = "ghp_" + "a" * 36  # a warning, DAG150
    text = SPEC.format(name="Orders", owner="data").replace("echo 1", f"echo {token}")
    Path("orders.yaml").write_text(text)
    toml = root / "dagctl.toml"
    for checks, refused in (
        ("", False),
        ("strict = true\n", True),
        ('strict = true\nignore = ["DAG150"]\n', False),
    ):
        toml.write_text(f'project_id = "{PROJECT}"\n[checks]\n{checks}')
        with Client.open(root) as client:
            for form in (Path("orders.yaml"), load_spec(text)):
                if refused:
                    with pytest.raises(SpecError, match="DAG150"):
                        client.plan(form)
                else:
                    assert client.plan(form).pending


def _set(**values: str) -> Callable[[Sandbox], object]:
    """Return what changes settings of git; `_` in a name stands for a dot."""
    return lambda box: [box.git("config", key.replace("_", "."), v) for key, v in values.items()]


def _hook_elsewhere(box: Sandbox) -> None:
    box.write("hooks/pre-commit", b"#!/bin/sh\nexit 1\n")
    (box.root / "hooks/pre-commit").chmod(0o755)
    box.git("config", "core.hooksPath", "hooks")


def _filter(box: Sandbox) -> None:
    box.write(".gitattributes", b"*.py filter=x\n")
    box.git("config", "filter.x.clean", "cat")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_hook_elsewhere, "hook refused"),
        (_filter, "filter=x"),
        (_set(user_name=""), "who you are"),
        (_set(commit_gpgsign="true", gpg_program="/bin/false"), "could not be signed"),
    ],
    ids=["hooks", "filter", "no name", "signed"],
)
def test_what_git_is_set_to_after_a_call_counts_for_the_next(
    client: Client, sandbox: Sandbox, change: Callable[[Sandbox], object], said: str
) -> None:
    client.create(write("orders.yaml"))
    change(sandbox)
    with pytest.raises((ConflictError, UsageError), match=said):
        client.create(write("others.yaml", "Others"))


def test_who_commits_may_change_between_two_calls(client: Client, sandbox: Sandbox) -> None:
    client.create(write("orders.yaml"))
    sandbox.git("config", "user.name", "Eve")
    client.create(write("others.yaml", "Others"))
    assert sandbox.git("log", "-1", "--format=%an") == "Eve"
    assert client.get("others").created_by_name == "Eve <ada@example.com>"


def test_list_takes_an_owner_a_tag_and_a_user(client: Client, root: Path) -> None:
    client.create([write("a.yaml", "First", "ana"), write("b.yaml", "Second", "bo")])
    email = subprocess.run(
        ["git", "config", "user.email"], cwd=root, check=True, capture_output=True, text=True
    ).stdout.strip()
    asked: list[dict[str, Any]] = [{"owner": "bo"}, {"tag": "etl"}, {"tag": "x"}, {"user": email}]
    listed = [[dag.dag_id for dag in client.list(**how)] for how in asked]
    both = ["first", "second"]
    assert listed == [["second"], both, [], both]
    assert list(client.list(user="stranger@example.com")) == []


def test_a_plan_and_a_rename_are_refused_where_another_version_was_read(client: Client) -> None:
    path = write("a.yaml", "First")
    client.create(path)
    for stale in (
        lambda: client.plan(path, expected_version=7),
        lambda: client.rename("first", "other", expected_version=7),
    ):
        with pytest.raises(StaleVersionError, match="this change is based on version 7"):
            stale()
    assert client.plan(path, expected_version=1).dags[0].version == 1
    assert client.rename("first", "other", expected_version=1).dags[0].version == 2


def test_a_rename_with_a_key_is_done_once(client: Client) -> None:
    client.create([write("a.yaml", "First"), write("b.yaml", "Second")])
    first = client.rename("first", "other", key="k")
    again = client.rename("first", "other", key="k")
    assert (first.replayed, again.replayed) == (False, True)
    assert [(dag.dag_id, dag.action) for dag in again.dags] == [
        (dag.dag_id, dag.action) for dag in first.dags
    ]
    with pytest.raises(KeyReusedError):
        client.rename("second", "third", key="k")
