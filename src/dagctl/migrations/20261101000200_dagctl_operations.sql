-- Operations: what makes reserve, confirm and abort repeatable. No client reads these tables through the
-- API; the functions that do check who asks. An operation is its project's: every owner and editor of it
-- may end one that another began, by the first run that comes to a dead one.

-- An aborted operation stays as a tombstone: a reserve or confirm that arrives late finds it. One that is
-- `aborting` still holds its DAGs while its user puts things back, but confirms and uploads nothing more. Of all
-- operations with one idempotency key, one at most is not aborted.
create table if not exists private.dag_operations (
  id uuid primary key,
  project_id uuid not null,
  user_id uuid not null,
  status text not null,
  key text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint dag_operations_status_check check (status in ('reserved', 'aborting', 'confirmed', 'aborted'))
);

-- What was granted for each claim, in the order of the claims (from 1). Where the DAG stays as it is, nothing
-- is held. What a repeat answers stays here, whatever becomes of the DAG: file_path and commit_id are those
-- of the version, once it is confirmed.
create table if not exists private.dag_reservations (
  operation_id uuid not null references private.dag_operations (id) on delete cascade,
  ordinal integer not null,
  row_id uuid not null references public.user_dags (id) on delete cascade,
  wished text not null,
  version integer not null,
  spec_digest text,
  is_unchanged boolean not null default false,
  file_path text,
  commit_id text,
  primary key (operation_id, ordinal)
);

-- Tables of an earlier version knew no keys, and nothing that was `aborting`.
alter table private.dag_operations
  add column if not exists key text,
  drop constraint if exists dag_operations_status_check,
  add constraint dag_operations_status_check
    check (status in ('reserved', 'aborting', 'confirmed', 'aborted'));
alter table private.dag_reservations
  add column if not exists spec_digest text,
  add column if not exists is_unchanged boolean not null default false,
  add column if not exists file_path text,
  add column if not exists commit_id text;

drop index if exists private.dag_operations_open_idx;
create index dag_operations_open_idx
  on private.dag_operations (user_id) where status in ('reserved', 'aborting');
create unique index if not exists dag_operations_key_idx
  on private.dag_operations (project_id, key) where status <> 'aborted';
create index if not exists dag_operations_ended_idx
  on private.dag_operations (project_id, updated_at) where status in ('confirmed', 'aborted');
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
--   42501  not_a_member       the caller is not an owner or editor of the project
--   22023  invalid_request    the claims are not in the form that reserve takes
--   PT409  name_taken         the name is taken, and no number was wanted or none is left
--          row_gone           the DAG to update is not recorded any more
--          row_held           another operation holds the DAG
--          version_moved      the DAG has a newer version than the one that was read
--          operation_reused   the operation id stands for something else
--          key_taken          another operation with this idempotency key is under way or confirmed
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
      format('you are not an owner or editor of the project %s', p_project),
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
  where id = p_operation and status in ('reserved', 'aborting');

  delete from private.dag_reservations where operation_id = p_operation;
  delete from public.user_dags where operation_id = p_operation and state = 'reserved';
  update public.user_dags set operation_id = null, lease_until = null
  where operation_id = p_operation;
$$;

-- How far an operation is, shown to its user and to the members of its project. Others learn that there is
-- one, or they would take it for dead.
create or replace function private.operation_status(p_operation uuid)
returns text
language plpgsql stable security definer
set search_path = ''
as $$
declare
  op private.dag_operations;
begin
  select * into op from private.dag_operations where id = p_operation;
  if not found then
    return 'absent';
  elsif op.user_id is distinct from auth.uid()
    and op.project_id not in (select private.member_project_ids())
  then
    perform private.refuse(
      '42501', 'not_a_member',
      format('operation %s is of a project that you are not a member of', p_operation),
      'let an owner or editor of that project run `dagctl recover`'
    );
  end if;
  return op.status;
end
$$;

