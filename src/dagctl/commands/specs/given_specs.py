"""Specs as a program gives them: a spec, the path of a file, or data."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dagctl.commands.files.read_specs import SpecText, failure, read_file
from dagctl.commands.specs.surroundings import Surroundings
from dagctl.errors import ConflictError, SpecError, UsageError
from dagctl.frozen import frozen
from dagctl.next_step import again
from dagctl.operation.change import asked
from dagctl.session.redaction import named
from dagctl.spec.load import check_data, check_spec
from dagctl.spec.model import DagSpec
from dagctl.spec.strictness import taken_by, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.errors import Diagnostic
    from dagctl.operation.change import Change
    from dagctl.spec.checked import Checked
    from dagctl.spec.strictness import Checks


@frozen
class Judged:
    """A spec whose findings were taken already as the workspace, or a flag, has it."""

    spec: DagSpec


SpecOrFile = DagSpec | str | Path | Mapping[str, Any] | Judged
"""A spec, the path of the file that holds one, or its data."""
_KINDS = (DagSpec, str, Path, Mapping, Judged)


def changes_of(
    specs: SpecOrFile | Sequence[SpecOrFile],
    root: Path,
    checks: Checks | None = None,
    surroundings: Surroundings | None = None,
) -> list[Change]:
    """Return what these specs ask for, in their order.

    Args:
        specs: One spec, or several of them.
        root: The workspace.
        checks: How findings are taken; None: only errors of the spec itself count.
        surroundings: What files and data are resolved with. Default: what stands around each file.

    Raises:
        SpecError: Some specs have errors or cannot be read; it has the findings of all of them.
        UsageError: Something is given that is no spec, as None.
        ConflictError: A file was moved meanwhile.
    """
    given: object = specs
    is_single = isinstance(given, (*_KINDS, bytes)) or not isinstance(given, Iterable)
    sources = cast("Sequence[SpecOrFile]", [given] if is_single else list(cast("Any", given)))
    wrong = [each for each in cast("Sequence[object]", sources) if not isinstance(each, _KINDS)]
    if wrong:
        step = "give a spec, the path of a file, or data; load_spec(text) reads a text"
        raise UsageError(f"{named(wrong[0])} is no spec", hint=step)
    loaded = _load_all(sources, checks, surroundings or Surroundings())
    places = [source_path(spec.origin, root) for spec in loaded]
    for source, spec, place in zip(sources, loaded, places, strict=True):
        if place is None and spec.origin is not None and not isinstance(source, DagSpec | Mapping):
            # without its path another content of a known name would be a second DAG
            message = f"{spec.origin} was moved or removed while it was read"
            raise ConflictError(message, hint=again("look where it is"))
    return [asked(*each) for each in zip(loaded, places, strict=True)]


def change_of_text(
    content: bytes, path: str | None, root: Path, checks: Checks, surroundings: Surroundings
) -> tuple[Change, tuple[Diagnostic, ...]]:
    """Return what a text asks for, as if it stood in a file, and what is to be known about it.

    Args:
        content: The text.
        path: The file, relative to the workspace; None: the spec has none.
        root: The workspace.
        checks: How findings are taken.
        surroundings: What the text is resolved with.

    Raises:
        SpecError: It has errors.
    """
    place = None if path is None else root / path
    checked = check_spec(
        content,
        origin=path,
        airflow=checks.airflow,
        around=surroundings.around(place),
    )
    checked = taken_by(checked, text_of(content), checks)
    return asked(checked.result(), path), checked.diagnostics


def source_path(origin: str | None, root: Path) -> str | None:
    """Return the spec file's path relative to the workspace, or None if the spec has no file."""
    if origin is None or not Path(origin).is_file():
        return None
    path = Path(origin)
    return Path(os.path.relpath(path.parent.resolve() / path.name, root)).as_posix()


def _load_all(
    sources: Sequence[SpecOrFile], checks: Checks | None, surroundings: Surroundings
) -> list[DagSpec]:
    specs: list[DagSpec] = []
    diagnostics: list[Diagnostic] = []
    for source in sources:
        try:
            specs.append(_load(source, checks, surroundings))
        except SpecError as error:
            diagnostics.extend(error.diagnostics)
    if diagnostics:
        raise failure(diagnostics)
    return specs


def _load(source: SpecOrFile, checks: Checks | None, surroundings: Surroundings) -> DagSpec:
    if isinstance(source, Judged):
        return source.spec
    if isinstance(source, DagSpec) and checks is None:
        return source
    airflow = "3" if checks is None else checks.airflow
    checked, text = _checked(source, airflow, surroundings)
    if checks is not None:
        checked = taken_by(checked, text, checks)
    spec = checked.result()
    return source if isinstance(source, DagSpec) else spec


def _checked(
    source: DagSpec | str | Path | Mapping[str, Any], airflow: str, surroundings: Surroundings
) -> tuple[Checked, str]:
    """Return what a check of a spec finds, and its text; a spec is checked as it was written."""
    if isinstance(source, Mapping):
        return check_data(source, airflow=airflow, around=surroundings.around(None)), ""
    if isinstance(source, DagSpec):
        return _checked_again(source, airflow, surroundings)
    document = read_file(str(source))
    if not isinstance(document, SpecText):
        raise SpecError([document])
    checked = _checked_text(document.data, document.origin, airflow, surroundings)
    return checked, text_of(document.data)


def _checked_again(spec: DagSpec, airflow: str, surroundings: Surroundings) -> tuple[Checked, str]:
    """Return what a check of a spec finds that a program has made, or has read."""
    if spec.text is not None:
        data = spec.text.encode("utf-8", "surrogatepass")
        checked = _checked_text(data, spec.origin, airflow, surroundings)
        if checked.spec is not None and checked.spec.digest() == spec.digest():
            return checked, text_of(data)
    # it was made from data, or with other defaults and variables than those that count here
    return check_data(spec.recorded, origin=spec.origin, airflow=airflow), ""


def _checked_text(
    data: bytes, origin: str | None, airflow: str, surroundings: Surroundings
) -> Checked:
    return check_spec(
        data,
        origin=origin,
        airflow=airflow,
        around=surroundings.around(origin),
    )
