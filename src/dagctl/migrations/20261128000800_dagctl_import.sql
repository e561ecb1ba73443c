-- Import: a new DAG may bring the versions that it had in another project. They are staged while the operation is
-- under way, shown by its confirmation, and forgotten with its reservation. What an archive says of people and times
-- is recorded as what it says: each such version names the account that imported it.

alter table public.user_dag_versions add column if not exists imported_by_name text;

-- The staged versions. They hang on the row that the operation has reserved: without it they are gone.
create table if not exists private.dag_imports (
  row_id uuid not null references public.user_dags (id) on delete cascade,
  version integer not null,
  operation_id uuid not null references private.dag_operations (id) on delete cascade,
  record jsonb not null,
  primary key (row_id, version)
);
create index if not exists dag_imports_operation_id_idx on private.dag_imports (operation_id);
alter table private.dag_imports enable row level security;
revoke all on private.dag_imports from public, anon, authenticated, service_role;
grant all on private.dag_imports to service_role;

-- What a DAG is stays what it is, once it is confirmed; updated_at says when what readers see has changed, and so
-- does not move when an operation takes or leaves its hold.
create or replace function private.guard_user_dag()
returns trigger
language plpgsql security invoker
set search_path = ''
as $$
begin
  if (new.id, new.project_id, new.user_id, new.dag_id)
     is distinct from (old.id, old.project_id, old.user_id, old.dag_id)
     or (
       old.state <> 'reserved'
       and (new.base_name, new.created_at) is distinct from (old.base_name, old.created_at)
     )
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

-- What is wrong with a name of a person; null if nothing is.
create or replace function private.flaw_of_person(p_name text)
returns text
language plpgsql immutable security invoker
set search_path = ''
as $$
begin
  return coalesce(
    private.flaw_of_text(p_name, 320),
    case
      when p_name ~ '[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]'
      then 'has a character that shows it in another order'
    end
  );
end
$$;

-- What is wrong with an imported version; null if nothing is. It is checked like a record, but that its file may
-- have another name than the DAG has here.
create or replace function private.flaw_of_import(
  p_dag public.user_dags, p_newest integer, p_version jsonb
)
returns text
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  n public.user_dags := jsonb_populate_record(null::public.user_dags, p_version);
  as_known public.user_dags := p_dag;
begin
  as_known.state := 'active';
  as_known.file_path := n.file_path;
  n.storage_path := p_dag.project_id || '/dags/' || regexp_replace(n.file_path, '^.*/', '');
  return coalesce(
    case
      when n.version is null or n.version not between 1 and p_newest - 1
        then 'version is none before the newest'
      when coalesce(p_version ->> 'action', '')
        not in ('create', 'update', 'rollback', 'rename', 'delete', 'restore')
        then 'action is none of a version'
      when p_version ->> 'renamed' !~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$'
        then 'renamed is no id of a DAG'
      when coalesce(jsonb_typeof(p_version -> 'spec_text'), 'null') not in ('null', 'string')
        or octet_length(p_version ->> 'spec_text') > 8000000
        then 'spec_text is too long, or no text'
      when n.updated_at is null then 'updated_at is missing'
    end,
    'updated_by_name ' || private.flaw_of_person(n.updated_by_name),
    private.flaw_of_record(as_known, null, n)
  );
end
$$;

-- What is wrong with where a new DAG comes from; null if nothing is.
create or replace function private.flaw_of_origin(
  p_version integer, p_created_at timestamptz, p_created_by_name text, p_base_name text
)
returns text
language plpgsql stable security invoker
set search_path = ''
as $$
begin
  return coalesce(
    case
      when p_version is null or p_version < 1 then 'version is no number of a version'
      when p_created_at is null then 'created_at is missing'
      when coalesce(p_base_name, '') !~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$'
        then 'base_name is no id of a DAG'
    end,
    'created_by_name ' || private.flaw_of_person(p_created_by_name)
  );
end
$$;

-- The new DAGs that an operation holds, and the number that the version of each will have.
create or replace function private.held_new_dags(p_operation uuid)
returns table (row_id uuid, version integer)
language sql stable security invoker
set search_path = ''
as $$
  select d.id, r.version
  from private.dag_reservations r
  join public.user_dags d on d.id = r.row_id
  where r.operation_id = p_operation and not r.is_unchanged
    and d.state = 'reserved' and d.operation_id = p_operation;
$$;

-- Says where the new DAGs of an operation come from, and stages older versions of them. May be repeated, and called
-- several times: first with all origins, then with some versions each. Returns how many versions were new.
create or replace function private.import_versions(
  p_operation uuid, p_project uuid, p_origins jsonb, p_versions jsonb
)
returns integer
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  flaw text;
  staged integer;
