"""What every refusal of the server has."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from dagctl.explanations import EXPLANATIONS

if TYPE_CHECKING:
    import httpx

INTERNAL = re.compile(
    r"Traceback|File \"|\.py\", line|/tmp/|/home|select |insert |eyJ|site-packages"
)


def problem_of(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Return the problem, after checking what every problem has."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert (found["status"], found["code"]) == (status, code)
    assert found["title"] in {EXPLANATIONS[code].title, HTTPStatus(status).phrase}
    assert found["type"] == f"urn:dagctl:{code.lower().replace('_', '-')}"
    assert found["request_id"] == answer.headers["x-request-id"]
    assert found["detail"]
    assert found["state"]
    assert not INTERNAL.search(answer.text), answer.text
    for one in found["diagnostics"]:
        assert one["code"] in EXPLANATIONS
    if status in {429, 503}:
        assert int(answer.headers["retry-after"]) > 0
        assert found["retryable"]
    return found
