"""The JSON Schema of a spec, for editors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dagctl.errors import UsageError
from dagctl.operators.near import near_parameter
from dagctl.operators.provider_file import short_name
from dagctl.operators.search import provider_names
from dagctl.spec.json_schema import defaults_schema, json_schema

if TYPE_CHECKING:
    from collections.abc import Sequence


def defaults_text() -> str:
    """Return the schema (draft-07) of `defaults.yaml`, as `schema_text`."""
    return json.dumps(defaults_schema(), indent=2, ensure_ascii=False) + "\n"


def schema_text(
    providers: Sequence[str] | None = None, airflow: str = "3", *, complete: bool = True
) -> str:
    """Return the schema (draft-07) as a JSON document that ends with a line feed.

    One that knows operators is large, so it has no line breaks.

    Args:
        providers: As of `json_schema`, each by its short name, its distribution or its module.
        airflow: As of `json_schema`.
        complete: As of `json_schema`.

    Raises:
        UsageError: There is no such provider.
    """
    known = None if providers is None else [_provider(name) for name in providers]
    schema = json_schema(known, airflow, complete=complete)
    if known is None:
        return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return json.dumps(schema, separators=(",", ":"), ensure_ascii=False) + "\n"


def _provider(name: str) -> str:
    short = short_name(name)
    if short not in provider_names():
        near = near_parameter(short, provider_names()) if len(name) <= 100 else None  # noqa: PLR2004
        raise UsageError(
            f"no provider with operators is called `{name[:100]}`",
            hint=f"did you mean {near}?" if near else "dagctl operators lists what there is",
        )
    return short
