"""Checks of what a pod is built of: mappings and objects of Kubernetes.

The catalogue has the models of a pod (`_pods`), read from the client of Kubernetes. What a provider
does with a mapping depends on the parameter: it reads some into objects, sends some as they are,
and takes only objects for others; so it is in every version of the provider that the catalogue has.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from dagctl.frozen import frozen
from dagctl.operators.call_findings import CallCheck, CallFinding, CallLevel, error, warning
from dagctl.operators.near import near_parameter
from dagctl.operators.package_data import document
from dagctl.operators.shown_names import quoted
from dagctl.operators.value_kinds import (
    LIST,
    MAPPING,
    NULL,
    NUMBER,
    TEXT,
    TRUTH,
    WHOLE,
    in_words,
    shape_of,
)
from dagctl.text.template_signs import has_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Path = tuple[str | int, ...]


class _Way(Enum):
    """What becomes of a mapping."""

    READ = auto()
    """The client makes an object of it: names of JSON, numbers become text and back."""
    SENT = auto()
    """The cluster gets it as it is: names of JSON, and no value of another kind."""
    OBJECT = auto()
    """It is no mapping: the arguments of a class, under their names of Python."""
    NONE = auto()
    """Mappings are not taken at all."""


class _Field(NamedTuple):
    """A field of a model."""

    json_name: str
    type: str
    required: int


PACKAGE = "kubernetes.client."
"""What the import path of every model begins with."""
_SECRET = "airflow.providers.cncf.kubernetes.secret.Secret"  # noqa: S105 - a class
_TEXTS = "dict[str, str]"
_FORMS = {
    "affinity": (_Way.READ, "V1Affinity"),
    "tolerations": (_Way.READ, "list[V1Toleration]"),
    "pod_template_dict": (_Way.READ, "V1Pod"),
    "container_resources": (_Way.SENT, "V1ResourceRequirements"),
    "env_from": (_Way.SENT, "list[V1EnvFromSource]"),
    "security_context": (_Way.SENT, "V1PodSecurityContext"),
    "container_security_context": (_Way.SENT, "V1SecurityContext"),
    "xcom_sidecar_container_security_context": (_Way.SENT, "V1SecurityContext"),
    "init_containers": (_Way.SENT, "list[V1Container]"),
    "host_aliases": (_Way.SENT, "list[V1HostAlias]"),
    "dns_config": (_Way.SENT, "V1PodDNSConfig"),
    **dict.fromkeys(("labels", "annotations", "node_selector"), (_Way.SENT, _TEXTS)),
    **dict.fromkeys(("cmds", "arguments"), (_Way.SENT, "list[str]")),
    "volumes": (_Way.NONE, "list[V1Volume]"),
    "volume_mounts": (_Way.NONE, "list[V1VolumeMount]"),
    "ports": (_Way.NONE, "list[V1ContainerPort]"),
    "pod_runtime_info_envs": (_Way.NONE, "list[V1EnvVar]"),
    "full_pod_spec": (_Way.NONE, "V1Pod"),
    "secrets": (_Way.NONE, f"list[{_SECRET}]"),
}
"""What KubernetesPodOperator, and what is made of it, does with mappings, by parameter."""
_IN_TEMPLATE = {"volumes", "volume_mounts", "ports", "full_pod_spec"}
"""Of those that take objects only: what `pod_template_dict` can have as a mapping."""
_OBJECTS_IN = {"V1Pod": {"spec", "metadata"}, "V1PodSpec": {"containers"}}
"""Arguments of classes that must be objects: a provider reads their attributes to merge pods."""
_AMOUNTS = {"limits", "requests", "overhead", "size_limit", "divisor"}
"""Fields that the cluster takes as numbers too, though the client calls them text."""


_FEW = 8
"""Fields that a hint lists."""


@frozen
class _Value:
    """A value somewhere in what a pod is built of."""

    value: Any
    type: str
    way: _Way
    path: Path
    label: str
    amount: bool = False


def pod_findings(name: str, value: Any) -> Iterator[CallFinding]:  # noqa: ANN401 - any value
    """Yield what is wrong with what a parameter of an operator with a pod is given."""
    form = _form(name, value)
    if form is not None:
        way, kind = form
        for finding in _checked(_Value(value, kind, way, (name,), name)):
            template = way is _Way.NONE and name in _IN_TEMPLATE
            hint = f"{finding.hint}; or `pod_template_dict`" if template else finding.hint
            yield replace(finding, hint=hint)


def is_of_pod(name: str, value: Any) -> bool:  # noqa: ANN401 - any value
    """Return whether `pod_findings` knows what a parameter takes."""
    return _form(name, value) is not None


def _form(name: str, value: Any) -> tuple[_Way, str] | None:  # noqa: ANN401 - any value
    if name == "env_vars":
        return (_Way.SENT, "list[V1EnvVar]" if isinstance(value, list) else _TEXTS)
    if name == "image_pull_secrets":  # text: names with commas between them
        return (_Way.SENT, "str" if isinstance(value, str) else "list[V1LocalObjectReference]")
    return _FORMS.get(name)


def object_findings(path: str, arguments: Mapping[str, Any]) -> Iterator[CallFinding]:
    """Yield what is wrong with the arguments of a class of Kubernetes, named by its import path."""
    name = path.rpartition(".")[2]
    if path.startswith(PACKAGE) and name in _models():
        yield from _fields(_Value(arguments, name, _Way.OBJECT, (), name))


def override_findings(config: Mapping[str, Any]) -> Iterator[CallFinding]:
    """Yield what is wrong with the `executor_config` of a task that has a pod of its own."""
    if "KubernetesExecutor" in config:
        message = "Airflow 2 and 3 do not read `KubernetesExecutor` here"
        yield _finding(message, "use `pod_override`, with a V1Pod", ("KubernetesExecutor",))
    if config.get("pod_override") is not None:
        place = _Value(
            config["pod_override"], "V1Pod", _Way.NONE, ("pod_override",), "pod_override"
        )
        yield from _checked(place)


def _checked(start: _Value) -> Iterator[CallFinding]:
    """Yield what is wrong with a value and with all that it holds."""
    left = [start]
    while left:
        place = left.pop()
        shape = shape_of(place.value)
        if shape == NULL or (isinstance(place.value, str) and has_code(place.value)):
            continue
        if shape is None:
            yield from _made(place)
        elif place.type.startswith("list["):
            left += _items(place) if shape == LIST else ()
            if shape != LIST:
                yield _other(place, "a list")
        elif place.way is _Way.NONE:
            yield _no_object(place)
        elif place.type in _models():
            left += _values(place) if shape == MAPPING else ()
            yield from _fields(place) if shape == MAPPING else (_other(place, "a mapping"),)
        elif place.type == _TEXTS:
            left += _texts(place) if shape == MAPPING else ()
            if shape != MAPPING:
                yield _other(place, "a mapping")
        else:
            yield from _scalar(place, shape)


def _items(place: _Value) -> list[_Value]:
    kind = place.type.removeprefix("list[").removesuffix("]")
    return [
        replace(place, value=item, type=kind, path=(*place.path, index))
        for index, item in reversed(list(enumerate(place.value)))
    ]


def _texts(place: _Value) -> list[_Value]:
    return [
        replace(place, value=item, type="str", path=(*place.path, key), label=str(key))
        for key, item in reversed(place.value.items())
    ]


def _values(place: _Value) -> list[_Value]:
    """Return the values of the fields that a model has."""
    by_name = _by_name(place)
    nested = []
    for key, value in reversed(place.value.items()):
        if key in by_name:
            name, field = by_name[key]
            path, way = (*place.path, key), _way_in(place, name)
            nested.append(_Value(value, field.type, way, path, key, name in _AMOUNTS))
    return nested


def _way_in(place: _Value, name: str) -> _Way:
    if place.way is not _Way.OBJECT:
        return place.way
    return _Way.NONE if name in _OBJECTS_IN.get(place.type, ()) else _Way.SENT


def _by_name(place: _Value) -> dict[str, tuple[str, _Field]]:
    """Return the fields of a model under the names that are written in this place."""
    model = _models()[place.type]
    if place.way is _Way.OBJECT:
        return {name: (name, field) for name, field in model.items()}
    return {field.json_name: (name, field) for name, field in model.items()}


def _fields(place: _Value) -> Iterator[CallFinding]:
    """Yield the fields that a model does not have, and those that it needs."""
    by_name = _by_name(place)
    given = place.value.keys()
    meant = set()
    for key in given:
        if key not in by_name:
            near = _meant(place, str(key), by_name)
            meant.add(near)
            yield _unknown(place, str(key), near)
    for key, (_, field) in by_name.items():
        if field.required and key not in meant and place.value.get(key) is None:
            message = f"{quoted(place.type)} needs {quoted(key)}"
            finding = _finding(message, f"add {quoted(key)}", place.path)
            yield replace(finding, check=CallCheck.MISSING_PARAMETER)
    if place.way is _Way.OBJECT:
        for nested in reversed(_values(place)):
            yield from _checked(nested)


def _meant(place: _Value, key: str, by_name: Mapping[str, object]) -> str | None:
    """Return the field that a name was meant for: the other language's name, or a near one."""
    model = _models()[place.type]
    for name, field in model.items():
        if key in (name, field.json_name):
            return name if place.way is _Way.OBJECT else field.json_name
    return near_parameter(key, list(by_name))


