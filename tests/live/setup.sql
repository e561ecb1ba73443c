-- Prepares a Supabase project for `make test-live`: run it once, after dagctl's migrations and the files
-- notes.sql and open_bucket.sql of tests/stand_in, in a project that is for tests alone.

-- Empty one of the suite's own projects, and make the caller its editor.
create or replace function public.begin_test(p_project uuid)
returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  if p_project not in (
    '123e4567-e89b-12d3-a456-426614174000',
    '11111111-1111-4111-8111-111111111111',
    '22222222-2222-4222-8222-222222222222',
    '33333333-3333-4333-8333-333333333333'
  ) then
    raise exception '% is no project of the suite', p_project;
  end if;
  if to_regclass('public.notes') is not null then
    delete from public.notes where project_id = p_project;
  end if;
  delete from public.user_dags where project_id = p_project;
  delete from private.dag_operations where project_id = p_project;
  insert into public.project_members (project_id, user_id, role)
  values (p_project, auth.uid(), 'editor')
  on conflict (project_id, user_id) do update set role = excluded.role;
end
$$;
revoke all on function public.begin_test(uuid) from public, anon;
grant execute on function public.begin_test(uuid) to authenticated;

-- Give a user a role in the project of the flow, or take it away (null).
create or replace function public.set_test_role(p_user uuid, p_role text)
returns void
language sql security definer
set search_path = ''
as $$
  delete from public.project_members
  where project_id = '33333333-3333-4333-8333-333333333333' and user_id = p_user;
  insert into public.project_members (project_id, user_id, role)
  select '33333333-3333-4333-8333-333333333333', p_user, p_role where p_role is not null;
$$;
revoke all on function public.set_test_role(uuid, text) from public, anon;
grant execute on function public.set_test_role(uuid, text) to authenticated;
