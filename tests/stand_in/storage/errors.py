"""Errors of `/storage/v1`: nearly all under HTTP 400, with the real status in the body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stand_in.messages import Response, json_response

if TYPE_CHECKING:
    import psycopg

    from tests.stand_in.auth.tokens import TokenError

FLAWS = {
    "parts": "Invalid Compact JWS",
    "expired": '"exp" claim timestamp check failed',
    "signature": "signature verification failed",
    "key": "no applicable key found in the JSON Web Key Set",
}
POLICY = "new row violates row-level security policy"


class StorageError(Exception):
    """A refusal as the Storage server words it."""

    def __init__(self, status: int, error: str, message: str, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.code = code

    def response(self) -> Response:
        """Return the answer: its HTTP status is 400 for everything but our own failures."""
        body = {
            "statusCode": str(self.status),
            "error": self.error,
            "message": str(self),
            "code": self.code,
        }
        return json_response(500 if self.status == 500 else 400, body)


def no_such_bucket() -> StorageError:
    return StorageError(404, "Bucket not found", "Bucket not found", "NoSuchBucket")


def no_such_key() -> StorageError:
    return StorageError(404, "not_found", "Object not found", "NoSuchKey")


def no_such_content() -> StorageError:
    return StorageError(404, "Not found", "The resource was not found", "NoSuchKey")


def key_exists() -> StorageError:
    return StorageError(409, "Duplicate", "The resource already exists", "KeyAlreadyExists")


def not_empty() -> StorageError:
    text = "The bucket you tried to delete is not empty"
    return StorageError(409, "InvalidRequest", text, "ResourceNotEmpty")


def access_denied(message: str) -> StorageError:
    return StorageError(403, "Unauthorized", message, "AccessDenied")


def invalid_key(key: str) -> StorageError:
    return StorageError(400, "InvalidKey", f"Invalid key: {key}", "InvalidKey")


def invalid_mime_type(kind: str) -> StorageError:
    text = f"mime type {kind} is not supported"
    return StorageError(415, "invalid_mime_type", text, "InvalidMimeType")


def too_large() -> StorageError:
    text = "The object exceeded the maximum allowed size"
    return StorageError(413, "Payload too large", text, "EntityTooLarge")


def invalid_request(message: str) -> StorageError:
    return StorageError(400, "Error", message, "InvalidRequest")


def invalid_signature() -> StorageError:
    return StorageError(400, "InvalidSignature", "Invalid signature", "InvalidSignature")


def of_token(error: TokenError) -> StorageError:
    return access_denied(FLAWS.get(error.flaw, "Invalid Compact JWS"))


def of_signed_token(error: TokenError) -> StorageError:
    text = FLAWS.get(error.flaw, "Invalid Compact JWS")
    return StorageError(400, "InvalidJWT", text, "InvalidJWT")


def of_database(error: psycopg.Error) -> StorageError:
    message = error.diag.message_primary or str(error)
    match error.sqlstate:
        case "42501":
            return access_denied(POLICY if "row-level security" in message else message)
        case "23505":
            return key_exists()
        case "22P02":
            return StorageError(400, "InvalidParameter", message, "InvalidParameter")
        case "57014":
            text = "The connection to the database timed out"
            return StorageError(544, "DatabaseTimeout", text, "DatabaseTimeout")
        case code:
            text = f"database error, code: {code}"
            return StorageError(500, "DatabaseError", text, "DatabaseError")
