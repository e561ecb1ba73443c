"""`/healthz`, `/readyz` and `/metrics`: for those who run the server. No token is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse

from dagctl.server import forms
from dagctl.server.answers import JsonAnswer
from dagctl.server.openapi import example, text
from dagctl.server.routes.dependencies import TheService  # noqa: TC001 - read at run time

if TYPE_CHECKING:
    from dagctl.server.metrics import Metrics

router = APIRouter(tags=["operations"], default_response_class=JsonAnswer)

READY = {"ready": True, "checks": {"auth": "ok", "database": "ok", "storage": "ok"}}
MEASURED = "# TYPE dagctl_operations_waiting gauge\ndagctl_operations_waiting 0.0\n"
NOT_READY = {"ready": False, "checks": {"auth": "ok", "database": "it does not answer"}}


@router.get(
    "/healthz",
    summary="Whether the server lives",
    response_class=PlainTextResponse,
    responses={200: text("text/plain", example="ok")},
)
async def healthz() -> PlainTextResponse:
    """Return `ok`: the process answers, no matter what it depends on."""
    return PlainTextResponse("ok")


@router.get(
    "/readyz",
    summary="Whether the server can work",
    responses={200: example(forms.ReadyData, READY), 503: example(forms.ReadyData, NOT_READY)},
)
async def readyz(service: TheService) -> JsonAnswer:
    """Return what each dependency says; 503 if one is down."""
    checks = await service.readiness.answers()
    is_ready = all(said == "ok" for said in checks.values())
    answer: forms.ReadyData = {"ready": is_ready, "checks": dict(checks)}
    return JsonAnswer(answer, 200 if is_ready else 503)


@router.get(
    "/metrics",
    summary="Measurements",
    response_class=PlainTextResponse,
    responses={200: text("text/plain", example=MEASURED)},
)
async def metrics(request: Request, service: TheService) -> PlainTextResponse:
    """Return measurements in the text form of Prometheus."""
    metrics_here: Metrics = request.app.state.metrics
    return PlainTextResponse(
        await service.work(metrics_here.text), media_type=metrics_here.media_type
    )
