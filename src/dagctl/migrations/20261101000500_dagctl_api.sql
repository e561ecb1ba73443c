-- What the API exposes: thin functions that run as the caller. Those that write call their namesakes
-- in `private`, which check membership; those that read stand under row level security.

-- Functions of an earlier version: the API could not distinguish its `reserve` from the one with a key. The policies
-- that asked the last one go with it; those of the bucket's migration take their place.
drop function if exists public.reserve(uuid, uuid, jsonb);
drop function if exists private.reserve(uuid, uuid, jsonb);
drop function if exists private.grant_claim(uuid, uuid, integer, text, uuid, integer, text);
drop function if exists private.grant_name(uuid, uuid, text, text);
drop function if exists private.reserved_objects() cascade;

create or replace function public.reserve(
  p_operation uuid, p_project uuid, p_claims jsonb, p_key text default null
)
returns json
language sql volatile security invoker
set search_path = ''
as $$
  select private.reserve(p_operation, p_project, p_claims, p_key);
$$;

create or replace function public.keyed_operation(p_project uuid, p_key text)
returns json
language sql stable security invoker
set search_path = ''
as $$
  select private.keyed_operation(p_project, p_key);
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

create or replace function public.begin_abort(p_operation uuid, p_project uuid)
returns text
language sql volatile security invoker
set search_path = ''
as $$
  select private.begin_abort(p_operation, p_project);
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

-- The confirmed DAGs as readers get them. Rows that no dagctl wrote have nulls where a record has a value.
create or replace view private.dag_records
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
  coalesce(d.content_digest, '') as content_digest
from public.user_dags d
where d.state = 'active';

revoke all on private.dag_records from public, anon, authenticated, service_role;
grant select on private.dag_records to authenticated, service_role;

-- The two below are planned anew with the values of each call: a plan for any project, any owner and any
-- names would read the whole of a large project.

-- The confirmed DAGs with one of these source paths or ids, in one round trip.
create or replace function public.find_dags(
  p_project uuid, p_source_paths text[] default '{}', p_dag_ids text[] default '{}'
)
returns json
language plpgsql stable security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
begin
  return (
    select coalesce(json_agg(d order by d.dag_id collate "C"), '[]')
    from private.dag_records d
    where d.project_id = p_project
      and (d.source_path = any (p_source_paths) or d.dag_id = any (p_dag_ids))
  );
end
$$;

-- One page of confirmed DAGs by keyset: behind p_after, in code point order of dag_id. Without sorting,
-- which the planner prefers to the index for large pages: it multiplies the chances of the project and
-- of the policy, and so expects few rows.
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
    select coalesce(json_agg(page order by page.dag_id collate "C"), '[]')
    from (
      select *
      from private.dag_records d
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

revoke all on function
  public.reserve(uuid, uuid, jsonb, text),
  public.keyed_operation(uuid, text),
  public.reserved(uuid),
  public.confirm(uuid, jsonb),
  public.begin_abort(uuid, uuid),
  public.abort(uuid, uuid),
  public.operation_status(uuid),
  public.find_dags(uuid, text[], text[]),
  public.list_dags(uuid, text, text, uuid, text, integer)
from public, anon, authenticated, service_role;
grant execute on function
  public.reserve(uuid, uuid, jsonb, text),
  public.keyed_operation(uuid, text),
  public.reserved(uuid),
  public.confirm(uuid, jsonb),
  public.begin_abort(uuid, uuid),
  public.abort(uuid, uuid),
  public.operation_status(uuid)
to authenticated;
grant execute on function
  public.find_dags(uuid, text[], text[]),
  public.list_dags(uuid, text, text, uuid, text, integer)
to authenticated, service_role;
