"""Hostile rows of a colleague, or of a time before the rules: each harms only itself."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import DagctlError, ExitCode
from tests.attacks.commands import COMMANDS
from tests.attacks.repositories import entry_2
from tests.attacks.victim import write
from tests.cli.conftest import Shell
from tests.supabase.conftest import ada, place
from tests.supabase.place import PROJECT

if TYPE_CHECKING:
    from tests.supabase.place import Place

__all__ = ["ada", "place"]

ELSEWHERE = {"serve", "login", "logout", "link", "init"}
"""Commands that ask for no row, or after which nobody is signed in."""

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


ESCAPE = "E'\\x1b]0;evil\\x07\\u202e' || chr(155) || 'x'"
HUGE = "repeat('x', 200000)"
VALUES = {
    "names that steer a terminal": f"created_by_name = {ESCAPE}, updated_by_name = {ESCAPE}",
    "texts that steer a terminal": f"dag_name = {ESCAPE}, description = {ESCAPE}, owner = {ESCAPE}",
    "tags that steer a terminal": f"tags = array[{ESCAPE}]",
    "huge texts": f"dag_name = {HUGE}, description = {HUGE}, owner = {HUGE}",
    "huge names": f"created_by_name = {HUGE}, updated_by_name = {HUGE}",
    "huge paths": f"file_path = {HUGE}, source_path = {HUGE}",
    "huge tags": f"tags = array_fill({HUGE}, array[50])",
    "an option for a commit": "commit_id = '--output=evil'",
    "a commit of lines": "commit_id = E'x\\n--all'",
    "a version at the end of numbers": "version = 2147483647",
    "a schedule that is none": f"schedule_interval = {ESCAPE}",
    "digests that are paths": "content_digest = '../../x', spec_digest = '../../x'",
    "an Airflow that is a path": "airflow = '../../x'",
    "a time before time": "created_at = '-infinity', updated_at = 'infinity'",
    "the user of nobody": "user_id = '00000000-0000-0000-0000-000000000000'",
    "a deep spec": """spec = (repeat('{{"a":', 900) || '1' || repeat('}}', 900))::jsonb""",
    "a huge spec": """spec = jsonb_set(spec, '{{dag_name}}', to_jsonb(repeat('x', 200000)))""",
}
"""What a row may hold where no rule of the database stands in the way, as on a hostile server."""
WITHOUT_RULES = """
do $$ declare rule record; begin
    for rule in select conname from pg_constraint
        where conrelid = 'public.user_dags'::regclass and contype = 'c'
    loop execute format('alter table public.user_dags drop constraint %I', rule.conname); end loop;
end $$;
alter table public.user_dags disable trigger user
"""
LARGEST = 20_000
"""Characters of what is for people."""
WHOLE = {"json", "name", "dot", "-", "--spec", "--source", "list", "schema", "render", "operators"}
"""Commands and options of what is for machines: it has every value whole."""


@pytest.mark.sweep
@pytest.mark.parametrize("what", VALUES)
def test_no_value_of_a_row_steers_floods_or_writes_anything(place: Place, what: str) -> None:
    place.create(place.spec("specs/demo.yaml", "Demo"), place.spec("specs/other.yaml", "Other"))
    place.stand_in.sql(WITHOUT_RULES)
    change = VALUES[what].format(project=PROJECT)
    place.stand_in.sql(f"update public.user_dags set {change} where dag_id = 'demo'")
    outside, git = around(place), (place.root / ".git/config").read_bytes()
    shell = Shell(place.root, dict(os.environ))
    for line in (line for name in COMMANDS if name not in ELSEWHERE for line in COMMANDS[name]):
        done = shell.run(*line, stdin="secret\n")
        assert done.code != ExitCode.BUG, (line, done.err)
        assert not set("\x1b\x07\x9b\u202e").intersection(done.err), line
        assert len(done.err) < LARGEST, line
        assert WHOLE.intersection(line) or len(done.out) < LARGEST, line
        if line[:2] == ["rm", "demo"]:
            assert "other" in shell.run("list", "-o", "name").out
    assert (around(place), (place.root / ".git/config").read_bytes()) == (outside, git)


def around(place: Place) -> dict[str, bytes]:
    """Return the files beside the work tree."""
    beside = place.root.parent.rglob("*")
    return {
        str(file): file.read_bytes()
        for file in beside
        if file.is_file() and not file.is_relative_to(place.root)
    }


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
