"""Models that are built with the first value: checked, written and described as a union of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from dagctl.spec.model import DagSpec
from dagctl.spec.validation.checked_model import CheckedModel
from dagctl.spec.validation.selected import Selected, later


def made() -> tuple[type[BaseModel], type[CheckedModel], type[CheckedModel]]:
    """Return a model with a list of two kinds of values, and the models of the two."""

    class Number(CheckedModel):
        value: int

    class Text(CheckedModel):
        value: str
        extra: Any = None

    def tag_of(item: object) -> str | None:
        value = item.get("value") if isinstance(item, dict) else getattr(item, "value", None)
        return {int: "number", str: "text"}.get(type(value))

    either = Selected({"number": Number, "text": Text}, tag_of)

    class Holder(BaseModel):
        model_config = ConfigDict(serialize_by_alias=True)
        items: tuple[Annotated[Any, either], ...]
        single: Annotated[Annotated[Number, later(Number)] | None, "note"] = None

    return Holder, Number, Text


def test_a_model_is_built_with_its_first_value() -> None:
    holder, number, text = made()
    assert not number.__pydantic_complete__
    assert not text.__pydantic_complete__
    held: Any = holder.model_validate({"items": [{"value": 1}]})
    assert number.__pydantic_complete__
    assert not text.__pydantic_complete__
    assert type(held.items[0]) is number


def test_a_value_is_written_as_its_model_writes_it() -> None:
    holder, number, _ = made()
    held = holder.model_validate({"items": [{"value": 1}, {"value": "a"}], "single": {"value": 2}})
    written = {"items": [{"value": 1}, {"value": "a"}], "single": {"value": 2}}
    assert held.model_dump(mode="json") == written  # what is at its default is left out
    again: Any = holder.model_validate({"items": (number.model_validate({"value": 1}),)})
    assert again.items[0].value == 1


def test_an_error_names_the_place_and_what_has_no_kind_is_refused() -> None:
    holder, _, _ = made()
    with pytest.raises(ValidationError) as caught:
        holder.model_validate({"items": [{"value": 1}, {"value": None}]})
    (error,) = caught.value.errors()
    assert (error["loc"], error["type"]) == (("items", 1), "union_tag_not_found")


def test_the_schema_has_each_model_once_by_its_name() -> None:
    schema = made()[0].model_json_schema()
    assert [*schema["$defs"]] == ["Number", "Text"]
    names = [{"$ref": "#/$defs/Number"}, {"$ref": "#/$defs/Text"}]
    assert schema["properties"]["items"]["items"] == {"oneOf": names}


def test_threads_that_need_a_model_at_the_same_time_build_it_once() -> None:
    holder, number, _ = made()
    with ThreadPoolExecutor(8) as pool:
        held = pool.map(lambda n: holder.model_validate({"items": [{"value": n}]}), range(64))
        kinds = {type(item) for each in held for item in each.items}  # type: ignore[attr-defined]
    assert kinds == {number}


def test_a_finding_about_a_task_in_a_group_names_its_place() -> None:
    data = {"dag_name": "a", "tasks": [{"task_id": "a", "bash_command": "true"}]}
    spec = DagSpec.from_data(data)
    assert [path for path, _ in spec.walk()] == [("tasks", 0)]
    assert spec.to_data()["tasks"][0]["bash_command"] == "true"
    group = {"group_id": "g", "tasks": [{"task_id": "b", "bash_command": "true", "retrys": 1}]}
    _, problems = DagSpec.check({**data, "tasks": [*data["tasks"], group]})
    assert [problem.path for problem in problems] == [("tasks", 1, "tasks", 0, "retrys")]
