-- reserve, once more: names are compared without case, an update says which version it is based on, and
-- what people are called is recorded.

-- What the caller is called: the e-mail address of the account, as the auth server has signed it.
create or replace function private.caller_name()
returns text
language sql stable security invoker
set search_path = ''
as $$
  select nullif(
    left(
      regexp_replace(
        auth.jwt() ->> 'email', '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]', '', 'g'
      ),
      320
    ),
    ''
  );
$$;

-- The confirmed DAG that is called otherwise, and whose file would be that of a name; or null.
create or replace function private.holder_of_file(p_project uuid, p_name text)
returns text
language plpgsql stable security invoker
set search_path = ''
as $$
begin
  return (
    select d.dag_id from public.user_dags d
    where d.project_id = p_project
      and d.state = 'active' and right(d.storage_path, length(d.dag_id) + 4) <> '/' || d.dag_id || '.py'
      and lower(d.storage_path collate "C")
        = lower(p_project || '/dags/' || p_name || '.py' collate "C")
    limit 1
  );
end
$$;

-- The refusal of an update that is based on another version than the newest. The newest stands in `hint` as a
-- JSON object (dag_id, version, by, at, commit_id), for programs; `message` has the same for people.
create or replace function private.refuse_stale(p_dag public.user_dags)
returns void
language plpgsql security invoker
set search_path = ''
as $$
begin
  perform private.refuse(
    'PT409', 'version_moved',
    format(
      '`%s` has changed: version %s was made%s at %s%s',
      p_dag.dag_id, p_dag.version, coalesce(' by ' || p_dag.updated_by_name, ''),
      to_char(p_dag.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      coalesce(' in commit ' || nullif(left(p_dag.commit_id, 7), ''), '')
    ),
    json_build_object(
      'dag_id', p_dag.dag_id, 'version', p_dag.version, 'by', p_dag.updated_by_name,
      'at', p_dag.updated_at, 'commit_id', coalesce(p_dag.commit_id, '')
    )::text
  );
end
$$;

-- A row for a new DAG under the first free name: x, x_2, x_3 ... A name whose holder's lease is over is free. All
-- numbers before p_from are known to be taken.
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
  taken_by text;
  holder public.user_dags;
  granted uuid;
begin
  loop
    select * into holder from public.user_dags d
    where d.name_key = p_project || '/' || lower(candidate collate "C");
    if holder.state = 'reserved' and holder.lease_until < now() then
      perform private.release(holder.operation_id);
      holder := null;
    end if;
    taken_by := coalesce(holder.dag_id, private.holder_of_file(p_project, candidate));
    if taken_by is null then
      granted := private.add_reserved(p_operation, p_project, candidate, p_wish);
      exit when granted is not null; -- else a writer that takes no lock was quicker
    end if;
    number := number + 1;
    candidate := p_wish || '_' || number;
    if p_on_taken = 'fail' or length(candidate) > 200 or number > 100000 then
      perform private.refuse(
        'PT409', 'name_taken', format('a DAG `%s` exists', coalesce(taken_by, p_wish)),
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
    is_active, created_at, state, operation_id, lease_until, created_by_name
  )
  values (
    p_project, auth.uid(), p_dag_id, p_base_name, p_dag_id, 'dags/' || p_dag_id || '.py',
    false, date_trunc('second', now()), 'reserved', p_operation, private.new_lease(),
    (select o.user_name from private.dag_operations o where o.id = p_operation)
  )
  on conflict do nothing
  returning id;
$$;

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
      'PT409', 'row_held',
      format(
        '`%s` is being changed by another operation%s', dag.dag_id,
        (select ', of ' || o.user_name from private.dag_operations o where o.id = dag.operation_id)
      ),
      'wait for it, or run `dagctl recover` where it was started'
    );
  elsif dag.version is distinct from p_expected then
    perform private.refuse_stale(dag);
  end if;
  perform private.release(dag.operation_id);
  update public.user_dags set operation_id = p_operation, lease_until = private.new_lease()
  where id = p_row;
  return dag.version + 1;
end
$$;

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
declare
  dag public.user_dags;
begin
  select * into dag from public.user_dags d
  where d.id = p_row and d.project_id = p_project and d.state = 'active';
  if not found then
    perform private.refuse(
      'PT409', 'row_gone', format('`%s` is not recorded any more', p_wish), 'run the command again'
    );
  elsif dag.version is distinct from p_expected then
    perform private.refuse_stale(dag);
  end if;
  insert into private.dag_reservations (
    operation_id, ordinal, row_id, wished, version, spec_digest, is_unchanged, file_path, commit_id
  )
  values (
    p_operation, p_ordinal, dag.id, p_wish, dag.version, p_spec_digest, true,
    dag.file_path, dag.commit_id
  );
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
  from jsonb_to_recordset(p_claims) as c (
    dag_id jsonb, on_taken text, replaces jsonb, expected_version jsonb, spec_digest jsonb
  )
  where jsonb_typeof(c.dag_id) is distinct from 'string'
     or c.dag_id #>> '{}' !~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$'
     or coalesce(c.on_taken, 'number') not in ('number', 'fail')
     or coalesce(c.spec_digest #>> '{}', '') !~ '^([0-9a-f]{64})?$'
     or (
       coalesce(jsonb_typeof(c.replaces), 'null') <> 'null'
       and (
         c.replaces #>> '{}' !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
         or coalesce(c.expected_version #>> '{}', '') !~ '^[1-9][0-9]{0,8}$'
       )
     )
  limit 1;
  if found then
    perform private.refuse('22023', 'invalid_request', format('%s is no claim', left(bad, 300)));
  end if;
end
$$;

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
  select count(distinct coalesce(c.replaces::text, '+' || lower(c.dag_id collate "C"))) into fitting
  from claim c
  left join public.user_dags d on d.id = c.replaces and d.project_id = p_project
  where case
    when c.replaces is null then
      not exists (
        select from public.user_dags taken
        where taken.name_key = p_project || '/' || lower(c.dag_id collate "C")
      )
      and not exists (
        select from public.user_dags taken
        where taken.project_id = p_project
          and taken.state = 'active'
          and right(taken.storage_path, length(taken.dag_id) + 4) <> '/' || taken.dag_id || '.py'
          and lower(taken.storage_path collate "C")
            = lower(p_project || '/dags/' || c.dag_id || '.py' collate "C")
      )
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
      is_active, created_at, state, operation_id, lease_until, created_by_name
    )
    select
      p_project, auth.uid(), c.dag_id, c.dag_id, c.dag_id, 'dags/' || c.dag_id || '.py',
      false, date_trunc('second', now()), 'reserved', p_operation, private.new_lease(),
      (select o.user_name from private.dag_operations o where o.id = p_operation)
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
  if length(p_key) not between 1 and 255 then
    perform private.refuse('22023', 'invalid_request', 'a key has 1 to 255 characters');
  end if;
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
  insert into private.dag_operations (id, project_id, user_id, status, key, user_name)
  values (p_operation, p_project, auth.uid(), 'reserved', p_key, private.caller_name());
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
  private.caller_name(),
  private.holder_of_file(uuid, text),
  private.refuse_stale(public.user_dags)
from public, anon, authenticated, service_role;
