"""The formats of other files, and how each is recognised."""

from __future__ import annotations

import re
from pathlib import PurePath

from dagctl.convert.airflow_config import is_configuration
from dagctl.convert.airflow_yaml import names_the_schema
from dagctl.convert.outcome.report import Outcome, Place, Remark
from dagctl.patterns import lazy_pattern

FORMATS = ("dag-factory", "airflow-yaml", "gusty", "airflow-config", "python")
"""What `--from` takes."""
_YAML, _PYTHON = (".yml", ".yaml"), (".py",)
SUFFIXES = {"dag-factory": _YAML, "airflow-yaml": _YAML, "airflow-config": _YAML, "python": _PYTHON}
"""The ends of the names of files of each format."""
LOADERS = {"dagfactory": "dag-factory", "gusty": "gusty", "airflow_config": "airflow-config"}
"""The formats that a Python file may load, by the modules that it imports for it."""
_LOADS = lazy_pattern(
    rf"^[ \t]*(?:from|import)[ \t]+({'|'.join(LOADERS)})\b", re.ASCII | re.MULTILINE
)
_MAY_HAVE_A_DAG = lazy_pattern(r"DAG\b|@dag\b|\bdag\s*\(|\.dag\b", re.ASCII)


def may_be(name: str, form: str | None) -> bool:
    """Return whether a file's name is one of a format; None: of any format."""
    suffixes = SUFFIXES[form] if form else (*_YAML, *_PYTHON)
    return PurePath(name).suffix.lower() in suffixes


def format_of(name: str, text: str) -> str:
    """Return the format of a file whose name `may_be` one."""
    if PurePath(name).suffix.lower() in _PYTHON:
        return "python"
    if is_configuration(text):
        return "airflow-config"
    return "airflow-yaml" if names_the_schema(text) else "dag-factory"


def may_have_dags(text: str, form: str) -> bool:
    """Return whether a file is worth reading: one that names no DAG, or no schema, is not."""
    if form == "airflow-config":
        return is_configuration(text)
    if form == "airflow-yaml":
        return "$schema" in text
    return form != "python" or _MAY_HAVE_A_DAG.search(text) is not None


def loaded_by(text: str, file: str) -> Remark | None:
    """Return what to convert instead of a Python file that makes its DAGs of other files.

    None is returned for a file that imports no tool which does so.
    """
    match = _LOADS.search(text)
    if match is None:
        return None
    place = Place(file, text.count("\n", 0, match.start()) + 1)
    why = f"its DAGs stand in files of {LOADERS[match[1]]}: convert those files, or their folder"
    return Remark(Outcome.DROPPED, place, match[1], why)
