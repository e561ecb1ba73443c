"""The published schemas of the JSON output, with nothing allowed that they do not name.

Readers pass over keys that they do not know, so a published schema allows them. dagctl itself
prints none: what a result has and its schema has not is a gap in the schema.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

SCHEMAS = Path(__file__).parents[2] / "docs" / "reference" / "json"
Schema: TypeAlias = Any
"""A part of a JSON Schema."""


@cache
def validator(command: str | None) -> Draft202012Validator:
    """Return what checks the JSON output of a command."""
    texts = {file.name: json.loads(file.read_text("utf-8")) for file in SCHEMAS.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        (name, Resource.from_contents(_with_closed_parts(schema))) for name, schema in texts.items()
    )
    name = f"{command}.schema.json"
    schema = texts[name] if name in texts else texts["envelope.schema.json"]
    return Draft202012Validator(_closed(schema), registry=registry, format_checker=FormatChecker())


def _closed(schema: Schema) -> Schema:
    """Return a schema whose objects have the keys that it names, and no others."""
    if not isinstance(schema, dict):
        return schema
    made = _with_closed_parts(schema)
    if {"properties", "$ref", "allOf", "oneOf", "anyOf"} & schema.keys():
        made.setdefault("unevaluatedProperties", False)
    return made


def _with_closed_parts(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that itself may be a part of another, with all below it closed."""
    return {key: _below(key, value) for key, value in schema.items()}


def _below(key: str, value: Schema) -> Schema:
    if key in {"properties", "patternProperties"}:
        return {name: _closed(part) for name, part in value.items()}
    if key == "$defs":
        return {name: _with_closed_parts(part) for name, part in value.items()}
    if key in {"items", "additionalProperties"}:
        return _closed(value)
    if key in {"allOf", "oneOf", "anyOf"}:
        return [_with_closed_parts(part) for part in value]
    return value