-- What an operation has reserved or confirmed, in the order of the claims. One JSON value, here as in all
-- of the API: the API cuts sets of rows at a number that a project may lower.
create or replace function private.reserved(p_operation uuid)
returns json
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform private.operation_status(p_operation); -- refuses who may not know
  return (
    select coalesce(
      json_agg(
        json_build_object(
          'row_id', d.id,
          'dag_id', d.dag_id,
          'version', r.version,
          'user_id', d.user_id,
          'created_at', d.created_at,
          'spec_digest', coalesce(r.spec_digest, ''),
          'is_unchanged', r.is_unchanged,
          'file_path', r.file_path,
          'commit_id', r.commit_id
        )
        order by r.ordinal
      ),
      '[]'
    )
    from private.dag_reservations r
    join public.user_dags d on d.id = r.row_id
    where r.operation_id = p_operation
  );
end
$$;

-- The operation of an idempotency key that is under way or confirmed, or null.
create or replace function private.keyed_operation(p_project uuid, p_key text)
returns json
language sql stable security definer
set search_path = ''
as $$
  select json_build_object(
    'operation_id', o.id, 'status', o.status, 'reservations', private.reserved(o.id)
  )
  from private.dag_operations o
  where o.project_id = p_project and o.key = p_key and o.status <> 'aborted'
    and (
      o.user_id = (select auth.uid())
      or p_project in (select private.member_project_ids())
    );
$$;

-- Operations that ended a month ago are of no use to anybody: no request is that late. A bounded number a
-- call, so that no call is slow; the next reserve takes the next ones.
create or replace function private.prune_operations(p_project uuid)
returns void
language sql volatile security invoker
set search_path = ''
as $$
  delete from private.dag_operations
  where id in (
    select o.id from private.dag_operations o
    where o.project_id = p_project
      and o.status in ('confirmed', 'aborted')
      and o.updated_at < now() - interval '30 days'
    order by o.updated_at
    limit 100
  );
$$;

-- --- The keys of the bucket ---

-- The operation that holds the DAG of a key, and whether no reader knows that DAG yet. A file gets the prefix
-- `dag_` where its name would hide a Python module; a key that a DAG of that very name may have is not
-- opened by it.
create or replace function private.holder_of(p_key text)
returns table (operation_id uuid, is_new boolean)
language sql stable security invoker
set search_path = ''
as $$
  select d.operation_id, false
  from public.user_dags d
  where d.storage_path = p_key and d.state = 'active' and d.operation_id is not null
  union all
  select d.operation_id, true
  from (select regexp_match(p_key, '^([0-9a-f-]{36})/dags/([^/]*)[.]py$')) as key (parts)
  join public.user_dags d
    on d.project_id = parts[1]::uuid
    and d.dag_id in (parts[2], regexp_replace(parts[2], '^dag_', ''))
  where d.state = 'reserved' and not exists (
    select from public.user_dags other
    where other.project_id = d.project_id and other.dag_id = parts[2] and other.id <> d.id
  );
$$;

-- Whether no DAG, be it only reserved, can have this key: what lies there is left over.
create or replace function private.is_left_over(p_key text)
returns boolean
language sql stable security invoker
set search_path = ''
as $$
  select not exists (
    select from public.user_dags d
    where d.project_id::text = split_part(p_key, '/', 1)
      and d.dag_id in (file.stem, regexp_replace(file.stem, '^dag_', ''))
  )
  from (select regexp_replace(p_key, '^.*/([^/]*)[.]py$', '\1')) as file (stem);
$$;

-- Whether what lies under this key are the new bytes of this operation.
create or replace function private.is_upload_of(p_key text, p_operation uuid)
returns boolean
language sql stable security invoker
set search_path = ''
as $$
  select exists (
    select from storage.objects
    where bucket_id = 'dags' and name = p_key
      and user_metadata ->> 'dagctl_operation' = p_operation::text
  );
$$;

-- Whether the caller may put old bytes back for an operation that is being aborted: any owner or editor of its
-- project; and its own user, who may have lost the membership in the middle, once, over the operation's own bytes.
create or replace function private.may_put_back(p_key text, p_operation private.dag_operations)
returns boolean
language sql stable security invoker
set search_path = ''
as $$
  select p_operation.status = 'aborting' and (
    private.is_writer(p_operation.project_id)
    or (p_operation.user_id = auth.uid() and private.is_upload_of(p_key, p_operation.id))
  );
