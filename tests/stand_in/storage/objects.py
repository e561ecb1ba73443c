"""The rows of `storage.objects`: every question is asked as the caller, under the policies."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.stand_in.storage import errors

if TYPE_CHECKING:
    from tests.stand_in.database import Caller, Connection
    from tests.stand_in.project import Project
    from tests.stand_in.storage.uploads import Upload

INSERT = """
insert into storage.objects (bucket_id, name, owner_id, version, metadata, user_metadata)
values (%(bucket)s, %(key)s, %(owner)s, %(version)s, %(metadata)s, %(user_metadata)s)
"""
MERGE = """
on conflict (bucket_id, name) do update
set version = excluded.version, metadata = excluded.metadata, owner_id = excluded.owner_id,
    user_metadata = excluded.user_metadata, updated_at = now()
"""
ALLOW_DELETE = "select set_config('storage.allow_delete_query', 'true', true)"
FIND = "select to_jsonb(o) from storage.objects o where bucket_id = %s and name = %s"
LIST = "select to_jsonb(o) from storage.objects o where bucket_id = %s and starts_with(name, %s)"
DELETE = """
with gone as (delete from storage.objects where bucket_id = %s and name = any(%s) returning *)
select to_jsonb(gone) from gone
"""
RENAME = """
update storage.objects set name = %s, version = %s, updated_at = now()
where bucket_id = %s and name = %s
"""
LOCK = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"
DELETE_BUCKET = "delete from storage.buckets where id = %s"
BUCKET = "select to_jsonb(b) from storage.buckets b where id = %s"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Address:
    """Where an object is: bucket and key."""

    bucket: str
    key: str


@dataclass(frozen=True, slots=True)
class Write:
    """A write of one object: its row and its bytes."""

    address: Address
    values: Row
    data: bytes


def bucket(connection: Connection, name: str) -> Row:
    """Return a bucket.

    Raises:
        StorageError: There is none of that name, or it is hidden from whoever asks.
    """
    row = connection.execute(BUCKET, (name,)).fetchone()
    if row is None:
        raise errors.no_such_bucket()
    return dict(row[0])


def find(connection: Connection, address: Address) -> Row:
    """Return an object's row.

    Raises:
        StorageError: There is none, or it is hidden; nobody can tell which.
    """
    row = connection.execute(FIND, (address.bucket, address.key)).fetchone()
    if row is None:
        raise errors.no_such_key()
    return dict(row[0])


def prepared(project: Project, caller: Caller, address: Address, upload: Upload) -> Write:
    """Return the write that an upload asks for."""
    etag = hashlib.md5(upload.data, usedforsecurity=False).hexdigest()
    metadata = {
        "eTag": f'"{etag}"',
        "size": len(upload.data),
        "mimetype": upload.content_type,
        "cacheControl": upload.cache_control,
        "lastModified": project.clock.utc().isoformat(timespec="milliseconds"),
        "contentLength": len(upload.data),
        "httpStatusCode": 200,
    }
    values = {
        "bucket": address.bucket,
        "key": address.key,
        "owner": caller.user_id,
        "version": str(uuid.uuid4()),
        "metadata": json.dumps(metadata),
        "user_metadata": json.dumps(upload.metadata) if upload.metadata is not None else None,
    }
    return Write(address, values, upload.data)


def rehearse(project: Project, caller: Caller, write: Write, *, upsert: bool) -> None:
    """Try a write as the caller, under the policies, and roll it back."""
    statement = INSERT + MERGE if upsert else INSERT
    with project.database.as_caller(caller, rehearse=True) as connection:
        connection.execute(statement.encode(), write.values)


def put(project: Project, write: Write) -> Row:
    """Store the bytes, then the row, as owner and without a further look.

    So two uploads of one key at one time both succeed, and the last one stays, as with the real
    Storage server.
    """
    project.objects[write.values["version"]] = write.data
    with project.database.as_owner() as connection:
        connection.execute(LOCK, (f"{write.address.bucket}/{write.address.key}",))
        old = connection.execute(FIND, (write.address.bucket, write.address.key)).fetchone()
        connection.execute((INSERT + MERGE).encode(), write.values)
        row = find(connection, write.address)
    if old is not None:
        project.objects.pop(old[0]["version"], None)
    return row


def delete(project: Project, caller: Caller, name: str, keys: list[str]) -> list[Row]:
    """Delete the objects that the caller may delete; return their rows."""
    with project.database.as_caller(caller) as connection:
        connection.execute(ALLOW_DELETE)
        rows = [dict(row[0]) for row in connection.execute(DELETE, (name, keys))]
    for row in rows:
        project.objects.pop(row["version"], None)
    return rows


def delete_bucket(project: Project, caller: Caller, name: str) -> bool:
    """Delete a bucket as the caller; return whether there was one that the caller may delete."""
    with project.database.as_caller(caller) as connection:
        connection.execute(ALLOW_DELETE)
        return connection.execute(DELETE_BUCKET, (name,)).rowcount == 1


def move(project: Project, caller: Caller, source: Address, key: str) -> Row:
    """Rename an object, with the policies tried in the same way as for an upload."""
    version = str(uuid.uuid4())
    change = (key, version, source.bucket, source.key)
    with project.database.as_caller(caller, rehearse=True) as connection:
        row = find(connection, source)
        if connection.execute(RENAME, change).rowcount == 0:
            raise errors.no_such_key()
    data = project.objects[row["version"]]
    project.objects[version] = data
    with project.database.as_owner() as connection:
        connection.execute(RENAME, change)
    project.objects.pop(row["version"], None)
    return row | {"name": key, "version": version}


def listing(connection: Connection, name: str, prefix: str) -> list[Row]:
    """Return the rows of the objects below a prefix, in the order of their names."""
    rows = [dict(row[0]) for row in connection.execute(LIST, (name, prefix))]
    return sorted(rows, key=lambda row: str(row["name"]))
