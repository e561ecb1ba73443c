"""Whole DAGs of many features, compared with what real Airflow loads and serialises."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dagctl import load_spec
from dagctl.spec.load import check_spec

from .whole_dags import Maker

if TYPE_CHECKING:
    import pytest

    from .conftest import Airflow

SEEDS = range(40)


def only(found: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    return {key: found.get(key) for key in expected}


def test_airflow_has_the_graph_groups_and_arguments_of_each_spec(
    airflow: Airflow, tmp_path_factory: pytest.TempPathFactory
) -> None:
    top = tmp_path_factory.mktemp("whole")
    expected: dict[int, dict[str, Any]] = {}
    files = {}
    for seed in SEEDS:
        data, expected[seed] = Maker(seed, airflow.version).make()
        found = check_spec(json.dumps(data), airflow=airflow.version).diagnostics
        assert [each for each in found if each.severity == "error"] == [], seed
        files[seed] = airflow.write(load_spec(data), top)
    loaded = airflow.load(files.values(), runner="arguments.py")
    for seed, path in files.items():
        report, meant = loaded[path], expected[seed]

        assert (seed, report["errors"]) == (seed, [])
        tasks = {
            task: only(report["tasks"].get(task, {}), it) for task, it in meant["tasks"].items()
        }
        assert (seed, tasks) == (seed, meant["tasks"])
        assert report["tasks"].keys() == meant["tasks"].keys()
        assert (seed, report["groups"]) == (seed, meant["groups"])
        dag = {**report["dag"], "tags": sorted(report["dag"]["tags"])}
        assert (seed, only(dag, meant["dag"])) == (seed, meant["dag"])
