"""`export` and `import`: nothing is lost on the way from a workspace to another one, and back."""

from __future__ import annotations

import gc
import json
import zipfile
from cProfile import Profile
from dataclasses import fields
from pathlib import Path
from pstats import Stats
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.client import Client
from dagctl.errors import ExitCode
from dagctl.operation.change import Change
from tests.cli.conftest import GOOD, PROJECT, Shell
from tests.lifecycle.conftest import on_supabase, write

if TYPE_CHECKING:
    from dagctl.commands.operate import OperationResult
    from tests.stand_in import StandIn

MADE_ELSEWHERE = {"made_at", "made_by", "imported_by", "operation_id", "commit_id"}


def history(user: Shell, dag_id: str) -> list[dict[str, Any]]:
    """Return the versions of a DAG, but for who, when, and in which repository."""
    versions = user.json("history", dag_id)["versions"]
    return [{k: v for k, v in one.items() if k not in MADE_ELSEWHERE} for one in versions]


def texts(user: Shell, dag_id: str) -> list[Any]:
    numbers = [one["version"] for one in user.json("history", dag_id)["versions"]]
    return [
        user.json("show", dag_id, "--version", str(number))["version"]["spec_text"]
        for number in numbers
    ]


def recorded(user: Shell) -> list[dict[str, Any]]:
    """Return the list of DAGs, but for project, users, times and the commit."""
    rows = user.json("list")["dags"]
    left = {"id", "project_id", "user_id", "created_at", "updated_at", "commit_id", "updated_by"}
    return [{k: v for k, v in row.items() if k not in left} for row in rows]


def files(user: Shell) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (user.folder / "dags").glob("*.py")}


def people(user: Shell, dag_id: str) -> list[tuple[Any, Any]]:
    versions = user.json("history", dag_id)["versions"]
    return [(one["made_by"], one["imported_by"]) for one in versions]


def local(folder: Path, environ: dict[str, str]) -> Shell:
    """Return someone in an empty embedded workspace."""
    folder.mkdir()
    user = Shell(folder, environ)
    user.ok("init", "--project-id", PROJECT)
    user.git("add", "-A")
    user.git("commit", "-qm", "Workspace")
    return user


@pytest.fixture
def three(shell: Shell) -> Shell:
    """Someone in an embedded workspace with three DAGs: rolled back, restored, numbered."""
    user = local(shell.folder / "one", shell.environ)
    for schedule in ("@daily", "0 2 * * *"):
        user.ok("create", write(user, schedule))
    user.ok("rollback", "orders")
    user.ok("create", write(user, "@hourly", name="Sales"))
    user.ok("rm", "sales")
    user.ok("restore", "sales")
    user.ok("create", "-", stdin=GOOD)
    user.ok("create", "-", "--if-exists", "number", stdin=GOOD)
    return user


