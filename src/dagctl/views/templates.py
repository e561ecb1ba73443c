"""Templates, and the specs that they give, as JSON data."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.commands.new import NewSpec
    from dagctl.commands.templates import Listed
    from dagctl.template import Parameter, Template


def listed_data(item: Listed) -> dict[str, Any]:
    """Return a template as a list has it."""
    template = item.template
    return {
        "name": template.name,
        "version": template.version,
        "source": item.source,
        "file": template.origin,
        "description": template.description,
    }


def template_data(item: Listed) -> dict[str, Any]:
    """Return a template with its parameters, and a command that uses it."""
    return {
        **listed_data(item),
        "parameters": [_parameter(parameter) for parameter in item.template.parameters],
        "example": command_for(item.template),
    }


def new_spec_data(template: Template, made: NewSpec, path: Path | None) -> dict[str, Any]:
    """Return a new spec: its text, its DAG id (null if the checks refuse it), and its file."""
    return {
        "template": template.name,
        "version": template.version,
        "file": None if path is None else str(path),
        "dag_id": made.dag_id,
        "text": made.text,
    }


def command_for(template: Template) -> str:
    """Return a command line that uses a template, with its examples as values."""
    settings = [
        f"--set {shlex.quote(f'{parameter.name}={_text(parameter.example)}')}"
        for parameter in template.parameters
        if parameter.is_required
    ]
    return " ".join(["dagctl new", f"--template {template.name}", *settings])


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "description": parameter.description,
        "required": parameter.is_required,
        "rules": dict(parameter.rules),
    }


def _text(value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None:
        return "..."
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
