-- What the API exposes: thin functions that run as the caller. Those that write call their namesakes
-- in `private`, which check membership; those that read stand under row level security.

create or replace function public.reserve(p_operation uuid, p_project uuid, p_claims jsonb)
returns json
language sql volatile security invoker
set search_path = ''
as $$
  select private.reserve(p_operation, p_project, p_claims);
$$;

create or replace function public.reserved(p_operation uuid)
returns json
language sql stable security invoker
set search_path = ''
as $$
  select private.reserved(p_operation);
$$;

create or replace function public.confirm(p_operation uuid, p_records jsonb)
returns text
language sql volatile security invoker
set search_path = ''
as $$
  select private.confirm(p_operation, p_records);
$$;

create or replace function public.abort(p_operation uuid, p_project uuid)
returns text
language sql volatile security invoker
set search_path = ''
as $$
  select private.abort(p_operation, p_project);
$$;

create or replace function public.operation_status(p_operation uuid)
returns text
language sql stable security invoker
set search_path = ''
as $$
  select private.operation_status(p_operation);
$$;

-- A DAG as readers get it. Rows that no dagctl wrote have nulls where a record has a value.
create or replace function private.dag_record(d public.user_dags)
returns json
language sql stable security invoker
set search_path = ''
as $$
  select json_build_object(
    'id', d.id,
    'project_id', d.project_id,
    'user_id', d.user_id,
    'dag_id', d.dag_id,
    'dag_name', d.dag_name,
    'description', coalesce(d.description, ''),
    'file_path', d.file_path,
    'schedule_interval', d.schedule_interval,
    'owner', coalesce(d.owner, ''),
    'tags', coalesce(d.tags, '{}'),
    'task_count', coalesce(d.task_count, 0),
    'is_active', coalesce(d.is_active, true),
    'created_at', d.created_at,
    'updated_at', d.updated_at,
    'commit_id', coalesce(d.commit_id, ''),
    'version', d.version,
    'base_name', d.base_name,
    'source_path', d.source_path,
    'storage_path', d.storage_path,
    'airflow', d.airflow,
    'spec', coalesce(d.spec, '{}'),
    'spec_digest', coalesce(d.spec_digest, ''),
    'content_digest', coalesce(d.content_digest, '')
  );
$$;

-- The confirmed DAGs with one of these source paths or ids, in one round trip.
create or replace function public.find_dags(
  p_project uuid, p_source_paths text[] default '{}', p_dag_ids text[] default '{}'
)
returns json
language sql stable security invoker
set search_path = ''
as $$
  select coalesce(json_agg(private.dag_record(d) order by d.dag_id collate "C"), '[]')
  from public.user_dags d
  where d.project_id = p_project
    and d.state = 'active'
    and (d.source_path = any (p_source_paths) or d.dag_id = any (p_dag_ids));
$$;

-- One page of confirmed DAGs by keyset: behind p_after, in code point order of dag_id.
create or replace function public.list_dags(
  p_project uuid,
  p_owner text default null,
  p_tag text default null,
  p_user uuid default null,
  p_after text default null,
  p_limit integer default 50
)
returns json
language sql stable security invoker
set search_path = ''
as $$
  select coalesce(json_agg(private.dag_record(page) order by page.dag_id collate "C"), '[]')
  from (
    select d.*
    from public.user_dags d
    where d.project_id = p_project
      and d.state = 'active'
      and d.dag_id collate "C" > coalesce(p_after, '')
      and (p_owner is null or d.owner = p_owner)
      and (p_tag is null or p_tag = any (d.tags))
      and (p_user is null or d.user_id = p_user)
    order by d.dag_id collate "C"
    limit p_limit
  ) as page;
$$;

revoke all on function
  public.reserve(uuid, uuid, jsonb),
  public.reserved(uuid),
  public.confirm(uuid, jsonb),
  public.abort(uuid, uuid),
  public.operation_status(uuid),
  private.dag_record(public.user_dags),
  public.find_dags(uuid, text[], text[]),
  public.list_dags(uuid, text, text, uuid, text, integer)
from public, anon, authenticated, service_role;
grant execute on function
  public.reserve(uuid, uuid, jsonb),
  public.reserved(uuid),
  public.confirm(uuid, jsonb),
  public.abort(uuid, uuid),
  public.operation_status(uuid)
to authenticated;
grant execute on function
  private.dag_record(public.user_dags),
  public.find_dags(uuid, text[], text[]),
  public.list_dags(uuid, text, text, uuid, text, integer)
to authenticated, service_role;
