"""The name of a DAG's file, and which DAG a file name stands for."""

from __future__ import annotations

from dagctl.dag_file.reserved import is_reserved

_PREFIX = "dag_"


def file_name(dag_id: str) -> str:
    """Return `<dag_id>.py`, or `dag_<dag_id>.py` where that would hide a module.

    Two ids never share a file: an id that reads like a prefixed one is prefixed too.
    """
    plain = dag_id
    while plain.lower().startswith(_PREFIX):
        plain = plain[len(_PREFIX) :]
    return f"{_PREFIX if is_reserved(plain) else ''}{dag_id}.py"


def dag_id_of(name: str) -> str:
    """Return the id of the DAG whose file has this name."""
    stem = name.removesuffix(".py")
    inner = stem.removeprefix(_PREFIX)
    return stem if file_name(stem) == name else inner
