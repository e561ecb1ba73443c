"""`GET /export` and `POST /import`: DAGs with all their versions out of a project, and into one."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Literal, cast

from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from dagctl.commands.files.archive_file import spooled
from dagctl.server import examples, forms
from dagctl.server.answers import JsonAnswer
from dagctl.server.archives import (
    LARGEST,
    LIMITS,
    MEDIA_TYPE,
    BoundedFile,
    measured,
    parts,
    receive,
)
from dagctl.server.openapi import (
    OF_A_BODY,
    OF_A_PROJECT,
    UNCHANGED,
    archive_answer,
    archive_body,
    example,
    refusals,
)
from dagctl.server.routes.dependencies import (
    ID,
    TOKEN,
    TheKey,
    TheProject,
    replayed,
)
from dagctl.views.operated import changed_data

if TYPE_CHECKING:
    from typing import BinaryIO

    from dagctl.client import Client
    from dagctl.commands.operate import OperationResult
    from dagctl.server.archives import Sent

router = APIRouter(tags=["archives"], default_response_class=JsonAnswer, dependencies=[TOKEN])

MOST = 1000
"""How many DAGs a request may name."""
DagIds = Annotated[
    list[Annotated[str, Query(pattern=ID, max_length=250)]] | None,
    Query(
        alias="dag_id",
        description="The DAGs; may be repeated. Default: all of the project.",
        max_length=MOST,
    ),
]
IfThere = Annotated[
    Literal["skip", "update", "number"] | None,
    Query(
        description="What to do about an id that is taken: leave that DAG, give it the archive's "
        "spec, or make another DAG. By default the archive is refused."
    ),
]


@router.get(
    "/export",
    summary="Export DAGs",
    response_class=StreamingResponse,
    responses={
        200: archive_answer(),
        **refusals(*OF_A_PROJECT, 404, 409, 413, 422, 429),
        **UNCHANGED,
    },
)
async def export_dags(project: TheProject, dag_ids: DagIds = None) -> StreamingResponse:
    """Return an archive of DAGs, each with all its versions, its specs and its file.

    Removed DAGs are not in it. The same DAGs give the same bytes.
    """
    with ExitStack() as held:
        held.enter_context(project.service.archives.share(project.caller.user_id))(LARGEST)
        file = held.enter_context(spooled())

        def exported(client: Client) -> Sent:
            client.export(cast("BinaryIO", BoundedFile(file)), dag_ids or ())
            return measured(file)

        sent = await project.read(exported)
        headers = {
            "Content-Length": str(sent.size),
            "Content-Disposition": 'attachment; filename="dags.zip"',
            "ETag": f'"{sent.digest}"',
        }
        whole = held.pop_all()
    return StreamingResponse(parts(file, whole.close), media_type=MEDIA_TYPE, headers=headers)


@router.post(
    "/import",
    summary="Import DAGs",
    responses={
        200: example(forms.ImportedData, examples.IMPORTED),
        **refusals(*OF_A_PROJECT, *OF_A_BODY, 409, 422),
    },
    openapi_extra=archive_body(),
)
async def import_dags(
    request: Request, project: TheProject, key: TheKey, if_exists: IfThere = None
) -> JsonAnswer:
    """Restore the DAGs of an archive, with their ids and versions: all of them, or none."""
    service, caller = project.service, project.caller
    is_begun = False
    file = spooled()

    def imported(client: Client) -> OperationResult:
        nonlocal is_begun
        is_begun = True
        with file:  # it is read until the operation ends, even if its caller has gone
            return client.import_archive(
                file, if_exists=if_exists, key=key, limits=LIMITS, check=service.checker(caller)
            )

    try:
        with service.archives.share(caller.user_id) as take:
            opened = await service.open_to_change(project.project_id, caller)
            await receive(request, take, file, seconds=service.seconds_left())
            outcome = await service.change_opened(opened, caller, imported)
    finally:
        if not is_begun:
            file.close()
    dags: list[forms.ImportedDagData] = [changed_data(dag) for dag in outcome.dags]
    data: forms.ImportedData = {"dags": dags, "warnings": list(outcome.warnings)}
    return JsonAnswer(data, headers=replayed(outcome))
