"""The body of a request to `/auth/v1`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.stand_in.auth.errors import AuthError

if TYPE_CHECKING:
    from tests.stand_in.messages import Request


def fields_of(request: Request) -> dict[str, Any]:
    """Return the fields that the request carries.

    Raises:
        AuthError: The body is no JSON.
    """
    try:
        fields = request.json()
    except json.JSONDecodeError as error:
        text = "Could not parse request body as JSON: unexpected end of JSON input"
        raise AuthError(400, "bad_json", text) from error
    return fields if isinstance(fields, dict) else {}
