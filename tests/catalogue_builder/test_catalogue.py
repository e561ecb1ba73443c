"""Wheels in, data files out."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from catalogue_builder.catalogue import catalogue
from catalogue_builder.extract import Extract
from catalogue_builder.lock import PREFIX, Lock, Target, read_lock, write_lock
from catalogue_builder.merge import merge
from catalogue_builder.pods import pod_files
from catalogue_builder.wheels import WheelError, digest_of

if TYPE_CHECKING:
    from pathlib import Path

MOVE = "airflow.providers.acme.operators.move.MoveOperator"
STANDARD = f"{PREFIX}standard"


def lines(data: bytes) -> dict[str, Any]:
    pairs = (line.split("\t", 1) for line in gzip.decompress(data).decode().splitlines())
    return {key: json.loads(text) for key, text in pairs}


def extract_of(target: str, classes: dict[str, Any], packages: dict[str, str]) -> Extract:
    entries = {path: {"params": params, "template_fields": []} for path, params in classes.items()}
    return Extract(target, entries, packages, {}, {}, {}, {})


def test_the_same_wheels_give_the_same_bytes(lock: Lock, tmp_path: Path) -> None:
    assert catalogue(lock, tmp_path) == catalogue(lock, tmp_path, workers=2)


def test_a_class_of_two_versions_is_one_entry(lock: Lock, tmp_path: Path) -> None:
    files = catalogue(lock, tmp_path)
    acme = lines(files["acme.gz"])
    assert acme[""]["samples"] == [["3.0", "1.0.0"], ["3.1", "1.1.0"]]
    assert acme[MOVE] == {
        "kind": "operator",
        "params": {
            "source": {
                "type": "str",
                "doc": "Where the file is, as `acme.Path`.",
                "required": True,
            },
            "target": {"type": "str | Sequence[str]", "doc": "Where it goes.", "required": True},
            "wait": {"type": "bool", "default": True},
            "mode": {"type": "Literal['copy', 'move']", "default": "move", "in": 2},
        },
        "template_fields": ["source", "target"],
        "doc": "Moves a file.",
    }


def test_an_operator_of_airflow_2_has_the_types_that_it_has_been_given_since() -> None:
    package = "airflow.providers.standard"
    old, new = "airflow.operators.wait.Wait", f"{package}.operators.wait.Wait"
    untyped: dict[str, Any] = {"delta": {"required": True}, "mode": {"type": "str"}, "gone": {}}
    typed: dict[str, Any] = {"delta": {"type": "timedelta"}, "mode": {"type": "Any"}}
    extracts = [
        extract_of("2.11", {old: untyped}, {}),
        extract_of("3.1", {new: typed}, {STANDARD: package}),
    ]
    targets = (Target("2.11", "2.11.2", {}), Target("3.1", "3.1.8", {}))
    parts = merge(Lock(targets, {STANDARD: {"3.1": "1.0"}}, {}), extracts)

    delta = {"type": "timedelta", "required": True}
    assert parts["airflow"].classes[old]["params"] == untyped | {"delta": delta}


def test_the_indexes(lock: Lock, tmp_path: Path) -> None:
    files = catalogue(lock, tmp_path)
    assert gzip.decompress(files["_names.gz"]).decode() == f"MoveOperator\t{MOVE}\n"
    moved = lines(files["_moved.gz"])
    assert moved["airflow.operators.move.MoveOperator"] == {MOVE: [["3.0", "3.1"], []]}
    base = json.loads(gzip.decompress(files["_base.gz"]))["tables"]
    assert list(base["DAG"]) == ["dag_id", "schedule", "tags", "params"]
    assert base["DAG"]["dag_id"] == {"type": "str", "doc": "Its name.", "required": True}
    assert list(base["TaskGroup"]) == ["group_id", "tooltip"]
    assert list(base["BaseSensorOperator"]) == ["poke_interval", "mode"]
    assert base["BaseOperator"]["pool"]["expand"] == 3
    assert base["BaseOperator"]["retries"]["expand"] == 0


def test_the_licence_texts_go_with_the_data(lock: Lock, tmp_path: Path) -> None:
    files = catalogue(lock, tmp_path)
    assert files["LICENSE"] == b"Apache License\n"
    assert files["NOTICE"] == b"Apache Airflow\n"


def test_another_wheel_under_the_same_name_is_refused(lock: Lock, tmp_path: Path) -> None:
    wheel = next(tmp_path.glob("*acme-1.1.0*.whl"))
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    with pytest.raises(WheelError, match="its digest differs"):
        catalogue(lock, tmp_path)
    wheel.unlink()
    with pytest.raises(WheelError, match="is not in"):
        catalogue(lock, tmp_path)


def test_a_lock_is_read_as_it_was_written(lock: Lock, tmp_path: Path) -> None:
    path = tmp_path / "lock.json"
    write_lock(lock, path)
    assert read_lock(path) == lock
    before = path.read_bytes()
    write_lock(read_lock(path), path)
    assert path.read_bytes() == before


def test_the_committed_lock_has_a_digest_for_every_wheel() -> None:
    lock = read_lock()
    used = {
        f"{name}=={version}"
        for target in lock.targets
        for name, version in lock.of_target(target).items()
    } | {f"{name}=={version}" for name, version in lock.clients.items()}
    assert used == set(lock.wheels)
    assert all(digest.startswith("sha256:") for digest in lock.wheels.values())


POD = """
class V1Pod(object):
    openapi_types = {"spec": "V1PodSpec", "status": "V1PodStatus"}
    attribute_map = {"spec": "spec", "status": "status"}
"""
SPEC = """
class V1PodSpec(object):
    openapi_types = {"host_ipc": "bool", "node": "dict[str, str]"}
    attribute_map = {"host_ipc": "hostIPC", "node": "node"}

    @node.setter
    def node(self, node):
        if self.local_vars_configuration.client_side_validation and node is None:
            raise ValueError("Invalid value for `node`, must not be `None`")
"""


def test_the_models_of_a_pod_are_read_from_the_client(lock: Lock, tmp_path: Path) -> None:
    assert "_pods.gz" not in catalogue(lock, tmp_path)
    wheel = tmp_path / "kubernetes-1.0-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        archive.writestr("kubernetes/client/models/v1_pod.py", POD)
        archive.writestr("kubernetes/client/models/v1_pod_spec.py", SPEC)
    wheels = lock.wheels | {"kubernetes==1.0": digest_of(wheel)}
    with_client = replace(lock, wheels=wheels, clients={"kubernetes": "1.0"})
    assert json.loads(gzip.decompress(pod_files(with_client, tmp_path)["_pods.gz"])) == {
        "version": "1.0",
        "models": {
            "V1Pod": {"spec": ["spec", "V1PodSpec", 0]},
            "V1PodSpec": {
                "host_ipc": ["hostIPC", "bool", 0],
                "node": ["node", "dict[str, str]", 1],
            },
        },
    }
