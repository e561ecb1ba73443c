"""Reports which names this Airflow can import, each given as `module` or `module.name`."""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from pathlib import Path


def is_there(name: str) -> bool:
    """Return whether it is a module, or a name in one."""
    module, _, member = name.rpartition(".")
    try:
        importlib.import_module(name)
    except ImportError:
        try:
            return hasattr(importlib.import_module(module), member)
        except ImportError:
            return False
    return True


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    target, *given = sys.argv[1:]
    Path(target).write_text(json.dumps([name for name in given if is_there(name)]), "utf-8")
