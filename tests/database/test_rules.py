"""What holds for everything in the schema, whatever is added to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.postgres.database import MIGRATIONS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres.requests import Database

OURS = "('public'::regnamespace, 'private'::regnamespace)"

RULES = {
    "no SECURITY DEFINER function can be called through the API": """
        select oid::regprocedure from pg_proc
        where prosecdef and pronamespace = 'public'::regnamespace
    """,
    "every function has a fixed search_path": f"""
        select oid::regprocedure from pg_proc
        where pronamespace in {OURS}
          and not coalesce('search_path=""' = any (proconfig), false)
    """,
    "every table stands under row level security": f"""
        select oid::regclass from pg_class
        where relnamespace in {OURS} and relkind in ('r', 'p') and not relrowsecurity
    """,
    "no view passes row level security by": f"""
        select oid::regclass from pg_class
        where relnamespace in {OURS} and relkind in ('v', 'm')
          and not coalesce('security_invoker=true' = any (reloptions), false)
    """,
    "nothing is granted to everybody or to anon": f"""
        select oid::regclass::text, acl from pg_class, aclexplode(relacl) as acl
        where relnamespace in {OURS} and acl.grantee in (0, 'anon'::regrole)
        union all
        select oid::regprocedure::text, acl from pg_proc, aclexplode(proacl) as acl
        where pronamespace in {OURS} and acl.grantee in (0, 'anon'::regrole)
    """,
    "every function's rights are stated": f"""
        select oid::regprocedure from pg_proc where pronamespace in {OURS} and proacl is null
    """,
    "signed-in users may only read tables": f"""
        select oid::regclass, acl.privilege_type from pg_class, aclexplode(relacl) as acl
        where relnamespace in {OURS} and acl.grantee = 'authenticated'::regrole
          and acl.privilege_type <> 'SELECT'
    """,
    "every policy names its role": """
        select schemaname, tablename, policyname from pg_policies where 'public' = any (roles)
    """,
    # an object is written by its key, so there is one row to ask about
    "no policy asks who the user is for each row": r"""
        select schemaname, tablename, policyname from pg_policies
        where (schemaname <> 'storage' or cmd = 'SELECT')
          and concat(qual, with_check) ~ '(auth|private)\.\w+\('
          and concat(qual, with_check) !~* 'select (auth|private)\.\w+\('
          and concat(qual, with_check) !~* 'from private\.member_project_ids\('
    """,
    "every foreign key has an index": f"""
        select conrelid::regclass, conname from pg_constraint as c
        where contype = 'f' and connamespace in {OURS} and not exists (
            select from pg_index as i
            where i.indrelid = c.conrelid
              and (i.indkey::int2[])[0 : cardinality(c.conkey) - 1] = c.conkey
        )
    """,
}


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_holds(database: Database, rule: str) -> None:
    assert database.admin(RULES[rule]) == []


BREACHES = {
    "no SECURITY DEFINER function can be called through the API": (
        "create function public.leak() returns int language sql security definer return 1"
    ),
    "every function has a fixed search_path": (
        "create function private.loose() returns int language sql return 1"
    ),
    "every table stands under row level security": "create table public.open_table ()",
    "no view passes row level security by": "create view public.seen as select 1 as one",
    "nothing is granted to everybody or to anon": "grant select on public.user_dags to anon",
    "every function's rights are stated": (
        "create function private.implied() returns int language sql return 1"
    ),
    "signed-in users may only read tables": "grant insert on public.user_dags to authenticated",
    "every policy names its role": (
        "create policy everybody on public.user_dags for select using (true)"
    ),
    "no policy asks who the user is for each row": (
        "create policy slow on public.user_dags for select to authenticated "
        "using (user_id = auth.uid())"
    ),
    "every foreign key has an index": "drop index user_dags_operation_id_idx",
}


@pytest.mark.parametrize("rule", RULES)
def test_a_breach_of_the_rule_is_found(database: Database, rule: str) -> None:
    with (
        database.connect("supabase_admin") as connection,
        connection.transaction(force_rollback=True),
    ):
        connection.execute(BREACHES[rule].encode())
        assert connection.execute(RULES[rule].encode()).fetchall() != []


@pytest.mark.parametrize("migration", MIGRATIONS, ids=lambda file: file.stem)
def test_no_row_is_changed_without_a_condition(migration: Path) -> None:
    """Supabase loads pg-safeupdate, which refuses such a statement, in functions too."""
    sql = re.sub(r"--.*", "", migration.read_text(encoding="utf-8"))
    changes = re.findall(r"\b(?:update|delete from)\s+(?:public|private)\.[^;]*", sql)
    assert [change for change in changes if "where" not in change] == []
