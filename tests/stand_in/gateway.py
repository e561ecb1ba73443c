"""The gateway in front of the services: it asks for the API key and finds the service."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.stand_in.auth import service as auth
from tests.stand_in.messages import json_response
from tests.stand_in.project import api_key
from tests.stand_in.rest import service as rest
from tests.stand_in.storage import service as storage

if TYPE_CHECKING:
    from tests.stand_in.messages import Request, Response
    from tests.stand_in.project import Project

SERVICES = {"/auth/v1": auth.handle, "/rest/v1": rest.handle, "/storage/v1": storage.handle}
OPEN = {f"/auth/v1{path}" for path in auth.OPEN}
HINT = "No `apikey` request header or url param was found."
WRONG_HINT = "Double check your Supabase `anon` or `service_role` API key."


def handle(project: Project, request: Request) -> Response:
    """Answer one request."""
    for prefix, service in SERVICES.items():
        if request.path.startswith(f"{prefix}/"):
            below = _with_token(project, request.below(prefix))
            return _refused(project, request) or service(project, below)
    return json_response(404, {"message": "no Route matched with those values"})


def _with_token(project: Project, request: Request) -> Request:
    """Return the request with the token that some gateways make of an API key alone."""
    if request.bearer or not project.settings.key_as_token or not api_key(request):
        return request
    token = project.tokens.sign({"role": "anon", "exp": int(project.clock.now()) + 300})
    return replace(request, headers={**request.headers, "authorization": f"Bearer {token}"})


def _refused(project: Project, request: Request) -> Response | None:
    if request.path in OPEN or _signed(request):
        return None
    key = api_key(request)
    if not key:
        told = {"message": "No API key found in request", "hint": HINT}
        return json_response(401, told)
    if project.keys.role(key) is None:
        return json_response(401, {"message": "Invalid API key", "hint": WRONG_HINT})
    return None


def _signed(request: Request) -> bool:
    return request.method == "GET" and request.path.startswith("/storage/v1/object/sign/")
