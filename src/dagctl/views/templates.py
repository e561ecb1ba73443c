"""Templates, and the specs that they give, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.template import option_for
from dagctl.views.difference import difference_data
from dagctl.views.finding import finding_data

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.commands.new import NewSpec
    from dagctl.commands.template_fetch import Fetched
    from dagctl.commands.template_upgrade import Upgrade
    from dagctl.commands.templates import ListedTemplate
    from dagctl.template import Parameter, Template


def listed_data(item: ListedTemplate) -> dict[str, Any]:
    """Return a template as a list has it."""
    template = item.template
    return {
        "name": template.name,
        "version": template.version,
        "source": item.source,
        "file": template.origin,
        "description": template.description,
    }


def template_data(item: ListedTemplate) -> dict[str, Any]:
    """Return a template with its parameters, and a command that uses it."""
    return {
        **listed_data(item),
        "parameters": [_parameter(parameter) for parameter in item.template.parameters],
        "example": command_for(item.template),
    }


def usable_data(item: ListedTemplate, *, is_nearest: bool = True) -> dict[str, Any]:
    """Return a template as one who sends specs needs it: its parameters, and a spec that uses it.

    Args:
        item: The template. Its file says nothing to a caller who cannot see this machine.
        is_nearest: Whether its name alone means it.
    """
    template = item.template
    use = f"{template.name if is_nearest else item.name}@{template.version}"
    required = [each for each in template.parameters if each.is_required]
    return {
        "name": template.name,
        "version": template.version,
        "source": item.source,
        "description": template.description,
        "parameters": [_parameter(parameter) for parameter in template.parameters],
        "example": {"use": use, "with": {each.name: each.example for each in required}},
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


def fetched_data(fetched: Fetched) -> dict[str, Any]:
    """Return what a source of templates gave."""
    return {
        "source": fetched.source,
        "place": list(fetched.place),
        "templates": list(fetched.templates),
        "new": list(fetched.new),
    }


def upgrade_data(upgrade: Upgrade) -> dict[str, Any]:
    """Return a spec that is tied to a template, and what another version makes of it."""
    changes = upgrade.changes
    return {
        "file": upgrade.file,
        "template": upgrade.template or None,
        "version": upgrade.version,
        "to": upgrade.to,
        "outcome": upgrade.outcome,
        "changes": None if changes is None else [difference_data(change) for change in changes],
        "diff": upgrade.diff,
        "reason": upgrade.reason,
        "hint": upgrade.hint,
        "diagnostics": [finding_data(finding) for finding in upgrade.diagnostics],
    }


def command_for(template: Template) -> str:
    """Return a command line that uses a template, with its examples as values."""
    options = [option_for(each) for each in template.parameters if each.is_required]
    return " ".join(["dagctl new", f"--template {template.name}", *options])


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "description": parameter.description,
        "required": parameter.is_required,
        "rules": dict(parameter.rules),
    }
