"""The JSON Schema of a spec, for editors."""

from __future__ import annotations

import json

from dagctl.spec.json_schema import json_schema


def schema_text() -> str:
    """Return the schema (draft-07) as a JSON document that ends with a line feed."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
