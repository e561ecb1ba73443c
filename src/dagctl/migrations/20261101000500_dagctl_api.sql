-- What the API exposes: thin functions that run as the caller. Those that write call their namesakes
-- in `private`, which check membership; those that read stand under row level security.

create or replace function public.reserve(p_operation uuid, p_project uuid, p_claims jsonb)
returns table (
  ordinal integer, row_id uuid, dag_id text, version integer, user_id uuid, created_at timestamptz
)
language sql volatile security invoker
set search_path = ''
as $$
  select private.reserve(p_operation, p_project, p_claims);
  select r.ordinal, r.row_id, r.dag_id, r.version, r.user_id, r.created_at
  from private.reserved(p_operation) as r;
$$;

create or replace function public.reserved(p_operation uuid)
returns table (
  ordinal integer, row_id uuid, dag_id text, version integer, user_id uuid, created_at timestamptz
)
language sql stable security invoker
set search_path = ''
as $$
  select r.ordinal, r.row_id, r.dag_id, r.version, r.user_id, r.created_at
  from private.reserved(p_operation) as r;
$$;

create or replace function public.confirm(p_operation uuid, p_records jsonb)
returns setof public.user_dags
language sql volatile security invoker
set search_path = ''
as $$
  select * from private.confirm(p_operation, p_records);
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

-- The confirmed DAGs with one of these source paths or ids, in one round trip.
create or replace function public.find_dags(
  p_project uuid, p_source_paths text[] default '{}', p_dag_ids text[] default '{}'
)
returns setof public.user_dags
language sql stable security invoker
set search_path = ''
as $$
  select d.*
  from public.user_dags d
  where d.project_id = p_project
    and d.state = 'active'
    and (d.source_path = any (p_source_paths) or d.dag_id = any (p_dag_ids))
  order by d.dag_id collate "C";
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
returns setof public.user_dags
language sql stable security invoker
set search_path = ''
as $$
  select d.*
  from public.user_dags d
  where d.project_id = p_project
    and d.state = 'active'
    and d.dag_id collate "C" > coalesce(p_after, '')
    and (p_owner is null or d.owner = p_owner)
    and (p_tag is null or p_tag = any (d.tags))
    and (p_user is null or d.user_id = p_user)
  order by d.dag_id collate "C"
  limit p_limit;
$$;

revoke all on function
  public.reserve(uuid, uuid, jsonb),
  public.reserved(uuid),
  public.confirm(uuid, jsonb),
  public.abort(uuid, uuid),
  public.operation_status(uuid),
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
  public.find_dags(uuid, text[], text[]),
  public.list_dags(uuid, text, text, uuid, text, integer)
to authenticated, service_role;
