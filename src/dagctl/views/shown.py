"""What `show` says of a DAG or of one of its versions, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from dagctl.operation.conflicts.drift import Drift
from dagctl.views.details import OfSpecData, of_spec_data
from dagctl.views.form import rules
from dagctl.views.record import DagData, RowData, dag_data, row_data
from dagctl.views.sources import SourcesData, sources_data
from dagctl.views.versions import MakingData, made_data

if TYPE_CHECKING:
    from dagctl.commands.list import Listed
    from dagctl.commands.outdated import Sources
    from dagctl.commands.show import Details
    from dagctl.ports import DagVersion


class ShownDagData(RowData, SourcesData, OfSpecData):
    """A DAG as it is recorded, in the work tree and in the store."""

    drift: Drift | None
    """How the DAG file differs from the record; null for a damaged record."""
    stored: Annotated[Drift, rules(enum=("none", "changed", "missing"))] | None
    """How the stored object differs from the record; null for a damaged record."""


class ShownVersionData(DagData, MakingData, OfSpecData):
    """One version of a DAG, as it was recorded."""

    spec_text: str | None
    """The spec as its author wrote it, or null."""


class ShowData(TypedDict):
    """What `show` says of a DAG."""

    dag: ShownDagData


class ShowVersionData(TypedDict):
    """What `show --version` says of a version."""

    version: ShownVersionData


def shown_data(
    dag: Details,
    listed: Listed,
    sources: Sources,
    *,
    drift: Drift | None,
    stored: Drift | None,
) -> ShownDagData:
    """Return all about a DAG, as `show` has it."""
    return {
        **row_data(listed),
        "drift": drift,
        "stored": stored,
        **sources_data(sources),
        **of_spec_data(dag),
    }


def shown_version_data(dag: Details, version: DagVersion) -> ShownVersionData:
    """Return one version, as it was recorded."""
    return {
        **dag_data(version),
        **made_data(version),
        "spec_text": version.spec_text,
        **of_spec_data(dag),
    }
