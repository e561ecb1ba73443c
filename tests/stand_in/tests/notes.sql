-- What the golden rows are about: one table under row level security, and functions of every shape.

create table public.notes (
  project_id uuid not null,
  name text not null constraint notes_name_check check (name <> ''),
  size integer not null default 1 constraint notes_size_check check (size > 0),
  tags text[] not null default '{}',
  data jsonb,
  parent text,
  primary key (project_id, name),
  constraint notes_parent_fkey foreign key (project_id, parent) references public.notes (project_id, name)
);
alter table public.notes enable row level security;
revoke all on public.notes from anon, authenticated;
grant select, insert, update, delete on public.notes to authenticated;
create policy notes_of_members on public.notes to authenticated
  using (project_id = any (array(select private.member_project_ids())))
  with check (project_id = any (array(select private.member_project_ids())));

create table public.locked (id integer);
alter table public.locked enable row level security;
revoke all on public.locked from anon, authenticated;

create function public.whoami() returns uuid language sql stable as 'select auth.uid()';
create function public.add(a integer, b integer default 1) returns integer
  language sql immutable as 'select a + b';
create function public.nothing() returns void language sql as 'select';
create function public.longer_than(size integer) returns setof public.notes
  language sql stable as 'select * from public.notes n where n.size > longer_than.size order by name';
create function public.note(name text) returns public.notes
  language sql stable as 'select * from public.notes n where n.name = note.name';
create function public.touch() returns void
  language sql as 'update public.notes set size = size where true';
create function private.touch_all() returns void
  language sql as 'update public.notes n set size = (select 1 where true)';
create function public.call_touch_all() returns void
  language plpgsql as 'begin perform private.touch_all(); end';
create function public.remove_all() returns void
  language plpgsql as 'begin delete from public.notes; -- where
  end';
create function public.broken() returns void
  language plpgsql as 'begin perform 1 from public.gone; end';
create function public.fail(code text, words text) returns void
  language plpgsql as
  'begin raise exception using errcode = code, message = words, detail = ''why'', hint = ''so''; end';
create function public.fail_whole() returns void
  language plpgsql as
  'begin raise sqlstate ''PGRST'' using
     message = ''{"code": "X1", "message": "taken", "details": "d", "hint": "h"}'',
     detail = ''{"status": 409, "headers": {"x-why": "so"}}''; end';
revoke all on function public.touch() from public;
grant execute on function public.touch() to authenticated;
create function public.owners_only() returns void language sql as 'select';
revoke all on function public.owners_only() from public, anon, authenticated;

-- Editors write where they like here; dagctl's own policies are the business of other tests.
create policy notes_objects on storage.objects
  for all to authenticated
  using (
    not starts_with(name, '33333333-3333-4333-8333-333333333333') and (storage.foldername(name))[1]
      = any (array(select p::text from private.member_project_ids(array['owner', 'editor']) as p))
  )
  with check (
    not starts_with(name, '33333333-3333-4333-8333-333333333333') and (storage.foldername(name))[1]
      = any (array(select p::text from private.member_project_ids(array['owner', 'editor']) as p))
  );
