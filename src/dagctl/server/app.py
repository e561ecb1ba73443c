"""The application: routes, middleware, and the answers to all failures that are foreseen."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Match, Route

from dagctl.errors import DagctlError
from dagctl.server.answers import ProblemAnswer, problem
from dagctl.server.conditional import Conditional
from dagctl.server.observer import REQUEST_ID, Guard, Observer
from dagctl.server.openapi import describe
from dagctl.server.parameter_problems import parameter_problem
from dagctl.server.refusals import RequestError
from dagctl.server.routes import archives, authoring, dags, health, lifecycle, start, versions

if TYPE_CHECKING:
    from starlette.requests import Request

    from dagctl.server.metrics import Metrics
    from dagctl.server.service import Service

SHOWN_TO_PAGES = (
    REQUEST_ID,
    "Content-Disposition",
    "ETag",
    "Idempotent-Replayed",
    "Retry-After",
)
ROUTERS = tuple(
    routes.router for routes in (dags, lifecycle, versions, archives, authoring, health, start)
)
SENT_BY_PAGES = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    REQUEST_ID,
)


def make_app(service: Service, metrics: Metrics) -> FastAPI:
    """Return the ASGI application over a service."""
    app = bare_app()
    app.state.service = service
    app.state.metrics = metrics
    app.add_exception_handler(DagctlError, _failed)
    app.add_exception_handler(RequestValidationError, _misused)
    app.add_exception_handler(HTTPException, _lost)
    app.add_middleware(Conditional)
    app.add_middleware(Guard)
    if service.options.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=service.options.cors_origins,
            allow_methods=("GET", "POST", "PUT", "DELETE"),
            allow_headers=SENT_BY_PAGES,
            expose_headers=SHOWN_TO_PAGES,
        )
    app.add_middleware(Observer, metrics=metrics)
    _describe_once(app)
    return app


def bare_app() -> FastAPI:
    """Return the routes without what they work with: enough to describe them."""
    app = FastAPI(docs_url=None, redoc_url=None, redirect_slashes=False)
    for router in ROUTERS:
        app.include_router(router)
    return app


def _describe_once(app: FastAPI) -> None:
    """Let `/openapi.json` be what `describe` says, made when it is first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way


async def _failed(request: Request, error: Exception) -> ProblemAnswer:
    assert isinstance(error, DagctlError)  # noqa: S101 - registered for it
    return problem(error, request)


async def _misused(request: Request, error: Exception) -> ProblemAnswer:
    """Answer a request whose parameters are wrong; all of them are named."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    message = "; ".join(map(parameter_problem, error.errors()))
    return await _failed(request, RequestError(message, hint="see /openapi.json"))


async def _lost(request: Request, error: Exception) -> ProblemAnswer:
    """Answer a request for a path or with a method that is not there."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    status = HTTPStatus(error.status_code)
    path = request.scope["path"][:100]  # not of `request.url`: a Host header may spoil that
    refusal = RequestError(
        f"{request.method} {path}: {status.phrase}", status=status, hint="GET / shows what there is"
    )
    answer = await _failed(request, refusal)
    answer.headers.update(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED and (methods := _methods(request)):
        answer.headers["Allow"] = ", ".join(sorted(methods))
    return answer


def _methods(request: Request) -> set[str]:
    """Return the methods of a path; the router itself names those of its first route alone."""
    methods: set[str] = set()
    for route in (route for router in ROUTERS for route in router.routes):
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            methods |= route.methods or set()
    return methods | ({"HEAD"} if "GET" in methods else set())
