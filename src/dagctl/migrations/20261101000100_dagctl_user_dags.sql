-- The DAGs of a project: the guide's table to the letter, then what the operation needs. A table that
-- stands here already keeps its rows; each becomes version 1 of its DAG.

create table if not exists public.user_dags (
  id uuid default gen_random_uuid() primary key,
  project_id uuid not null,
  user_id uuid not null,
  dag_id text not null,
  dag_name text not null,
  description text,
  file_path text not null,
  schedule_interval text,
  owner text,
  tags text[],
  task_count integer default 0,
  is_active boolean default true,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  commit_id text,
  unique (project_id, dag_id)
);

-- operation_id and lease_until say which operation holds the row now. A new DAG is `reserved` until it
-- is confirmed; an update leaves the visible columns alone until then. Rows that no dagctl wrote have
-- no spec and no digests, and are of the guide's time: Airflow 2.
alter table public.user_dags
  add column if not exists version integer not null default 1,
  add column if not exists base_name text,
  add column if not exists source_path text,
  add column if not exists storage_path text,
  add column if not exists airflow text not null default '2',
  add column if not exists spec jsonb,
  add column if not exists spec_digest text,
  add column if not exists content_digest text,
  add column if not exists state text not null default 'active',
  add column if not exists operation_id uuid,
  add column if not exists lease_until timestamptz;

-- A writer that knows only the guide's columns goes on working.
create or replace function private.complete_user_dag()
returns trigger
language plpgsql security invoker
set search_path = ''
as $$
begin
  new.base_name := coalesce(new.base_name, new.dag_id);
  new.storage_path := coalesce(
    new.storage_path,
    new.project_id || '/dags/' || regexp_replace(new.file_path, '^.*/', '')
  );
  return new;
end
$$;
revoke all on function private.complete_user_dag() from public, anon, authenticated, service_role;

-- What a DAG is stays what it is; updated_at says when what readers see has changed, and so does not
-- move when an operation takes or leaves its hold.
create or replace function private.guard_user_dag()
returns trigger
language plpgsql security invoker
set search_path = ''
as $$
begin
  if (new.id, new.project_id, new.user_id, new.dag_id, new.base_name, new.created_at)
     is distinct from
     (old.id, old.project_id, old.user_id, old.dag_id, old.base_name, old.created_at)
  then
    raise exception 'id, project_id, user_id, dag_id, base_name and created_at of a DAG never change'
      using errcode = 'check_violation', table = 'user_dags', schema = 'public';
  end if;
  old.operation_id := new.operation_id;
  old.lease_until := new.lease_until;
  if new is distinct from old then
    new.updated_at := now();
  end if;
  return new;
end
$$;
revoke all on function private.guard_user_dag() from public, anon, authenticated, service_role;

drop trigger if exists user_dags_guard on public.user_dags;
update public.user_dags
set base_name = coalesce(base_name, dag_id),
    storage_path = coalesce(
      storage_path, project_id || '/dags/' || regexp_replace(file_path, '^.*/', '')
    ),
    created_at = coalesce(created_at, now()),
    updated_at = coalesce(updated_at, created_at, now())
where base_name is null or storage_path is null or created_at is null or updated_at is null;

create or replace trigger user_dags_complete
  before insert on public.user_dags
  for each row execute function private.complete_user_dag();
create or replace trigger user_dags_guard
  before update on public.user_dags
  for each row execute function private.guard_user_dag();

-- Not valid: rows of an earlier time are not judged, new and changed ones are.
alter table public.user_dags
  alter column base_name set not null,
  alter column storage_path set not null,
  drop constraint if exists user_dags_dag_id_check,
  drop constraint if exists user_dags_storage_path_check,
  drop constraint if exists user_dags_task_count_check,
  drop constraint if exists user_dags_version_check,
  drop constraint if exists user_dags_airflow_check,
  drop constraint if exists user_dags_digests_check,
  drop constraint if exists user_dags_hold_check,
  add constraint user_dags_dag_id_check
    check (dag_id ~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$') not valid,
  add constraint user_dags_storage_path_check
    check (starts_with(storage_path, project_id || '/dags/')) not valid,
  add constraint user_dags_task_count_check check (task_count >= 0) not valid,
  add constraint user_dags_version_check check (version >= 1),
  add constraint user_dags_airflow_check check (airflow in ('2', '3')),
  add constraint user_dags_digests_check
    check (spec_digest ~ '^[0-9a-f]{64}$' and content_digest ~ '^[0-9a-f]{64}$'),
  add constraint user_dags_hold_check check (
    state in ('reserved', 'active', 'removed')
    and (operation_id is null) = (lease_until is null)
    and (state <> 'reserved' or operation_id is not null)
  );

-- Keyset listing in code point order, whatever the database's collation.
create index if not exists user_dags_listing_idx
  on public.user_dags (project_id, dag_id collate "C");
create index if not exists user_dags_source_path_idx on public.user_dags (project_id, source_path);
create index if not exists user_dags_storage_path_idx on public.user_dags (storage_path);
create index if not exists user_dags_user_id_idx on public.user_dags (user_id);
create index if not exists user_dags_operation_id_idx on public.user_dags (operation_id);

-- Members read what is confirmed; no client writes but through reserve, confirm and abort. The array form
-- is computed once a query and lets it use the index (a function call a row does neither).
alter table public.user_dags enable row level security;
revoke all on public.user_dags from public, anon, authenticated, service_role;
grant select on public.user_dags to authenticated;
grant all on public.user_dags to service_role;

drop policy if exists user_dags_select on public.user_dags;
create policy user_dags_select on public.user_dags
  for select to authenticated
  using (state = 'active' and project_id = any (array(select private.member_project_ids())));

-- Restrictive as well: a policy from before, such as `using (true)`, must not widen the one above.
drop policy if exists user_dags_members_only on public.user_dags;
create policy user_dags_members_only on public.user_dags
  as restrictive for select to authenticated
  using (state = 'active' and project_id = any (array(select private.member_project_ids())));
