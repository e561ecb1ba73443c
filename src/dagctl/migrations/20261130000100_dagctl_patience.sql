-- The functions of an operation may take 25 seconds, and not the 8 that a statement of a signed-in user may take: an
-- operation may have 10,000 DAGs. PostgREST applies a function's own statement_timeout to the request
-- (db-hoisted-tx-settings); dagctl itself waits for an answer for 30 seconds.

alter function public.reserve(uuid, uuid, jsonb, text) set statement_timeout = '25s';
alter function public.import_versions(uuid, uuid, jsonb, jsonb) set statement_timeout = '25s';
alter function public.confirm(uuid, jsonb) set statement_timeout = '25s';
alter function public.begin_abort(uuid, uuid) set statement_timeout = '25s';
alter function public.abort(uuid, uuid) set statement_timeout = '25s';

create or replace function public.dagctl_version()
returns text
language sql immutable security invoker
set search_path = ''
as $$
  select '20261130000100';
$$;
