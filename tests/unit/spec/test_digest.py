"""The digest counts meaning: what a spec does not use changes nothing that was recorded of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from dagctl.codegen.render import render
from dagctl.spec.json_schema import json_schema
from dagctl.spec.load import load_spec
from dagctl.spec.model import DagSpec
from dagctl.spec.tasks import TASK_TYPES, BashTask, TaskBase
from dagctl.spec.tasks.arguments import SingleTaskArguments
from dagctl.spec.tasks.function_settings import FunctionSettings
from dagctl.spec.tasks.mapping import Mapped

if TYPE_CHECKING:
    from dagctl.spec.validation.checked_model import CheckedModel

ROOT = Path(__file__).parents[3]
SPECS = sorted([*ROOT.glob("examples/*.*"), *ROOT.glob("tests/golden/*/spec.*")])
RECORDED = json.loads(Path(__file__).with_name("digests.json").read_text())
"""The digests that dagctl 0.1 recorded for them. A line may be added; none may change."""
ECHO = {"task_id": "a", "task_type": "bash", "bash_command": "echo a"}
CODE = {"task_id": "b", "task_type": "python", "python_code": "return 1"}
LEAST = {"dag_name": "Report", "tasks": [ECHO, CODE]}


class LaterSpec(DagSpec):
    """The model of a later dagctl, with one more field."""

    later: int | None = None


class LaterTask(BashTask):
    """A task of a later dagctl, with fields whose defaults are of several kinds."""

    shell: str = "bash"
    files: tuple[str, ...] = ()


_ABSENT = {
    *(*SingleTaskArguments.model_fields, *FunctionSettings.model_fields),
    *(*Mapped.model_fields, "on_failure_fail_dagrun"),
    *("email", "default_args", "python_code", "python_callable", "cwd", "sla_miss_callback"),
}
"""Fields that have no value to write for their default: they are left out."""


def _defaults(model: type[CheckedModel]) -> dict[str, Any]:
    """Return the optional fields of a model as data, each at its default."""
    return {
        field.alias or name: list(field.default)
        if isinstance(field.default, tuple)
        else field.default
        for name, field in model.model_fields.items()
        if not field.is_required() and field.default_factory is None and name not in _ABSENT
    }


@pytest.mark.parametrize("path", SPECS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_digest_is_the_one_that_was_recorded(path: Path) -> None:
    spec = load_spec(path.read_bytes(), origin=path.name)

    assert spec.digest() == RECORDED[path.relative_to(ROOT).as_posix()]


@settings(deadline=None)
@given(st.sets(st.sampled_from(sorted(_defaults(DagSpec)))))
def test_a_field_of_the_dag_at_its_default_changes_no_digest_and_no_byte(names: set[str]) -> None:
    defaults = _defaults(DagSpec) | {"start_date": "2024-01-01T00:00:00Z"}
    plain = DagSpec.from_data(LEAST)
    spec = DagSpec.from_data({**LEAST, **{name: defaults[name] for name in names}})

    assert spec.digest() == plain.digest()
    assert [render(spec, airflow=t) for t in ("2", "3")] == [
        render(plain, airflow=t) for t in ("2", "3")
    ]


@pytest.mark.parametrize(
    ("task", "name"),
    [(task, name) for task in (ECHO, CODE) for name in _defaults(TASK_TYPES[task["task_type"]])],
)
def test_a_field_of_a_task_at_its_default_changes_no_digest_and_no_byte(
    task: dict[str, Any], name: str
) -> None:
    plain = DagSpec.from_data({**LEAST, "tasks": [task]})
    default = _defaults(TASK_TYPES[task["task_type"]])[name]
    spec = DagSpec.from_data({**LEAST, "tasks": [{**task, name: default}]})

    assert spec.digest() == plain.digest()
    assert render(spec) == render(plain)


def test_a_field_that_is_added_to_the_language_changes_no_spec_that_does_not_use_it() -> None:
    plain = DagSpec.from_data(LEAST)
    later = LaterSpec.model_validate(LEAST)

    assert later.digest() == plain.digest()
    assert later.to_data() == plain.to_data()
    assert later.model_copy(update={"later": 3}).digest() != plain.digest()


def test_a_field_that_is_added_to_a_task_is_recorded_only_where_it_says_something() -> None:
    plain = BashTask.model_validate(ECHO).model_dump(mode="json")

    assert LaterTask.model_validate(ECHO).model_dump(mode="json") == plain
    used = LaterTask.model_validate({**ECHO, "shell": "sh"})
    assert used.model_dump(mode="json") == {**plain, "shell": "sh"}


WITHOUT_FUNCTION = {
    "bash": ECHO,
    "operator": {"task_id": "a", "task_type": "operator", "operator": "EmptyOperator"},
}


@pytest.mark.parametrize("kind", WITHOUT_FUNCTION)
def test_form_1_has_a_context_for_tasks_whose_model_has_none(kind: str) -> None:
    task = WITHOUT_FUNCTION[kind]
    plain = DagSpec.from_data({**LEAST, "tasks": [task]})
    (recorded,) = plain.to_data()["tasks"]

    assert "provide_context" not in TASK_TYPES[kind].model_fields
    assert [*recorded][:4] == ["task_id", "task_type", "provide_context", "dependencies"]
    assert recorded["provide_context"] is False
    assert DagSpec.from_data(plain.to_data()) == plain
    assert Draft7Validator(json_schema()).is_valid(plain.to_data())


def test_the_base_of_all_tasks_has_only_what_each_task_has() -> None:
    base = {"task_id", "task_type", "dependencies", "edge_labels"}

    assert {*TaskBase.model_fields} == base


@pytest.mark.parametrize("path", SPECS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_fields_that_are_null_are_passed_over_and_change_nothing(path: Path) -> None:
    spec = load_spec(path.read_bytes(), origin=path.name)
    slowly = spec.model_dump(mode="json", exclude=None if spec.dag_id_given else {"dag_id"})
    assert json.dumps(spec.to_data()) == json.dumps(slowly)