def test_nothing_is_lost_from_embedded_to_supabase_and_back(
    three: Shell, stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    shared = on_supabase(stand_in, Shell(folder, three.environ), tmp_path, monkeypatch)
    back = local(tmp_path / "back", three.environ)
    archives = [str(tmp_path / f"{name}.zip") for name in ("first", "second", "third")]
    three.ok("export", "-o", archives[0])
    assert shared.ok("import", archives[0]).out.startswith("Imported daily_orders v1")
    shared.ok("doctor")
    shared.ok("export", "-o", archives[1])
    back.ok("import", archives[1])
    back.ok("doctor")
    for dag_id in ("orders", "sales", "daily_orders", "daily_orders_2"):
        assert history(shared, dag_id) == history(three, dag_id)
        assert history(back, dag_id) == history(three, dag_id)
        assert texts(back, dag_id) == texts(shared, dag_id) == texts(three, dag_id)
    assert recorded(back) == recorded(shared) == recorded(three)
    assert files(back) == files(shared) == files(three)
    ana, ada = "Ana Lima <ana@example.com>", "ada@example.com"
    assert people(shared, "orders") == [(ada, None), (ana, ada), (ana, ada)]
    assert people(back, "orders") == [(ana, None), (ana, ana), (ana, ana)]
    assert (back.folder / "specs/sales.yaml").read_text() == (
        three.folder / "specs/sales.yaml"
    ).read_text()
    # what was imported goes on like any other DAG
    for user in (shared, back):
        user.ok("rollback", "orders", "--to", "2")
        assert user.ok("create", "specs").out
        user.ok("rm", "sales")
        user.ok("restore", "sales")
        user.ok("doctor")


@pytest.mark.parametrize("empty", ["local"], indirect=True)
def test_a_rename_and_the_way_back_stay_two_things(user: Shell, tmp_path: Path) -> None:
    before, archive = len(user.json("history", "orders")["versions"]), str(tmp_path / "one.zip")
    user.ok("mv", "orders", "turnover")
    user.ok("mv", "turnover", "orders")
    user.ok("rollback", "orders", "--to", "1")
    user.ok("export", "orders", "-o", archive)
    other = local(tmp_path / "other", user.environ)
    other.ok("import", archive)
    for who in (user, other):
        lines = who.ok("history", "orders").out.splitlines()
        renames = [line.split("  ")[:2] for line in lines if "  rename " in line]
        assert renames == [
            [f"v{before + 2}", "rename of turnover"],
            [f"v{before + 1}", "rename to turnover"],
        ]


@pytest.mark.sweep
def test_a_thousand_dags_come_back_as_they_were(
    shell: Shell, stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = local(shell.folder / "one", shell.environ)
    for schedule in ("@daily", "0 2 * * *"):
        for number in range(1000):
            write(one, schedule, name=f"Many_{number:04}")
        one.ok("create", "specs")
    folder = tmp_path / "shared"
    folder.mkdir()
    shared = on_supabase(stand_in, Shell(folder, one.environ), tmp_path, monkeypatch)
    back = local(tmp_path / "back", one.environ)
    for source, target in ((one, shared), (shared, back)):
        archive = str(tmp_path / f"{target.folder.name}.zip")
        source.ok("export", "-o", archive)
        target.ok("import", archive)
        assert files(target) == files(one)
    assert everything(back) == everything(one)
    assert len(everything(one)) == 2000


def everything(user: Shell) -> list[dict[str, Any]]:
    """Return all versions of all DAGs, with specs and texts, but for who, when and where."""
    left = {"id", "project_id", "user_id", "created_at", "updated_at", "commit_id", "operation_id"}
    left |= {"updated_by_name", "created_by_name", "imported_by_name", "storage_path"}
    with Client.open(user.folder) as client:
        ids = [record.dag_id for record in client.list(page_size=1000)]
        versions = [client.version(dag_id, number) for dag_id in ids for number in (1, 2)]
    return [
        {field.name: getattr(version, field.name) for field in fields(version)}
        | dict.fromkeys(left)
        for version in versions
    ]


def test_the_same_dags_give_the_same_bytes_and_standard_output_takes_them(
    user: Shell, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    done = user.ok("export", "-o", str(first))
    assert done.out == f"Wrote {first}: 1 DAG, 3 versions\n"
    user.ok("export", "orders", "-o", str(second))
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert archive.namelist() == ["dags/orders.py", "versions/orders.jsonl", "manifest.json"]
        assert archive.read("dags/orders.py") == (user.folder / "dags/orders.py").read_bytes()
        lines = archive.read("versions/orders.jsonl").decode().splitlines()
    assert [json.loads(line)["version"] for line in lines] == [3, 2, 1]
    assert json.loads(lines[0])["spec_text"] == (user.folder / "specs/orders.yaml").read_text()


def test_an_export_of_nothing_or_to_no_archive_is_refused(empty: Shell, tmp_path: Path) -> None:
    target = tmp_path / "dags.zip"
    assert empty.run("export", "-o", str(target)).code == ExitCode.NOT_FOUND
    assert empty.run("export", "nope", "-o", str(target)).code == ExitCode.NOT_FOUND
    assert empty.run("export", "-o", "specs/orders.yaml").code == ExitCode.USAGE
    assert empty.run("export", "-o", str(tmp_path / "no/dags.zip")).code == ExitCode.USAGE
    assert list(tmp_path.glob("*.zip")) == list(tmp_path.glob(".*.zip*")) == []


def test_an_id_that_is_taken_is_refused_left_updated_or_numbered(
    user: Shell, tmp_path: Path
) -> None:
    archive = str(tmp_path / "dags.zip")
    user.ok("export", "-o", archive)
    spec = user.folder / "specs/orders.yaml"
    text = spec.read_text()
    assert user.ok("import", archive).out == "orders v3 is unchanged; nothing to do\n"
    user.ok("create", write(user, "0 5 * * *"))
    user.ok("create", write(user, "0 6 * * *", name="Other"))
    before = user.git("rev-parse", "HEAD"), user.json("list")
    done = user.run("import", archive)
    assert done.code == ExitCode.CONFLICT
    assert "the archive has DAGs whose ids are taken here: `orders`" in done.err
    assert "--if-exists skip leaves those that exist" in done.err
    assert user.ok("import", archive, "--if-exists", "skip").out.startswith(
        "orders v4 is unchanged"
    )
    plan = user.run("import", archive, "--if-exists", "update", "--dry-run", "-o", "json").document
    assert [(dag["action"], dag["version"]) for dag in plan["result"]["dags"]] == [("update", 5)]
    assert plan["result"]["dags"][0]["changes"]
    numbered = user.json("import", archive, "--if-exists", "number", "--dry-run")["dags"]
    assert [(dag["dag_id"], dag["action"]) for dag in numbered] == [("orders_2", "import")]
    assert (user.git("rev-parse", "HEAD"), user.json("list")) == before
    user.ok("import", archive, "--if-exists", "number")
    assert [one["version"] for one in user.json("history", "orders_2")["versions"]] == [3, 2, 1]
    copy = user.json("show", "orders_2")["dag"]
    assert (copy["source"], copy["version"]) == (None, 3)
    user.ok("import", archive, "--if-exists", "update")
    newest = user.json("history", "orders")["versions"][0]
    assert (newest["version"], newest["action"], newest["imported_by"]) == (5, "update", None)
    assert ["schedule_interval"] in [each["path"] for each in newest["changes"]]
    assert spec.read_text() == text  # it follows: the next `create` would undo the import else
    user.ok("doctor")
    user.ok("create", write(user, "0 7 * * *"))
    spec.write_text(text + "# more\n")
    done = user.ok("import", archive, "--if-exists", "update")
    assert "specs/orders.yaml is not as version 6 had it, and stays as it is" in done.err
    assert spec.read_text() == text + "# more\n"
    user.ok("rm", "orders")
    for choice in ([], ["--if-exists", "skip"], ["--if-exists", "update"]):
        refused = user.run("import", archive, *choice).err
        assert "the archive has DAGs that are removed here: `orders`" in refused
        assert "dagctl restore orders" in refused


def test_a_dag_that_was_renamed_is_renamed_back_and_not_restored(
    user: Shell, tmp_path: Path
) -> None:
    archive = str(tmp_path / "dags.zip")
    user.ok("create", write(user, "0 6 * * *", name="Other"))
    user.ok("export", "-o", archive)
    user.ok("mv", "orders", "sales")
    refused = user.run("import", archive, "--if-exists", "skip").err
    assert "the archive has DAGs that have another id here now: `orders`" in refused
    assert "dagctl mv sales orders renames one back" in refused
    user.ok("create", write(user, "0 7 * * *", name="Other"))
    refused = user.run("import", archive).err
    assert "taken here: `orders`, `other`" in refused
    assert "those that are removed: dagctl mv sales orders renames one back" in refused


def test_another_spec_file_where_that_of_a_dag_would_come_stays_and_is_named(
    user: Shell, tmp_path: Path
) -> None:
    archive = str(tmp_path / "dags.zip")
    user.ok("export", "-o", archive)
    user.ok("rm", "orders", "--purge", "--yes")
    mine = user.folder / write(user, "0 9 * * *")
    text = mine.read_text()
    warning = "specs/orders.yaml is another text than the spec of `orders`, and stays as it is"
    assert warning in user.ok("import", archive).err
    assert mine.read_text() == text
    user.ok("rm", "orders")
    assert warning in user.ok("restore", "orders").err
    assert mine.read_text() == text


def test_the_work_of_a_person_in_the_way_is_not_overwritten(user: Shell, tmp_path: Path) -> None:
    archive = str(tmp_path / "dags.zip")
    user.ok("export", "-o", archive)
    other = local(tmp_path / "other", user.environ)
    spec = other.write("specs/orders.yaml", "mine: true\n")
    hand = other.write("dags/orders.py", "# mine\n")
    refused = other.run("import", archive)
    assert (refused.code, hand.read_text()) == (ExitCode.CONFLICT, "# mine\n")
    hand.write_text('from airflow import DAG\n\nDAG("orders")\n')
    assert other.run("import", archive).code == ExitCode.CONFLICT
    other.ok("import", archive, "--force")
    assert hand.read_bytes() == (user.folder / "dags/orders.py").read_bytes()
    assert spec.read_text() == "mine: true\n"


def test_a_key_gives_the_same_import_again(three: Shell, tmp_path: Path) -> None:
    archive = tmp_path / "dags.zip"
    three.ok("export", "-o", str(archive))
    other = local(tmp_path / "other", three.environ)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in three.environ.items():
            patch.setenv(name, value)
        with Client.open(other.folder) as client:
            first = client.import_archive(archive, key="k")
            with archive.open("rb") as file:
                second = client.import_archive(file, key="k")
    assert (first.replayed, second.replayed) == (False, True)
    assert [dag.version for dag in second.dags] == [dag.version for dag in first.dags]
    assert second.operation_id == first.operation_id


def test_each_spec_is_checked_once_and_none_stays_in_memory(three: Shell, tmp_path: Path) -> None:
    archive = tmp_path / "dags.zip"
    three.ok("export", "-o", str(archive))
    other = local(tmp_path / "other", three.environ)
    whole: list[Change] = []
    looks: list[OperationResult] = []

    def look(outcome: OperationResult) -> None:
        looks.append(outcome)
        changes = [each for each in gc.get_objects() if isinstance(each, Change)]
        whole.extend(each for each in changes if each.content or each.spec_data)

    with pytest.MonkeyPatch.context() as patch, Profile() as profile:
        for name, value in three.environ.items():
            patch.setenv(name, value)
        with Client.open(other.folder) as client:
            outcome = client.import_archive(archive, on_result=look)
    assert len(looks) == 1
    assert len(whole) < 2
    calls = {
        (Path(file).name, function): entry[0]
        for (file, _, function), entry in Stats(profile).stats.items()  # type: ignore[attr-defined]
    }
    assert len(outcome.dags) == 4
    assert calls["checked_model.py", "_checked"] == 4
    assert (other.folder / "specs/orders.yaml").read_text() == (
        three.folder / "specs/orders.yaml"
    ).read_text()
