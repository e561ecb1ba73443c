"""Kubernetes: mappings where a task takes objects. dag-factory 0.x made objects of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.convert.foreign_yaml.reader import Fields
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from dagctl.convert.outcome.report import Report

_MODELS = "kubernetes.client.models"
_OBJECTS = {
    "secrets": "airflow.providers.cncf.kubernetes.secret.Secret",
    "ports": f"{_MODELS}.V1ContainerPort",
    "volumes": f"{_MODELS}.V1Volume",
    "volume_mounts": f"{_MODELS}.V1VolumeMount",
    "pod_runtime_info_envs": f"{_MODELS}.V1EnvVar",
    "full_pod_spec": f"{_MODELS}.V1Pod",
    "init_containers": f"{_MODELS}.V1Container",
}
"""Parameters that take objects, and the class of each."""
_CAPITAL = lazy_pattern(r"(?<!^)([A-Z])")


def put_objects(operator: str, fields: Fields, report: Report) -> None:
    """Give each plain mapping in the arguments of a pod the class that the pod takes."""
    if not operator.rpartition(".")[2].startswith("Kubernetes"):
        return
    for name, path in _OBJECTS.items():
        value = fields.get(name)
        made = [_typed(item, path) for item in value] if isinstance(value, list) else None
        new = _typed(value, path) if made is None else made
        if new != value:
            text = "the mapping is an object now; dag-factory 1.x gives mappings, which fail"
            report.new(fields.at(name), name, text)
            fields.put(name, new, fields.at(name))


def _typed(value: object, path: str) -> object:
    """Return a mapping with the class that it shall be of, its arguments as 0.x made them."""
    if not isinstance(value, Fields) or "__type__" in value:
        return value
    typed = value.copy()
    typed.put("__type__", path, value.place)
    if path.endswith(".V1Volume") and isinstance(configs := typed.pop("configs", None), Fields):
        for key in configs:
            typed.put(_CAPITAL.sub(r"_\1", key).lower(), configs[key], configs.at(key))
    if path.endswith(".V1EnvVar") and "field_path" in typed:
        field = _made("V1ObjectFieldSelector", "field_path", typed.pop("field_path"), value)
        typed.put("value_from", _made("V1EnvVarSource", "field_ref", field, value), value.place)
    return typed


def _made(name: str, key: str, given: object, at: Fields) -> Fields:
    """Return an object of Kubernetes with one argument."""
    made = Fields(at.place)
    made.put("__type__", f"{_MODELS}.{name}", at.place)
    made.put(key, given, at.place)
    return made
