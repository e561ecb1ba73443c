"""One JSON form of each result: views, schemas, HTTP forms and examples name the same keys."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest

from dagctl.commands.create import CreatedDag, CreateResult
from dagctl.commands.doctor import HealthFinding
from dagctl.commands.list import Listed, State
from dagctl.commands.outdated import Sources
from dagctl.commands.plan import PlannedDag
from dagctl.commands.show import details, graph_of
from dagctl.errors import Diagnostic
from dagctl.operation.change import Action
from dagctl.operation.drift import Drift
from dagctl.operation.recovery import Recovered
from dagctl.ports import DagRecord
from dagctl.server import examples, forms
from dagctl.spec.load import load_spec
from dagctl.views.created import created_data
from dagctl.views.details import details_data, graph_data
from dagctl.views.finding import finding_data
from dagctl.views.health import health_data
from dagctl.views.plan import planned_data
from dagctl.views.record import columns, row
from dagctl.views.recovered import recovered_data
from dagctl.views.sources import sources_data

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMAS = Path(__file__).parents[2] / "docs" / "reference" / "json"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPEC = load_spec("dag_name: X\ntasks: [{task_id: a, bash_command: 'true'}]")
RECORD = DagRecord(
    id="1",
    project_id="2",
    user_id="3",
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
CREATED = CreatedDag(
    dag_id="x",
    file_path="dags/x.py",
    commit_id="4",
    created_at=NOW,
    version=1,
    changed=True,
    state="created",
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
RECOVERED = Recovered(operation_id="7", outcome="undone", dags=("x",), left=())
DETAILS = details(RECORD, NOW)


def schema(name: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))


def keys(described: Mapping[str, Any]) -> set[str]:
    assert set(described["required"]) <= set(described["properties"])
    return set(described["properties"])


def result_of(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schema(name)["properties"]["result"]["oneOf"][1]["properties"]
    return found


SHOWN = result_of("show")["dag"]["allOf"][1]


@pytest.mark.parametrize(
    ("view", "described"),
    [
        (row(Listed(RECORD, "synced")), schema("list")["$defs"]["row"]),
        ({**details_data(DETAILS), "drift": "none", "stored": "none"}, SHOWN),
        (
            sources_data(Sources(record=RECORD, inputs=(), makes="same")),
            schema("list")["$defs"]["sources"],
        ),
        (
            finding_data(Diagnostic(code="DAG201", message="m")),
            schema("envelope")["$defs"]["diagnostic"],
        ),
        (recovered_data([RECOVERED])[0], schema("recover")["$defs"]["recovered"]),
        (
            health_data(HealthFinding(name="git", state="ok", message="m")),
            result_of("doctor")["checks"]["items"],
        ),
    ],
    ids=["row", "details", "sources", "finding", "recovered", "check"],
)
def test_a_schema_has_the_keys_of_its_view(
    view: Mapping[str, Any], described: Mapping[str, Any]
) -> None:
    assert set(view) == keys(described)


def test_the_schema_of_create_has_the_keys_of_its_views() -> None:
    parts = schema("create")["$defs"]
    done = created_data(CreateResult(dags=(CREATED,), operation_id="7"))
    assert set(done) <= set(parts["published"]["properties"])
    assert set(done["dags"][0]) == set(
        parts["published"]["properties"]["dags"]["items"]["properties"]
    )
    planned = parts["plan"]["properties"]["dags"]["items"]["properties"]
    assert set(planned_data(PLANNED)) == set(planned)


@pytest.mark.parametrize(
    ("view", "form", "example"),
    [
        (columns(RECORD), forms.Dag, examples.ROW),
        (
            {**columns(RECORD), "version": 1, **details_data(DETAILS)},
            forms.Details,
            examples.DETAILS,
        ),
        (graph_data(graph_of(SPEC)), forms.Graph, examples.GRAPH),
    ],
    ids=["row", "details", "graph"],
)
def test_the_http_api_describes_and_shows_the_keys_of_the_view(
    view: Mapping[str, Any], form: type[forms.Form], example: Mapping[str, Any]
) -> None:
    assert set(view) == set(form.model_fields) == set(example)


def test_the_columns_of_the_guide_are_fields_of_a_record() -> None:
    assert set(columns(RECORD)) <= {field.name for field in fields(DagRecord)}


def test_the_schemas_name_every_state_and_drift() -> None:
    states = schema("list")["$defs"]["row"]["properties"]["state"]["enum"]
    assert set(states) == set(get_args(State))
    assert set(SHOWN["properties"]["drift"]["enum"]) == {*get_args(Drift), None}
