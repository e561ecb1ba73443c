"""The service at `/storage/v1`: what dagctl and the `supabase` client need of Supabase Storage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import psycopg

from tests.stand_in.auth.tokens import TokenError
from tests.stand_in.database import Caller
from tests.stand_in.messages import Response, json_response
from tests.stand_in.storage import errors, listing, objects, uploads
from tests.stand_in.storage.errors import StorageError
from tests.stand_in.storage.objects import Address

if TYPE_CHECKING:
    from tests.stand_in.messages import Request
    from tests.stand_in.project import Project
    from tests.stand_in.storage.objects import Row

NOBODY = Caller("anon", {"role": "anon"}, authenticated=False)


def handle(project: Project, request: Request) -> Response:
    """Answer one request."""
    for method, pattern, route in ROUTES:
        match = pattern.fullmatch(request.path)
        if match and method == request.method:
            return _answered(project, request, route, match.groupdict())
    text = f"Route {request.method}:{request.path} not found"
    return json_response(404, {"message": text, "error": "Not Found", "statusCode": 404})


def _answered(project: Project, request: Request, route: Any, parts: dict[str, str]) -> Response:  # noqa: ANN401 - routes take different parts
    try:
        response: Response = route(project, request, **parts)
    except StorageError as error:
        return error.response()
    except TokenError as error:
        return errors.of_token(error).response()
    except psycopg.Error as error:
        return errors.of_database(error).response()
    return response


def _caller(project: Project, request: Request) -> Caller:
    if not request.header("authorization"):
        raise errors.invalid_request("headers must have required property 'authorization'")
    return project.caller(request)


def _caller_or_nobody(project: Project, request: Request) -> Caller:
    """Return the caller; a bad token is not refused on this route, it counts for nothing."""
    try:
        return project.caller(request) if request.bearer else NOBODY
    except TokenError:
        return NOBODY


# --- Writing ---


def _upload(project: Project, request: Request, bucket: str, key: str) -> Response:
    upsert = request.header("x-upsert") == "true"
    return _put(project, request, Address(bucket, key), upsert=upsert)


def _replace(project: Project, request: Request, bucket: str, key: str) -> Response:
    return _put(project, request, Address(bucket, key), upsert=True)


def _put(project: Project, request: Request, address: Address, *, upsert: bool) -> Response:
    caller = _caller(project, request)
    with project.database.as_owner() as connection:
        limits = objects.bucket(connection, address.bucket)
    upload = uploads.read(request)
    uploads.check_type(upload, limits["allowed_mime_types"])
    size_limit = limits["file_size_limit"]
    too_large = size_limit is not None and len(upload.data) > size_limit
    if too_large and not upload.form:
        raise errors.too_large()
    uploads.check_key(address.key)
    write = objects.prepared(project, caller, address, upload)
    objects.rehearse(project, caller, write, upsert=upsert)
    if too_large:
        raise errors.too_large()
    project.settings.while_uploading()
    row = objects.put(project, write)
    return json_response(200, {"Id": row["id"], "Key": f"{address.bucket}/{address.key}"})


def _delete_many(project: Project, request: Request, bucket: str) -> Response:
    caller = _caller(project, request)
    keys = _fields(request).get("prefixes")
    if not isinstance(keys, list):
        raise errors.invalid_request("body must have required property 'prefixes'")
    if not keys:
        raise errors.invalid_request("body/prefixes must NOT have fewer than 1 items")
    return json_response(200, objects.delete(project, caller, bucket, keys))


def _delete_one(project: Project, request: Request, bucket: str, key: str) -> Response:
    caller = _caller(project, request)
    with project.database.as_owner() as connection:
        objects.find(connection, Address(bucket, key))
    if not objects.delete(project, caller, bucket, [key]):
        raise errors.access_denied("Access denied")
    return json_response(200, {"message": "Successfully deleted"})


def _move(project: Project, request: Request) -> Response:
    caller = _caller(project, request)
    fields = _fields(request)
    for name in ("bucketId", "sourceKey", "destinationKey"):
        if name not in fields:
            raise errors.invalid_request(f"body must have required property '{name}'")
    uploads.check_key(fields["destinationKey"])
    source = Address(fields["bucketId"], fields["sourceKey"])
    objects.move(project, caller, source, fields["destinationKey"])
    return json_response(200, {"message": "Successfully moved"})


# --- Reading ---


def _download(project: Project, request: Request, bucket: str, key: str) -> Response:
    row = _readable(project, request, Address(bucket, key))
    return _content(project, row)


def _download_public(project: Project, request: Request, bucket: str, key: str) -> Response:
    del request
    with project.database.as_owner() as connection:
        if not objects.bucket(connection, bucket)["public"]:
            raise errors.no_such_bucket()
        return _content(project, objects.find(connection, Address(bucket, key)))


def _info(project: Project, request: Request, bucket: str, key: str) -> Response:
    row = _readable(project, request, Address(bucket, key))
    metadata = row["metadata"]
    told = {
        "id": row["id"],
        "name": row["name"],
        "version": row["version"],
        "bucket_id": row["bucket_id"],
        "size": metadata["size"],
        "content_type": metadata["mimetype"],
        "cache_control": metadata["cacheControl"],
        "etag": metadata["eTag"],
        "metadata": row["user_metadata"],
        "last_modified": row["updated_at"],
        "created_at": row["created_at"],
    }
    return json_response(200, told, {"etag": metadata["eTag"]})


def _readable(project: Project, request: Request, address: Address) -> Row:
    caller = _caller_or_nobody(project, request)
    with project.database.as_owner() as connection:
        public = objects.bucket(connection, address.bucket)["public"]
        if public:
            return objects.find(connection, address)
    if not caller.authenticated:
        raise errors.no_such_bucket()
    uploads.check_key(address.key)
    with project.database.as_caller(caller, read_only=True) as connection:
        return objects.find(connection, address)


def _content(project: Project, row: Row) -> Response:
    data = project.objects.get(row["version"])
    if data is None:
        raise errors.no_such_content()
    metadata = row["metadata"]
    headers = {
        "content-type": metadata["mimetype"],
        "etag": metadata["eTag"],
        "cache-control": metadata["cacheControl"],
        "last-modified": metadata["lastModified"],
    }
    return Response(200, data, headers)


def _list(project: Project, request: Request, bucket: str) -> Response:
    caller = _caller(project, request)
    fields = _fields(request)
    prefix = fields.get("prefix")
    if not isinstance(prefix, str):
        raise errors.invalid_request("body must have required property 'prefix'")
    folder = f"{prefix}/" if prefix and not prefix.endswith("/") else prefix
    with project.database.as_caller(caller, read_only=True) as connection:
        rows = objects.listing(connection, bucket, folder)
    items = listing.in_order(listing.entries(rows, folder, fields.get("search") or ""), fields)
    first, limit = int(fields.get("offset") or 0), int(fields.get("limit") or 100)
    return json_response(200, items[first : first + limit])


def _bucket(project: Project, request: Request, bucket: str) -> Response:
    caller = _caller(project, request)
    with project.database.as_caller(caller, read_only=True) as connection:
        return json_response(200, objects.bucket(connection, bucket))


def _delete_bucket(project: Project, request: Request, bucket: str) -> Response:
    """Refuse to delete what is not empty, whoever asks: that is looked at first, as owner."""
    caller = _caller(project, request)
    with project.database.as_owner() as connection:
        if objects.listing(connection, bucket, ""):
            raise errors.not_empty()
    if not objects.delete_bucket(project, caller, bucket):
        raise errors.no_such_bucket()
    return json_response(200, {"message": "Successfully deleted"})


# --- Signed addresses ---


def _sign(project: Project, request: Request, bucket: str, key: str) -> Response:
    caller = _caller(project, request)
    seconds = str(_fields(request).get("expiresIn", ""))
    if not seconds.isdigit():
        raise errors.invalid_request("body must have required property 'expiresIn'")
    with project.database.as_caller(caller, read_only=True) as connection:
        objects.find(connection, Address(bucket, key))
    now = int(project.clock.now())
    claims = {"url": f"{bucket}/{key}", "iat": now, "exp": now + int(seconds)}
    token = project.tokens.sign(claims)
    return json_response(200, {"signedURL": f"/object/sign/{bucket}/{quote(key)}?token={token}"})


def _download_signed(project: Project, request: Request, bucket: str, key: str) -> Response:
    try:
        claims = project.tokens.verify(request.parameter("token"))
    except TokenError as error:
        raise errors.of_signed_token(error) from error
    if claims.get("url") != f"{bucket}/{key}":
        raise errors.invalid_signature()
    with project.database.as_owner() as connection:
        row = objects.find(connection, Address(bucket, key))
    return _content(project, row)


def _fields(request: Request) -> dict[str, Any]:
    try:
        fields = request.json()
    except ValueError as error:
        raise errors.invalid_request("Body is not valid JSON") from error
    return fields if isinstance(fields, dict) else {}


B, K = r"/(?P<bucket>[^/]+)", r"/(?P<key>.+)"
ROUTES = [
    (method, re.compile(pattern), route)
    for method, pattern, route in [
        ("GET", rf"/object/sign{B}{K}", _download_signed),
        ("POST", rf"/object/sign{B}{K}", _sign),
        ("POST", rf"/object/list{B}", _list),
        ("POST", r"/object/move", _move),
        ("GET", rf"/object/info(?:/authenticated)?{B}{K}", _info),
        ("GET", rf"/object/public{B}{K}", _download_public),
        ("GET", rf"/object(?:/authenticated)?{B}{K}", _download),
        ("HEAD", rf"/object(?:/authenticated)?{B}{K}", _download),
        ("POST", rf"/object{B}{K}", _upload),
        ("PUT", rf"/object{B}{K}", _replace),
        ("DELETE", rf"/object{B}", _delete_many),
        ("DELETE", rf"/object{B}{K}", _delete_one),
        ("GET", rf"/bucket{B}", _bucket),
        ("DELETE", rf"/bucket{B}", _delete_bucket),
    ]
]
