-- reserve: membership, names, holds; all claims or none. A caller of the functions above
-- private.reserve holds the project's lock.

-- A row for a new DAG under the first free name: x, x_2, x_3 ... A name whose holder's lease is over
-- is free. All numbers before p_from are known to be taken.
create or replace function private.grant_name(
  p_operation uuid, p_project uuid, p_wish text, p_on_taken text, p_from integer
)
returns uuid
language plpgsql security invoker
set search_path = ''
as $$
declare
  number integer := p_from;
  candidate text := p_wish || case when p_from > 1 then '_' || p_from else '' end;
  holder public.user_dags;
  granted uuid;
begin
  loop
    select * into holder from public.user_dags d
    where d.project_id = p_project and d.dag_id = candidate;
    if not found or (holder.state = 'reserved' and holder.lease_until < now()) then
      perform private.release(holder.operation_id);
      granted := private.add_reserved(p_operation, p_project, candidate, p_wish);
      exit when granted is not null;
    else
      number := number + 1;
      candidate := p_wish || '_' || number;
    end if;
    if (number > 1 and p_on_taken = 'fail') or length(candidate) > 200 or number > 100000 then
      perform private.refuse(
        'PT409', 'name_taken', format('a DAG `%s` exists', p_wish),
        'choose another dag_id, or --if-exists'
      );
    end if;
  end loop;
  return granted;
end
$$;

-- The row of a new DAG, invisible to readers; null if a writer that takes no lock was quicker.
create or replace function private.add_reserved(
  p_operation uuid, p_project uuid, p_dag_id text, p_base_name text
)
returns uuid
language sql volatile security invoker
set search_path = ''
as $$
  insert into public.user_dags (
    project_id, user_id, dag_id, base_name, dag_name, file_path,
    is_active, created_at, state, operation_id, lease_until
  )
  values (
    p_project, auth.uid(), p_dag_id, p_base_name, p_dag_id, 'dags/' || p_dag_id || '.py',
    false, date_trunc('second', now()), 'reserved', p_operation, private.new_lease()
  )
  on conflict (project_id, dag_id) do nothing
  returning id;
$$;

-- The hold of a DAG for its next version; returns that version.
create or replace function private.grant_update(
  p_operation uuid, p_project uuid, p_wish text, p_row uuid, p_expected integer
)
returns integer
language plpgsql security invoker
set search_path = ''
as $$
declare
  dag public.user_dags;
begin
  select * into dag from public.user_dags d
  where d.id = p_row and d.project_id = p_project and d.state = 'active'
  for update;
  if not found then
    perform private.refuse(
      'PT409', 'row_gone', format('`%s` is not recorded any more', p_wish), 'run the command again'
    );
  elsif dag.lease_until >= now() then
    perform private.refuse(
      'PT409', 'row_held', format('`%s` is being changed by another operation', dag.dag_id),
      'wait for it, or run `dagctl recover` where it was started'
    );
  elsif dag.version <> p_expected then
    perform private.refuse(
      'PT409', 'version_moved', format('`%s` has changed', dag.dag_id),
      'run the command again'
    );
  end if;
  perform private.release(dag.operation_id);
  update public.user_dags set operation_id = p_operation, lease_until = private.new_lease()
  where id = p_row;
  return dag.version + 1;
end
$$;

-- A DAG that stays as it is: nothing is held, and what is recorded of this version is remembered.
create or replace function private.keep_unchanged(
  p_operation uuid,
  p_project uuid,
  p_ordinal integer,
  p_wish text,
  p_row uuid,
  p_expected integer,
  p_spec_digest text
)
returns void
language plpgsql security invoker
set search_path = ''
as $$
begin
  insert into private.dag_reservations (
    operation_id, ordinal, row_id, wished, version, spec_digest, is_unchanged, file_path, commit_id
  )
  select p_operation, p_ordinal, d.id, p_wish, d.version, p_spec_digest, true, d.file_path, d.commit_id
  from public.user_dags d
  where d.id = p_row and d.project_id = p_project and d.state = 'active' and d.version = p_expected;
  if not found then
    perform private.refuse(
      'PT409', 'version_moved', format('`%s` has changed', p_wish),
      'run the command again'
    );
  end if;
end
$$;

-- Returns the number that the next claim of the same new name may start from.
create or replace function private.grant_claim(
  p_operation uuid,
  p_project uuid,
  p_ordinal integer,
  p_wish text,
  p_replaces uuid,
  p_expected integer,
  p_on_taken text,
  p_spec_digest text,
  p_from integer
)
returns integer
language plpgsql security invoker
set search_path = ''
as $$
declare
  granted uuid := p_replaces;
  granted_version integer := 1;
  following integer := 1;
