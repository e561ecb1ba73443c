-- Only members read the bucket. One who was removed in the middle of creating a DAG still sees, within the lease, what
-- they have uploaded for it themselves, to remove it: nothing else, and nothing of a DAG that readers know.

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
