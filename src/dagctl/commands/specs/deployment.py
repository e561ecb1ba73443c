"""What a person says of the Airflow that reads a DAG file: its variables and environment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dagctl.commands.files.foreign_files import text_of
from dagctl.convert import Deployment
from dagctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_DESCRIBED = {"value", "description"}
"""How `airflow variables export` writes a variable that has a description."""


def deployment(variables: Path | None, environment: Iterable[str]) -> Deployment:
    """Return what is known of the Airflow that reads a file.

    Args:
        variables: A JSON file as `airflow variables export` writes it, or None.
        environment: Variables of the environment, each as `NAME=VALUE`.

    Raises:
        UsageError: The file cannot be read, or is no such file; or a variable has no value.
    """
    pairs = [text.partition("=") for text in environment]
    for name, sign, _ in pairs:
        if not name or not sign:
            raise UsageError(f"`{name}` has no value", hint="write --environ NAME=VALUE")
    given = {} if variables is None else _variables(variables)
    return Deployment(given, {name: value for name, _, value in pairs})


def _variables(file: Path) -> dict[str, str]:
    try:
        data = json.loads(text_of(file))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is no JSON: {error}", hint=_HINT) from error
    if not isinstance(data, dict):
        raise UsageError(f"{file} is no mapping of variables", hint=_HINT)
    return {name: _stored(value) for name, value in data.items()}


_HINT = "write it with `airflow variables export FILE`"


def _stored(value: object) -> str:
    """Return the text that Airflow stores for a variable of an export."""
    if isinstance(value, dict) and value.keys() == _DESCRIBED:
        value = value["value"]
    return value if isinstance(value, str) else json.dumps(value)
