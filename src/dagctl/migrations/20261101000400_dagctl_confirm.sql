-- confirm and abort: the two ends of an operation. Exactly one of them wins.

-- The records are those of the reservations that are not unchanged, in their order.
create or replace function private.check_records(p_operation uuid, p_records jsonb)
returns void
language plpgsql security invoker
set search_path = ''
as $$
begin
  if (
    select coalesce(jsonb_agg(d.dag_id order by r.ordinal), '[]')
    from private.dag_reservations r
    join public.user_dags d on d.id = r.row_id
    where r.operation_id = p_operation and not r.is_unchanged
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
  from (
    select row_id, version, (row_number() over (order by ordinal) - 1)::integer as place
    from private.dag_reservations
    where operation_id = p_operation and not is_unchanged
  ) as r
  cross join lateral jsonb_populate_record(null::public.user_dags, p_records -> r.place) as n
  where d.id = r.row_id;

  update private.dag_reservations r
  set file_path = d.file_path, commit_id = d.commit_id
  from public.user_dags d
  where r.operation_id = p_operation and not r.is_unchanged and d.id = r.row_id;

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
  if private.operation_status(p_operation) = 'absent' then
    perform private.refuse(
      'PT409', 'not_reserved', format('nothing is reserved for operation %s', p_operation),
      'run the command again'
    );
  end if;
  select * into op from private.dag_operations where id = p_operation;
  perform private.check_writer(op.project_id);
  perform private.lock_project(op.project_id);

  select * into op from private.dag_operations where id = p_operation;
  if op.status in ('aborting', 'aborted') then
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

-- The operation, locked for its end; a tombstone if there was none. Whose it is may end it without being
-- a member any more; where they have none, no tombstone is written (null).
create or replace function private.operation_to_end(p_operation uuid, p_project uuid)
returns private.dag_operations
language plpgsql security invoker
set search_path = ''
as $$
declare
  writer boolean := private.is_writer(p_project);
  op private.dag_operations;
begin
  if private.operation_status(p_operation) = 'absent' and not writer then
    return null;
  end if;
  perform private.lock_project(p_project);

  insert into private.dag_operations (id, project_id, user_id, status)
  select p_operation, p_project, auth.uid(), 'aborted' where writer
  on conflict (id) do nothing;
  select * into op from private.dag_operations where id = p_operation;
  if op.project_id is distinct from p_project then
    perform private.refuse(
      'PT409', 'operation_reused', format('operation id %s is in use', p_operation)
    );
  elsif op.user_id is distinct from auth.uid() then
    perform private.check_writer(p_project);
  end if;
  return op;
end
$$;

-- The first half of aborting. The status after it: `confirmed` if confirm was first; else the operation
-- confirms nothing and uploads nothing new any more, and holds its DAGs (`aborting`) until `abort`.
create or replace function private.begin_abort(p_operation uuid, p_project uuid)
returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  op private.dag_operations := private.operation_to_end(p_operation, p_project);
begin
  if op.status = 'reserved' then
    update private.dag_operations set status = 'aborting', updated_at = now()
    where id = p_operation;
    return 'aborting';
  end if;
  return coalesce(op.status, 'absent');
end
$$;

-- The second half, or both at once: what is held is given back. The status after it: `confirmed` if confirm
-- was first, else `aborted`.
create or replace function private.abort(p_operation uuid, p_project uuid)
returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  op private.dag_operations := private.operation_to_end(p_operation, p_project);
begin
  if op.status in ('reserved', 'aborting') then
    perform private.release(p_operation);
    return 'aborted';
  end if;
  return coalesce(op.status, 'absent');
end
$$;

revoke all on function
  private.check_records(uuid, jsonb),
  private.publish(uuid, jsonb),
  private.confirm(uuid, jsonb),
  private.operation_to_end(uuid, uuid),
  private.begin_abort(uuid, uuid),
  private.abort(uuid, uuid)
from public, anon, authenticated, service_role;
grant execute on function
  private.confirm(uuid, jsonb), private.begin_abort(uuid, uuid), private.abort(uuid, uuid)
to authenticated;
