"""Build pods with the real KubernetesPodOperator, and say in JSON what became of each value.

    python pods.py REPORT CASES

CASES is a list of `[parameter, value]`; `{"$new": path, "with": {...}}` in a value is an object.
REPORT is a list: `{"failed": why}`, or `{"read": what the client has read of it}`.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Any


def made(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a value with its objects made."""
    if isinstance(value, list):
        return [made(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$new" in value:
        module, _, name = value["$new"].rpartition(".")
        return getattr(importlib.import_module(module), name)(**made(value.get("with", {})))
    return {key: made(item) for key, item in value.items()}


def build(name: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return what becomes of one value."""
    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator  # noqa: PLC0415
    from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator  # noqa: PLC0415
    from kubernetes.client import ApiClient  # noqa: PLC0415

    try:
        arguments = {"task_id": "a", "name": "a", "image": "b", "namespace": "c"}
        operator = KubernetesPodOperator(**arguments, **{name: made(value)})
        operator.build_pod_request_obj(dry_run=True)
        read = getattr(operator, name)
        if name == "pod_template_dict":
            read = PodGenerator.deserialize_model_dict(read)
        return {"read": ApiClient().sanitize_for_serialization(read)}
    except Exception as error:  # noqa: BLE001 - whatever is raised is an answer
        return {"failed": f"{type(error).__name__}: {error}"}


def main() -> None:
    """Build all."""
    logging.disable()
    warnings.simplefilter("ignore")
    cases = json.loads(Path(sys.argv[2]).read_text("utf-8"))
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        report = [build(name, value) for name, value in cases]
    Path(sys.argv[1]).write_text(json.dumps(report), "utf-8")


if __name__ == "__main__":
    main()