$$;

-- Whether the caller may upload under this key, with this metadata: it names the operation that holds the
-- DAG. New bytes come from the operation's own user, until it is confirmed or is being aborted; the old bytes of
-- an update are put back while it is being aborted. So an upload that arrives when its operation is over or is
-- being undone changes nothing, even if another one holds the DAG by then.
create or replace function private.may_upload(p_key text, p_metadata jsonb)
returns boolean
language sql stable security definer
set search_path = ''
as $$
  select exists (
    select from private.holder_of(p_key) h
    join private.dag_operations o on o.id = h.operation_id
    where (
        o.status = 'reserved' and o.user_id = auth.uid() and private.is_writer(o.project_id)
        and o.id::text = p_metadata ->> 'dagctl_operation'
      )
      or (
        not h.is_new and private.may_put_back(p_key, o)
        and o.id::text = p_metadata ->> 'dagctl_restores'
      )
  );
$$;

-- Whether what lies under this key may be overwritten by the caller at all.
create or replace function private.may_replace(p_key text)
returns boolean
language sql stable security definer
set search_path = ''
as $$
  select exists (
    select from private.holder_of(p_key) h
    join private.dag_operations o on o.id = h.operation_id
    where (o.status = 'reserved' and private.is_writer(o.project_id))
      or private.may_put_back(p_key, o)
  );
$$;

-- Whether the caller may remove what lies under this key, uploaded with this metadata: it is left over; or the
-- operation that holds the DAG is being aborted, and no reader knows the DAG yet or the object is that
-- operation's own. One who lost the membership still removes what no reader knows.
create or replace function private.may_remove(p_key text, p_metadata jsonb)
returns boolean
language sql stable security definer
set search_path = ''
as $$
  select exists (
    select from private.holder_of(p_key) h
    join private.dag_operations o on o.id = h.operation_id
    where o.status = 'aborting'
      and (private.is_writer(o.project_id) or (h.is_new and o.user_id = auth.uid()))
      and (h.is_new or o.id::text = p_metadata ->> 'dagctl_operation')
  ) or (
    split_part(p_key, '/', 1) = any (
      array(select p::text from private.member_project_ids(array['owner', 'editor']) as p)
    )
    and private.is_left_over(p_key)
  );
$$;

-- All keys that the caller's own operations hold, for one who is not a member any more to look at them.
create or replace function private.held_objects()
returns setof text
language sql stable security definer
set search_path = ''
as $$
  select d.project_id || '/dags/' || file.stem || '.py'
  from private.dag_operations o
  join public.user_dags d on d.operation_id = o.id
  cross join lateral (values (d.dag_id), ('dag_' || d.dag_id)) as file (stem)
  where o.user_id = (select auth.uid()) and o.status in ('reserved', 'aborting')
    and d.state = 'reserved'
    and not exists (
      select from public.user_dags other
      where other.project_id = d.project_id and other.dag_id = file.stem and other.id <> d.id
    )
  union all
  select d.storage_path
  from private.dag_operations o
  join public.user_dags d on d.operation_id = o.id
  where o.user_id = (select auth.uid()) and o.status in ('reserved', 'aborting')
    and d.state = 'active';
$$;

revoke all on function
  private.refuse(text, text, text, text),
  private.is_writer(uuid),
  private.check_writer(uuid),
  private.lock_project(uuid),
  private.new_lease(),
  private.release(uuid),
  private.operation_status(uuid),
  private.reserved(uuid),
  private.keyed_operation(uuid, text),
  private.prune_operations(uuid),
  private.holder_of(text),
  private.is_left_over(text),
  private.is_upload_of(text, uuid),
  private.may_put_back(text, private.dag_operations),
  private.may_upload(text, jsonb),
  private.may_replace(text),
  private.may_remove(text, jsonb),
  private.held_objects()
from public, anon, authenticated, service_role;
grant execute on function
  private.reserved(uuid), private.operation_status(uuid), private.keyed_operation(uuid, text),
  private.may_upload(text, jsonb), private.may_replace(text), private.may_remove(text, jsonb),
  private.held_objects()
to authenticated;
