"""Values of a spec, with the markers in them, as expressions of the generated module."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dagctl.codegen.expressions import (
    attribute,
    call,
    duration,
    mapping,
    moment,
    name,
    plain,
    sequence,
)
from dagctl.codegen.module_scope import function_piece
from dagctl.patterns import lazy_pattern
from dagctl.spec.fields.durations import parts_of
from dagctl.spec.fields.import_path import split_path
from dagctl.spec.fields.markers import marker_of, markers_in
from dagctl.user_code.python import parse_python_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.codegen.module_scope import ModuleScope

_ASSETS = {"2": ("airflow.datasets", "Dataset"), "3": ("airflow.sdk", "Asset")}
_CLASS = lazy_pattern(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")
"""What a class is called, and no module and no constant."""
_OBJECTS = frozenset(
    {"datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta"}
    | {"datetime.timezone", "os.environ", "airflow.configuration.conf"}
    | {"airflow.sdk.configuration.conf", "airflow.providers.common.compat.sdk.conf"}
)
"""What stands in a module under a name like that of a module itself."""
_LITERAL = {"2": "airflow.utils.template", "3": "airflow.sdk.definitions.template"}


def value_expression(value: Any, scope: ModuleScope, *, rendered: bool = True) -> ast.expr:  # noqa: ANN401 - any JSON data
    """Return a checked value as an expression; what it names is imported into the scope.

    Args:
        value: The value.
        scope: What the module has.
        rendered: Whether Airflow renders the parameter that it is for.
    """
    marker = marker_of(value)
    if marker == "$const":
        return _const(value["$const"], scope, rendered=rendered)
    if marker is not None:
        return _MARKERS[marker](value, scope)
    if isinstance(value, list | tuple):
        return sequence([value_expression(item, scope, rendered=rendered) for item in value])
    if isinstance(value, dict):
        items = value.items()
        return mapping({k: value_expression(v, scope, rendered=rendered) for k, v in items})
    return plain(value)


def unrendered(given: Mapping[str, Any], scope: ModuleScope) -> dict[str, ast.expr]:
    """Return arguments that Airflow does not render, as expressions."""
    return {key: value_expression(item, scope, rendered=False) for key, item in given.items()}


def reference(path: str, scope: ModuleScope) -> ast.expr:
    """Return what a spec names by its import path; what stands in a class, by that: `Color.RED`."""
    owner, member = split_path(path)
    module, name = split_path(owner)
    if module and (_CLASS.fullmatch(name) or owner in _OBJECTS or module == "builtins"):
        return attribute(scope.imports.use(module, name), member)
    return scope.imports.use(owner, member)


def length(text: str, scope: ModuleScope) -> ast.Call:
    """Return a length of time with the units that the spec has."""
    return duration(scope.imports, **parts_of(text))


def time_of(text: str, scope: ModuleScope) -> ast.Call:
    """Return an ISO time; without an offset it is in the DAG's time zone."""
    given = datetime.fromisoformat(text)
    if given.tzinfo:
        return moment(scope.imports, given)
    zone = ZoneInfo(scope.zone) if scope.zone else UTC
    return moment(scope.imports, given.replace(tzinfo=zone), scope.zone)


def clock(text: str, scope: ModuleScope) -> ast.Call:
    """Return a time of day, as short as it is exact."""
    given = time.fromisoformat(text)
    numbers = (given.hour, given.minute, *([given.second] if given.second else []))
    return call(scope.imports.use("datetime", "time"), [plain(n) for n in numbers], {})


def typed_value(value: Any, meaning: str | None, scope: ModuleScope, *, rendered: bool) -> ast.expr:  # noqa: ANN401 - any JSON data
    """Return a checked value as an expression; text as what it means, as `text_meaning` says it."""
    if meaning == "duration":
        return length(str(value), scope)
    if meaning == "clock":
        return clock(str(value), scope)
    if meaning == "time":
        return time_of(str(value), scope)
    return value_expression(value, scope, rendered=rendered)


