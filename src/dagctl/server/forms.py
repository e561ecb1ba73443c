"""The JSON forms of answers that only the HTTP API gives; the others are in `dagctl.views`."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

from dagctl.operation.change import Action
from dagctl.views.details import OfSpecData
from dagctl.views.finding import BareFindingData
from dagctl.views.form import Count, rules
from dagctl.views.operated import StandingData
from dagctl.views.record import DagData
from dagctl.views.templates import TemplateData
from dagctl.views.versions import EntryData, MakingData, NewerData


class DagListData(TypedDict):
    """A page of DAGs, sorted by id."""

    dags: list[DagData]
    next_cursor: str | None
    """The `cursor` of the next page; null at the end."""


class DetailsData(DagData, OfSpecData):
    """Everything about one DAG.

    What follows from the spec is null for a row without one, and where today's rules refuse it.
    """

    version: Count


class ImportedDagData(StandingData):
    """What became of a DAG of an archive."""

    action: Annotated[Action, rules(enum=("import", "update", "unchanged"))]


class ImportedData(TypedDict):
    """What an import did."""

    dags: list[ImportedDagData]
    warnings: list[str]


class VersionsData(TypedDict):
    """A page of versions, the newest first."""

    versions: list[EntryData]
    next_before: int | None
    """The `before` of the next page; null at the end."""


class VersionData(DagData, MakingData):
    """One version, as it was recorded."""

    spec: dict[str, Any] | None
    spec_text: str | None
    """The spec as its author sent it, or null."""


class FindingData(BareFindingData):
    """One finding about a spec."""

    pointer: str
    """Where in the document, as a JSON Pointer (RFC 6901)."""
    file: NotRequired[str]
    """The template that `pointer`, `path` and `range` are in; not given where that is the body."""


class VerdictData(TypedDict):
    """Whether a spec is good, and everything that is to be said about it."""

    valid: bool
    dag_id: str | None
    """The id that it would ask for; null if it is not valid."""
    diagnostics: list[FindingData]


class TemplatesData(TypedDict):
    """The templates that a spec can use."""

    templates: list[TemplateData]


class ProblemData(TypedDict):
    """What went wrong, as RFC 9457 has it, and what state things are in."""

    type: str
    """`urn:dagctl:` and the code in lower case."""
    title: str
    status: int
    detail: str
    code: str
    """The code of the command line: `dagctl explain CODE`."""
    state: str
    """What state things are in now."""
    fix: str | None
    """The one next step."""
    retryable: bool
    """Whether the same request may succeed later."""
    request_id: str
    diagnostics: list[FindingData]
    diff: str | None
    newer: NewerData | None
    """The version that an update does not know, where that is why it is refused."""


class ReadyData(TypedDict):
    """Whether the server can do its work, and what each part that it needs says."""

    ready: bool
    checks: dict[str, str]
    """`ok`, or what is wrong."""
