"""The formats of other files, and how each is recognised."""

from __future__ import annotations

import re
from pathlib import PurePath

FORMATS = ("dag-factory", "python")
"""What `--from` takes."""
SUFFIXES = {".yml": "dag-factory", ".yaml": "dag-factory", ".py": "python"}
"""What a file is, unless it says more."""
_MAY_HAVE_A_DAG = re.compile(r"\bDAG\b|@dag\b|\bdag\s*\(|\.dag\b", re.ASCII)


def format_of(name: str) -> str | None:
    """Return the format of a file by its name; None: it is of no format that is read."""
    return SUFFIXES.get(PurePath(name).suffix.lower())


def may_have_dags(text: str, form: str) -> bool:
    """Return whether a file is worth reading: a Python file that names no DAG is not."""
    return form != "python" or _MAY_HAVE_A_DAG.search(text) is not None
