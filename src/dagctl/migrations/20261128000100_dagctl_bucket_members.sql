-- Only members read the bucket: one who was removed sees nothing of it, not even what an own operation holds.

drop policy if exists dagctl_dags_select on storage.objects;
create policy dagctl_dags_select on storage.objects
  for select to authenticated
  using (
    bucket_id = 'dags'
    and (storage.foldername(name))[1]
      = any (array(select p::text from private.member_project_ids() as p))
  );
