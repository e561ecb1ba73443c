-- Versions: every confirmed version of a DAG stays, with the text that its author wrote. A removed DAG leaves a
-- tombstone (`removed`): its id is not given to another DAG, and its versions stay.

-- row_id is the DAG's row in user_dags. user_id, created_at and created_by_name are those of the DAG; updated_at,
-- updated_by_name, commit_id and operation_id those of the version. The columns of the spec are as in user_dags.
create table if not exists public.user_dag_versions (
  row_id uuid not null references public.user_dags (id) on delete cascade,
  version integer not null,
  project_id uuid not null,
  dag_id text not null,
  action text not null,
  renamed text,
  operation_id uuid,
  user_id uuid not null,
  dag_name text not null,
  description text,
  file_path text not null,
  schedule_interval text,
  owner text,
  tags text[],
  task_count integer,
  is_active boolean,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  commit_id text,
  base_name text not null,
  source_path text,
  storage_path text not null,
  airflow text not null,
  spec jsonb,
  spec_text text,
  spec_digest text,
  content_digest text,
  created_by_name text,
  updated_by_name text,
  primary key (row_id, version),
  constraint user_dag_versions_action_check check (
    action in ('create', 'update', 'rollback', 'rename', 'delete', 'restore')
  )
);
create index if not exists user_dag_versions_dag_id_idx
  on public.user_dag_versions (project_id, dag_id, updated_at, version);

alter table public.user_dag_versions enable row level security;
revoke all on public.user_dag_versions from public, anon, authenticated, service_role;
grant select on public.user_dag_versions to authenticated;
grant all on public.user_dag_versions to service_role;

drop policy if exists user_dag_versions_select on public.user_dag_versions;
create policy user_dag_versions_select on public.user_dag_versions
  for select to authenticated
  using (project_id = any (array(select private.member_project_ids())));

-- A tombstone costs the list nothing: it is not in the index that the list reads.
alter table public.user_dags
  drop constraint if exists user_dags_hold_check,
  add constraint user_dags_hold_check check (
    state in ('reserved', 'active', 'removed')
    and (operation_id is null) = (lease_until is null)
    and (state <> 'reserved' or operation_id is not null)
  );
create index if not exists user_dags_listed_idx
  on public.user_dags (project_id, dag_id collate "C") where state = 'active';
drop index if exists public.user_dags_listing_idx;

-- The rows as they are now become versions, where their version is not there yet: those of the time before this
-- table, and those that a writer without dagctl has made.
create or replace function private.keep_versions(p_rows uuid[])
returns void
language sql volatile security invoker
set search_path = ''
as $$
  insert into public.user_dag_versions (
    row_id, version, project_id, dag_id, action, user_id, dag_name, description, file_path,
    schedule_interval, owner, tags, task_count, is_active, created_at, updated_at, commit_id,
    base_name, source_path, storage_path, airflow, spec, spec_digest, content_digest,
    created_by_name, updated_by_name
  )
  select
    d.id, d.version, d.project_id, d.dag_id,
    case when d.version = 1 then 'create' else 'update' end,
    d.user_id, d.dag_name, d.description, d.file_path,
    d.schedule_interval, d.owner, d.tags, d.task_count, d.is_active, d.created_at, d.updated_at,
    d.commit_id, d.base_name, d.source_path, d.storage_path, d.airflow, d.spec, d.spec_digest,
    d.content_digest, d.created_by_name, d.updated_by_name
  from public.user_dags d
  where d.state = 'active' and d.id = any (p_rows)
  on conflict (row_id, version) do nothing;
$$;
select private.keep_versions(array(select id from public.user_dags where state = 'active'));

-- What an operation makes: each version with its record, in the order of the claims.
create or replace function private.new_versions(p_operation uuid, p_records jsonb)
returns table (
  row_id uuid, version integer, spec_digest text, user_name text, record jsonb, removes boolean
)
language sql stable security invoker
set search_path = ''
as $$
  select
    r.row_id, r.version, r.spec_digest, o.user_name, given.record,
    coalesce(given.record -> 'is_removed' = 'true', false)
  from (
    select operation_id, row_id, version, spec_digest, row_number() over (order by ordinal) as place
    from private.dag_reservations
    where operation_id = p_operation and not is_unchanged
  ) as r
  join private.dag_operations o on o.id = r.operation_id
  join jsonb_array_elements(p_records) with ordinality as given (record, place)
    on given.place = r.place;
