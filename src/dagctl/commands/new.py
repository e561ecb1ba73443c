"""Use case: write a new spec file, from a template or from scratch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.frozen import frozen
from dagctl.spec.fields.slug import slug
from dagctl.spec.load import check_spec
from dagctl.template import filled, stamp_for, stamped, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dagctl.commands.templates.listing import ListedTemplate
    from dagctl.errors import Diagnostic

NAME = "name"
"""The parameter that a name on the command line is for."""
SPECS = "specs"
"""The folder that specs are written to where it is there."""


@frozen
class NewSpec:
    """A new spec: its text, and what the checks say about it."""

    text: str
    dag_id: str | None
    """None if the checks refuse it."""
    diagnostics: tuple[Diagnostic, ...]


def new_spec(listed: ListedTemplate, values: Mapping[str, Any], airflow: str) -> NewSpec:
    """Return the spec that a template gives with some values.

    Its first line is a comment that says so, for `dagctl templates upgrade`.

    Args:
        listed: The template, and where it comes from.
        values: The values of parameters; the others have their defaults.
        airflow: The Airflow that the spec is for.

    Raises:
        SpecError: Values are missing, unknown, or break the rules of their parameters.
    """
    template = listed.template
    made = filled(template, values_of(template, values))
    text = stamped(made, stamp_for(listed.name, template.version, values, made))
    checked = check_spec(text, format="yaml", airflow=airflow)
    return NewSpec(text, checked.spec.dag_id if checked.spec else None, checked.diagnostics)


def place_for(name: str, folder: Path) -> Path:
    """Return the file for a spec with a name: in `specs` if there is such a folder."""
    below = folder / SPECS
    return (below if below.is_dir() else folder) / f"{slug(name) or 'dag'}.yaml"
