"""Templates, and the specs that they give, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

from dagctl.template import option_for
from dagctl.views.difference import ChangeData, change_data
from dagctl.views.finding import DiagnosticData, finding_data

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dagctl.commands.new import NewSpec
    from dagctl.commands.templates.fetch import Fetched
    from dagctl.commands.templates.listing import ListedTemplate
    from dagctl.commands.templates.upgrade import Upgrade
    from dagctl.template import Template, TemplateParameter


class ParameterData(TypedDict):
    """A parameter of a template."""

    name: str
    description: str
    required: bool
    rules: dict[str, Any]
    """JSON Schema."""


class NamedTemplateData(TypedDict):
    """A template: its name, its version, where it comes from, what it is for."""

    name: str
    version: int
    source: str
    """`workspace`, `gallery`, `project`, or a source in dagctl.toml."""
    description: str


class ListedTemplateData(NamedTemplateData):
    """A template as a list has it."""

    file: str


class FullTemplateData(ListedTemplateData):
    """A template with its parameters."""

    parameters: list[ParameterData]
    example: str
    """A command that uses it."""


class TemplateData(NamedTemplateData):
    """A template that a spec can use, by `use` and `with`."""

    parameters: list[ParameterData]
    example: dict[str, Any]
    """A spec that uses it, complete but for `project_id`."""


class TemplateListData(TypedDict):
    """What `templates` says."""

    templates: list[ListedTemplateData]


class TemplateShowData(TypedDict):
    """What `templates show` says."""

    template: FullTemplateData


class NewSpecData(TypedDict):
    """The spec that `new` made."""

    template: str
    """The template that was filled in."""
    version: int
    file: str | None
    """The file that was written; null with `--print`."""
    dag_id: str | None
    """Null if the checks refuse the spec."""
    text: str


class FetchedSourceData(TypedDict):
    """What a source of templates gave."""

    source: str
    place: list[str]
    """Address, commit, folder."""
    templates: list[str]
    """Such as report@2."""
    new: list[str]
    """Those that were not here before."""


class FetchData(TypedDict):
    """What `templates fetch` brought."""

    fetched: list[FetchedSourceData]


class ShareData(TypedDict):
    """What `templates share` shared."""

    shared: list[str]
    """Versions, such as report@2."""


class UnshareData(TypedDict):
    """What `templates unshare` took back."""

    unshared: list[str]
    """Versions, such as report@2."""


class UpgradeData(TypedDict):
    """A spec that is tied to a template, and what another version makes of it."""

    file: str
    template: str | None
    """With its source, such as gallery/cleanup; null: the first line of the spec is damaged."""
    version: int | None
    to: int | None
    """The version that the spec can have; null: there is none."""
    outcome: Literal["current", "ready", "conflict", "invalid", "stuck"]
    changes: list[ChangeData] | None
    """As of `create --dry-run`; null: not known."""
    diff: str
    """Unified, of the spec file."""
    reason: str | None
    """Why it is stuck."""
    hint: str | None
    diagnostics: list[DiagnosticData]
    """Of an invalid one: what is wrong with the new text."""


class OutdatedSpecsData(TypedDict):
    """What `templates outdated` says."""

    outdated: list[UpgradeData]
    tied: int
    """Specs that are made from a template or linked to one."""


class UpgradesData(TypedDict):
    """What `templates upgrade` did, or would do."""

    upgrades: list[UpgradeData]
    written: list[str]
    """Paths of files."""
    dry_run: bool


def listed_data(item: ListedTemplate) -> ListedTemplateData:
    """Return a template as a list has it."""
    return {**_named_data(item), "file": item.template.origin}


def template_data(item: ListedTemplate) -> FullTemplateData:
    """Return a template with its parameters, and a command that uses it."""
    return {
        **listed_data(item),
        "parameters": [_parameter(parameter) for parameter in item.template.parameters],
        "example": command_for(item.template),
    }


def usable_data(item: ListedTemplate, *, is_nearest: bool = True) -> TemplateData:
    """Return a template as a caller who sends specs needs it: parameters, and a spec that uses it.

    Args:
        item: The template. Its file says nothing to a caller who cannot see this machine.
        is_nearest: Whether its name alone means it.
    """
    template = item.template
    use = f"{template.name if is_nearest else item.name}@{template.version}"
    required = [each for each in template.parameters if each.is_required]
    return {
        **_named_data(item),
        "parameters": [_parameter(parameter) for parameter in template.parameters],
        "example": {"use": use, "with": {each.name: each.example for each in required}},
    }


def new_spec_data(template: Template, made: NewSpec, path: Path | None) -> NewSpecData:
    """Return a new spec: its text, its DAG id (null if the checks refuse it), and its file."""
    return {
        "template": template.name,
        "version": template.version,
        "file": None if path is None else str(path),
        "dag_id": made.dag_id,
        "text": made.text,
    }


def fetch_data(fetched: Iterable[Fetched]) -> FetchData:
    """Return what each source of templates gave."""
    return {"fetched": [_fetched_data(each) for each in fetched]}


def _fetched_data(fetched: Fetched) -> FetchedSourceData:
    return {
        "source": fetched.source,
        "place": list(fetched.place),
        "templates": list(fetched.templates),
        "new": list(fetched.new),
    }


def upgrade_data(upgrade: Upgrade) -> UpgradeData:
    """Return a spec that is tied to a template, and what another version makes of it."""
    changes = upgrade.changes
    return {
        "file": upgrade.file,
        "template": upgrade.template or None,
        "version": upgrade.version,
        "to": upgrade.to,
        "outcome": upgrade.outcome,
        "changes": None if changes is None else [change_data(change) for change in changes],
        "diff": upgrade.diff,
        "reason": upgrade.reason,
        "hint": upgrade.hint,
        "diagnostics": [finding_data(finding) for finding in upgrade.diagnostics],
    }


def command_for(template: Template) -> str:
    """Return a command line that uses a template, with its examples as values."""
    options = [option_for(each) for each in template.parameters if each.is_required]
    return " ".join(["dagctl new", f"--template {template.name}", *options])


def _named_data(item: ListedTemplate) -> NamedTemplateData:
    template = item.template
    return {
        "name": template.name,
        "version": template.version,
        "source": item.source,
        "description": template.description,
    }


def _parameter(parameter: TemplateParameter) -> ParameterData:
    return {
        "name": parameter.name,
        "description": parameter.description,
        "required": parameter.is_required,
        "rules": dict(parameter.rules),
    }
