"""Decorators of providers: what a spec with one becomes is loaded by real Airflow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dagctl.spec.load import check_data
from tests.airflow.conftest import ROOT, Airflow

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = ROOT / ".venv-operators"
CODE = "def work():\n    return 1\n"
DOCKER = {"decorator": "task.docker", "with": {"image": "python:3.12"}}
TASKS: dict[str, dict[str, Any]] = {
    "docker": DOCKER | {"retries": 2, "pool": "containers"},
    "docker_arguments": DOCKER
    | {"python_code": "def work(n):\n    return n\n", "op_kwargs": {"n": 3}},
    "docker_mapped": DOCKER
    | {"python_code": "def work(n):\n    return n\n", "expand": {"n": [1, 2]}},
    "docker_mount": {
        "decorator": "task.docker",
        "with": {
            "image": "python:3.12",
            "mounts": [{"$new": "docker.types.Mount", "with": {"target": "/a", "source": "b"}}],
        },
    },
    "docker_callable": DOCKER | {"python_callable": "pprint.pprint", "op_kwargs": {"object": 1}},
    "kubernetes": {
        "decorator": "task.kubernetes",
        "with": {"image": "python:3.12", "container_resources": {"limits": {"cpu": 1}}},
    },
    "kubernetes_cmd": {"decorator": "task.kubernetes_cmd", "with": {"image": "busybox"}},
    "sql": {"decorator": "task.sql", "with": {"conn_id": "warehouse"}},
    "sensor": {"decorator": "task.sensor", "with": {"poke_interval": "30s", "timeout": "1h"}},
    "bash": {"decorator": "task.bash", "with": {"env": {"A": "b"}, "append_env": True}},
    "short_circuit": {"decorator": "task.short_circuit"},
    "external_python": {
        "decorator": "task.external_python",
        "with": {"python": "/usr/bin/python3"},
    },
}


@pytest.mark.sweep
def test_a_task_with_the_decorator_of_a_provider_is_loaded(tmp_path: Path) -> None:
    if not (ENVIRONMENT / ".stamp").exists():
        pytest.skip("`make operators-check` sets the environment up")
    airflow = Airflow("3", tmp_path, ENVIRONMENT.name)
    files = {}
    for name, task in TASKS.items():
        source = {} if "python_callable" in task else {"python_code": CODE}
        data = {"dag_name": name, "tasks": [{"task_id": "a", **source, **task}]}
        spec = check_data(data, airflow="3.3").spec
        assert spec is not None, name
        files[name] = airflow.write(spec, tmp_path / "dags")
    reports = airflow.load(files.values())

    for name, path in files.items():
        assert reports[path]["errors"] == [], name
        assert len(reports[path]["dags"]) == 1, name
