"""Whatever fits `/openapi.json`, or just does not: the answer is one that it announces."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Config, GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.server.served import spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import DataObject
    from schemathesis import (
        APIOperation,
        BaseSchema,
        Case,
        CheckContext,
        CheckFunction,
        Response,
    )

    from tests.server.served import Person, World

    Operation = APIOperation[Any, Any, Any, Any]


@schemathesis.serializer("application/zip")
def as_it_is(_: object, value: Any) -> Any:  # noqa: ANN401 - bytes, or what is none
    """Send an archive as it was drawn."""
    return getattr(value, "data", value)


CANARY = "canary of another project"
EXCLUDED: list[CheckFunction] = [positive_data_acceptance]
"""A spec that fits the schema may still have errors: no schema knows Python, or cycles."""
REJECTED = [400, 401, 403, 404, 409, 413, 415, 422]
"""What may become of a request in a wrong form."""
TAKES_ANYTHING = "/validate"
ROLES = ("editor", "stranger", "nobody")
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@dataclass
class Scene:
    """A project with a DAG, another project that must stay unseen, and who calls."""

    schema: BaseSchema
    project: str
    people: dict[str, Person]


@pytest.fixture(scope="session")
def scene(shared_world: World) -> Scene:
    here, there = shared_world.project(), shared_world.project()
    editor = shared_world.member(here)
    assert editor.create(spec(project_id=here)).status_code == 200
    other = shared_world.member(there)
    for name in ("Orders", "Canaries"):
        planted = spec(name, project_id=there, owner=CANARY, tags=[CANARY], description=CANARY)
        assert other.create(planted).status_code == 200
    people = {
        "editor": editor,
        "stranger": shared_world.stranger(),
        "nobody": shared_world.nobody(),
    }
    load_all_checks()
    config = Config.from_dict(
        {
            "generation": {"with-security-parameters": False},
            "checks": {"negative_data_rejection": {"expected-statuses": REJECTED}},
        }
    )
    url = f"{shared_world.served.url}/openapi.json"
    return Scene(schemathesis.openapi.from_url(url, config=config), here, people)


def tells_nothing_of_others(_: CheckContext, response: Response, __: Case[Any]) -> None:
    content = response.content
    if content.startswith(b"PK"):  # an archive: what is in it, unpacked
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(map(archive.read, archive.namelist()))
    assert CANARY.encode() not in content, content


def cases(data: DataObject, operation: Operation, mode: GenerationMode, project: str) -> Case[Any]:
    """Return a request; one in the right form is often about what there is."""
    is_aimed = mode is GenerationMode.POSITIVE and data.draw(st.booleans())
    names = {one.name for one in operation.iter_parameters()}
    aims: dict[str, Any] = {}
    if is_aimed and "project_id" in names:
        aims["query"] = {"project_id": project}
    if is_aimed and "dag_id" in names:
        aims["path_parameters"] = {"dag_id": "orders"}
    case: Case[Any] = data.draw(operation.as_strategy(generation_mode=mode, **aims))
    if is_aimed and isinstance(case.body, dict) and "project_id" in case.body:
        case.body["project_id"] = project
    return case


def attack(
    operation: Operation,
    mode: GenerationMode,
    examples: int,
    project: str,
    headers: dict[str, str],
) -> None:
    has_rules = operation.path != TAKES_ANYTHING and (
        operation.body or any(operation.iter_parameters())
    )
    if mode is GenerationMode.NEGATIVE and not has_rules:
        return  # nothing can be wrong with it

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def run(data: DataObject) -> None:
        cases(data, operation, mode, project).call_and_validate(
            headers=headers,
            additional_checks=[tells_nothing_of_others],
            excluded_checks=EXCLUDED,
            timeout=90,
        )

    test: Callable[[], None] = run
    test()


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(3, id="3 examples"),
        pytest.param(150, id="150 examples", marks=pytest.mark.sweep),
    ],
)
def test_answers_are_those_that_are_announced(
    scene: Scene, role: str, mode: GenerationMode, examples: int
) -> None:
    who = scene.people[role]
    headers = {"Authorization": f"Bearer {who.token}"} if who.token else {}
    for found in scene.schema.get_all_operations():
        assert isinstance(found, Ok)
        attack(found.ok(), mode, examples, scene.project, headers)
