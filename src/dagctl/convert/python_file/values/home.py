"""Paths that begin where Airflow is at home, as files of the project."""

from __future__ import annotations

import posixpath

from dagctl.convert.python_file.state.items import Made
from dagctl.patterns import lazy_pattern

_LONGEST = 1_000
_AT_HOME = lazy_pattern(
    r"(?:(?:/opt|/usr/local|/root|~)/airflow/|/home/airflow/gcs/|(?:\./)?(?![/~]))([^\0]+)"
)
"""The images of Airflow, of Astronomer and Amazon, and of Google have it at one place, and start
Airflow there: so a path that begins nowhere is one too."""
_VARIABLE = "AIRFLOW_HOME"


def name_at_home(home: str | None, path: object) -> str | None:
    """Return a path that begins where Airflow is at home, from the folder of the DAG file.

    Args:
        home: The way from there to the folder that has the folder `dags`.
        path: A text, or what puts one together of `AIRFLOW_HOME` at each parse.

    Returns:
        None where it begins elsewhere, or where nothing is known of the home.
    """
    name = _below_the_variable(path) if isinstance(path, Made) else path
    match = _AT_HOME.fullmatch(name) if isinstance(name, str) and len(name) < _LONGEST else None
    return posixpath.normpath(f"{home}/{match[1]}") if match and home else None


def _below_the_variable(path: Made) -> str | None:
    """Return what follows `AIRFLOW_HOME` in a path, from `./` on."""
    first: object = None
    rest = "/"
    if path.target.path == "os.path.join":
        first, *others = path.args
        if all(isinstance(part, str) for part in others):
            rest = posixpath.join("", *others)
    elif path.target.path == "operator.mod" and isinstance(path.args[1], dict):
        start, _, end = str(path.args[0]).partition("/")
        first = path.args[1].get("part_1")
        if start == "%(part_1)s" and "%" not in end:
            rest = end
    is_home = isinstance(first, Made) and first.kwargs.get("key") == _VARIABLE
    is_read = isinstance(first, Made) and first.target.path == "os.getenv"
    return f"./{rest}" if is_home and is_read and not rest.startswith("/") else None
