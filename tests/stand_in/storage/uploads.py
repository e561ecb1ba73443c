"""What a client uploads: a form with a file, or the bare bytes."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING, Any

from tests.stand_in.storage import errors

if TYPE_CHECKING:
    from tests.stand_in.messages import Request

KEY = re.compile(r"[A-Za-z0-9_/!.*'() &$=@;:+,?-]+")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way into a bucket."""

    data: bytes
    content_type: str
    cache_control: str
    metadata: dict[str, Any] | None
    form: bool


def read(request: Request) -> Upload:
    """Return the file that the request carries."""
    if request.header("content-type").startswith("multipart/form-data"):
        return _form(request)
    metadata = request.header("x-metadata")
    return Upload(
        request.body,
        request.header("content-type", "application/octet-stream"),
        request.header("cache-control", "no-cache"),
        _metadata(base64.b64decode(metadata)) if metadata else None,
        form=False,
    )


def check_type(upload: Upload, allowed: list[str] | None) -> None:
    """Check the MIME type against those that the bucket takes.

    Its parameters do not count in a form. Of bare bytes they do: `;charset=UTF-8` is another type.

    Raises:
        StorageError: The bucket does not take it.
    """
    kind = upload.content_type.partition(";")[0].strip() if upload.form else upload.content_type
    if allowed and kind not in allowed and f"{kind.partition('/')[0]}/*" not in allowed:
        raise errors.invalid_mime_type(upload.content_type)


def check_key(key: str) -> None:
    """Check that the name of an object has only characters that are safe in S3.

    Raises:
        StorageError: It has others, or is empty.
    """
    if not KEY.fullmatch(key):
        raise errors.invalid_key(key)


def _form(request: Request) -> Upload:
    fields: dict[str, bytes] = {}
    file, content_type = b"", ""
    for head, content in _parts(request):
        name = head.get_param("name", header="content-disposition")
        if head.get_filename() is None:
            fields[str(name)] = content
        else:
            file, content_type = content, head.get("content-type", "text/plain")
    if not content_type:
        raise errors.invalid_request("No content provided")
    seconds = fields.get("cacheControl", b"").decode()
    metadata = fields.get("metadata")
    cache_control = f"max-age={seconds}" if seconds else "no-cache"
    return Upload(
        file, content_type, cache_control, _metadata(metadata) if metadata else None, form=True
    )


def _parts(request: Request) -> list[tuple[Message, bytes]]:
    header = Message()
    header["content-type"] = request.header("content-type")
    boundary = b"\r\n--" + str(header.get_param("boundary")).encode()
    parts = (b"\r\n" + request.body).split(boundary)[1:-1]
    return [_part(part) for part in parts]


def _part(part: bytes) -> tuple[Message, bytes]:
    lines, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    head = Message()
    for line in lines.decode().split("\r\n"):
        name, _, value = line.partition(":")
        head[name] = value.strip()
    return head, content


def _metadata(text: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(text)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None