begin
  if p_replaces is null then
    granted := private.grant_name(p_operation, p_project, p_wish, p_on_taken, p_from);
    select coalesce(nullif(substr(d.dag_id, length(p_wish) + 2), '')::integer, 1) + 1
    into following from public.user_dags d where d.id = granted;
  else
    granted_version := private.grant_update(
      p_operation, p_project, p_wish, p_replaces, p_expected
    );
  end if;
  insert into private.dag_reservations (
    operation_id, ordinal, row_id, wished, version, spec_digest
  )
  values (p_operation, p_ordinal, granted, p_wish, granted_version, p_spec_digest);
  return following;
end
$$;

create or replace function private.check_claims(p_claims jsonb)
returns void
language plpgsql security invoker
set search_path = ''
as $$
declare
  bad text;
begin
  if jsonb_typeof(p_claims) is distinct from 'array'
     or jsonb_array_length(p_claims) not between 1 and 10000
  then
    perform private.refuse('22023', 'invalid_request', 'the claims are not a list of 1 to 10000');
  end if;
  select to_jsonb(c) into bad
  from jsonb_to_recordset(p_claims) as c (dag_id jsonb, on_taken text)
  where jsonb_typeof(c.dag_id) is distinct from 'string'
     or c.dag_id #>> '{}' !~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$'
     or coalesce(c.on_taken, 'number') not in ('number', 'fail')
  limit 1;
  if found then
    perform private.refuse('22023', 'invalid_request', format('%s is no claim', left(bad, 300)));
  end if;
end
$$;

-- A repeat: the same caller, project and wishes find their operation, and its lease is renewed.
create or replace function private.resume_operation(p_operation uuid, p_project uuid, p_claims jsonb)
returns void
language plpgsql security invoker
set search_path = ''
as $$
declare
  op private.dag_operations;
begin
  select * into op from private.dag_operations where id = p_operation;
  if (op.project_id, op.user_id) is distinct from (p_project, auth.uid()) then
    perform private.refuse(
      'PT409', 'operation_reused', format('operation id %s is in use', p_operation)
    );
  elsif op.status in ('aborting', 'aborted') then
    perform private.refuse(
      'PT409', 'operation_aborted', format('operation %s was aborted', p_operation),
      'run the command again'
    );
  elsif (
    select jsonb_agg(jsonb_build_array(r.wished, r.spec_digest) order by r.ordinal)
    from private.dag_reservations r where r.operation_id = p_operation
  ) is distinct from (
    select jsonb_agg(jsonb_build_array(c.dag_id, c.spec_digest) order by c.ordinal)
    from rows from (
      jsonb_to_recordset(p_claims) as (dag_id text, spec_digest text)
    ) with ordinality as c (dag_id, spec_digest, ordinal)
  ) then
    perform private.refuse(
      'PT409', 'operation_reused', format('operation %s stands for other claims', p_operation)
    );
  end if;
  update public.user_dags set lease_until = private.new_lease() where operation_id = p_operation;
end
$$;