$$;

-- What is wrong with a version besides its record; null if nothing is.
create or replace function private.flaw_of_version(p_dag public.user_dags, p_record jsonb)
returns text
language plpgsql immutable security invoker
set search_path = ''
as $$
declare
  removes boolean := coalesce(p_record -> 'is_removed' = 'true', false);
  action text := p_record ->> 'action';
begin
  return case
    when coalesce(jsonb_typeof(p_record -> 'is_removed'), 'null') not in ('null', 'boolean')
      then 'is_removed is neither true nor false'
    when removes and (p_dag.state <> 'active' or coalesce(action, '') not in ('delete', 'rename'))
      then 'is_removed goes with the removal of a DAG'
    when not removes
      and action not in ('create', 'update', 'rollback', 'rename', 'restore')
      then 'action is none of a version'
    when coalesce(jsonb_typeof(p_record -> 'spec_text'), 'null') not in ('null', 'string')
      or octet_length(p_record ->> 'spec_text') > 8000000
      then 'spec_text is too long, or no text'
    when p_record ->> 'renamed' !~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$'
      then 'renamed is no id of a DAG'
  end;
end
$$;

-- The records are those of the reservations that are not unchanged, in their order, and each is good. Of a removal
-- only the commit counts: all else stays as it is recorded.
create or replace function private.check_records(p_operation uuid, p_records jsonb)
returns void
language plpgsql security invoker
set search_path = ''
as $$
declare
  flaw text;
begin
  if jsonb_typeof(p_records) is distinct from 'array' or (
    select coalesce(jsonb_agg(d.dag_id order by r.ordinal), '[]')
    from private.dag_reservations r
    join public.user_dags d on d.id = r.row_id
    where r.operation_id = p_operation and not r.is_unchanged
  ) is distinct from jsonb_path_query_array(p_records, '$[*].dag_id') then
    perform private.refuse(
      'PT409', 'not_reserved', format('operation %s has not reserved these DAGs', p_operation),
      'run the command again'
    );
  end if;

  select format('`%s`: %s', d.dag_id, bad.flaw) into flaw
  from private.new_versions(p_operation, p_records) as v
  join public.user_dags d on d.id = v.row_id
  cross join lateral jsonb_populate_record(null::public.user_dags, v.record) as n
  cross join lateral (
    select coalesce(
      private.flaw_of_version(d, v.record),
      case
        when not v.removes then coalesce(
          private.flaw_of_record(d, v.spec_digest, n),
          case when private.is_of_another(d, n.file_path) then 'file_path is that of another DAG' end
        )
        when coalesce(n.commit_id, '') !~ '^([0-9a-f]{4,64})?$'
          then 'commit_id is no commit of git'
      end
    ) as flaw
  ) as bad
  where bad.flaw is not null
  limit 1;
  if found then
    perform private.refuse('22023', 'invalid_request', flaw);
  end if;
end
$$;

-- Reserved to confirmed: from here on readers see the new versions, or see the DAG no more. Whose version it is says
-- the operation, not the record, and not who confirms it.
create or replace function private.publish(p_operation uuid, p_records jsonb)
returns void
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  rows_of uuid[] := array(
    select r.row_id from private.dag_reservations r
    where r.operation_id = p_operation and not r.is_unchanged
  );
