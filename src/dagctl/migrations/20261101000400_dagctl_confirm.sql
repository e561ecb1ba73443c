-- confirm and abort: the two ends of an operation. Exactly one of them wins.

-- The records are those of the reservations, in their order.
create or replace function private.check_records(p_operation uuid, p_records jsonb)
returns void
language plpgsql security invoker
set search_path = ''
as $$
begin
  if (
    select jsonb_agg(d.dag_id order by r.ordinal)
    from private.dag_reservations r
    join public.user_dags d on d.id = r.row_id
    where r.operation_id = p_operation
  ) is distinct from jsonb_path_query_array(p_records, '$[*].dag_id') then
    perform private.refuse(
      'PT409', 'not_reserved', format('operation %s has not reserved these DAGs', p_operation),
      'run the command again'
    );
  end if;
end
$$;

-- Reserved to confirmed: from here on readers see the new versions.
create or replace function private.publish(p_operation uuid, p_records jsonb)
returns void
language sql volatile security invoker
set search_path = ''
as $$
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
      version = r.version,
      source_path = n.source_path,
      storage_path = n.storage_path,
      airflow = n.airflow,
      spec = n.spec,
      spec_digest = n.spec_digest,
      content_digest = n.content_digest,
      state = 'active',
      operation_id = null,
      lease_until = null
  from private.dag_reservations r
  cross join lateral jsonb_populate_record(
    null::public.user_dags, p_records -> (r.ordinal - 1)
  ) as n
  where r.operation_id = p_operation and d.id = r.row_id;

  update private.dag_operations set status = 'confirmed', updated_at = now() where id = p_operation;
$$;

create or replace function private.confirm(p_operation uuid, p_records jsonb)
returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  op private.dag_operations;
begin
  select * into op from private.dag_operations where id = p_operation and user_id = auth.uid();
  if not found then
    perform private.refuse(
      'PT409', 'not_reserved', format('nothing is reserved for operation %s', p_operation),
      'run the command again'
    );
  end if;
  perform private.check_writer(op.project_id);
  perform private.lock_project(op.project_id);

  select * into op from private.dag_operations where id = p_operation;
  if op.status = 'aborted' then
    perform private.refuse(
      'PT409', 'operation_aborted', format('operation %s was aborted', p_operation),
      'run the command again'
    );
  elsif op.status = 'reserved' then
    perform private.check_records(p_operation, p_records);
    perform private.publish(p_operation, p_records);
  end if;
  return 'confirmed';
end
$$;

-- The status after all: `confirmed` if confirm was first, else `aborted`. One who lost the membership may
-- still give back what is held; where nothing is held, no tombstone is written (`absent`).
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
      'PT409', 'operation_reused', format('operation id %s is in use', p_operation)
    );
  elsif op.status = 'reserved' then
    perform private.release(p_operation);
    return 'aborted';
  end if;
  return op.status;
end
$$;

revoke all on function
  private.check_records(uuid, jsonb),
  private.publish(uuid, jsonb),
  private.confirm(uuid, jsonb),
  private.abort(uuid, uuid)
from public, anon, authenticated, service_role;
grant execute on function private.confirm(uuid, jsonb), private.abort(uuid, uuid) to authenticated;
