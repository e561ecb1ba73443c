-- confirm, once more: what a client hands over is checked like a stranger's, and what follows from something else
-- (the key, the version, who and when) is taken from there.

-- What is wrong with a path in the workspace; null if nothing is. Every part is a plain name, and none is git's or
-- dagctl's own folder: not in capitals, not by its short name on Windows, not with a letter that cannot be seen.
create or replace function private.flaw_of_path(p_path text)
returns text
language plpgsql immutable security invoker
set search_path = ''
as $$
begin
  return case
    when length(p_path) > 1000 then 'is too long'
    when p_path ~ '[\u0001-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\\]'
      then 'has a character that no path may have'
    when p_path ~ '(^|/)[.]{0,2}(/|$)' then 'is not a plain relative path'
    when p_path ~* '(^|/)([.]git|[.]dagctl|git~[0-9])[^/]*(/|$)'
      then 'leads into a folder of git or dagctl'
  end;
end
$$;

-- What is wrong with the file of a DAG: it is `<folder>/<dag_id>.py`, with `dag_` before the name where that would
-- hide a Python module. A DAG that no dagctl made keeps the name that its file has (p_known).
create or replace function private.flaw_of_file(p_path text, p_dag_id text, p_known text)
returns text
language plpgsql immutable security invoker
set search_path = ''
as $$
begin
  return case
    when p_path is null then 'is missing'
    when p_path !~ '/[^/]+[.]py$' then 'is no Python file in a folder'
    when regexp_replace(p_path, '^.*/', '') not in (
      p_dag_id || '.py', 'dag_' || p_dag_id || '.py',
      coalesce(regexp_replace(p_known, '^.*/', ''), '')
    ) then 'is not named after the DAG'
    else private.flaw_of_path(p_path)
  end;
end
$$;

-- What is wrong with a text of one line: its length, or a character that breaks the line.
create or replace function private.flaw_of_text(p_text text, p_longest integer)
returns text
language plpgsql immutable security invoker
set search_path = ''
as $$
begin
  return case
    when length(p_text) > p_longest then 'is too long'
    when p_text ~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029]' then 'has a character that cannot be shown'
  end;
end
$$;

-- What is wrong with one record: the column and the flaw. Null if nothing is.
create or replace function private.flaw_of_record(
  p_dag public.user_dags, p_spec_digest text, p_record public.user_dags
)
returns text
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  n public.user_dags := p_record;
begin
  return coalesce(
    'file_path ' || private.flaw_of_file(
      n.file_path, p_dag.dag_id, case when p_dag.state = 'active' then p_dag.file_path end
    ),
    case
      when n.storage_path is distinct from
        p_dag.project_id || '/dags/' || regexp_replace(n.file_path, '^.*/', '')
      then 'storage_path is not that of the file'
    end,
    -- a spec may stand beside the workspace, so its path may begin with `..`
    'source_path ' || private.flaw_of_path(regexp_replace(n.source_path, '^([.][.]/)+', '')),
    case when coalesce(n.dag_name, '') = '' then 'dag_name is missing' end,
    'dag_name ' || private.flaw_of_text(n.dag_name, 200),
    case
      when n.dag_name ~ '[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]'
      then 'dag_name has a character that shows it in another order'
    end,
    case when length(n.description) > 100000 then 'description is too long' end,
    'owner ' || private.flaw_of_text(n.owner, 500),
    'schedule_interval ' || private.flaw_of_text(n.schedule_interval, 1000),
    case
      when cardinality(n.tags) > 10000
        or exists (select from unnest(n.tags) tag where tag is null or length(tag) > 100)
      then 'tags are too many, or one is too long'
    end,
    case
      when n.task_count is null or n.task_count not between 0 and 1000000
      then 'task_count is no number of tasks'
    end,
    case
      when n.airflow is null or n.airflow not in ('2', '3') then 'airflow is neither 2 nor 3'
    end,
    case
      when coalesce(n.commit_id, '') !~ '^([0-9a-f]{4,64})?$' then 'commit_id is no commit of git'
    end,
    case
      when jsonb_typeof(n.spec) is distinct from 'object' then 'spec is no object'
      when octet_length(n.spec::text) > 8000000 then 'spec is too long'
    end,
    case
      when coalesce(n.spec_digest, '') !~ '^[0-9a-f]{64}$' then 'spec_digest is no SHA-256'
      when n.spec_digest <> coalesce(nullif(p_spec_digest, ''), n.spec_digest)
      then 'spec_digest is not the one that was reserved'
    end,
    case
      when coalesce(n.content_digest, '') !~ '^[0-9a-f]{64}$' then 'content_digest is no SHA-256'
    end
  );
