-- DAGs are looked up without their specs where no spec is needed: one may have megabytes.

drop function if exists public.find_dags(uuid, text[], text[], boolean);
drop function if exists private.removed_dags(uuid, text[], text[]);

-- The tombstones with one of these source paths or ids, each as its last version has it. Definer, as readers do not
-- see the rows of removed DAGs.
create or replace function private.removed_dags(
  p_project uuid, p_source_paths text[], p_dag_ids text[], p_spec boolean default true
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
      jsonb_agg(
        private.version_data(
          case
            when p_spec then v
            else jsonb_populate_record(v, '{"spec": null, "spec_text": null}')
          end,
          false
        ) || '{"is_removed": true}'
        order by d.dag_id collate "C"
      ),
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
-- p_removed the tombstones as well. With p_spec => false no spec is read.
create or replace function public.find_dags(
  p_project uuid,
  p_source_paths text[] default '{}',
  p_dag_ids text[] default '{}',
  p_removed boolean default false,
  p_spec boolean default true
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
    select coalesce(jsonb_agg(to_jsonb(dag) order by dag.dag_id collate "C"), '[]')
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
        and (
          d.source_path = any (p_source_paths)
          or d.dag_id = any (p_dag_ids) or d.name_key = any (keys)
        )
    ) as dag
  );
begin
  if p_removed then
    return active || private.removed_dags(p_project, p_source_paths, p_dag_ids, p_spec);
  end if;
  return active;
end
$$;

create or replace function public.dagctl_version()
returns text
language sql immutable security invoker
set search_path = ''
as $$
  select '20261129100400';
$$;

revoke all on function
  private.removed_dags(uuid, text[], text[], boolean),
  public.find_dags(uuid, text[], text[], boolean, boolean)
from public, anon, authenticated, service_role;
grant execute on function
  private.removed_dags(uuid, text[], text[], boolean),
  public.find_dags(uuid, text[], text[], boolean, boolean)
to authenticated, service_role;
