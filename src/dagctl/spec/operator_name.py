"""The name of a class of Airflow: its own, `provider.Class`, or its import path."""

from __future__ import annotations

import keyword
import re

from dagctl.patterns import lazy_pattern
from dagctl.spec.import_path import MAX_PATH

OPERATOR_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$"
"""What it looks like, as a regular expression for editors."""
_NAME = lazy_pattern(OPERATOR_PATTERN, re.ASCII)


def is_operator_name(name: str) -> bool:
    """Return whether a text is a class's name, `provider.Class`, or an import path."""
    parts = name.split(".")
    bad = any(keyword.iskeyword(part) or part.startswith("__") for part in parts)
    matches = len(name) <= MAX_PATH and _NAME.fullmatch(name) is not None
    return matches and not name.endswith("\n") and not bad
