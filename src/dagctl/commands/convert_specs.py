"""Use case: turn specs into files of other tools, and look whether they come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dagctl.codegen.render import render
from dagctl.commands.files.new_files import NewFile, file_name, write_files
from dagctl.commands.specs.surroundings import Surroundings
from dagctl.convert import (
    AirflowYaml,
    Factory,
    convert_airflow_yaml,
    convert_dag_factory,
)
from dagctl.convert.outcome.exported import ExportedSpec, nowhere
from dagctl.convert.outcome.report import Outcome, Place, Remark
from dagctl.convert.outcome.way_back import ChangedValue, differences, put_back
from dagctl.convert.to_airflow_yaml import to_airflow_yaml
from dagctl.convert.to_dag_factory import to_dag_factory
from dagctl.errors import SpecError
from dagctl.frozen import frozen
from dagctl.spec.load import resolved
from dagctl.spec.model import DagSpec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path as FilePath

    from dagctl.convert.outcome.exported import Places
    from dagctl.spec.walk import Path

_WRITERS = {"dag-factory": to_dag_factory, "airflow-yaml": to_airflow_yaml}
_MOST_LOOKED_AT = 50
"""Differences of one spec that are looked at one by one; each takes a rendering."""
SUFFIXES = {"dag-factory": ".yml", "airflow-yaml": ".yaml"}
"""How the names of files end, by format."""
FORMATS = tuple(SUFFIXES)
"""What `--to` takes."""


@frozen
class WrittenOut:
    """A file of another tool that a conversion wrote."""

    path: FilePath
    exported: ExportedSpec


def convert_specs(specs: Sequence[DagSpec], form: str, *, airflow: str) -> tuple[ExportedSpec, ...]:
    """Return each spec in another format, with what was lost.

    Each file is converted back. What does not come back is in the report, whatever it is.

    Args:
        specs: The specs.
        form: One of `FORMATS`.
        airflow: The Airflow that the files are for.
    """
    surroundings = Surroundings()
    return tuple(_converted(spec, form, airflow, surroundings) for spec in specs)


def write_out(
    exports: Sequence[ExportedSpec], folder: FilePath, *, force: bool
) -> tuple[WrittenOut, ...]:
    """Write each file by its DAG's id into a folder, and beside it what it needs.

    Raises:
        ConflictError: As of `write_files`.
        UnavailableError: As of `write_files`.
    """
    written = tuple(
        WrittenOut(folder / f"{file_name(each.dag_id)}{SUFFIXES[each.form]}", each)
        for each in exports
    )
    files = [NewFile(each.path, each.exported.text) for each in written]
    files += [
        NewFile(folder / name, text) for each in exports for name, text in each.beside.items()
    ]
    write_files(files, force=force)
    return written


def _converted(spec: DagSpec, form: str, airflow: str, surroundings: Surroundings) -> ExportedSpec:
    places = _places(spec, surroundings)
    exported = _WRITERS[form](spec, airflow=airflow, places=places)
    back = _back(exported, airflow)
    if back is None:
        return exported if not exported.whole else _with(exported, [_lost(places(()))])
    others = differences(spec.recorded, back.recorded, exported.lost)
    returned = _Returned(spec.recorded, back, airflow)
    return _with(
        exported,
        [
            _remark(each, places(each.path), same=each.same or returned.is_same(each))
            for each in others
        ],
    )


class _Returned:
    """A spec that came back; knows whether a difference makes another DAG."""

    def __init__(self, given: Mapping[str, Any], back: DagSpec, airflow: str) -> None:
        self._given, self._back, self._airflow = given, back, airflow
        self._left = _MOST_LOOKED_AT

    @cached_property
    def _source(self) -> str | None:
        return _source(self._back, self._airflow)

    def is_same(self, difference: ChangedValue) -> bool:
        """Return whether the DAG is the same with the value that went out."""
        self._left -= 1
        if self._left < 0 or self._source is None:
            return False
        try:
            other = DagSpec.from_data(put_back(self._given, self._back.recorded, difference.path))
        except SpecError:
            return False
        return _source(other, self._airflow) == self._source


def _back(exported: ExportedSpec, airflow: str) -> DagSpec | None:
    """Return the spec that a file comes back as; None: it is none."""
    if exported.form == "airflow-yaml":
        made = convert_airflow_yaml(AirflowYaml(exported.text, exported.form), airflow="3").dags
    else:
        today = datetime.now(UTC).date()  # a spec has no dates that count from today
        factory = Factory(exported.text, exported.form)
        made = convert_dag_factory(factory, airflow=airflow, today=today).dags
    try:
        return DagSpec.from_data(made[0].data) if made else None
    except SpecError:
        return None


def _source(spec: DagSpec, airflow: str) -> str | None:
    """Return the code of the DAG file; None: this Airflow lacks what the spec has."""
    try:
        lines = render(spec, airflow=airflow).splitlines()
    except SpecError:
        return None
    return "\n".join(line for line in lines if not line.startswith("#"))


def _with(exported: ExportedSpec, remarks: Sequence[Remark]) -> ExportedSpec:
    every = sorted([*exported.remarks, *remarks], key=lambda each: each.place.line)
    return replace(exported, remarks=tuple(every))


def _lost(place: Place) -> Remark:
    return Remark(Outcome.GAP, place, "spec", "the file does not come back as a spec")


def _remark(difference: ChangedValue, place: Place, *, same: bool) -> Remark:
    names = [step for step in difference.path if isinstance(step, str) and step != "tasks"]
    subject = ".".join(names) or "tasks"
    if same:
        text = f"it comes back as {difference.shown}, which means the same"
        return Remark(Outcome.CHANGED, place, subject, text)
    return Remark(Outcome.GAP, place, subject, f"it comes back as {difference.shown}")


def _places(spec: DagSpec, surroundings: Surroundings) -> Places:
    """Return what says where the values of a spec stand in its file."""
    if spec.text is None:
        return nowhere
    around = surroundings.around(spec.origin)
    meant = resolved(spec.text, form=None, origin=spec.origin, around=around)
    if meant is None:
        return nowhere
    document = meant.document

    def place_of(path: Path) -> Place:
        if path[:1] == ("schedule_interval",) and document.node(path[:1]) is None:
            path = ("schedule", *path[1:])
        spot = document.place_of_key(path) if path else document.place_of(())
        line, _ = spot.document.lines.position(spot.span.start)
        return Place(spot.document.name or spec.origin or "", line)

    return place_of
