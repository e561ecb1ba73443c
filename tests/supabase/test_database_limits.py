"""What the database cancels is tried again, and what stays held ends in one of the known ways."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg
import pytest

from dagctl.errors import UnavailableError, UnfinishedError
from tests.supabase.place import At

if TYPE_CHECKING:
    from dagctl.errors import DagctlError
    from tests.supabase.place import Place

pytestmark = pytest.mark.usefixtures("quick")

CANCELLED = {
    "57014": "statement timeout",
    "40001": "serialization failure",
    "40P01": "deadlock",
    "55P03": "lock not available",
    "53300": "too many connections",
}
FAIL_TWICE = """
create sequence public.failures;
grant usage on public.failures to public;
create function public.fail() returns trigger language plpgsql as $$
begin
  -- a sequence is not rolled back
  if nextval('public.failures') <= 2 then
    raise exception using errcode = '{code}', message = 'this time it fails';
  end if;
  return new;
end $$;
create trigger fail before {event} on public.user_dags
  for each row execute function public.fail();
"""
TIMEOUT = 0.1
CANCELLED_BY_TIME = "answered HTTP 500: canceling statement due to statement timeout"
HOLDERS = """
select count(*) from pg_locks
where relation = 'public.user_dags'::regclass and mode in ('ShareLock', 'AccessExclusiveLock')
"""


@pytest.mark.parametrize("event", ["insert", "update"])
@pytest.mark.parametrize("code", CANCELLED, ids=CANCELLED.get)
def test_what_the_database_cancels_is_tried_again(place: Place, code: str, event: str) -> None:
    place.stand_in.sql(FAIL_TWICE.format(code=code, event=event))
    (dag,) = place.create(place.spec("specs/x.yaml")).dags
    assert dag.dag_id == "orders"
    assert place.versions() == {"orders": 1}
    assert place.stand_in.sql("select last_value >= 3 from public.failures") == [(True,)]
    place.check_agreement()


def hold(place: Place, held: ExitStack, mode: str) -> None:
    """Let another session hold the table, until `held` is closed; once is enough."""
    if place.stand_in.sql(HOLDERS) != [(0,)]:
        return
    other = held.enter_context(psycopg.connect(place.stand_in.conninfo))
    other.execute(f"lock table public.user_dags in {mode} mode".encode())


@pytest.mark.parametrize("mode", ["share", "access exclusive"])
@pytest.mark.parametrize("command", ["create", "update"])
@pytest.mark.parametrize(
    ("step", "error"), [("reserve", UnavailableError), ("confirm", UnfinishedError)]
)
def test_a_table_that_stays_locked_ends_in_a_known_way(
    place: Place, step: str, error: type[DagctlError], command: str, mode: str
) -> None:
    if command == "update":
        place.create(place.spec("specs/x.yaml"))
    before = place.versions()
    spec = place.spec("specs/x.yaml", word="two")
    place.stand_in.limit_statements(TIMEOUT)
    with ExitStack() as held:
        listener = At(step, lambda: hold(place, held, mode))
        with pytest.raises(error, match=CANCELLED_BY_TIME):
            place.create(spec, listener=listener)
    if error is UnavailableError:
        assert place.versions() == before
        place.check_agreement()
        place.create(spec)
    else:
        (recovered,) = place.recover().recovered
        assert (recovered.outcome, recovered.dags) == ("finished", ("orders",))
    assert place.versions() == {"orders": 1 + len(before)}
    place.check_agreement()


def test_a_table_that_cannot_be_read_is_unavailable(place: Place) -> None:
    place.create(place.spec("specs/x.yaml"))
    place.stand_in.limit_statements(TIMEOUT)
    with ExitStack() as held:
        hold(place, held, "access exclusive")
        with pytest.raises(UnavailableError, match=CANCELLED_BY_TIME):
            place.records()
    assert [record.dag_id for record in place.records()] == ["orders"]


SLOW = """
create function public.wait() returns trigger language plpgsql as $$
begin
  perform pg_sleep(0.5);
  return new;
end $$;
create trigger wait before update of state on public.user_dags
  for each row execute function public.wait();
"""


def test_a_large_operation_may_take_longer_than_a_statement_of_a_user(place: Place) -> None:
    functions = ("reserve", "import_versions", "confirm", "begin_abort", "abort")
    rows = place.stand_in.sql(
        "select proname::text from pg_proc where 'statement_timeout=25s' = any (proconfig) "
        "and pronamespace = 'public'::regnamespace"
    )
    assert {name for (name,) in rows} == set(functions)
    place.stand_in.limit_statements(0.3, functions=False)
    place.stand_in.sql(SLOW)
    place.create(place.spec("specs/x.yaml"))
    assert place.versions() == {"orders": 1}
    place.check_agreement()