def _unknown(place: _Value, key: str, near: str | None) -> CallFinding:
    path = (*place.path, key)
    message = f"{quoted(place.type)} has no field {quoted(key)}"
    fields = list(_by_name(place))
    if near or "_" in key:  # no name of JSON has one
        few = f"its fields are {', '.join(fields)}" if len(fields) <= _FEW else None
        hint = f"write {quoted(near)}" if near else few
        effect = "" if place.way is _Way.OBJECT else ": Kubernetes does not read it"
        finding = _finding(message + effect, hint, path)
        return replace(finding, check=CallCheck.UNKNOWN_PARAMETER)
    version = document("_pods")["version"]
    message = f"{message} in the client of Kubernetes {version}"
    hint = "check its spelling, and the version that you have"
    return warning(CallCheck.UNKNOWN_PARAMETER, message, hint, *path)


def _made(place: _Value) -> Iterator[CallFinding]:
    """Yield what is wrong with a marker in this place."""
    path = place.value.get("$new") if isinstance(place.value, dict) else None
    if not isinstance(path, str) or not path.startswith(PACKAGE):
        return
    name = path.rpartition(".")[2]
    if place.way is _Way.READ and len(place.path) > 1 and not _is_item(place):
        hint = "write a mapping here too, or make all of it of objects"
        yield _finding("an object cannot stand in a mapping that is read", hint, place.path)
    elif name != place.type and (
        place.type in _models() or (name in _models() and not _is_scalar(place.type))
    ):
        lost = _not_read(place, name)
        message = f"{quoted(place.label)} takes {quoted(_short(place.type))}, not {quoted(name)}"
        finding = _finding(message, f"write {_new(place.type)}", place.path)
        if lost:
            message = f"{message}: Kubernetes does not read {', '.join(map(quoted, lost))} of it"
            finding = replace(finding, level=CallLevel.WARNING, message=message)
        if lost != []:
            yield finding


