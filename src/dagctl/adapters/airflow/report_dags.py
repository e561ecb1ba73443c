"""Run by the Python of an Airflow: the DAGs of each file, serialised by that Airflow, as JSON.

python report.py REPORT FILE...

Nothing of dagctl is imported, as it is not installed there.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

_OF_THE_FILE = frozenset({"fileloc", "relative_fileloc", "_processor_dags_folder", "default_args"})
"""What says where a DAG stands; and what each of its tasks says again."""
_OF_FUNCTIONS = frozenset({"python_callable_name", "python_callable"})
"""Names of functions: they have others in a generated file."""


def serialised(path: str) -> dict[str, Any]:
    """Return the DAGs of a file by id, as Airflow would store them, or why it cannot be read."""
    bag = _class("airflow.models.dagbag", "airflow.dag_processing.dagbag", name="DagBag")(path)
    if bag.import_errors:
        return {"error": "\n".join(bag.import_errors.values())}
    names = ("DagSerialization", "SerializedDAG")
    module = importlib.import_module("airflow.serialization.serialized_objects")
    writer = next(getattr(module, name) for name in names if hasattr(module, name))
    return {
        "dags": {dag_id: _plain(writer.to_dict(dag)["dag"]) for dag_id, dag in bag.dags.items()}
    }


def _class(old: str, new: str, *, name: str) -> Any:  # noqa: ANN401 - another class in each Airflow
    is_old = importlib.import_module("airflow").__version__.startswith("2.")
    return getattr(importlib.import_module(old if is_old else new), name)


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON data
    """Return serialised data without what differs with the file, in an order of its own."""
    if isinstance(value, dict):
        left_out = _OF_THE_FILE | _OF_FUNCTIONS
        kept = {key: _plain(item) for key, item in sorted(value.items()) if key not in left_out}
        return {key: item for key, item in kept.items() if item not in (None, "", [], {})}
    if isinstance(value, list):
        items = [_plain(item) for item in value]
        return sorted(items, key=_id_of) if all(map(_id_of, items)) else items
    return value


def _id_of(value: Any) -> str:  # noqa: ANN401 - JSON data
    """Return the id of a serialised task; empty: it is none."""
    inner = value.get("__var") if isinstance(value, dict) else None
    return str(inner.get("task_id", "")) if isinstance(inner, dict) else ""


if __name__ == "__main__":
    target, *files = sys.argv[1:]
    report = {file: serialised(file) for file in files}
    Path(target).write_text(json.dumps(report, default=repr), "utf-8")
