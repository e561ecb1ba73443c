"""What becomes of a DAG after its creation: changed, removed, brought back, rolled back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from dagctl.commands.specs.given_specs import Judged
from dagctl.server import examples
from dagctl.server.answers import JsonAnswer
from dagctl.server.openapi import A_SPEC, OF_A_BODY, OF_A_PROJECT, example, refusals, spec_body
from dagctl.server.routes.dependencies import (
    TOKEN,
    DagId,
    Environment,
    InProject,
    TheBody,
    TheProject,
    TheUpdate,
    ToVersion,
    etag_of,
    replayed,
)
from dagctl.views.operated import ChangedData, changed_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.client import Client
    from dagctl.commands.operate import OperationResult

router = APIRouter(tags=["lifecycle"], default_response_class=JsonAnswer, dependencies=[TOKEN])

CHANGING = (*OF_A_PROJECT, 404, 408, 409, 412, 422, 429)
"""408: what has no body may send an empty one, too slowly."""
CHANGED: dict[int | str, dict[str, Any]] = {200: example(ChangedData, examples.CHANGED)}


@router.put(
    "/dags/{dag_id}",
    summary="Change a DAG",
    responses={**CHANGED, **refusals(*CHANGING, *OF_A_BODY, 428)},
    openapi_extra=spec_body(A_SPEC),
)
async def change_dag(
    dag_id: DagId, project: TheProject, body: TheBody, update: TheUpdate, env: Environment = None
) -> JsonAnswer:
    """Give a DAG another spec: its next version, if it is still as `If-Match` says.

    Its id stays, no matter what its name is.
    """
    service, caller = project.service, project.caller
    spec, opened = await service.spec_to_change(caller, body, project.project_id, env)
    outcome = await service.change_opened(
        opened,
        caller,
        lambda client: client.replace(
            dag_id, Judged(spec), expected_version=update.expected, key=update.key
        ),
    )
    return _answer(outcome)


@router.delete(
    "/dags/{dag_id}",
    summary="Remove a DAG",
    responses={**CHANGED, **refusals(*CHANGING)},
)
async def remove_dag(dag_id: DagId, project: TheProject, update: TheUpdate) -> JsonAnswer:
    """Remove a DAG: its file, its stored copy and its row. Its id and its versions stay."""
    return await _changed(
        project,
        lambda client: client.remove(dag_id, expected_version=update.expected, key=update.key),
    )


@router.post(
    "/dags/{dag_id}/restore",
    summary="Bring a removed DAG back",
    responses={**CHANGED, **refusals(*CHANGING)},
)
async def restore_dag(dag_id: DagId, project: TheProject, update: TheUpdate) -> JsonAnswer:
    """Bring a removed DAG back as it was, as a new version."""
    return await _changed(
        project,
        lambda client: client.restore(dag_id, expected_version=update.expected, key=update.key),
    )


@router.post(
    "/dags/{dag_id}/rollback",
    summary="Roll a DAG back",
    responses={**CHANGED, **refusals(*CHANGING)},
)
async def roll_dag_back(
    dag_id: DagId, project: TheProject, update: TheUpdate, to: ToVersion = None
) -> JsonAnswer:
    """Give a DAG the spec of an older version again, as a new version."""
    return await _changed(
        project,
        lambda client: client.rollback(
            dag_id, to, expected_version=update.expected, key=update.key
        ),
    )


async def _changed(project: InProject, work: Callable[[Client], OperationResult]) -> JsonAnswer:
    return _answer(await project.change(work))


def _answer(outcome: OperationResult) -> JsonAnswer:
    """Return the answer to a change of one DAG."""
    (dag,) = outcome.dags
    headers = {"ETag": etag_of(dag.version), **replayed(outcome)}
    return JsonAnswer(changed_data(dag), headers=headers)
