-- confirm and abort: the two ends of an operation. Exactly one of them wins.

-- The rows of an operation as its records describe them: what confirm writes, and what a repeat
-- answers even when a later operation has changed the row since.
create or replace function private.recorded(p_operation uuid, p_records jsonb)
returns setof public.user_dags
language sql stable security invoker
set search_path = ''
as $$
  select n.*
  from private.dag_operations o
  join private.dag_reservations r on r.operation_id = o.id
  join public.user_dags d on d.id = r.row_id
  join jsonb_array_elements(p_records) with ordinality as e (record, ordinal)
    on e.ordinal = r.ordinal
  cross join lateral jsonb_populate_record(d, jsonb_build_object(
    'dag_name', e.record -> 'dag_name',
    'description', e.record -> 'description',
    'file_path', e.record -> 'file_path',
    'schedule_interval', e.record -> 'schedule_interval',
    'owner', e.record -> 'owner',
    'tags', e.record -> 'tags',
    'task_count', e.record -> 'task_count',
    'commit_id', e.record -> 'commit_id',
    'source_path', e.record -> 'source_path',
    'storage_path', e.record -> 'storage_path',
    'airflow', e.record -> 'airflow',
    'spec', e.record -> 'spec',
    'spec_digest', e.record -> 'spec_digest',
    'content_digest', e.record -> 'content_digest',
    'version', r.version,
    'is_active', true,
    'state', 'active',
    'operation_id', null,
    'lease_until', null,
    'updated_at', o.updated_at
  )) as n
  where o.id = p_operation
  order by r.ordinal;
$$;

-- The records must be those of the reservations, and on a repeat those of the first time.
create or replace function private.check_records(p_operation uuid, p_records jsonb)
returns void
language plpgsql security invoker
set search_path = ''
as $$
begin
  if jsonb_typeof(p_records) is distinct from 'array' or exists (
    select
    from (
      select r.ordinal, d.dag_id, r.content_digest
      from private.dag_reservations r
      join public.user_dags d on d.id = r.row_id
      where r.operation_id = p_operation
    ) as r
    full join jsonb_array_elements(p_records) with ordinality as e (record, ordinal)
      on e.ordinal = r.ordinal
    where (e.record ->> 'dag_id' = r.dag_id) is not true
       or e.record ->> 'content_digest' is distinct from
          coalesce(r.content_digest, e.record ->> 'content_digest')
  ) then
    perform private.refuse(
      'PT409', 'not_reserved',
      format('these are not the records that the operation %s has reserved', p_operation),
      'run the command again'
    );
  end if;
end
$$;

create or replace function private.confirm(p_operation uuid, p_records jsonb)
returns setof public.user_dags
language plpgsql security definer
set search_path = ''
as $$
declare
  op private.dag_operations;
begin
  select * into op from private.dag_operations where id = p_operation and user_id = auth.uid();
  if not found then
    perform private.refuse(
      'PT409', 'not_reserved', format('nothing is reserved by the operation %s', p_operation),
      'run the command again'
    );
  end if;
  perform private.check_writer(op.project_id);
  perform private.lock_project(op.project_id);

  select * into op from private.dag_operations where id = p_operation;
  if op.status = 'aborted' then
    perform private.refuse(
      'PT409', 'operation_aborted', format('the operation %s was aborted', p_operation),
      'run the command again'
    );
  end if;
  perform private.check_records(p_operation, p_records);
  if op.status = 'reserved' then
    perform private.publish(p_operation, p_records);
  end if;
  return query select * from private.recorded(p_operation, p_records);
end
$$;

-- Reserved to confirmed: from here on readers see the new version.
create or replace function private.publish(p_operation uuid, p_records jsonb)
returns void
language sql volatile security invoker
set search_path = ''
as $$
  update private.dag_operations set status = 'confirmed', updated_at = now() where id = p_operation;

  update public.user_dags d
  set dag_name = n.dag_name,
      description = n.description,
      file_path = n.file_path,
      schedule_interval = n.schedule_interval,
      owner = n.owner,
      tags = n.tags,
      task_count = n.task_count,
      commit_id = n.commit_id,
      source_path = n.source_path,
      storage_path = n.storage_path,
      airflow = n.airflow,
      spec = n.spec,
      spec_digest = n.spec_digest,
      content_digest = n.content_digest,
      version = n.version,
      is_active = n.is_active,
      state = n.state,
      operation_id = n.operation_id,
      lease_until = n.lease_until
  from private.recorded(p_operation, p_records) as n
  where d.id = n.id;

  update private.dag_reservations r
  set content_digest = p_records -> (r.ordinal - 1) ->> 'content_digest'
  where r.operation_id = p_operation;
$$;

-- The status after all: `confirmed` if confirm was first, else `aborted`. Whoever lost the membership
-- may still give back what he holds; where he holds nothing, nothing is written (`absent`).
create or replace function private.abort(p_operation uuid, p_project uuid)
returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  writer boolean := private.is_writer(p_project);
  op private.dag_operations;
begin
  if not writer and private.operation_status(p_operation) = 'absent' then
    return 'absent';
  end if;
  perform private.lock_project(p_project);

  insert into private.dag_operations (id, project_id, user_id, status)
  select p_operation, p_project, auth.uid(), 'aborted' where writer
  on conflict (id) do nothing;
  select * into op from private.dag_operations where id = p_operation;
  if (op.project_id, op.user_id) is distinct from (p_project, auth.uid()) then
    perform private.refuse(
      'PT409', 'operation_reused', format('the operation id %s is in use', p_operation)
    );
  elsif op.status = 'reserved' then
    perform private.release(p_operation);
    return 'aborted';
  end if;
  return op.status;
end
$$;

revoke all on function
  private.recorded(uuid, jsonb),
  private.check_records(uuid, jsonb),
  private.publish(uuid, jsonb),
  private.confirm(uuid, jsonb),
  private.abort(uuid, uuid)
from public, anon, authenticated, service_role;
grant execute on function private.confirm(uuid, jsonb), private.abort(uuid, uuid) to authenticated;