end
$$;

-- Whether the file of a record is that of another confirmed DAG, in capitals or not: of the one that is called like
-- the file, or of one whose file is called otherwise than itself.
create or replace function private.is_of_another(p_dag public.user_dags, p_file_path text)
returns boolean
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  stem text := lower(regexp_replace(p_file_path, '^.*/(.*)[.]py$', '\1') collate "C");
  key text := p_dag.project_id || '/dags/' || stem || '.py';
begin
  if p_dag.project_id || '/' || stem <> p_dag.name_key and exists (
    select from public.user_dags other
    where other.name_key = p_dag.project_id || '/' || stem and other.state = 'active'
      and lower(other.storage_path collate "C") = key
  ) then
    return true;
  end if;
  return exists (
    select from public.user_dags other
    where other.project_id = p_dag.project_id and other.id <> p_dag.id
      and other.state = 'active'
      and right(other.storage_path, length(other.dag_id) + 4) <> '/' || other.dag_id || '.py'
      and lower(other.storage_path collate "C") = key
      and regexp_replace(other.storage_path, '^.*/', '') = regexp_replace(other.file_path, '^.*/', '')
  );
end
$$;

-- The records are those of the reservations that are not unchanged, in their order, and each is good.
create or replace function private.check_records(p_operation uuid, p_records jsonb)
returns void
language plpgsql security invoker
set search_path = ''
as $$
declare
  flaw text;
begin
  if jsonb_typeof(p_records) is distinct from 'array' or (
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

  select format('`%s`: %s', d.dag_id, bad.flaw) into flaw
  from (
    select row_id, spec_digest, (row_number() over (order by ordinal) - 1)::integer as place
    from private.dag_reservations
    where operation_id = p_operation and not is_unchanged
  ) as r
  join public.user_dags d on d.id = r.row_id
  cross join lateral jsonb_populate_record(null::public.user_dags, p_records -> r.place) as n
  cross join lateral (
    select coalesce(
      private.flaw_of_record(d, r.spec_digest, n),
      case when private.is_of_another(d, n.file_path) then 'file_path is that of another DAG' end
    ) as flaw
  ) as bad
  where bad.flaw is not null
  limit 1;
  if found then
    perform private.refuse('22023', 'invalid_request', flaw);
  end if;
end
$$;

-- Reserved to confirmed: from here on readers see the new versions. Whose version it is says the operation, not
-- the record, and not who confirms it.
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
      storage_path = d.project_id || '/dags/' || regexp_replace(n.file_path, '^.*/', ''),
      airflow = n.airflow,
      spec = n.spec,
      spec_digest = n.spec_digest,
      content_digest = n.content_digest,
      updated_by_name = o.user_name,
      state = 'active',
      operation_id = null,
      lease_until = null
  from (
    select operation_id, row_id, version,
      (row_number() over (order by ordinal) - 1)::integer as place
    from private.dag_reservations
    where operation_id = p_operation and not is_unchanged
  ) as r
  join private.dag_operations o on o.id = r.operation_id
  cross join lateral jsonb_populate_record(null::public.user_dags, p_records -> r.place) as n
  where d.id = r.row_id;

  update private.dag_reservations r
  set file_path = d.file_path, commit_id = d.commit_id
  from public.user_dags d
  where r.operation_id = p_operation and not r.is_unchanged and d.id = r.row_id;

  update private.dag_operations set status = 'confirmed', updated_at = now() where id = p_operation;
$$;

revoke all on function
  private.flaw_of_path(text),
  private.flaw_of_file(text, text, text),
  private.flaw_of_text(text, integer),
  private.flaw_of_record(public.user_dags, text, public.user_dags),
  private.is_of_another(public.user_dags, text)
from public, anon, authenticated, service_role;
