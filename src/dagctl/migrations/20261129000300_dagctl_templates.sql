-- Templates of specs that a project shares. A version never changes: one that was taken back keeps its text, unseen,
-- so that no other text can come under its number.

create table if not exists public.dag_templates (
  project_id uuid not null,
  name text not null,
  version integer not null,
  text text not null,
  shared_by uuid not null,
  shared_by_name text,
  shared_at timestamptz not null default now(),
  withdrawn_at timestamptz,
  primary key (project_id, name, version),
  constraint dag_templates_name_check check (name ~ '^[A-Za-z0-9_-]{1,100}$'),
  constraint dag_templates_version_check check (version between 1 and 1000000),
  constraint dag_templates_text_check check (octet_length(text) between 1 and 400000)
);

alter table public.dag_templates enable row level security;
revoke all on public.dag_templates from public, anon, authenticated, service_role;
grant select on public.dag_templates to authenticated;
grant all on public.dag_templates to service_role;

drop policy if exists dag_templates_select on public.dag_templates;
create policy dag_templates_select on public.dag_templates
  for select to authenticated
  using (
    withdrawn_at is null and project_id = any (array(select private.member_project_ids()))
  );

-- What a version is stays what it is, also for the service role.
create or replace function private.guard_template()
returns trigger
language plpgsql security invoker
set search_path = ''
as $$
begin
  if (new.project_id, new.name, new.version, new.text)
    is distinct from (old.project_id, old.name, old.version, old.text)
  then
    raise exception 'a version of a template never changes'
      using errcode = 'check_violation', table = 'dag_templates', schema = 'public';
  end if;
  return new;
end
$$;

create or replace trigger dag_templates_guard
  before update on public.dag_templates
  for each row execute function private.guard_template();

-- Shares a version of a template. May be repeated: `shared`, or `unchanged` if it is there with this text.
create or replace function private.share_template(
  p_project uuid, p_name text, p_version integer, p_text text
)
returns text
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  known public.dag_templates;
begin
  perform private.check_writer(p_project);
  perform private.lock_project(p_project);
  if coalesce(p_name, '') !~ '^[A-Za-z0-9_-]{1,100}$'
    or coalesce(p_version, 0) not between 1 and 1000000
    or coalesce(octet_length(p_text), 0) not between 1 and 400000
  then
    perform private.refuse(
      '22023', 'invalid_request', 'this is no template with a name, a version and up to 400000 bytes'
    );
  end if;
  select * into known from public.dag_templates t
  where t.project_id = p_project and t.name = p_name and t.version = p_version;
  if found and known.text <> p_text then
    perform private.refuse(
      'PT409', 'template_shared',
      format('version %s of the template %s is shared with another text', p_version, p_name),
      'give the new text a new version, in a file of its own'
    );
  end if;
  if found and known.withdrawn_at is null then
    return 'unchanged';
  end if;
  if (
    select count(*) >= 2000 or coalesce(sum(octet_length(t.text)), 0) + octet_length(p_text) > 16000000
    from public.dag_templates t where t.project_id = p_project
  ) then
    perform private.refuse(
      '22023', 'invalid_request', 'a project shares at most 2000 versions of templates, of 16 MB'
    );
  end if;
  insert into public.dag_templates (project_id, name, version, text, shared_by, shared_by_name)
  values (p_project, p_name, p_version, p_text, auth.uid(), private.caller_name())
  on conflict (project_id, name, version) do update
  set withdrawn_at = null, shared_by = excluded.shared_by,
      shared_by_name = excluded.shared_by_name, shared_at = now();
  return 'shared';
end
$$;

-- Takes a version of a template back: `withdrawn`, or `absent` if it is not shared.
create or replace function private.unshare_template(p_project uuid, p_name text, p_version integer)
returns text
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  perform private.check_writer(p_project);
  perform private.lock_project(p_project);
  update public.dag_templates t set withdrawn_at = now()
  where t.project_id = p_project and t.name = p_name and t.version = p_version
    and t.withdrawn_at is null;
  return case when found then 'withdrawn' else 'absent' end;
end
$$;

create or replace function public.share_template(
  p_project uuid, p_name text, p_version integer, p_text text
)
returns text
language sql volatile security invoker
set search_path = ''
as $$
  select private.share_template(p_project, p_name, p_version, p_text);
$$;

create or replace function public.unshare_template(p_project uuid, p_name text, p_version integer)
returns text
language sql volatile security invoker
set search_path = ''
as $$
  select private.unshare_template(p_project, p_name, p_version);
$$;

-- The templates of a project that its member sees, as one JSON value.
create or replace function public.shared_templates(p_project uuid)
returns jsonb
language sql stable security invoker
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object('name', t.name, 'version', t.version, 'text', t.text)
      order by t.name, t.version
    ),
    '[]'
  )
  from public.dag_templates t
  where t.project_id = p_project and t.withdrawn_at is null;
$$;

create or replace function public.dagctl_version()
returns text
language sql immutable security invoker
set search_path = ''
as $$
  select '20261129000300';
$$;

revoke all on function
  private.guard_template(),
  private.share_template(uuid, text, integer, text),
  private.unshare_template(uuid, text, integer),
  public.share_template(uuid, text, integer, text),
  public.unshare_template(uuid, text, integer),
  public.shared_templates(uuid)
from public, anon, authenticated, service_role;
grant execute on function
  private.share_template(uuid, text, integer, text),
  private.unshare_template(uuid, text, integer),
  public.share_template(uuid, text, integer, text),
  public.unshare_template(uuid, text, integer),
  public.shared_templates(uuid)
to authenticated;
