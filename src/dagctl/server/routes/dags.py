"""`POST /create-dag`, `GET /dags` and what there is about one DAG."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import PlainTextResponse, Response

from dagctl.commands import show
from dagctl.commands.specs.given_specs import Judged
from dagctl.graph.dot import dot
from dagctl.graph.mermaid import mermaid
from dagctl.operation.options import IfExists
from dagctl.server import examples, forms
from dagctl.server.answers import JsonAnswer, SourceAnswer, tagged
from dagctl.server.openapi import (
    A_SPEC_OF_A_PROJECT,
    OF_A_BODY,
    OF_A_PROJECT,
    UNCHANGED,
    drawn,
    example,
    refusals,
    spec_body,
    text,
)
from dagctl.server.refusals import RequestError
from dagctl.server.routes.dependencies import (
    MOST,
    TOKEN,
    Cursor,
    DagId,
    Environment,
    Limit,
    Owner,
    Tag,
    TheBody,
    TheCaller,
    TheProject,
    TheService,
    TheUpdate,
    UserId,
    etag_of,
    replayed,
)
from dagctl.views.created import CreatedData, created_dag_data
from dagctl.views.details import GraphData, graph_data, of_spec_data
from dagctl.views.record import dag_data

if TYPE_CHECKING:
    from dagctl.client import Client
    from dagctl.ports import DagRecord

router = APIRouter(tags=["dags"], default_response_class=JsonAnswer, dependencies=[TOKEN])

WhatIfExists = Annotated[
    IfExists, Query(description="What to do about a DAG of that name: by default another number.")
]
GraphForm = Annotated[
    Literal["json", "mermaid", "dot"], Query(alias="format", description="The form of the graph.")
]
DRAWINGS = {"mermaid": (mermaid, "text/vnd.mermaid"), "dot": (dot, "text/vnd.graphviz")}
CHANGING = (*OF_A_PROJECT, *OF_A_BODY, 409, 412, 422, 428)


@router.post(
    "/create-dag",
    summary="Create a DAG",
    responses={200: example(CreatedData, examples.CREATED), **refusals(*CHANGING)},
    openapi_extra=spec_body(A_SPEC_OF_A_PROJECT),
)
async def create_dag(  # noqa: PLR0913 - one part of the request each
    *,
    service: TheService,
    caller: TheCaller,
    body: TheBody,
    update: TheUpdate,
    if_exists: WhatIfExists = "number",
    env: Environment = None,
) -> JsonAnswer:
    """Write, commit, upload and record the DAG of a spec: all of it, or nothing.

    A name that is taken gets the next free number. An update names the version that it replaces.
    """
    if update.expected is not None and if_exists != "update":
        raise RequestError(
            "header `If-Match` names the version that is updated",
            hint="send if_exists=update with it, or leave it out",
        )
    spec, opened = await service.spec_to_change(caller, body, env=env)
    result = await service.change_opened(
        opened,
        caller,
        lambda client: client.create(
            Judged(spec), if_exists=if_exists, key=update.key, expected_version=update.expected
        ),
    )
    (dag,) = result.dags
    return JsonAnswer(
        created_dag_data(dag),
        headers={"ETag": etag_of(dag.version), **replayed(result)},
    )


@router.get(
    "/dags",
    summary="List DAGs",
    responses={
        200: example(forms.DagListData, examples.LIST),
        **refusals(*OF_A_PROJECT),
        **UNCHANGED,
    },
)
async def list_dags(  # noqa: PLR0913 - one parameter of the query each
    *,
    project: TheProject,
    user_id: UserId = None,
    owner: Owner = None,
    tag: Tag = None,
    limit: Limit = MOST,
    cursor: Cursor = None,
) -> JsonAnswer:
    """Return the DAGs of a project, sorted by id, a page at a time."""

    def first_page(client: Client) -> JsonAnswer:
        page = next(
            client.pages(
                owner=owner,
                tag=tag,
                user=None if user_id is None else str(user_id),
                after=cursor,
                page_size=limit,
            )
        )
        rows = [dag_data(record) for record in page.records]
        answer: forms.DagListData = {"dags": rows, "next_cursor": page.next}
        return tagged(answer)

    return await project.read(first_page)


@router.get(
    "/dags/{dag_id}",
    summary="Show a DAG",
    responses={
        200: example(forms.DetailsData, examples.DETAILS),
        **refusals(*OF_A_PROJECT, 404),
        **UNCHANGED,
    },
)
async def show_dag(dag_id: DagId, project: TheProject) -> JsonAnswer:
    """Return all about a DAG: its row, its schedule in words, its next run, graph and spec."""
    record = await project.read(lambda client: client.get(dag_id))
    headers = {"ETag": etag_of(record.version)}
    data = await project.service.of_record(project.caller, partial(details, record))
    return JsonAnswer(data, headers=headers)


@router.get(
    "/dags/{dag_id}/graph",
    summary="Draw a DAG",
    responses={
        200: drawn(GraphData, examples.GRAPH, examples.FLOWCHART),
        **refusals(*OF_A_PROJECT, 404, 422),
        **UNCHANGED,
    },
)
async def draw_dag(dag_id: DagId, project: TheProject, form: GraphForm = "json") -> Response:
    """Return the graph of a DAG: as JSON, or as text for Mermaid or Graphviz."""
    record = await project.read(lambda client: client.get(dag_id))
    headers = {"ETag": etag_of(record.version)}

    def drawn(check: show.Check) -> Response:
        spec = show.spec_of(record, check)
        if form == "json":
            return JsonAnswer(graph_data(show.graph_of(spec)), headers=headers)
        draw, media_type = DRAWINGS[form]
        return PlainTextResponse(draw(spec), media_type=media_type, headers=headers)

    return await project.service.of_record(project.caller, drawn)


@router.get(
    "/dags/{dag_id}/source",
    summary="Get a DAG file",
    response_class=SourceAnswer,
    responses={
        200: text("text/x-python", example="# -*- coding: utf-8 -*-\n"),
        **refusals(*OF_A_PROJECT, 404, 409),
        **UNCHANGED,
    },
)
async def dag_source(dag_id: DagId, project: TheProject) -> SourceAnswer:
    """Return the DAG file as it is stored."""

    def source(client: Client) -> SourceAnswer:
        record = client.get(dag_id)
        return SourceAnswer(client.source(record), headers={"ETag": etag_of(record.version)})

    return await project.read(source)


def details(record: DagRecord, check: show.Check) -> forms.DetailsData:
    """Return a DAG as JSON data: its row, then what follows from its spec, if it has a good one."""
    of_spec = of_spec_data(show.details(record, datetime.now(UTC), check))
    return {**dag_data(record), "version": record.version, **of_spec}