begin
  perform private.keep_versions(rows_of);

  update public.user_dags d
  set dag_name = n.dag_name,
      description = n.description,
      file_path = n.file_path,
      schedule_interval = n.schedule_interval,
      owner = n.owner,
      tags = n.tags,
      task_count = n.task_count,
      is_active = true,
      commit_id = n.commit_id,
      version = v.version,
      source_path = n.source_path,
      storage_path = d.project_id || '/dags/' || regexp_replace(n.file_path, '^.*/', ''),
      airflow = n.airflow,
      spec = n.spec,
      spec_digest = n.spec_digest,
      content_digest = n.content_digest,
      updated_by_name = v.user_name,
      state = 'active',
      operation_id = null,
      lease_until = null
  from private.new_versions(p_operation, p_records) as v
  cross join lateral jsonb_populate_record(null::public.user_dags, v.record) as n
  where d.id = v.row_id and not v.removes;

  update public.user_dags d
  set is_active = false,
      commit_id = v.record ->> 'commit_id',
      version = v.version,
      updated_by_name = v.user_name,
      state = 'removed',
      operation_id = null,
      lease_until = null
  from private.new_versions(p_operation, p_records) as v
  where d.id = v.row_id and v.removes;

  insert into public.user_dag_versions (
    row_id, version, project_id, dag_id, action, renamed, operation_id, user_id, dag_name,
    description, file_path, schedule_interval, owner, tags, task_count, is_active, created_at,
    updated_at, commit_id, base_name, source_path, storage_path, airflow, spec, spec_text,
    spec_digest, content_digest, created_by_name, updated_by_name
  )
  select
    d.id, d.version, d.project_id, d.dag_id,
    coalesce(v.record ->> 'action', case when d.version = 1 then 'create' else 'update' end),
    v.record ->> 'renamed', p_operation, d.user_id, d.dag_name,
    d.description, d.file_path, d.schedule_interval, d.owner, d.tags, d.task_count, d.is_active,
    d.created_at, d.updated_at, d.commit_id, d.base_name, d.source_path, d.storage_path, d.airflow,
    d.spec, v.record ->> 'spec_text', d.spec_digest, d.content_digest, d.created_by_name,
    d.updated_by_name
  from private.new_versions(p_operation, p_records) as v
  join public.user_dags d on d.id = v.row_id
  on conflict (row_id, version) do nothing;

  update private.dag_reservations r
  set file_path = d.file_path, commit_id = d.commit_id
  from public.user_dags d
  where r.operation_id = p_operation and not r.is_unchanged and d.id = r.row_id;

  update private.dag_operations set status = 'confirmed', updated_at = now() where id = p_operation;
end
$$;

-- --- The hold of a DAG, or of a removed one that is to come back ---

create or replace function private.grant_update(
  p_operation uuid, p_project uuid, p_wish text, p_row uuid, p_expected integer
)
returns integer
language plpgsql security invoker
set search_path = ''
as $$
declare
  dag public.user_dags;
begin
  select * into dag from public.user_dags d
  where d.id = p_row and d.project_id = p_project and d.state in ('active', 'removed')
  for update;
  if not found or (dag.state = 'removed' and dag.version is distinct from p_expected) then
    perform private.refuse(
      'PT409', 'row_gone',
      format(
        '`%s` is not recorded any more%s', p_wish,
        ': it was removed' || coalesce(' by ' || dag.updated_by_name, '')
      ),
      'run the command again'
    );
  elsif dag.lease_until >= now() then
    perform private.refuse(
      'PT409', 'row_held',
      format(
        '`%s` is being changed by another operation%s', dag.dag_id,
        (select ', of ' || o.user_name from private.dag_operations o where o.id = dag.operation_id)
      ),
      'wait for it, or run `dagctl recover` where it was started'
    );
  elsif dag.version is distinct from p_expected then
    perform private.refuse_stale(dag);
  end if;
  perform private.release(dag.operation_id);
  update public.user_dags set operation_id = p_operation, lease_until = private.new_lease()
  where id = p_row;
  return dag.version + 1;
end
$$;

-- --- Whose key it is: a removed DAG has none, unless an operation is about to bring it back ---

