"""Use case: write a new spec file, from a template or from scratch."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dagctl.commands.links import refuse_outside
from dagctl.errors import ConflictError, UnavailableError, advice
from dagctl.frozen import frozen
from dagctl.spec.fields.slug import slug
from dagctl.spec.load import check_spec
from dagctl.template import filled, stamp_for, stamped, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dagctl.commands.templates import ListedTemplate
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


def write_over(path: Path, old: bytes, new: bytes) -> None:
    """Write a spec file that is there and has some content; its permissions stay.

    Raises:
        ConflictError: It has another content by now, or a link leads out of the workspace.
        UnavailableError: It cannot be written; it is as it was.
    """
    refuse_outside(path)
    real = path.resolve()
    temporary = real.with_name(f".{real.name}.{os.getpid()}")
    try:
        if real.read_bytes() != old:
            raise ConflictError(f"{path} was changed meanwhile", hint="run the command again")
        with temporary.open("xb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(real.stat().st_mode & 0o777)
        temporary.replace(real)
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}"
        raise UnavailableError(message, hint=advice(error)) from error
    finally:
        temporary.unlink(missing_ok=True)


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
