"""A spec from what a Python program has: text, a file, or data."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagctl.commands.files.read_specs import failure, read_file
from dagctl.commands.specs.surroundings import Surroundings
from dagctl.errors import Diagnostic, UsageError
from dagctl.spec.load import check_data, check_spec
from dagctl.spec.model import DagSpec
from dagctl.spec.resolution.around import Around
from dagctl.spec.resolution.defaults import read_defaults
from dagctl.spec.resolution.variables import Variables, variables_of
from dagctl.spec.strictness import Checks, taken_by, text_of

if TYPE_CHECKING:
    from dagctl.readers.syntax import Format
    from dagctl.spec.checked import Checked

    Text = str | bytes
    Source = str | bytes | os.PathLike[str] | Mapping[str, Any] | DagSpec


def load_spec(  # noqa: PLR0913 - each has a default and is given by its name
    source: Source,
    *,
    format: Format | None = None,  # noqa: A002 - the public name
    origin: str | None = None,
    airflow: str = "3",
    defaults: Sequence[Text] | None = None,
    variables: Mapping[str, Any] | None = None,
) -> DagSpec:
    """Return the spec that a text, a file or a mapping holds.

    Args:
        source: YAML or JSON as text (bytes are UTF-8), a `Path` to a file, a mapping of data, or a
            `DagSpec`, which is checked for the Airflow.
        format: Default: by the suffix of the file; else JSON if it begins with `{`, else YAML.
        origin: The name of the file, for diagnostics. Default: the path that is given.
        airflow: The Airflow that the spec is for, with versions of providers where they matter:
            `"3.1"`, `"3.1 amazon==9.4.0"`.
        defaults: Texts as of `defaults.yaml`, the nearest first. Default: those above a file that
            is given by its `Path`, in its workspace; none for text and data.
        variables: What `${{ vars.NAME }}` stands for. Default: those of the workspace that the
            `Path` lies in, and of the environment that `DAGCTL_ENV` names; none for text and data.

    Raises:
        SpecError: With every problem; those of a text each at its line and column.
        UsageError: The source is none of these.
    """
    return check(
        source,
        format=format,
        origin=origin,
        airflow=airflow,
        defaults=defaults,
        variables=variables,
    ).result()


def check(  # noqa: PLR0913 - each has a default and is given by its name
    source: Source,
    *,
    format: Format | None = None,  # noqa: A002 - the public name
    origin: str | None = None,
    airflow: str = "3",
    defaults: Sequence[Text] | None = None,
    variables: Mapping[str, Any] | None = None,
) -> Checked:
    """Return the spec of a source, unless there are errors, and all errors and warnings.

    What is certain to fail when a task runs in that Airflow is an error, as on the command line.

    Args:
        source: As of `load_spec`.
        format: As of `load_spec`.
        origin: As of `load_spec`.
        airflow: As of `load_spec`.
        defaults: As of `load_spec`.
        variables: As of `load_spec`.

    Raises:
        SpecError: The file cannot be read.
        UsageError: The source is none of what `load_spec` takes.
    """
    checks = Checks(airflow=airflow)
    if isinstance(source, DagSpec):  # defaults and variables are in it already
        checked = check_data(source.recorded, origin=origin or source.origin, airflow=airflow)
        return taken_by(checked, "", checks)
    around = _around(source, defaults, variables)
    if isinstance(source, Mapping):
        checked = check_data(source, origin=origin, airflow=airflow, around=around)
        return taken_by(checked, "", checks)
    if isinstance(source, str | bytes):
        checked = check_spec(source, format=format, origin=origin, airflow=airflow, around=around)
        return taken_by(checked, text_of(source), checks)
    if not isinstance(source, os.PathLike):
        raise UsageError(
            f"a spec is text, a Path, a mapping or a DagSpec, not {type(source).__name__}",
            hint="load_spec(Path(...)) reads a file",
        )
    document = read_file(os.fspath(source), format)
    if isinstance(document, Diagnostic):
        raise failure([document])
    checked = check_spec(
        document.data,
        format=document.format,
        origin=origin or document.origin,
        airflow=airflow,
        around=around,
    )
    return taken_by(checked, text_of(document.data), checks)


def _around(
    source: Source, defaults: Sequence[Text] | None, variables: Mapping[str, Any] | None
) -> Around:
    """Return what counts for a spec: what is given, else what stands around its file."""
    given = None if variables is None else _variables(variables)
    if isinstance(source, os.PathLike):
        around = Surroundings(given).around(Path(source))
    else:
        around = Around((), given or Variables())
    if defaults is None:
        return around
    read = (read_defaults(text, _name(number)) for number, text in enumerate(defaults))
    kept = tuple(each for each in read if each is not None)
    return Around(kept, around.variables, around.template_of, around.files)


def _name(number: int) -> str:
    return f"<defaults {number + 1}>"


def _variables(values: Mapping[str, Any]) -> Variables:
    try:
        return variables_of(values)
    except ValueError as error:
        raise UsageError(str(error)) from None