create or replace function private.owner_of(p_key text)
returns setof public.user_dags
language sql stable security invoker
set search_path = ''
as $$
  with key as (
    select parts[1]::uuid as project_id, parts[2] as stem
    from regexp_match(
      p_key, '^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/dags/([^/]+)[.]py$'
    ) as parts
    where parts is not null
  ), candidate as (
    select d.id, true as is_confirmed, d.dag_id = key.stem as is_named
    from key
    join public.user_dags d on d.project_id = key.project_id and d.storage_path = p_key
    where d.state = 'active' and regexp_replace(d.file_path, '^.*/', '') = key.stem || '.py'
    union all
    select d.id, false, d.dag_id = key.stem
    from key
    join public.user_dags d
      on d.project_id = key.project_id
      and d.dag_id in (key.stem, regexp_replace(key.stem, '^dag_', ''))
    where d.state = 'reserved' or (d.state = 'removed' and d.operation_id is not null)
  )
  select d.*
  from candidate c
  join public.user_dags d on d.id = c.id
  order by c.is_confirmed desc, c.is_named desc, d.created_at, d.id
  limit 1;
$$;

create or replace function private.holder_of(p_key text)
returns table (operation_id uuid, is_new boolean)
language sql stable security invoker
set search_path = ''
as $$
  select d.operation_id, d.state <> 'active'
  from private.owner_of(p_key) d
  where d.operation_id is not null;
$$;

create or replace function private.is_left_over(p_key text)
returns boolean
language sql stable security invoker
set search_path = ''
as $$
  select not exists (
    select from public.user_dags d
    where d.project_id::text = split_part(p_key, '/', 1)
      and (d.state <> 'removed' or d.operation_id is not null)
      and (
        d.dag_id in (file.stem, regexp_replace(file.stem, '^dag_', ''))
        or d.storage_path = p_key
        or regexp_replace(d.file_path, '^.*/', '') = file.stem || '.py'
      )
  )
  from (select regexp_replace(p_key, '^.*/([^/]*)[.]py$', '\1')) as file (stem);
$$;

create or replace function private.held_objects()
returns setof text
language sql stable security definer
set search_path = ''
as $$
  select s.name
  from private.dag_operations o
  join public.user_dags d on d.operation_id = o.id
  join storage.objects s
    on s.bucket_id = 'dags' and s.name in (
      d.project_id || '/dags/' || d.dag_id || '.py', d.project_id || '/dags/dag_' || d.dag_id || '.py'
    )
  where o.user_id = (select auth.uid()) and o.status in ('reserved', 'aborting')
    and d.state <> 'active' and d.lease_until >= now()
    and s.user_metadata ->> 'dagctl_operation' = o.id::text;
$$;

-- --- What the API answers ---

-- A version as readers get it, with the names of a record's columns.
create or replace function private.version_data(p_version public.user_dag_versions, p_text boolean)
returns jsonb
language sql stable security invoker
set search_path = ''
as $$
  select to_jsonb(p_version) - 'row_id' - case when p_text then '' else 'spec_text' end
    || jsonb_build_object(
      'id', p_version.row_id,
      'description', coalesce(p_version.description, ''),
      'owner', coalesce(p_version.owner, ''),
      'tags', coalesce(to_jsonb(p_version.tags), '[]'),
      'task_count', coalesce(p_version.task_count, 0),
      'is_active', coalesce(p_version.is_active, true),
      'commit_id', coalesce(p_version.commit_id, ''),
      'spec', coalesce(p_version.spec, '{}'),
      'spec_digest', coalesce(p_version.spec_digest, ''),
      'content_digest', coalesce(p_version.content_digest, '')
    );
$$;

-- The versions of a DAG, the newest first, behind one of them; of an id that several rows have had, those of the
-- row that had it last. What the caller may not see is not there.
create or replace function public.dag_versions(
  p_project uuid,
  p_dag_id text,
  p_before integer default null,
  p_limit integer default 50,
  p_text boolean default false
)
returns json
language plpgsql stable security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
set enable_sort = 'off'
as $$
declare
  row_of uuid := (
    select v.row_id from public.user_dag_versions v
    where v.project_id = p_project and v.dag_id = p_dag_id
    order by v.updated_at desc, v.version desc
    limit 1
  );
