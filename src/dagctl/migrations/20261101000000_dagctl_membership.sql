-- Who belongs to which project.
--
-- private.member_project_ids is the only place that knows how membership is decided. An installation
-- with memberships of its own makes that function in an earlier migration, with this signature and
-- the roles owner, editor and viewer; then nothing else is made here but project_role.

create schema if not exists private;
grant usage on schema private to authenticated, service_role;

do $$
begin
  if to_regprocedure('private.member_project_ids(text[])') is not null then
    return;
  end if;

  -- No foreign key to auth.users, as the guide's user_dags has none: a membership may be granted
  -- before the first login, and one that outlives its user grants nothing, as no new token names it.
  if to_regclass('public.project_members') is null then
    create table public.project_members (
      project_id uuid not null,
      user_id uuid not null,
      role text not null default 'viewer',
      created_at timestamptz not null default now(),
      constraint project_members_pkey primary key (project_id, user_id),
      constraint project_members_role_check check (role in ('owner', 'editor', 'viewer'))
    );
    create index project_members_user_id_idx on public.project_members (user_id);

    alter table public.project_members enable row level security;
    revoke all on public.project_members from public, anon, authenticated, service_role;
    grant select on public.project_members to authenticated;
    grant all on public.project_members to service_role;
    create policy project_members_select on public.project_members
      for select to authenticated using (user_id = (select auth.uid()));
  end if;

  -- The projects in which the caller has one of these roles (null: any role). Definer, so that row
  -- level security on project_members neither hides rows from it nor calls it again.
  create function private.member_project_ids(p_roles text[] default null)
  returns setof uuid
  language sql stable security definer rows 20
  set search_path = ''
  as $body$
    select m.project_id
    from public.project_members m
    where m.user_id = (select auth.uid())
      and (p_roles is null or m.role = any (p_roles));
  $body$;
end
$$;
revoke all on function private.member_project_ids(text[]) from public, anon;
grant execute on function private.member_project_ids(text[]) to authenticated;

-- The caller's role in a project, or null.
create or replace function public.project_role(p_project uuid)
returns text
language sql stable security invoker
set search_path = ''
as $$
  select r.role
  from unnest(array['owner', 'editor', 'viewer']) with ordinality as r (role, rank)
  where p_project in (select private.member_project_ids(array[r.role]))
  order by r.rank
  limit 1;
$$;
revoke all on function public.project_role(uuid) from public, anon, authenticated, service_role;
grant execute on function public.project_role(uuid) to authenticated;
