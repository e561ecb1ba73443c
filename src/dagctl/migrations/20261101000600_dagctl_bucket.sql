-- The private bucket of DAG files, `<project_id>/dags/<file>.py`, and who may do what in it. In a file of
-- its own because storage.objects belongs to Supabase: only policies may be made on it.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('dags', 'dags', false, 10485760, array['text/x-python'])
on conflict (id) do update
set public = excluded.public,
    file_size_limit = excluded.file_size_limit,
    allowed_mime_types = excluded.allowed_mime_types;

-- Members read. One who lost the membership in the middle of an operation still finds what it uploaded, and
-- removes it if it lies under a name that no reader knows yet.
drop policy if exists dagctl_dags_select on storage.objects;
create policy dagctl_dags_select on storage.objects
  for select to authenticated
  using (
    bucket_id = 'dags'
    and (
      (storage.foldername(name))[1]
        = any (array(select p::text from private.member_project_ids() as p))
      or name = any (array(select private.held_objects()))
    )
  );

-- Only the operation that holds a DAG writes its key: an upload says in its metadata which operation it is of,
-- and one that arrives when that operation is over changes nothing any more. The old row names the operation
-- before, so only its key is looked at.
drop policy if exists dagctl_dags_insert on storage.objects;
create policy dagctl_dags_insert on storage.objects
  for insert to authenticated
  with check (
    bucket_id = 'dags'
    and name ~ '^[^/]+/dags/[A-Za-z0-9_][A-Za-z0-9_.-]*[.]py$'
    and private.may_upload(name, user_metadata)
  );

drop policy if exists dagctl_dags_update on storage.objects;
create policy dagctl_dags_update on storage.objects
  for update to authenticated
  using (bucket_id = 'dags' and private.may_replace(name))
  with check (
    bucket_id = 'dags'
    and name ~ '^[^/]+/dags/[A-Za-z0-9_][A-Za-z0-9_.-]*[.]py$'
    and private.may_upload(name, user_metadata)
  );

-- What a recorded DAG has in the bucket is its operation's alone to remove; what is left over, any editor's.
drop policy if exists dagctl_dags_delete on storage.objects;
create policy dagctl_dags_delete on storage.objects
  for delete to authenticated
  using (bucket_id = 'dags' and private.may_remove(name, user_metadata));
