"""The models of a pod, read from the client of Kubernetes: what a mapping or an object may have.

The client's sources are generated, each model alike: a class with `openapi_types` (the type of each
field), `attribute_map` (its name in JSON) and a `__init__` that sets required fields always, all
others only where they are given.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from zipfile import ZipFile

from catalogue_builder.store import SUFFIX, compressed
from catalogue_builder.wheels import key, wheel_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from catalogue_builder.lock import Lock

CLIENT = "kubernetes"
"""The distribution that has the models."""
FILE = "_pods"
_ROOT = "V1Pod"
_OF_THE_CLUSTER = {"V1Pod": {"status"}, "V1ObjectMeta": {"managed_fields"}}
"""Fields that the cluster writes, not a person."""
_WORD = re.compile(r"\w+")
_REQUIRED = re.compile(r"client_side_validation and (\w+) is None")

Model = dict[str, list[str | int]]
"""A field's name in Python, then its name in JSON, its type, and 1 where it is required, else 0."""


def pod_files(lock: Lock, wheels: Path) -> dict[str, bytes]:
    """Return the data file with the models of a pod; none where the lock has no client.

    Raises:
        WheelError: The wheel is missing, or is not the one of the lock.
    """
    if CLIENT not in lock.clients:
        return {}
    version = lock.clients[CLIENT]
    name = key(CLIENT, version)
    models = pod_models(wheel_of(wheels, name, lock.wheels[name]))
    text = json.dumps({"version": version, "models": models}, separators=(",", ":"))
    return {FILE + SUFFIX: compressed(text)}


def pod_models(wheel: Path) -> dict[str, Model]:
    """Return every model that a pod can have in it, by its class, in alphabetical order."""
    sources = _sources(wheel)
    models: dict[str, Model] = {}
    left = [_ROOT]
    while left:
        name = left.pop()
        if name not in models:
            models[name] = _model(name, *sources[name])
            left += [
                word
                for field in models[name].values()
                for word in _WORD.findall(str(field[1]))
                if word in sources
            ]
    return dict(sorted(models.items()))


def _sources(wheel: Path) -> dict[str, tuple[str, ast.ClassDef]]:
    """Return the text and the class of each model."""
    with ZipFile(wheel) as archive:
        texts = [
            archive.read(name).decode("utf-8")
            for name in archive.namelist()
            if PurePosixPath(name).match("kubernetes/client/models/*.py")
        ]
    parsed = ((text, node) for text in texts for node in ast.parse(text).body)
    return {node.name: (text, node) for text, node in parsed if isinstance(node, ast.ClassDef)}


def _model(name: str, text: str, node: ast.ClassDef) -> Model:
    tables = dict(_tables(node))
    required = set(_REQUIRED.findall(text))
    return {
        field: [tables["attribute_map"][field], kind, int(field in required)]
        for field, kind in tables["openapi_types"].items()
        if field not in _OF_THE_CLUSTER.get(name, ())
    }


def _tables(node: ast.ClassDef) -> Iterator[tuple[str, dict[str, str]]]:
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() as value):
                yield name, ast.literal_eval(value)
