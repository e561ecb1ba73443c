-- One row, one key: whose object lies under a key follows from the rows, not from what a row says alone. And
-- ids that differ only by case are one name, since a clone on macOS or Windows holds only one of their files.

alter table public.user_dags
  add column if not exists created_by_name text,
  add column if not exists updated_by_name text,
  add column if not exists name_key text collate "C";
alter table private.dag_operations add column if not exists user_name text;

-- A writer that knows only the guide's columns goes on working. name_key is project and id in small letters: a column,
-- as row level security lets no index on a function serve readers; and with the project in it, so that no index on
-- the project alone can seem as good.
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
  new.name_key := new.project_id || '/' || lower(new.dag_id collate "C");
  return new;
end
$$;

-- Rows from before keep their names: of those that differ only by case, the oldest has the name, and the others get
-- a key that no id can have. Without the guard, which would take this for a change of the DAGs, and without what
-- rows of an earlier time need not obey.
drop trigger if exists user_dags_guard on public.user_dags;
alter table public.user_dags
  drop constraint if exists user_dags_dag_id_check,
  drop constraint if exists user_dags_storage_path_check,
  drop constraint if exists user_dags_task_count_check;
update public.user_dags d
set name_key = d.project_id || '/' || lower(d.dag_id collate "C")
      || case when n.place > 1 then '#' || d.id else '' end
from (
  select id, row_number() over (
    partition by project_id, lower(dag_id collate "C")
    order by name_key is null, name_key like '%#%', created_at, id
  ) as place
  from public.user_dags
) as n
where n.id = d.id and d.name_key is null;
create trigger user_dags_guard
  before update on public.user_dags
  for each row execute function private.guard_user_dag();
alter table public.user_dags
  alter column name_key set not null,
  add constraint user_dags_dag_id_check
    check (dag_id ~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$') not valid,
  add constraint user_dags_storage_path_check
    check (starts_with(storage_path, project_id || '/dags/')) not valid,
  add constraint user_dags_task_count_check check (task_count >= 0) not valid;

-- The few whose file is not called as they are.
create index if not exists user_dags_other_file_idx
  on public.user_dags (project_id, lower(storage_path collate "C"))
  where state = 'active' and right(storage_path, length(dag_id) + 4) <> '/' || dag_id || '.py';
create unique index if not exists user_dags_name_key on public.user_dags (name_key);

-- --- Whose key it is ---

-- The DAG whose object lies under a key. A confirmed DAG has the key of its own file name; what else a row
-- claims counts for nothing. A new one may have that of its id, with the prefix `dag_` where the file's name would
-- hide a Python module, if no confirmed DAG has it.
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
    where d.state = 'reserved'
  )
  select d.*
  from candidate c
  join public.user_dags d on d.id = c.id
  order by c.is_confirmed desc, c.is_named desc, d.created_at, d.id
  limit 1;
$$;

-- The operation that holds the DAG of a key, and whether no reader knows that DAG yet.
create or replace function private.holder_of(p_key text)
returns table (operation_id uuid, is_new boolean)
language sql stable security invoker
set search_path = ''
as $$
  select d.operation_id, d.state = 'reserved'
  from private.owner_of(p_key) d
  where d.operation_id is not null;
$$;

-- Whether no DAG, be it only reserved or damaged, can have this key: what lies there is left over.
create or replace function private.is_left_over(p_key text)
returns boolean
language sql stable security invoker
set search_path = ''
as $$
  select not exists (
    select from public.user_dags d
    where d.project_id::text = split_part(p_key, '/', 1)
      and (
        d.dag_id in (file.stem, regexp_replace(file.stem, '^dag_', ''))
        or d.storage_path = p_key
        or regexp_replace(d.file_path, '^.*/', '') = file.stem || '.py'
      )
  )
  from (select regexp_replace(p_key, '^.*/([^/]*)[.]py$', '\1')) as file (stem);
$$;

-- --- What the policies of the bucket ask, each for the caller

-- The objects that the caller has uploaded for new DAGs, which no reader knows yet: for one who was removed in the
-- middle of that, and as long as the lease lasts.
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
    and d.state = 'reserved' and d.lease_until >= now()
    and s.user_metadata ->> 'dagctl_operation' = o.id::text;
$$;

-- Old bytes are put back by any owner or editor of the project, while the operation is being aborted.
create or replace function private.may_put_back(p_key text, p_operation private.dag_operations)
returns boolean
language sql stable security invoker
set search_path = ''
as $$
  select p_operation.status = 'aborting' and private.is_writer(p_operation.project_id);
$$;

-- What is left over; and, while the operation that holds the DAG is being aborted, the object of a DAG that no
-- reader knows yet, or what that operation itself has uploaded. One who was removed removes, within the lease, what
-- they have uploaded themselves and no reader knows.
create or replace function private.may_remove(p_key text, p_metadata jsonb)
returns boolean
language sql stable security definer
set search_path = ''
as $$
  select exists (
    select from private.holder_of(p_key) h
    join private.dag_operations o on o.id = h.operation_id
    where o.status = 'aborting' and private.is_writer(o.project_id)
      and (h.is_new or o.id::text = p_metadata ->> 'dagctl_operation')
  ) or (
    p_key in (select private.held_objects())
    and exists (
      select from private.dag_operations o
      where o.status = 'aborting' and o.user_id = auth.uid()
        and o.id::text = p_metadata ->> 'dagctl_operation'
    )
  ) or (
    split_part(p_key, '/', 1) = any (
      array(select p::text from private.member_project_ids(array['owner', 'editor']) as p)
    )
    and private.is_left_over(p_key)
  );
$$;

revoke all on function private.owner_of(text) from public, anon, authenticated, service_role;
