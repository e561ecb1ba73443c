"""Hostile rows of a colleague, or of a time before the rules: each harms only itself."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import DagctlError
from tests.attacks.repositories import entry_2
from tests.attacks.victim import write
from tests.supabase.conftest import ada, place
from tests.supabase.place import PROJECT

if TYPE_CHECKING:
    from tests.supabase.place import Place

__all__ = ["ada", "place"]

HOSTILE = {
    "a program of the user's": "file_path = 'src/app.py'",
    "a file of git": "file_path = '.git/hooks/pre-push'",
    "a path with dots": "file_path = 'dags/a/../../b.py'",
    "an absolute path": "file_path = '/etc/cron.d/x.py'",
    "the key of another": "storage_path = '{project}/dags/sales.py'",
    "a spec of nonsense": """spec = '{{"bad": 1}}'""",
    "a spec that is a list": "spec = '[1]'",
    "a source in git's folder": "source_path = '.git/config'",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_row_harms_no_other_and_writes_nothing_elsewhere(place: Place, what: str) -> None:
    place.create(place.spec("specs/x.yaml"), place.spec("specs/y.yaml", "Sales"))
    change = HOSTILE[what].format(project=PROJECT)
    place.stand_in.sql(f"update public.user_dags set {change} where dag_id = 'orders'")
    before = tree(place)
    with place.open() as client:
        listed = [record.dag_id for record in client.list()]
        assert listed == ["orders", "sales"]
        assert client.get("sales").problem is None
    place.create(place.spec("specs/y.yaml", "Sales", word="two"))
    with suppress(DagctlError):  # a refusal; any other error is a bug
        place.create(place.spec("specs/x.yaml", word="two"))
    changed = {path for path, content in tree(place).items() if before.get(path) != content}
    # whose spec's path cannot be told is another DAG, as the name is taken
    mine = {"dags/orders_2.py"} if what == "a source in git's folder" else {"dags/orders.py"}
    assert changed <= {*mine, "dags/sales.py", "specs/x.yaml", "specs/y.yaml"}


def tree(place: Place) -> dict[str, bytes]:
    """Return the files of the work tree, and git's hooks and settings."""
    kept = (".git/hooks/", ".git/config")
    paths = {
        str(file.relative_to(place.root)): file for file in place.root.rglob("*") if file.is_file()
    }
    return {
        path: file.read_bytes()
        for path, file in paths.items()
        if not path.startswith(".git/") or path.startswith(kept)
    }


def test_a_tracked_journal_puts_no_other_code_into_the_bucket(place: Place) -> None:
    spec = place.spec("specs/x.yaml")
    place.create(spec)
    (record,) = place.records()
    before = place.objects()
    recorded = (place.root / "dags/orders.py").read_text()
    entry = entry_2("dags/orders.py", recorded, recorded)
    (change,) = entry["changes"]
    change |= {"base_name": "orders", "dag_id": "orders", "storage_path": record.storage_path}
    change |= {"source": "specs/x.yaml", "old_object": "import os; os.system('evil')\n"}
    change["reservation"] |= {"row_id": record.id, "dag_id": "orders", "version": 2}
    change["reservation"] |= {"user_id": record.user_id}
    entry |= {"backend": "supabase", "project_id": PROJECT}
    write(place.root / ".dagctl/journal" / f"{entry['operation_id']}.json", json.dumps(entry))
    place.git("add", "-A", "-f", ".")
    place.git("commit", "-qm", "Add")
    with place.open() as client:
        assert [each.dag_id for each in client.list()] == ["orders"]
    assert not place.recover().recovered
    assert place.objects() == before
    place.create(place.spec("specs/x.yaml", word="two"))
    assert b"evil" not in b"".join(each or b"" for each in place.objects().values())
