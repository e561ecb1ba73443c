"""Reports where Airflow 2 leads the paths that hooks had in Airflow 1."""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from pathlib import Path

_PACKAGES = ("airflow.hooks", "airflow.contrib.hooks")


def table(package: str) -> dict[str, str]:
    """Return the new path of each class that a package leads on, by its old path."""
    given = vars(importlib.import_module(package))["__deprecated_classes"]
    return {
        f"{package}.{module}.{old}": new
        for module, classes in given.items()
        for old, new in classes.items()
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    tables = {old: new for package in _PACKAGES for old, new in table(package).items()}
    Path(sys.argv[1]).write_text(json.dumps(tables), "utf-8")
