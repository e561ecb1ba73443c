"""One JSON form of each result: the views' types say it, and the schemas are made of them."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, TypedDict

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from dagctl.cli.command_table import COMMANDS
from dagctl.commands.create import CreateResult
from dagctl.commands.doctor import HealthFinding
from dagctl.commands.list import Listed
from dagctl.commands.operate import ChangedDag
from dagctl.commands.outdated import Sources
from dagctl.commands.plan import PlannedDag, PlanResult
from dagctl.commands.show import details, graph_of
from dagctl.errors import Diagnostic
from dagctl.operation.change import Action
from dagctl.operation.execution.settling import Recovered
from dagctl.ports import DagRecord
from dagctl.server import examples, forms
from dagctl.spec.load import load_spec
from dagctl.views.created import CreateData, created_data
from dagctl.views.details import GraphData, OfSpecData, graph_data, of_spec_data
from dagctl.views.finding import DiagnosticData, finding_data
from dagctl.views.form import rules
from dagctl.views.form_schema import schemas_of
from dagctl.views.health import CheckData, check_data
from dagctl.views.plan import PlanData, plan_data
from dagctl.views.record import DagData, RowData, dag_data, row_data
from dagctl.views.recovered import RecoverData, recovered_data
from dagctl.views.results import RESULTS
from dagctl.views.sources import SourcesData, sources_data

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2026, 1, 1, tzinfo=UTC)
UUID = "123e4567-e89b-12d3-a456-426614174000"
SPEC = load_spec("dag_name: X\ntasks: [{task_id: a, bash_command: 'true'}]")
RECORD = DagRecord(
    id=UUID,
    project_id=UUID,
    user_id=UUID,
    dag_id="x",
    dag_name="X",
    description="",
    file_path="dags/x.py",
    schedule_interval=None,
    owner="airflow",
    tags=(),
    task_count=1,
    is_active=True,
    created_at=NOW,
    updated_at=NOW,
    commit_id="4",
    version=1,
    base_name="x",
    source_path=None,
    storage_path="2/dags/x.py",
    airflow="3",
    spec=SPEC.model_dump(mode="json"),
    spec_digest="5",
    content_digest="6",
)
CREATED = ChangedDag(
    dag_id="x",
    action=Action.CREATE,
    file_path="dags/x.py",
    commit_id="4",
    created_at=NOW,
    version=1,
    source=None,
)
PLANNED = PlannedDag(
    dag_id="x",
    file_path="dags/x.py",
    version=1,
    action=Action.CREATE,
    source=None,
    changes=(),
    diff="",
)
RECOVERED = Recovered(operation_id=UUID, outcome="undone", dags=("x",), left=())
OF_SPEC = of_spec_data(details(RECORD, NOW))


def validator(form: type) -> Draft202012Validator:
    """Return what checks a value against a form, with no key more than it has."""
    schemas = schemas_of([form], "#/$defs/")
    closed = {name: {**schema, "additionalProperties": False} for name, schema in schemas.items()}
    whole = {"$ref": f"#/$defs/{next(iter(schemas))}", "$defs": closed}
    return Draft202012Validator(whole, format_checker=FormatChecker())


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (RowData, row_data(Listed(RECORD, "synced"))),
        (OfSpecData, OF_SPEC),
        (SourcesData, sources_data(Sources(record=RECORD, inputs=(), makes="same"))),
        (DiagnosticData, finding_data(Diagnostic(code="DAG201", message="m", line=1, column=2))),
        (RecoverData, {"recovered": recovered_data([RECOVERED])}),
        (CheckData, check_data(HealthFinding(name="git", state="ok", message="m"))),
        (CreateData, created_data(CreateResult(dags=(CREATED,), operation_id="7"))),
        (PlanData, plan_data(PlanResult(dags=(PLANNED,)))),
        (DagData, dag_data(RECORD)),
        (GraphData, graph_data(graph_of(SPEC))),
        (forms.DetailsData, {**dag_data(RECORD), "version": 1, **OF_SPEC}),
        (DagData, examples.ROW),
        (GraphData, examples.GRAPH),
        (forms.DetailsData, examples.DETAILS),
        (forms.VersionData, examples.VERSION),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else None,
)
def test_a_value_has_the_form_that_its_view_says(form: type, value: Mapping[str, Any]) -> None:
    validator(form).validate(value)


def test_the_columns_of_the_guide_are_fields_of_a_record() -> None:
    assert set(dag_data(RECORD)) <= {field.name for field in fields(DagRecord)}


def test_each_form_of_a_result_is_one_of_a_command() -> None:
    assert set(RESULTS) <= set(COMMANDS)


class InnerData(TypedDict):
    """What is inside."""

    kind: Literal["a", "b"]
    action: Action | None


class BaseData(TypedDict):
    """What others extend."""

    name: str
    """What it is called."""


class OuterData(BaseData):
    """What is outside."""

    parts: list[InnerData]
    more: NotRequired[dict[str, Any]]
    sign: Annotated[str, rules(pattern="^x")] | None
    """A sign,
    or null."""


def test_a_schema_says_what_the_type_says() -> None:
    assert schemas_of([OuterData], "#/") == {
        "Outer": {
            "type": "object",
            "description": "What is outside.",
            "required": ["name", "parts", "sign"],
            "properties": {
                "name": {"type": "string", "description": "What it is called."},
                "parts": {"type": "array", "items": {"$ref": "#/Inner"}},
                "more": {"type": "object", "additionalProperties": True},
                "sign": {
                    "anyOf": [{"type": "string", "pattern": "^x"}, {"type": "null"}],
                    "description": "A sign,\nor null.",
                },
            },
        },
        "Inner": {
            "type": "object",
            "description": "What is inside.",
            "required": ["kind", "action"],
            "properties": {
                "kind": {"enum": ["a", "b"]},
                "action": {"anyOf": [{"enum": [each.value for each in Action]}, {"type": "null"}]},
            },
        },
    }
