-- A list without specs: a spec may have megabytes, and a page of a list needs none.

drop function if exists public.list_dags(uuid, text, text, uuid, text, integer);

-- One page of the confirmed DAGs; with p_spec => false no spec is read, and the rows lack that column.
create or replace function public.list_dags(
  p_project uuid,
  p_owner text default null,
  p_tag text default null,
  p_user uuid default null,
  p_after text default null,
  p_limit integer default 50,
  p_spec boolean default true
)
returns json
language plpgsql stable security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
set enable_sort = 'off'
as $$
begin
  return (
    select coalesce(
      json_agg(
        to_jsonb(page) - case when p_spec then '' else 'spec' end
        order by page.dag_id collate "C"
      ),
      '[]'
    )
    from (
      select
        d.id,
        d.project_id,
        d.user_id,
        d.dag_id,
        d.dag_name,
        d.description,
        d.file_path,
        d.schedule_interval,
        d.owner,
        d.tags,
        d.task_count,
        d.is_active,
        d.created_at,
        d.updated_at,
        d.commit_id,
        d.version,
        d.base_name,
        d.source_path,
        d.storage_path,
        d.airflow,
        case when p_spec then d.spec end as spec,
        d.spec_digest,
        d.content_digest,
        d.created_by_name,
        d.updated_by_name
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

create or replace function public.dagctl_version()
returns text
language sql immutable security invoker
set search_path = ''
as $$
  select '20261129100300';
$$;

revoke all on function
  public.list_dags(uuid, text, text, uuid, text, integer, boolean)
from public, anon, authenticated, service_role;
grant execute on function
  public.list_dags(uuid, text, text, uuid, text, integer, boolean)
to authenticated, service_role;