begin
  return (
    select coalesce(
      json_agg(private.version_data(page.v, p_text) order by (page.v).version desc), '[]'
    )
    from (
      select v
      from public.user_dag_versions v
      where v.row_id = row_of and v.project_id = p_project
        and (p_before is null or v.version < p_before)
      order by v.version desc
      limit least(p_limit, 1000)
    ) as page
  );
end
$$;

-- The tombstones with one of these source paths or ids, each as its last version has it. Definer, as readers do not
-- see the rows of removed DAGs.
create or replace function private.removed_dags(
  p_project uuid, p_source_paths text[], p_dag_ids text[]
)
returns jsonb
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  keys text[] := array(
    select p_project || '/' || lower(name collate "C") from unnest(p_dag_ids) as name
  );
begin
  if p_project not in (select private.member_project_ids()) then
    return '[]'::jsonb;
  end if;
  return (
    select coalesce(
      jsonb_agg(private.version_data(v, false) || '{"is_removed": true}' order by d.dag_id collate "C"),
      '[]'
    )
    from public.user_dags d
    join public.user_dag_versions v on v.row_id = d.id and v.version = d.version
    where d.project_id = p_project and d.state = 'removed'
      and (d.source_path = any (p_source_paths) or d.name_key = any (keys))
  );
end
$$;

-- The confirmed DAGs with one of these source paths, or of these ids in capitals or not, in one round trip; with
-- p_removed the tombstones as well.
drop function if exists public.find_dags(uuid, text[], text[]);
create or replace function public.find_dags(
  p_project uuid,
  p_source_paths text[] default '{}',
  p_dag_ids text[] default '{}',
  p_removed boolean default false
)
returns json
language plpgsql stable security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  keys text[] := array(
    select p_project || '/' || lower(name collate "C") from unnest(p_dag_ids) as name
  );
  active jsonb := (
    select coalesce(jsonb_agg(to_jsonb(d) - 'name_key' order by d.dag_id collate "C"), '[]')
    from private.dag_rows d
    where d.project_id = p_project
      and (
        d.source_path = any (p_source_paths)
        or d.dag_id = any (p_dag_ids) or d.name_key = any (keys)
      )
  );
begin
  if p_removed then
    return active || private.removed_dags(p_project, p_source_paths, p_dag_ids);
  end if;
  return active;
end
$$;

-- Forgets removed DAGs for good, with all their versions: their ids are free again. Returns how many.
create or replace function private.purge_dags(p_project uuid, p_dag_ids text[])
returns integer
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  forgotten integer;
begin
  perform private.check_writer(p_project);
  perform private.lock_project(p_project);
  delete from public.user_dags d
  where d.project_id = p_project and d.dag_id = any (p_dag_ids)
    and d.state = 'removed' and d.operation_id is null;
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;

create or replace function public.purge_dags(p_project uuid, p_dag_ids text[])
returns integer
language sql volatile security invoker
set search_path = ''
as $$
  select private.purge_dags(p_project, p_dag_ids);
$$;

create or replace function public.dagctl_version()
returns text
language sql immutable security invoker
set search_path = ''
as $$
  select '20261128000500';
$$;

revoke all on function
  private.keep_versions(uuid[]),
  private.new_versions(uuid, jsonb),
  private.flaw_of_version(public.user_dags, jsonb),
  private.version_data(public.user_dag_versions, boolean),
  private.removed_dags(uuid, text[], text[]),
  private.purge_dags(uuid, text[]),
  public.dag_versions(uuid, text, integer, integer, boolean),
  public.find_dags(uuid, text[], text[], boolean),
  public.purge_dags(uuid, text[])
from public, anon, authenticated, service_role;
grant execute on function
  private.version_data(public.user_dag_versions, boolean),
  private.removed_dags(uuid, text[], text[]),
  private.purge_dags(uuid, text[]),
  public.purge_dags(uuid, text[])
to authenticated;
grant execute on function
  private.version_data(public.user_dag_versions, boolean),
  private.removed_dags(uuid, text[], text[]),
  public.dag_versions(uuid, text, integer, integer, boolean),
  public.find_dags(uuid, text[], text[], boolean)
to authenticated, service_role;
