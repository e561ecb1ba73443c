"""`POST /validate`, `POST /render` and `GET /schema`: for those who write specs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from dagctl.server import examples, forms
from dagctl.server.answers import Answer, SourceAnswer, findings
from dagctl.server.body import spec_of
from dagctl.server.openapi import A_SPEC, ANYTHING, OF_A_BODY, example, refusals, spec_body, text
from dagctl.server.routes.given import TOKEN, TheBody, TheCaller, TheService
from dagctl.spec.json_schema import json_schema
from dagctl.spec.target import TARGET_PATTERN

router = APIRouter(tags=["authoring"], default_response_class=Answer, dependencies=[TOKEN])

AirflowTarget = Annotated[
    str,
    Query(
        description="The Airflow to write for: 2 (2.9 to 2.11), 3, or one version such as 3.1.",
        pattern=TARGET_PATTERN,
    ),
]


@router.post(
    "/validate",
    summary="Check a spec",
    responses={200: example(forms.Verdict, examples.VERDICT), **refusals(*OF_A_BODY)},
    openapi_extra=spec_body(ANYTHING),
)
async def validate(service: TheService, caller: TheCaller, body: TheBody) -> Answer:
    """Return all that is wrong with a spec, each at its place: for a form being filled in."""
    checked = await service.check(caller, body)
    return Answer(
        {
            "valid": checked.spec is not None,
            "dag_id": None if checked.spec is None else checked.spec.dag_id,
            "diagnostics": findings(checked.diagnostics),
        }
    )


@router.post(
    "/render",
    summary="Render a DAG file",
    response_class=SourceAnswer,
    responses={
        200: text("text/x-python", example="# -*- coding: utf-8 -*-\n"),
        **refusals(*OF_A_BODY, 422),
    },
    openapi_extra=spec_body(A_SPEC),
)
async def render(
    service: TheService, caller: TheCaller, body: TheBody, airflow: AirflowTarget = "3"
) -> SourceAnswer:
    """Return the DAG file that a spec would become."""
    spec = spec_of(await service.check(caller, body))
    return SourceAnswer(await service.render(caller, spec, airflow))


@router.get("/schema", summary="The schema of specs", responses=refusals())
async def schema(caller: TheCaller) -> Answer:
    """Return the JSON Schema (draft-07) of a spec."""
    del caller
    return Answer(json_schema())
