"""One class as an entry of the catalogue."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from catalogue_builder.annotations import annotation_text
from catalogue_builder.classes import Class
from catalogue_builder.closed_sets import with_closed_set
from catalogue_builder.constructor import constructor
from catalogue_builder.deprecation import class_deprecation, parameter_deprecations
from catalogue_builder.docstrings import parameter_texts, summary
from catalogue_builder.roots import (
    BASE_OPERATORS,
    BRANCHES,
    DECORATED,
    NOTIFIERS,
    PODS,
    SENSORS,
)
from catalogue_builder.values import UnknownValueError, class_attribute, ordered, value_of

if TYPE_CHECKING:
    from catalogue_builder.constructor import Constructor, Parameter

Entry = dict[str, Any]
"""What the catalogue keeps of a class, as JSON has it."""

_ABSTRACT_NAME = re.compile(r"_.*|Base[A-Z].*|\w+Base(Operator|Sensor)")
_BY_THE_DECORATOR = frozenset({"op_args", "op_kwargs", "python_callable"})
_LONGEST_DEFAULT = 80


def kind_of(cls: Class) -> str | None:
    """Return `operator`, `sensor`, `decorated` or `notifier`, or None for another class."""
    kinds = {"notifier": NOTIFIERS, "decorated": DECORATED, "sensor": SENSORS}
    for kind, roots in kinds.items():
        if cls.paths & roots:
            return kind
    return "operator" if cls.paths & BASE_OPERATORS else None


def is_abstract(cls: Class) -> bool:
    """Return whether a class is no operator by itself: private, a base, or with methods missing."""
    is_private = "._" in cls.module.name or _ABSTRACT_NAME.fullmatch(cls.name)
    return bool(is_private) or _has_abstract_methods(cls)


def describe(cls: Class, kind: str) -> Entry:
    """Return the entry of a class of that kind; what is usual is left out."""
    made = constructor(cls)
    entry: Entry = {
        "kind": kind,
        "params": _parameters(cls, made, kind),
        "template_fields": _names(cls, "template_fields"),
    }
    optional = {
        "fixed": sorted(made.fixed),
        "open": made.open,
        "closed": not made.reaches_base and kind != "notifier",
        "branch": bool(cls.paths & BRANCHES),
        "pod": bool(cls.paths & PODS),
        "deferrable": _deferrable(cls, made),
        "deprecated": class_deprecation(cls),
        "doc": summary(cls),
    }
    return entry | {name: value for name, value in optional.items() if value}


def _parameters(cls: Class, made: Constructor, kind: str) -> dict[str, Entry]:
    texts = parameter_texts(cls)
    theirs = BASE_OPERATORS | SENSORS
    own = {p.name: p for p in made.parameters.values() if p.owner.path not in theirs}
    entries = {name: parameter_entry(p, texts.get(name, "")) for name, p in own.items()}
    for name, parameter in own.items():
        if name in made.required and not (kind == "decorated" and name in _BY_THE_DECORATOR):
            entries[name]["required"] = True
        if parameter.owner is not cls:
            entries[name]["of"] = parameter.owner.name
    return entries


def parameter_entry(parameter: Parameter, text: str) -> Entry:
    """Return what the catalogue keeps of a parameter, but whether it is required."""
    entry: Entry = {}
    if parameter.annotation is not None:
        annotation = annotation_text(parameter.module, parameter.annotation)
        entry["type"] = with_closed_set(annotation, parameter)
    if parameter.default is not None:
        entry |= _default(parameter)
    if text:
        entry["doc"] = text
    reason = parameter_deprecations(parameter.owner).get(parameter.name)
    if reason:
        entry["deprecated"] = reason
    return entry


def _default(parameter: Parameter) -> Entry:
    """Return the default as a value, or as source where it is made by running code."""
    node = parameter.default
    if node is None:
        return {}
    try:
        value = value_of(parameter.owner.module, node, parameter.owner)
        json.dumps(value, allow_nan=False)
    except (UnknownValueError, TypeError, ValueError):
        source = ast.unparse(node)
        return {"source": source if len(source) <= _LONGEST_DEFAULT else "..."}
    return {"default": value}


def _names(cls: Class, attribute: str) -> list[str] | None:
    """Return a class attribute that lists names, or None where it is made by running code."""
    try:
        value = class_attribute(cls, attribute)
    except UnknownValueError:
        return None
    return [value] if isinstance(value, str) else ordered(value or ())


def _deferrable(cls: Class, made: Constructor) -> str | None:
    if "deferrable" in made.parameters:
        return "parameter"
    ours = (c for c in cls.mro if isinstance(c, Class) and c.path not in BASE_OPERATORS)
    return "always" if any(_defers(item) for item in ours) else None


@cache
def _defers(cls: Class) -> bool:
    return "self.defer" in cls.module.text and any(
        isinstance(node, ast.Attribute)
        and node.attr == "defer"
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        for node in ast.walk(cls.node)
    )


def _has_abstract_methods(cls: Class) -> bool:
    seen: dict[str, bool] = {}
    for item in cls.mro:
        for name, node in item.body.items() if isinstance(item, Class) else ():
            decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
            seen.setdefault(name, any("abstract" in ast.unparse(d) for d in decorators))
    return any(seen.values())
