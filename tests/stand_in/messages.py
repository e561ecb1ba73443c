"""HTTP requests and answers as values: what the services of the stand-in pass around."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


class NeverAnsweredError(Exception):
    """A true server would never answer this request; here the connection is closed in the end."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read whole. Header names are in lower case."""

    method: str
    target: str
    """Path and query as they stood in the request line."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def bearer(self) -> str | None:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    def header(self, name: str, default: str = "") -> str:
        return self.headers.get(name, default)

    def parameter(self, name: str, default: str = "") -> str:
        return dict(self.query).get(name, default)

    def json(self) -> Any:  # noqa: ANN401 - JSON is any
        return json.loads(self.body)

    def below(self, prefix: str) -> Request:
        """Return the same request as the service mounted at `prefix` sees it."""
        return replace(self, target=self.target.removeprefix(prefix))


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, whole."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_response(status: int, data: object, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    return Response(status, body, {"content-type": "application/json", **(headers or {})})
