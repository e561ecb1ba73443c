"""Use case: write a new spec file, from a template or from scratch."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dagctl.commands.links import refuse_outside
from dagctl.errors import ConflictError, UnavailableError, advice
from dagctl.spec.fields.slug import slug
from dagctl.spec.load import check_spec
from dagctl.template import filled, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dagctl.errors import Diagnostic
    from dagctl.template import Template

NAME = "name"
"""The parameter that a name on the command line is for."""
SPECS = "specs"
"""The folder that specs are written to where it is there."""


@dataclass(frozen=True, slots=True)
class NewSpec:
    """A new spec: its text, and what the checks say about it."""

    text: str
    dag_id: str | None
    """None if the checks refuse it."""
    diagnostics: tuple[Diagnostic, ...]


def new_spec(template: Template, values: Mapping[str, Any], airflow: str) -> NewSpec:
    """Return the spec that a template gives with some values.

    Raises:
        SpecError: Values are missing, unknown, or break the rules of their parameters.
    """
    text = filled(template, values_of(template, values))
    checked = check_spec(text, format="yaml", airflow=airflow)
    return NewSpec(text, checked.spec.dag_id if checked.spec else None, checked.diagnostics)


def place_for(name: str, folder: Path) -> Path:
    """Return the file for a spec with a name: in `specs` if there is such a folder."""
    below = folder / SPECS
    return (below if below.is_dir() else folder) / f"{slug(name) or 'dag'}.yaml"


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet; folders above it are made.

    Raises:
        ConflictError: Something is there, or a link on the way leads out of the workspace.
        UnavailableError: It cannot be written.
    """
    refuse_outside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags, 0o666), "wb") as file:
            file.write(text.encode())
    except FileExistsError as error:
        hint = "choose another file with --file, or remove it"
        raise ConflictError(f"{path} is there already", hint=hint) from error
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}"
        instead = "choose another file with --file"
        raise UnavailableError(message, hint=advice(error) or instead) from error
