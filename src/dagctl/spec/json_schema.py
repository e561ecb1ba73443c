"""The JSON Schema of a spec, for editors: draft-07, made from the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.operators.json_schema import operator_schema
from dagctl.spec.model import DagSpec

if TYPE_CHECKING:
    from collections.abc import Collection

    from dagctl.operators.json_schema import OperatorSchema

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The draft that the editors' YAML servers read best."""

_RENAMED = {"$defs": "definitions"}
_DROPPED = {"discriminator"}  # OpenAPI's word, unknown to JSON Schema


def json_schema(providers: Collection[str] | None = None, airflow: str = "3") -> dict[str, Any]:
    """Return the schema. What it refuses, dagctl refuses too; dagctl finds more (cycles, code).

    Args:
        providers: Those whose operators it is to know, with their parameters; those of Airflow
            itself and of `standard` are there too. None: it knows no operators.
        airflow: The Airflow whose operators they are.

    Raises:
        ValueError: There is no such Airflow.
    """
    schema: dict[str, Any] = _draft07(DagSpec.model_json_schema())
    if providers is not None:
        _know_operators(schema["definitions"], operator_schema(providers, airflow))
    fields = schema["properties"]
    short = {**fields["schedule_interval"], "description": "Short for schedule_interval."}
    editor = {"type": "string", "description": "The schema for editors; dagctl ignores it."}
    properties = {"$schema": editor, **fields, "schedule": short}
    return {
        "$schema": DRAFT,
        **schema,
        "title": "dagctl spec",
        "description": "One Airflow DAG.",
        "properties": properties,
        "not": {"required": ["schedule", "schedule_interval"]},
    }


def _know_operators(definitions: dict[str, Any], operators: OperatorSchema) -> None:
    """Let the schema of an operator task complete its class, and what stands under `with`."""
    task = definitions["OperatorTask"]
    fields = task["properties"]
    about = fields["operator"]["description"]
    fields["operator"] = {"description": about, **operators.operator}
    task["allOf"] = [*task.get("allOf", ()), *operators.conditions]
    definitions |= operators.definitions


def _draft07(part: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a part of a schema in the words of draft-07, without the titles that repeat keys."""
    if isinstance(part, list):
        return [_draft07(item) for item in part]
    if isinstance(part, str):
        return part.replace("#/$defs/", "#/definitions/")
    if not isinstance(part, dict):
        return part
    return {
        _RENAMED.get(key, key): _draft07(value)
        for key, value in part.items()
        if key not in _DROPPED and not (key == "title" and isinstance(value, str))
    }
