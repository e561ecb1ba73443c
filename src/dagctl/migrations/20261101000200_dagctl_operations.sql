-- Operations: what makes reserve, confirm and abort repeatable. Nobody reads these tables through the
-- API; the functions that do check whose operation it is.

-- An aborted operation stays as a tombstone: a reserve or confirm that arrives late finds it.
create table if not exists private.dag_operations (
  id uuid primary key,
  project_id uuid not null,
  user_id uuid not null,
  status text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint dag_operations_status_check check (status in ('reserved', 'confirmed', 'aborted'))
);

-- What was granted for each claim, in the order of the claims (from 1).
create table if not exists private.dag_reservations (
  operation_id uuid not null references private.dag_operations (id) on delete cascade,
  ordinal integer not null,
  row_id uuid not null references public.user_dags (id) on delete cascade,
  wished text not null,
  version integer not null,
  primary key (operation_id, ordinal)
);
create index if not exists dag_operations_open_idx
  on private.dag_operations (user_id) where status = 'reserved';
create index if not exists dag_reservations_row_id_idx on private.dag_reservations (row_id);

alter table private.dag_operations enable row level security;
alter table private.dag_reservations enable row level security;
revoke all on private.dag_operations, private.dag_reservations
  from public, anon, authenticated, service_role;
grant all on private.dag_operations, private.dag_reservations to service_role;

alter table public.user_dags drop constraint if exists user_dags_operation_id_fkey;
alter table public.user_dags add constraint user_dags_operation_id_fkey
  foreign key (operation_id) references private.dag_operations (id);

-- Every refusal is raised here. PostgREST answers PTnnn with the HTTP status nnn, 42501 with 403 and
-- 22023 with 400. The kind stands in `details`, for programs:
--   42501  not_a_member       the caller is no owner or editor of the project
--   22023  invalid_request    the claims are not in the form that reserve takes
--   PT409  name_taken         the name is taken, and no number was wanted or none is left
--          row_gone           the DAG to update is not recorded any more
--          row_held           another operation holds the DAG
--          version_moved      the DAG has a newer version than the one that was read
--          operation_reused   the operation id stands for something else
--          operation_aborted  the operation was aborted, or its lease ran out and another took over
--          not_reserved       nothing is reserved under this operation id, or not these records
create or replace function private.refuse(
  p_code text, p_kind text, p_message text, p_hint text default ''
)
returns void
language plpgsql security invoker
set search_path = ''
as $$
begin
  raise exception using errcode = p_code, message = p_message, detail = p_kind, hint = p_hint;
end
$$;

create or replace function private.is_writer(p_project uuid)
returns boolean
language sql stable security invoker
set search_path = ''
as $$
  select exists (
    select from private.member_project_ids(array['owner', 'editor']) as m (project_id)
    where m.project_id = p_project
  );
$$;

create or replace function private.check_writer(p_project uuid)
returns void
language plpgsql security invoker
set search_path = ''
as $$
begin
  if not private.is_writer(p_project) then
    perform private.refuse(
      '42501', 'not_a_member',
      format('you are no owner or editor of the project %s', p_project),
      'ask an owner of the project to add you as an editor'
    );
  end if;
end
$$;

-- Everything that changes a project's reservations is serial within that project.
create or replace function private.lock_project(p_project uuid)
returns void
language sql volatile security invoker
set search_path = ''
as $$
  select pg_advisory_xact_lock(hashtextextended('dagctl/' || p_project, 0));
$$;

-- Until when a hold taken now is safe from others; by the server's clock.
create or replace function private.new_lease()
returns timestamptz
language sql stable security invoker
set search_path = ''
as $$
  select now() + interval '1 hour';
$$;

-- Give back what an operation holds and leave the tombstone. The caller holds the project's lock.
create or replace function private.release(p_operation uuid)
returns void
language sql volatile security invoker
set search_path = ''
as $$
  update private.dag_operations
  set status = 'aborted', updated_at = now()
  where id = p_operation and status = 'reserved';

  delete from private.dag_reservations where operation_id = p_operation;
  delete from public.user_dags where operation_id = p_operation and state = 'reserved';
  update public.user_dags set operation_id = null, lease_until = null
  where operation_id = p_operation;
$$;

-- What an operation of the caller's has reserved or confirmed, in the order of the claims. One JSON
-- value, here as in all of the API: the API cuts sets of rows at a number that a project may lower.
create or replace function private.reserved(p_operation uuid)
returns json
language sql stable security definer
set search_path = ''
as $$
  select coalesce(
    json_agg(
      json_build_object(
        'row_id', d.id,
        'dag_id', d.dag_id,
        'version', r.version,
        'user_id', d.user_id,
        'created_at', d.created_at
      )
      order by r.ordinal
    ),
    '[]'
  )
  from private.dag_operations o
  join private.dag_reservations r on r.operation_id = o.id
  join public.user_dags d on d.id = r.row_id
  where o.id = p_operation and o.user_id = (select auth.uid());
$$;

-- How far an operation of the caller's is.
create or replace function private.operation_status(p_operation uuid)
returns text
language sql stable security definer
set search_path = ''
as $$
  select coalesce(
    (
      select o.status from private.dag_operations o
      where o.id = p_operation and o.user_id = (select auth.uid())
    ),
    'absent'
  );
$$;

-- The keys of the new DAGs that operations of the caller's hold. A file gets the prefix `dag_` where its
-- name would hide a Python module; a key that a DAG of that very name may have is not among them.
create or replace function private.reserved_objects()
returns setof text
language sql stable security definer
set search_path = ''
as $$
  select d.project_id || '/dags/' || file.stem || '.py'
  from public.user_dags d
  join private.dag_operations o on o.id = d.operation_id
  cross join lateral (values (d.dag_id), ('dag_' || d.dag_id)) as file (stem)
  where o.user_id = (select auth.uid()) and o.status = 'reserved' and d.state = 'reserved'
    and not exists (
      select from public.user_dags other
      where other.project_id = d.project_id and other.dag_id = file.stem and other.id <> d.id
    );
$$;

-- All keys that operations of the caller's hold, those of updates too.
create or replace function private.held_objects()
returns setof text
language sql stable security definer
set search_path = ''
as $$
  select private.reserved_objects()
  union all
  select d.storage_path
  from public.user_dags d
  join private.dag_operations o on o.id = d.operation_id
  where o.user_id = (select auth.uid()) and o.status = 'reserved' and d.state = 'active';
$$;

-- Whether no DAG, be it only reserved, can have this key: what lies there is left over.
create or replace function private.is_left_over(p_key text)
returns boolean
language sql stable security definer
set search_path = ''
as $$
  select not exists (
    select from public.user_dags d
    where d.project_id::text = split_part(p_key, '/', 1)
      and d.dag_id in (file.stem, regexp_replace(file.stem, '^dag_', ''))
  )
  from (select regexp_replace(p_key, '^.*/([^/]*)[.]py$', '\1')) as file (stem);
$$;

revoke all on function
  private.refuse(text, text, text, text),
  private.is_writer(uuid),
  private.check_writer(uuid),
  private.lock_project(uuid),
  private.new_lease(),
  private.release(uuid),
  private.reserved(uuid),
  private.operation_status(uuid),
  private.reserved_objects(),
  private.held_objects(),
  private.is_left_over(text)
from public, anon, authenticated, service_role;
grant execute on function
  private.reserved(uuid), private.operation_status(uuid), private.reserved_objects(),
  private.held_objects(), private.is_left_over(text)
to authenticated;