-- All claims at once, where each can be granted as it is wished: names that are free and wished for once, DAGs
-- that no operation holds and that are as they were read. Else false, and nothing is granted: one by one says why, or
-- finds other names. Ten thousand claims take as long so as a few hundred one by one.
create or replace function private.grant_all(p_operation uuid, p_project uuid, p_claims jsonb)
returns boolean
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  fitting integer;
begin
  with claim as materialized (
    select c.dag_id, c.replaces, c.expected_version, coalesce(c.is_unchanged, false) as is_unchanged
    from jsonb_to_recordset(p_claims)
      as c (dag_id text, replaces uuid, expected_version integer, is_unchanged boolean)
  )
  select count(distinct coalesce(c.replaces::text, '+' || c.dag_id)) into fitting
  from claim c
  left join public.user_dags d on d.id = c.replaces and d.project_id = p_project
  left join public.user_dags taken
    on c.replaces is null and taken.project_id = p_project and taken.dag_id = c.dag_id
  where case
    when c.replaces is null then taken.id is null
    else
      d.state = 'active' and d.version = c.expected_version
      and (c.is_unchanged or d.operation_id is null)
  end;
  if fitting < jsonb_array_length(p_claims) then
    return false;
  end if;

  begin
    insert into public.user_dags (
      project_id, user_id, dag_id, base_name, dag_name, file_path,
      is_active, created_at, state, operation_id, lease_until
    )
    select
      p_project, auth.uid(), c.dag_id, c.dag_id, c.dag_id, 'dags/' || c.dag_id || '.py',
      false, date_trunc('second', now()), 'reserved', p_operation, private.new_lease()
    from jsonb_to_recordset(p_claims) as c (dag_id text, replaces uuid)
    where c.replaces is null;
  exception when unique_violation then -- a writer that takes no lock was quicker
    return false;
  end;

  update public.user_dags d
  set operation_id = p_operation, lease_until = private.new_lease()
  from jsonb_to_recordset(p_claims) as c (replaces uuid, is_unchanged boolean)
  where d.id = c.replaces and c.is_unchanged is not true;

  insert into private.dag_reservations (
    operation_id, ordinal, row_id, wished, version, spec_digest, is_unchanged, file_path, commit_id
  )
  select
    p_operation, c.ordinal, d.id, c.dag_id,
    case
      when c.replaces is null then 1
      when c.is_unchanged then d.version
      else d.version + 1
    end,
    c.spec_digest, coalesce(c.is_unchanged, false),
    case when c.is_unchanged then d.file_path end, case when c.is_unchanged then d.commit_id end
  from rows from (
    jsonb_to_recordset(p_claims)
      as (dag_id text, replaces uuid, spec_digest text, is_unchanged boolean)
  ) with ordinality as c (dag_id, replaces, spec_digest, is_unchanged, ordinal)
  left join public.user_dags made
    on c.replaces is null and made.project_id = p_project and made.dag_id = c.dag_id
  left join public.user_dags kept on kept.id = c.replaces
  cross join lateral (
    select (case when c.replaces is null then made else kept end).*
  ) as d;
  return true;
end
$$;

create or replace function private.reserve(
  p_operation uuid, p_project uuid, p_claims jsonb, p_key text
)
returns json
language plpgsql security definer
set search_path = ''
as $$
declare
  claim record;
  last_wish text;
  following integer;
begin
  perform private.check_writer(p_project);
  perform private.check_claims(p_claims);
  perform private.lock_project(p_project);
  perform private.prune_operations(p_project);

  if exists (select from private.dag_operations where id = p_operation) then
    perform private.resume_operation(p_operation, p_project, p_claims);
    return private.reserved(p_operation);
  elsif exists (
    select from private.dag_operations
    where project_id = p_project and key = p_key and status <> 'aborted'
  ) then
    perform private.refuse(
      'PT409', 'key_taken', format('another operation has the key %s', left(p_key, 255)),
      'run the command again'
    );
  end if;
  insert into private.dag_operations (id, project_id, user_id, status, key)
  values (p_operation, p_project, auth.uid(), 'reserved', p_key);
  if private.grant_all(p_operation, p_project, p_claims) then
    return private.reserved(p_operation);
  end if;

  for claim in
    select c.* from rows from (
      jsonb_to_recordset(p_claims) as (
        dag_id text, replaces uuid, expected_version integer, on_taken text,
        spec_digest text, is_unchanged boolean
      )
    ) with ordinality as c (
      dag_id, replaces, expected_version, on_taken, spec_digest, is_unchanged, ordinal
    )
    order by c.ordinal
  loop
    if claim.is_unchanged then
      perform private.keep_unchanged(
        p_operation, p_project, claim.ordinal::integer, claim.dag_id,
        claim.replaces, claim.expected_version, claim.spec_digest
      );
    else
      following := private.grant_claim(
        p_operation, p_project, claim.ordinal::integer, claim.dag_id, claim.replaces,
        claim.expected_version, coalesce(claim.on_taken, 'number'), claim.spec_digest,
        case when claim.dag_id = last_wish then following else 1 end
      );
      last_wish := claim.dag_id;
    end if;
  end loop;
  return private.reserved(p_operation);
end
$$;

revoke all on function
  private.grant_name(uuid, uuid, text, text, integer),
  private.add_reserved(uuid, uuid, text, text),
  private.grant_update(uuid, uuid, text, uuid, integer),
  private.keep_unchanged(uuid, uuid, integer, text, uuid, integer, text),
  private.grant_claim(uuid, uuid, integer, text, uuid, integer, text, text, integer),
  private.check_claims(jsonb),
  private.resume_operation(uuid, uuid, jsonb),
  private.grant_all(uuid, uuid, jsonb),
  private.reserve(uuid, uuid, jsonb, text)
from public, anon, authenticated, service_role;
grant execute on function private.reserve(uuid, uuid, jsonb, text) to authenticated;
