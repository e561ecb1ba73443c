-- What the API answers, once more: names of people, ids without regard to case; and what a project lacks.

-- What an operation has reserved or confirmed, in the order of the claims. Its user stays the one who may ask, but
-- one who was removed learns nothing of what became of it.
create or replace function private.reserved(p_operation uuid)
returns json
language plpgsql stable security definer
set search_path = ''
as $$
declare
  is_member boolean;
begin
  perform private.operation_status(p_operation); -- refuses who may not know
  is_member := exists (
    select from private.dag_operations o
    join private.member_project_ids() as m (project_id) on m.project_id = o.project_id
    where o.id = p_operation
  );
  return (
    select coalesce(
      json_agg(
        json_build_object(
          'row_id', d.id,
          'dag_id', d.dag_id,
          'version', r.version,
          'user_id', d.user_id,
          'created_at', d.created_at,
          'created_by_name', d.created_by_name,
          'spec_digest', coalesce(r.spec_digest, ''),
          'is_unchanged', r.is_unchanged,
          'file_path', case when is_member then r.file_path end,
          'commit_id', case when is_member then r.commit_id end
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

-- The confirmed DAGs as readers get them. Rows that no dagctl wrote have nulls where a record has a value.
create or replace view private.dag_rows
with (security_invoker = true)
as
select
  d.id,
  d.project_id,
  d.user_id,
  d.dag_id,
  d.dag_name,
  coalesce(d.description, '') as description,
  d.file_path,
  d.schedule_interval,
  coalesce(d.owner, '') as owner,
  coalesce(d.tags, '{}') as tags,
  coalesce(d.task_count, 0) as task_count,
  coalesce(d.is_active, true) as is_active,
  d.created_at,
  d.updated_at,
  coalesce(d.commit_id, '') as commit_id,
  d.version,
  d.base_name,
  d.source_path,
  d.storage_path,
  d.airflow,
  coalesce(d.spec, '{}') as spec,
  coalesce(d.spec_digest, '') as spec_digest,
  coalesce(d.content_digest, '') as content_digest,
  d.created_by_name,
  d.updated_by_name,
  d.name_key
from public.user_dags d
where d.state = 'active';

revoke all on private.dag_rows from public, anon, authenticated, service_role;
grant select on private.dag_rows to authenticated, service_role;

-- The confirmed DAGs with one of these source paths, or of these ids in capitals or not, in one round trip.
create or replace function public.find_dags(
  p_project uuid, p_source_paths text[] default '{}', p_dag_ids text[] default '{}'
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
begin
  return (
    select coalesce(json_agg(to_jsonb(d) - 'name_key' order by d.dag_id collate "C"), '[]')
    from private.dag_rows d
    where d.project_id = p_project
      and (
        d.source_path = any (p_source_paths)
        or d.dag_id = any (p_dag_ids) or d.name_key = any (keys)
      )
  );
end
$$;

create or replace function public.list_dags(
  p_project uuid,
  p_owner text default null,
  p_tag text default null,
  p_user uuid default null,
  p_after text default null,
  p_limit integer default 50
)
returns json
language plpgsql stable security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
set enable_sort = 'off'
as $$
begin
  return (
    select coalesce(json_agg(to_jsonb(page) - 'name_key' order by page.dag_id collate "C"), '[]')
    from (
      select *
      from private.dag_rows d
      where d.project_id = p_project
        and d.dag_id collate "C" > coalesce(p_after, '')
        and (p_owner is null or d.owner = p_owner)
        and (p_tag is null or p_tag = any (d.tags))
        and (p_user is null or d.user_id = p_user)
      order by d.dag_id collate "C"
      limit p_limit
    ) as page
  );
end
$$;

-- The policies of the bucket that are not there, each as `name (COMMAND on storage.objects)`.
create or replace function public.missing_policies()
returns json
language sql stable security invoker
set search_path = ''
as $$
  select coalesce(
    json_agg(format('%s (%s on storage.objects)', wanted.name, wanted.command) order by wanted.name),
    '[]'
  )
  from (
    values
      ('dagctl_dags_select', 'SELECT', 'r'),
      ('dagctl_dags_insert', 'INSERT', 'a'),
      ('dagctl_dags_update', 'UPDATE', 'w'),
      ('dagctl_dags_delete', 'DELETE', 'd')
  ) as wanted (name, command, letter)
  where not exists (
    select from pg_catalog.pg_policy p
    where p.polrelid = to_regclass('storage.objects')
      and p.polname = wanted.name and p.polcmd::text = wanted.letter
  );
$$;

-- The newest of dagctl's migrations that has been applied: the digits of this file's name.
create or replace function public.dagctl_version()
returns text
language sql immutable security invoker
set search_path = ''
as $$
  select '20261128000400';
$$;

-- Of an earlier version: what a removed member could put back.
drop function if exists private.is_upload_of(text, uuid);

revoke all on function
  public.missing_policies(),
  public.dagctl_version()
from public, anon, authenticated, service_role;
grant execute on function
  public.missing_policies(),
  public.dagctl_version()
to authenticated;
