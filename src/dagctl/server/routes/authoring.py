"""`POST /validate`, `POST /render`, `GET /templates` and `GET /schema`: for writers of specs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from dagctl.commands.templates import gallery
from dagctl.errors import UsageError
from dagctl.server import examples, forms
from dagctl.server.answers import Answer, SourceAnswer, findings
from dagctl.server.body import spec_of
from dagctl.server.openapi import A_SPEC, ANYTHING, OF_A_BODY, example, refusals, spec_body, text
from dagctl.server.routes.given import TOKEN, TheBody, TheCaller, TheService
from dagctl.server.turns import in_thread
from dagctl.spec.json_schema import json_schema
from dagctl.spec.target import MAX_PROVIDERS, TARGET_PATTERN, target_of
from dagctl.views.templates import usable_data

router = APIRouter(tags=["authoring"], default_response_class=Answer, dependencies=[TOKEN])

AirflowTarget = Annotated[
    str | None,
    Query(
        description="The Airflow to write for: 2 (2.9 to 2.11), 3, or one version such as 3.1. "
        "Default: that of the server.",
        pattern=TARGET_PATTERN,
    ),
]
Providers = Annotated[
    list[str] | None,
    Query(
        alias="provider",
        max_length=MAX_PROVIDERS,
        description="The version of a provider, as `amazon==9.4.0`; may be given several times. "
        "Default: the newest that fits.",
    ),
]


@router.post(
    "/validate",
    summary="Check a spec",
    responses={200: example(forms.Verdict, examples.VERDICT), **refusals(*OF_A_BODY)},
    openapi_extra=spec_body(ANYTHING),
)
async def validate(
    service: TheService,
    caller: TheCaller,
    body: TheBody,
    airflow: AirflowTarget = None,
    providers: Providers = None,
) -> Answer:
    """Return all that is wrong with a spec, each at its place: for a form being filled in."""
    target = _target(airflow or service.options.airflow, providers)
    checked = await service.check(caller, body, airflow=target)
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
    service: TheService,
    caller: TheCaller,
    body: TheBody,
    airflow: AirflowTarget = None,
    providers: Providers = None,
) -> SourceAnswer:
    """Return the DAG file that a spec would become."""
    target = _target(airflow or service.options.airflow, providers)
    spec = spec_of(await service.check(caller, body, airflow=target))
    return SourceAnswer(await service.render(caller, spec, target))


def _target(airflow: str, providers: list[str] | None) -> str:
    """Return the full name of the target.

    Raises:
        UsageError: There is no such provider, or its version is none.
    """
    try:
        return target_of(" ".join([airflow, *(providers or [])])).full_name
    except ValueError as error:
        hint = "write `provider=amazon==9.4.0`, with the short name of the provider"
        raise UsageError(str(error), hint=hint) from error


@router.get(
    "/templates",
    summary="List the templates",
    responses={200: example(forms.Templates, examples.TEMPLATES), **refusals()},
)
async def templates(caller: TheCaller) -> Answer:
    """Return the templates that a spec can use, each with its parameters and an example.

    Such a spec has `use` (the template and its version) and `with` (the values), and its own keys
    go before those of the template: for `POST /create-dag`, `/validate` and `/render`.
    """
    del caller
    return Answer({"templates": await in_thread(_usable)})


def _usable() -> list[dict[str, Any]]:
    return [usable_data(item) for item in gallery()]


@router.get("/schema", summary="The schema of specs", responses=refusals())
async def schema(caller: TheCaller) -> Answer:
    """Return the JSON Schema (draft-07) of a spec."""
    del caller
    return Answer(json_schema())
