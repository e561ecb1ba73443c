-- The new DAGs that an operation holds are looked up one by one by their key. Until the table is analysed, which is a
-- while after many were reserved, the planner takes what an operation holds for one row, and compared each of 10,000
-- with each: that took longer than a statement may.

create or replace function private.held_new_dags(p_operation uuid)
returns table (row_id uuid, version integer)
language sql stable security invoker
set search_path = ''
as $$
  select d.id, r.version
  from private.dag_reservations r
  cross join lateral (
    select u.id, u.state, u.operation_id from public.user_dags u where u.id = r.row_id offset 0
  ) as d
  where r.operation_id = p_operation and not r.is_unchanged
    and d.state = 'reserved' and d.operation_id = p_operation;
$$;

create or replace function public.dagctl_version()
returns text
language sql immutable security invoker
set search_path = ''
as $$
  select '20261130000000';
$$;

revoke all on function private.held_new_dags(uuid) from public, anon, authenticated, service_role;