def _const(value: object, scope: ModuleScope, *, rendered: bool) -> ast.expr:
    """Return a value as it is; `literal` keeps Airflow from rendering a text."""
    constant = plain(value)
    if not isinstance(value, str) or not rendered:
        return constant
    return call(scope.use(_LITERAL, "literal"), [constant], {})


def _xcom(value: Mapping[str, Any], scope: ModuleScope) -> ast.expr:
    output = scope.output(scope.resolve(value["$xcom"]))
    if "key" not in value:
        return output
    return ast.Subscript(output, ast.Constant(value["key"]), ast.Load())


def _function(value: Mapping[str, Any], scope: ModuleScope) -> ast.expr:
    """Return the name of a function that is written above; it is the one of its `def`."""
    written = value["$python_code"]
    code = parse_python_code(written, is_value=True)
    (user,) = code.statements()[-1:]
    identifier = scope.free_function(getattr(user, "name", "run"))
    scope.functions.append(function_piece(code, written, identifier, provide_context=False))
    return name(identifier)


def _new(value: Mapping[str, Any], scope: ModuleScope) -> ast.expr:
    others = [value_expression(item, scope, rendered=False) for item in value.get("args", ())]
    return call(reference(value["$new"], scope), others, unrendered(value.get("with", {}), scope))


def asset(name_or_uri: str, scope: ModuleScope) -> ast.Call:
    """Return an asset, which Airflow 2 calls a dataset."""
    module, kind = _ASSETS[scope.target.series]
    return call(scope.imports.use(module, kind), [plain(name_or_uri)], {})


def _joined(marker: str, value: Mapping[str, Any], scope: ModuleScope) -> ast.expr:
    first, *others = (value_expression(part, scope) for part in value[marker])
    beside = {key: value_expression(each, scope) for key, each in value.items() if key != marker}
    return call(attribute(first, marker.removeprefix("$")), others, beside)


def _mapped(value: Mapping[str, Any], scope: ModuleScope) -> ast.expr:
    output, function = (value_expression(value[key], scope) for key in ("$map", "function"))
    return call(attribute(output, "map"), [function], {})


_MARKERS: Mapping[str, Callable[[Mapping[str, Any], ModuleScope], ast.expr]] = {
    "$xcom": _xcom,
    "$duration": lambda value, scope: length(value["$duration"], scope),
    "$datetime": lambda value, scope: time_of(value["$datetime"], scope),
    "$ref": lambda value, scope: reference(value["$ref"], scope),
    "$python_code": _function,
    "$new": _new,
    "$asset": lambda value, scope: asset(value["$asset"], scope),
    "$arg": lambda value, _scope: name(value["$arg"]),
    "$zip": lambda value, scope: _joined("$zip", value, scope),
    "$concat": lambda value, scope: _joined("$concat", value, scope),
    "$map": _mapped,
}
"""How each marker is written."""


_PARAM = {"2": "airflow.models.param", "3": "airflow.sdk"}


def params_expression(params: Mapping[str, object], scope: ModuleScope) -> ast.Dict:
    """Return the mapping of params: plain defaults, and a `Param` for each with rules."""
    return mapping({name: _param(value, scope) for name, value in params.items()})


def _param(value: object, scope: ModuleScope) -> ast.expr:
    if not isinstance(value, dict):
        return plain(value)
    default = [_data_expression(value["default"], scope)] if "default" in value else []
    options = {key: plain(item) for key, item in value.items() if key != "default"}
    return call(scope.use(_PARAM, "Param"), default, options)


def _data_expression(value: Any, scope: ModuleScope) -> ast.expr:  # noqa: ANN401 - JSON data
    """Return plain data, in which only `$new` is more than it says."""
    if next(markers_in(value, "$new"), None) is None:
        return plain(value)
    return value_expression(value, scope, rendered=False)
