"""The JSON Schema for editors agrees with the model."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from dagctl.errors import SpecError
from dagctl.spec.json_schema import json_schema
from dagctl.spec.model import DagSpec

SCHEMA = json_schema()
VALIDATOR = Draft7Validator(SCHEMA)
ECHO = {"task_id": "a", "task_type": "bash", "bash_command": "echo a"}
LEAST = {"dag_name": "Report", "tasks": [ECHO]}

ODD = [None, True, 0, -1, 1.5, "", "x", "a b", [], ["a", "a"], [1], {}, {"a": 1}]
_odd = st.sampled_from(ODD)
_fields = st.sampled_from([*SCHEMA["properties"], "foo"])
_task_fields = st.sampled_from([*SCHEMA["definitions"]["BashTask"]["properties"], "python_code"])


def _accepted(data: object) -> bool:
    try:
        DagSpec.model_validate(data)
    except SpecError:
        return False
    return True


def test_it_is_a_schema_of_draft_07_without_words_of_other_drafts() -> None:
    Draft7Validator.check_schema(SCHEMA)

    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert "$defs" not in str(SCHEMA)
    assert "discriminator" not in SCHEMA["properties"]["tasks"]["items"]


def test_every_field_is_described() -> None:
    mappings = [SCHEMA, *SCHEMA["definitions"].values()]

    assert all("description" in part for one in mappings for part in one["properties"].values())


def test_the_defaults_are_the_models() -> None:
    data = DagSpec.model_validate(LEAST).to_data()
    defaults = {
        name: part["default"] for name, part in SCHEMA["properties"].items() if "default" in part
    }

    assert defaults.pop("schedule") is None
    assert defaults == {name: data.get(name) for name in defaults}


def test_every_example_is_accepted_by_both() -> None:
    for name, part in SCHEMA["properties"].items():
        for example in part.get("examples", []):
            if name != "tasks":
                assert VALIDATOR.is_valid({**LEAST, name: example}), name
                assert _accepted({**LEAST, name: example}), name


@pytest.mark.parametrize("name", SCHEMA["properties"])
def test_no_value_of_a_field_passes_the_model_but_not_the_schema(name: str) -> None:
    odd = [value for value in ODD if _accepted({**LEAST, name: value})]

    assert [value for value in odd if not VALIDATOR.is_valid({**LEAST, name: value})] == []


@given(st.dictionaries(_fields, _odd, max_size=3))
def test_what_the_schema_refuses_the_model_refuses(changes: dict[str, Any]) -> None:
    data = {**LEAST, **changes}

    assert VALIDATOR.is_valid(data) or not _accepted(data)


@given(st.dictionaries(_task_fields, _odd, max_size=2))
def test_what_the_schema_refuses_in_a_task_the_model_refuses(changes: dict[str, Any]) -> None:
    data = {**LEAST, "tasks": [{**ECHO, **changes}]}

    assert VALIDATOR.is_valid(data) or not _accepted(data)


@pytest.mark.parametrize(
    "change",
    [
        {"retires": 1},
        {"dag_name": ""},
        {"dag_id": "a b"},
        {"retries": "1"},
        {"retries": -1},
        {"retry_delay_minutes": -1},
        {"tags": ["a", "a"]},
        {"tags": [""]},
        {"tags": ["x" * 101]},
        {"owner": None},
        {"catchup": "yes"},
        {"project_id": "x"},
        {"start_date": "yesterday"},
        {"tasks": []},
        {"tasks": [{**ECHO, "task_type": "sql"}]},
        {"tasks": [{**ECHO, "task_id": "a b"}]},
        {"tasks": [{**ECHO, "python_code": "return 1"}]},
        {"schedule": None, "schedule_interval": None},
    ],
)
def test_common_slips_are_seen_by_the_schema_too(change: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid({**LEAST, **change})
    assert not _accepted({**LEAST, **change})