def _not_read(place: _Value, name: str) -> list[str] | None:
    """Return what the cluster leaves out of an object of another model; None: it reads nothing.

    The client sends the fields of any object, and the cluster reads those that it knows here.
    """
    models, given = _models(), place.value.get("with")
    if place.way is not _Way.SENT or not isinstance(given, dict):
        return None
    fields, other = models.get(place.type, {}), models.get(name, {})
    known = {field.json_name: field.type for field in fields.values()}
    sent = {key: other[key] for key, value in given.items() if key in other and value is not None}
    read = [key for key, field in sent.items() if known.get(field.json_name) == field.type]
    lost = [key for key, field in sent.items() if field.json_name not in known]
    needed = (key for key, field in fields.items() if field.required)
    is_right = len(read) + len(lost) == len(sent) and all(key in read for key in needed)
    return lost if read and is_right else None


def _is_item(place: _Value) -> bool:
    """Return whether a value is an item of the parameter itself."""
    return len(place.path) == 2 and isinstance(place.path[1], int)  # noqa: PLR2004 - name, index


def _is_scalar(kind: str) -> bool:
    return kind in _SCALARS or kind in ("object", "datetime")


def _no_object(place: _Value) -> CallFinding:
    given = in_words(place.value)
    message = f"{quoted(place.label)} takes objects, not {given}: no pod is built of it"
    return _finding(message, f"write {_new(place.type)}", place.path)


def _new(kind: str) -> str:
    path = kind if "." in kind else f"{PACKAGE}models.{_short(kind)}"
    return f"`{{$new: {path}, with: {{...}}}}`"


def _short(kind: str) -> str:
    return kind.removeprefix("list[").removesuffix("]").rpartition(".")[2]


def _scalar(place: _Value, shape: str) -> Iterator[CallFinding]:
    if place.type not in _SCALARS:
        return
    words, sent, read = _SCALARS[place.type]
    if place.way is _Way.READ:
        fits = read(shape, place.value)
    else:
        fits = shape in sent or (place.amount and shape in (WHOLE, NUMBER))
    if not fits:
        yield _other(place, words)


def _reads_text(shape: str, _value: object) -> bool:
    return shape not in (MAPPING, LIST)


def _reads_number(shape: str, value: object) -> bool:
    return shape in (WHOLE, NUMBER) or (isinstance(value, str) and value.strip("+-").isdecimal())


def _reads_truth(shape: str, _value: object) -> bool:
    return shape == TRUTH  # the client makes true of every text, of "false" too


_SCALARS: dict[str, tuple[str, set[str], Callable[[str, object], bool]]] = {
    "str": ("text", {TEXT}, _reads_text),
    "int": ("a whole number", {WHOLE}, _reads_number),
    "bool": ("true or false", {TRUTH}, _reads_truth),
}
"""In words, the shapes that the cluster takes, and what the client reads."""


def _other(place: _Value, words: str) -> CallFinding:
    given = in_words(place.value)
    message = f"{quoted(place.label)} takes {words}, not {given}: Kubernetes refuses the pod"
    hint = f"write {words}"
    if words == "text" and shape_of(place.value) in (WHOLE, NUMBER, TRUTH):
        text = str(place.value)
        hint = f'write "{text.lower() if isinstance(place.value, bool) else text}", in quotes'
    if place.type == "V1LocalObjectReference" and isinstance(place.value, str):
        hint = f"write `{{name: {place.value[:60]}}}`"
    return _finding(message, hint, place.path)


def _finding(message: str, hint: str | None, path: Path) -> CallFinding:
    return error(CallCheck.POD_VALUE, message, hint, *path)


@cache
def _models() -> dict[str, dict[str, _Field]]:
    """Return every model that a pod can have in it, by its class."""
    return {
        name: {field: _Field(*facts) for field, facts in fields.items()}
        for name, fields in document("_pods")["models"].items()
    }
