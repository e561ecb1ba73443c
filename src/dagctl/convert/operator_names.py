"""How a spec names an operator that another file names by its import path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.operators import Operator, Unresolved, lookup

if TYPE_CHECKING:
    from dagctl.convert.report import Place, Report

_SUCCESSORS = {"DummyOperator": "EmptyOperator", "SimpleHttpOperator": "HttpOperator"}
"""Classes that are gone, and the one that does the same."""


def operator_name(path: str, target: str, report: Report, place: Place) -> str:
    """Return the class where the catalogue knows it by that alone, else the path.

    What Airflow has at another place now, and what it does not have, is reported.
    """
    if not path.startswith("airflow."):
        return path
    class_name = path.rpartition(".")[2]
    class_name = _SUCCESSORS.get(class_name, class_name)
    known = lookup(path, target)
    if isinstance(known, Operator):
        alone = lookup(class_name, target)
        same = isinstance(alone, Operator) and alone.path == known.path
        return class_name if same else path
    alone = lookup(class_name, target)
    if isinstance(alone, Unresolved):
        report.gap(place, "operator", f"{path}: {known.message}")
        return path
    report.changed(place, "operator", f"{path} is {alone.path} now")
    return class_name
