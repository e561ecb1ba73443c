"""`dagctl doctor`: each thing that can be wrong, with the fix that is named for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode, UsageError
from tests.supabase.place import PROJECT, Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.commands.doctor import HealthFinding

NAMES = [
    "settings",
    "url",
    "key",
    "clock",
    "session",
    "table",
    "functions",
    "membership",
    "bucket",
    "policies",
    "privacy",
    "git",
    "journal",
    "airflow",
    "records",
    "files",
    "commits",
    "objects",
]


def findings(place: Place) -> dict[str, HealthFinding]:
    with place.open() as client:
        return {finding.name: finding for finding in client.doctor()}


def test_all_is_well_in_a_project_with_the_migrations(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"))
    place.stand_in.requests.clear()
    found = findings(place)
    assert list(found) == NAMES
    lists = place.stand_in.requests.matching("POST", "/storage/v1/object/list/*")
    assert len(lists) == 2  # of the folder of the DAG files, and of what is beside it
    assert {name: one.message for name, one in found.items() if one.state != "ok"} == {}
    place.check_agreement()


def wrong_url(place: Place) -> None:
    config = place.root / "dagctl.toml"
    text = config.read_text()
    config.write_text(text.replace(place.stand_in.url, "http://127.0.0.1:9"))


def wrong_key(place: Place) -> None:
    config = place.root / "dagctl.toml"
    text = config.read_text()
    config.write_text(text.replace(place.stand_in.publishable_key, "sb_publishable_another"))


def wrong_clock(place: Place) -> None:
    place.stand_in.clock.skew = -300


def no_session(place: Place) -> None:
    (user_id,) = place.stand_in.sql("select id from auth.users")[0]
    place.stand_in.end_sessions(str(user_id))
    place.stand_in.expire(str(user_id))


def no_column(place: Place) -> None:
    place.stand_in.sql("alter table public.user_dags drop column source_path cascade")


def no_grant(place: Place) -> None:
    place.stand_in.sql("revoke select on public.user_dags from authenticated")


def no_function(place: Place) -> None:
    place.stand_in.sql("drop function public.confirm(uuid, jsonb)")


def no_member(place: Place) -> None:
    place.stand_in.sql("delete from public.project_members")


def no_bucket(place: Place) -> None:
    place.stand_in.sql("update storage.buckets set id = 'elsewhere', name = 'elsewhere'")


def other_bucket(place: Place) -> None:
    config = place.root / "dagctl.toml"
    config.write_text(config.read_text() + 'bucket = "elsewhere"\n')


def other_bucket_without_policies(place: Place) -> None:
    place.stand_in.sql("insert into storage.buckets (id, name) values ('elsewhere', 'elsewhere')")
    other_bucket(place)


def public_bucket(place: Place) -> None:
    place.stand_in.sql("update storage.buckets set public = true")


def no_policy(place: Place) -> None:
    place.stand_in.sql("drop policy dagctl_dags_insert on storage.objects")


def no_update_policy(place: Place) -> None:
    place.stand_in.sql("drop policy dagctl_dags_update on storage.objects")


def say_version(place: Place, version: str) -> None:
    place.stand_in.sql(
        "create or replace function public.dagctl_version() returns text "
        f"language sql immutable set search_path = '' return '{version}'"
    )


def old_migrations(place: Place) -> None:
    say_version(place, "20261101000600")


def no_version(place: Place) -> None:
    place.stand_in.sql("drop function public.dagctl_version()")


def detached(place: Place) -> None:
    place.git("checkout", "-q", "--detach")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("harm", "name", "code", "fix"),
    [
        (wrong_url, "url", ExitCode.UNAVAILABLE, "check the network and the url"),
        (wrong_key, "key", ExitCode.USAGE, "dagctl link"),
        (wrong_clock, "clock", ExitCode.CONFLICT, "set the clock"),
        (no_session, "table", ExitCode.NOT_SIGNED_IN, "dagctl login"),
        (no_column, "table", ExitCode.CONFLICT, "migrations"),
        (no_grant, "table", ExitCode.NOT_A_MEMBER, "migrations"),
        (no_function, "functions", ExitCode.USAGE, "migrations"),
        (no_member, "membership", ExitCode.NOT_A_MEMBER, "ask an owner"),
        (no_bucket, "bucket", ExitCode.USAGE, "migrations"),
        (other_bucket, "bucket", ExitCode.USAGE, 'set bucket to "dags" (now by dagctl.toml:7)'),
        (other_bucket_without_policies, "policies", ExitCode.NOT_A_MEMBER, 'set bucket to "dags"'),
        (public_bucket, "privacy", ExitCode.CONFLICT, "make it private"),
        (no_policy, "policies", ExitCode.NOT_A_MEMBER, "migrations"),
        (no_update_policy, "policies", ExitCode.NOT_A_MEMBER, "migrations"),
        (old_migrations, "functions", ExitCode.CONFLICT, "migrations"),
        (no_version, "functions", ExitCode.USAGE, "migrations"),
        (detached, "git", ExitCode.CONFLICT, "git switch"),
    ],
)
def test_what_is_wrong_is_named_with_its_fix(
    place: Place, harm: Callable[[Place], None], name: str, code: ExitCode, fix: str
) -> None:
    harm(place)
    found = findings(place)
    first = next(one for one in found.values() if one.state == "failed")
    assert (first.name, first.exit_code) == (name, code)
    assert fix in str(first.fix)


def test_a_policy_that_is_gone_is_named_by_doctor_and_by_create(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"))
    no_update_policy(place)
    spec = place.spec("specs/x.yaml", word="two")
    with pytest.raises(UsageError, match="lacks the policy dagctl_dags_update") as caught:
        place.create(spec)
    assert "dagctl migrations export" in str(caught.value.hint)
    assert place.versions() == {"orders": 1}
    assert "dagctl_dags_update (UPDATE on storage.objects)" in findings(place)["policies"].message


def test_newer_migrations_than_this_dagctl_knows_are_no_fault(place: Place) -> None:
    say_version(place, "20991231000000")
    found = findings(place)["functions"]
    assert found.state == "ok"
    assert "newer migrations (20991231000000)" in found.message


def test_what_cannot_be_looked_at_is_skipped_and_not_called_well(place: Place) -> None:
    wrong_key(place)
    found = findings(place)
    assert {found[name].state for name in NAMES[4:11]} == {"skipped"}
    assert found["git"].state == "ok"


def test_a_viewer_learns_so_and_tries_nothing_out(place: Place) -> None:
    place.stand_in.sql("update public.project_members set role = 'viewer'")
    found = findings(place)
    assert found["membership"].message == "viewer of the project: may list and show"
    assert {one.state for one in found.values()} == {"ok"}


def test_an_object_that_was_changed_behind_dagctls_back_is_named(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"), place.spec("specs/y.yaml", "Sales"))
    place.stand_in.tamper(f"{PROJECT}/dags/sales.py", b"import os\n")
    found = findings(place)["objects"]
    assert found.state == "failed"
    assert found.message == (
        "1 of 2 stored files are missing or differ from the recorded ones: sales"
    )


def test_the_next_change_of_the_spec_stores_a_changed_object_anew(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"))
    place.stand_in.tamper(f"{PROJECT}/dags/orders.py", b"import os\n")
    assert findings(place)["objects"].state == "failed"
    place.create(place.spec("specs/x.yaml", word="two"))
    assert findings(place)["objects"].state == "ok"
    place.check_agreement()


def test_a_row_that_was_changed_behind_dagctls_back_is_named(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"))
    place.stand_in.sql("update public.user_dags set content_digest = %s", "0" * 64)
    assert findings(place)["objects"].state == "failed"


def test_fix_stores_an_object_anew_that_was_changed_behind_dagctls_back(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"), place.spec("specs/y.yaml", "Sales"))
    place.stand_in.tamper(f"{PROJECT}/dags/sales.py", b"import os\n")
    with place.open() as client:
        repairs = client.repairs()
        assert repairs.dags == ("sales",)
        healed = client.heal(repairs)
        assert [(dag.dag_id, dag.version) for dag in healed.dags] == [("sales", 2)]
        assert client.repairs().is_empty
    assert findings(place)["objects"].state == "ok"
    place.check_agreement()


def test_an_object_without_a_record_is_named_once_it_is_old(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"))
    place.create(place.spec("specs/g.yaml", "Gone"))
    place.stand_in.sql("delete from public.user_dags where dag_id = 'gone'")
    key = f"{PROJECT}/dags/gone.py"
    assert findings(place)["objects"].state == "ok"
    old = "update storage.objects set updated_at = now() - interval '2 hours' where name = %s"
    place.stand_in.sql(old, key)
    found = findings(place)["objects"]
    assert (found.state, found.message) == (
        "warning",
        "1 stored files belong to no recorded DAG: gone.py",
    )
    with place.open() as client:
        healed = client.heal(client.repairs())
    assert bool(healed.removed) != bool(healed.failed)


def test_what_lies_elsewhere_in_the_bucket_is_named(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"))
    other = "00000000-0000-4000-8000-000000000000"
    for key in (f"{PROJECT}/notes.txt", f"{PROJECT}/dags/old/x.py", f"{other}/notes.txt"):
        insert = "insert into storage.objects (bucket_id, name) values ('dags', %s) returning name"
        place.stand_in.sql(insert, key)
    found = findings(place)["objects"]
    assert found.state == "warning"
    assert found.message == (
        f"2 stored files lie where no DAG is stored: {PROJECT}/dags/old/x.py, {PROJECT}/notes.txt"
    )
