"""What writers of specs ask: `/validate`, `/render`, `/templates`, `/operators`, `/schema`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from dagctl.commands.operators import explain_operator, find_operators
from dagctl.errors import UsageError
from dagctl.server import examples, forms
from dagctl.server.answers import JsonAnswer, SourceAnswer, findings
from dagctl.server.openapi import (
    A_SPEC,
    ANYTHING,
    OF_A_BODY,
    OF_A_PROJECT,
    example,
    refusals,
    spec_body,
    text,
)
from dagctl.server.posted_inputs import usable
from dagctl.server.routes.dependencies import TOKEN, Environment, TheBody, TheCaller, TheService
from dagctl.server.turns import in_thread
from dagctl.spec.checked import Checked
from dagctl.spec.json_schema import json_schema
from dagctl.target import MAX_PROVIDERS, TARGET_PATTERN, target_of
from dagctl.views.operators import OperatorsData, OperatorsShowData, operator_data, operators_data

router = APIRouter(tags=["authoring"], default_response_class=JsonAnswer, dependencies=[TOKEN])

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
OfProject = Annotated[
    UUID | None,
    Query(
        description="The project whose variables and templates count for the spec. Default: the "
        "one that the spec names."
    ),
]
Words = Annotated[
    str,
    Query(
        description="Parts of names, of import paths or of descriptions; or a provider.",
        min_length=1,
        max_length=200,
    ),
]
OperatorName = Annotated[
    str,
    Path(
        description="The name of its class, its import path, or `task.docker` for a decorator.",
        pattern=r"^[A-Za-z_][A-Za-z0-9_.]*$",
        max_length=250,
    ),
]
MOST_OPERATORS = 100
"""How many operators an answer has."""
OfTemplates = Annotated[
    UUID | None, Query(description="The project whose templates are listed too.")
]


async def target_asked(
    service: TheService, airflow: AirflowTarget = None, providers: Providers = None
) -> str:
    """Return the full name of the target that a request is about.

    Raises:
        UsageError: There is no such provider, or its version is none.
    """
    try:
        words = [airflow or service.options.airflow, *(providers or [])]
        return target_of(" ".join(words)).full_name
    except ValueError as error:
        hint = "write `provider=amazon==9.4.0`, with the short name of the provider"
        raise UsageError(str(error), hint=hint) from error


TheTarget = Annotated[str, Depends(target_asked)]


async def check_of(  # noqa: PLR0913 - one part of the request each
    *,
    service: TheService,
    caller: TheCaller,
    body: TheBody,
    target: TheTarget,
    project_id: OfProject = None,
    env: Environment = None,
) -> Checked:
    """Return what a check of the body gives."""
    project = None if project_id is None else str(project_id)
    return await service.check(caller, body, target, project_id=project, env=env)


TheCheck = Annotated[Checked, Depends(check_of)]


@router.post(
    "/validate",
    summary="Check a spec",
    responses={
        200: example(forms.VerdictData, examples.VERDICT),
        **refusals(*OF_A_PROJECT, *OF_A_BODY),
    },
    openapi_extra=spec_body(ANYTHING),
)
async def validate(checked: TheCheck) -> JsonAnswer:
    """Return all that is wrong with a spec, each at its place: for a form being filled in."""
    answer: forms.VerdictData = {
        "valid": checked.spec is not None,
        "dag_id": None if checked.spec is None else checked.spec.dag_id,
        "diagnostics": findings(checked.diagnostics),
    }
    return JsonAnswer(answer)


@router.post(
    "/render",
    summary="Render a DAG file",
    response_class=SourceAnswer,
    responses={
        200: text("text/x-python", example="# -*- coding: utf-8 -*-\n"),
        **refusals(*OF_A_PROJECT, *OF_A_BODY, 422),
    },
    openapi_extra=spec_body(A_SPEC),
)
async def render(
    service: TheService, caller: TheCaller, target: TheTarget, checked: TheCheck
) -> SourceAnswer:
    """Return the DAG file that a spec would become."""
    return SourceAnswer(await service.render(caller, checked.result(), target))


@router.get(
    "/templates",
    summary="List the templates",
    responses={
        200: example(forms.TemplatesData, examples.TEMPLATES),
        **refusals(*OF_A_PROJECT, 429),
    },
)
async def templates(
    service: TheService, caller: TheCaller, project_id: OfTemplates = None
) -> JsonAnswer:
    """Return the templates that a spec can use, each with its parameters and an example.

    Such a spec has `use` (the template and its version) and `with` (the values), and its own keys
    go before those of the template: for `POST /create-dag`, `PUT /dags/{dag_id}`, `/validate` and
    `/render`. With `project_id` the list has the templates of that project too, and before the
    gallery's: those that it shares, and those of its workspace on the server.
    """
    if project_id is not None:
        known = await service.templates(caller, str(project_id))
    else:
        known = await in_thread(lambda: usable(()))
    answer: forms.TemplatesData = {"templates": known}
    return JsonAnswer(answer)


@router.get(
    "/operators",
    summary="Search operators",
    responses={
        200: example(OperatorsData, examples.OPERATORS),
        **refusals(429),
    },
)
async def operators(
    service: TheService, caller: TheCaller, target: TheTarget, q: Words
) -> JsonAnswer:
    """Return the operators, sensors and notifiers of the catalogue that all words are about.

    The best come first: at most 100. Where no name has the words, those that are near to them.
    """
    matches = await service.look_up(caller, lambda: find_operators(q, target))
    return JsonAnswer(operators_data(target, matches[:MOST_OPERATORS]))


@router.get(
    "/operators/{name}",
    summary="Show an operator",
    responses={
        200: example(OperatorsShowData, examples.OPERATOR),
        **refusals(404, 429),
    },
)
async def operator(
    service: TheService, caller: TheCaller, target: TheTarget, name: OperatorName
) -> JsonAnswer:
    """Return what an operator takes, with a task that uses it."""
    explained = await service.look_up(caller, lambda: explain_operator(name, target))
    answer: OperatorsShowData = {"operator": operator_data(explained)}
    return JsonAnswer(answer)


@router.get("/schema", summary="The schema of specs", responses=refusals())
async def schema(caller: TheCaller) -> JsonAnswer:
    """Return the JSON Schema (draft-07) of a spec."""
    del caller
    return JsonAnswer(json_schema())
