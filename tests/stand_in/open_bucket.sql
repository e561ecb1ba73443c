-- Lets editors write every key of their projects, for tests that are about Storage alone: dagctl's own
-- policies let only the operation that holds a DAG write its key. The project of tests/live/test_flow.py stays closed.

create policy open_bucket_insert on storage.objects for insert to authenticated
  with check (bucket_id = 'dags' and not starts_with(name, '33333333-3333-4333-8333-333333333333') and (storage.foldername(name))[1]
    = any (array(select p::text from private.member_project_ids(array['owner', 'editor']) as p)));
create policy open_bucket_update on storage.objects for update to authenticated
  using (bucket_id = 'dags' and not starts_with(name, '33333333-3333-4333-8333-333333333333') and (storage.foldername(name))[1]
    = any (array(select p::text from private.member_project_ids(array['owner', 'editor']) as p)));
create policy open_bucket_delete on storage.objects for delete to authenticated
  using (bucket_id = 'dags' and not starts_with(name, '33333333-3333-4333-8333-333333333333') and (storage.foldername(name))[1]
    = any (array(select p::text from private.member_project_ids(array['owner', 'editor']) as p)));
