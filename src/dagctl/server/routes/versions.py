"""`GET /dags/{dag_id}/versions` and `/diff`: what a DAG was, and what changed."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from fastapi import APIRouter

from dagctl.commands.compare import compared
from dagctl.server import examples, forms
from dagctl.server.answers import JsonAnswer, tagged
from dagctl.server.openapi import OF_A_PROJECT, UNCHANGED, example, refusals
from dagctl.server.routes.dependencies import (
    TOKEN,
    Before,
    DagId,
    FromVersion,
    TheProject,
    UntilVersion,
    VersionLimit,
    VersionNumber,
    etag_of,
)
from dagctl.views.comparison import ComparisonData, SpecComparisonData, comparison_data
from dagctl.views.record import dag_data
from dagctl.views.versions import entry_data, made_data

if TYPE_CHECKING:
    from dagctl.commands.compare import Compared
    from dagctl.commands.show import Check

router = APIRouter(tags=["versions"], default_response_class=JsonAnswer, dependencies=[TOKEN])


@router.get(
    "/dags/{dag_id}/versions",
    summary="List the versions of a DAG",
    responses={
        200: example(forms.VersionsData, examples.VERSIONS),
        **refusals(*OF_A_PROJECT, 404),
        **UNCHANGED,
    },
)
async def list_versions(
    dag_id: DagId, project: TheProject, limit: VersionLimit = 20, before: Before = None
) -> JsonAnswer:
    """Return the versions of a DAG, the newest first, each with what it changed in the spec.

    A DAG that was removed keeps its versions.
    """
    page = await project.read(lambda client: client.history(dag_id, before=before, limit=limit))
    versions = [entry_data(entry) for entry in page.entries]
    answer: forms.VersionsData = {"versions": versions, "next_before": page.next}
    return tagged(answer)


@router.get(
    "/dags/{dag_id}/versions/{version}",
    summary="Show a version of a DAG",
    responses={
        200: example(forms.VersionData, examples.VERSION),
        **refusals(*OF_A_PROJECT, 404),
        **UNCHANGED,
    },
)
async def show_version(dag_id: DagId, version: VersionNumber, project: TheProject) -> JsonAnswer:
    """Return one version as it was recorded, with the text that its author wrote."""
    shown = await project.read(lambda client: client.version(dag_id, version))
    data: forms.VersionData = {
        **dag_data(shown),
        **made_data(shown),
        "spec": dict(shown.spec) or None,
        "spec_text": shown.spec_text,
    }
    return JsonAnswer(data, headers={"ETag": etag_of(shown.version)})


@router.get(
    "/dags/{dag_id}/diff",
    summary="Compare two versions of a DAG",
    responses={
        200: example(ComparisonData, examples.COMPARISON),
        **refusals(*OF_A_PROJECT, 404),
        **UNCHANGED,
    },
)
async def compare_versions(
    dag_id: DagId,
    project: TheProject,
    from_version: FromVersion = None,
    to_version: UntilVersion = None,
) -> JsonAnswer:
    """Return what two versions differ in, what that means in Airflow, and the diff of the specs."""
    sides = await project.read(lambda client: client.two_versions(dag_id, from_version, to_version))
    data = await project.service.of_record(project.caller, partial(_comparison, sides))
    return tagged(data)


def _comparison(sides: tuple[Compared, Compared], check: Check) -> SpecComparisonData:
    return comparison_data(compared(*sides, datetime.now(UTC), check))