begin
  perform private.check_writer(p_project);
  if jsonb_typeof(p_origins) is distinct from 'array' or jsonb_array_length(p_origins) > 10000
    or jsonb_typeof(p_versions) is distinct from 'array' or jsonb_array_length(p_versions) > 1000
  then
    perform private.refuse(
      '22023', 'invalid_request', 'these are not up to 10000 origins and up to 1000 versions'
    );
  end if;
  perform private.lock_project(p_project);
  if not exists (
    select from private.dag_operations o
    where o.id = p_operation and o.project_id = p_project and o.user_id = auth.uid()
      and o.status = 'reserved'
  ) or exists (
    select (given.item ->> 'row_id')::uuid from jsonb_array_elements(p_origins) as given (item)
    union
    select (given.item ->> 'id')::uuid from jsonb_array_elements(p_versions) as given (item)
    except
    select held.row_id from private.held_new_dags(p_operation) held
  ) then
    perform private.refuse(
      'PT409', 'not_reserved', format('operation %s has not reserved these DAGs', p_operation),
      'run the command again'
    );
  end if;

  select private.flaw_of_origin(o.version, o.created_at, o.created_by_name, o.base_name) into flaw
  from jsonb_to_recordset(p_origins) as o (
    version integer, created_at timestamptz, created_by_name text, base_name text
  )
  order by 1 nulls last limit 1;
  if flaw is not null then
    perform private.refuse('22023', 'invalid_request', flaw);
  end if;
  update private.dag_reservations r set version = o.version
  from jsonb_to_recordset(p_origins) as o (row_id uuid, version integer)
  where r.operation_id = p_operation and r.row_id = o.row_id;
  update public.user_dags d
  set created_at = least(o.created_at, now()),
      created_by_name = o.created_by_name,
      base_name = o.base_name
  from jsonb_to_recordset(p_origins) as o (
    row_id uuid, created_at timestamptz, created_by_name text, base_name text
  )
  where d.id = o.row_id;

  select format('`%s`: %s', d.dag_id, bad.flaw) into flaw
  from jsonb_array_elements(p_versions) as given (item)
  join public.user_dags d on d.id = (given.item ->> 'id')::uuid
  join private.held_new_dags(p_operation) held on held.row_id = d.id
  cross join lateral (
    select private.flaw_of_import(d, held.version, given.item) as flaw
  ) as bad
  where bad.flaw is not null
  limit 1;
  if found then
    perform private.refuse('22023', 'invalid_request', flaw);
  end if;
  insert into private.dag_imports (row_id, version, operation_id, record)
  select (given.item ->> 'id')::uuid, (given.item ->> 'version')::integer, p_operation, given.item
  from jsonb_array_elements(p_versions) as given (item)
  on conflict (row_id, version) do nothing;
  get diagnostics staged = row_count;
  return staged;
end
$$;

-- A new DAG that is confirmed gets the versions that were staged for it. Whose they are here says the row.
create or replace function private.show_imports()
returns trigger
language plpgsql security invoker
set search_path = ''
as $$
begin
  insert into public.user_dag_versions (
    row_id, version, project_id, dag_id, action, renamed, operation_id, user_id, dag_name,
    description, file_path, schedule_interval, owner, tags, task_count, is_active, created_at,
    updated_at, commit_id, base_name, source_path, storage_path, airflow, spec, spec_text,
    spec_digest, content_digest, created_by_name, updated_by_name, imported_by_name
  )
  select
    new.id, i.version, new.project_id, new.dag_id, v.action, v.renamed, i.operation_id,
    new.user_id, v.dag_name, v.description, v.file_path, v.schedule_interval, v.owner, v.tags,
    v.task_count, v.action <> 'delete', new.created_at, least(v.updated_at, now()), v.commit_id,
    new.base_name, v.source_path,
    new.project_id || '/dags/' || regexp_replace(v.file_path, '^.*/', ''), v.airflow, v.spec,
    v.spec_text, v.spec_digest, v.content_digest, new.created_by_name, v.updated_by_name,
    o.user_name
  from private.dag_imports i
  join private.dag_operations o on o.id = i.operation_id
  cross join lateral jsonb_populate_record(null::public.user_dag_versions, i.record) as v
  where i.row_id = new.id
  on conflict (row_id, version) do nothing;
  delete from private.dag_imports i where i.row_id = new.id;
  return null;
end
$$;

create or replace trigger user_dags_show_imports
  after update of state on public.user_dags
  for each row when (old.state = 'reserved' and new.state = 'active')
  execute function private.show_imports();

create or replace function public.import_versions(
  p_operation uuid, p_project uuid, p_origins jsonb, p_versions jsonb
)
returns integer
language sql volatile security invoker
set search_path = ''
as $$
  select private.import_versions(p_operation, p_project, p_origins, p_versions);
$$;

create or replace function public.dagctl_version()
returns text
language sql immutable security invoker
set search_path = ''
as $$
  select '20261128000800';
$$;

revoke all on function
  private.guard_user_dag(),
  private.flaw_of_person(text),
  private.flaw_of_import(public.user_dags, integer, jsonb),
  private.flaw_of_origin(integer, timestamptz, text, text),
  private.held_new_dags(uuid),
  private.import_versions(uuid, uuid, jsonb, jsonb),
  private.show_imports(),
  public.import_versions(uuid, uuid, jsonb, jsonb)
from public, anon, authenticated, service_role;
grant execute on function
  private.import_versions(uuid, uuid, jsonb, jsonb),
  public.import_versions(uuid, uuid, jsonb, jsonb)
to authenticated;
