"""The JSON Schema of forms, for the published schemas and the OpenAPI document. Pure."""

from __future__ import annotations

import ast
import inspect
import sys
from enum import Enum
from functools import reduce
from itertools import pairwise
from operator import or_
from types import NoneType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NotRequired,
    TypeAlias,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Form: TypeAlias = Any
"""A `TypedDict`, or another type of what JSON has."""
Schema: TypeAlias = dict[str, Any]

_PLAIN = {str: "string", int: "integer", bool: "boolean", NoneType: "null"}


def name_of(form: Form) -> str:
    """Return what a form is called in schemas: `RowData` is `Row` there."""
    name: str = form.__name__
    return name.removesuffix("Data")


def schemas_of(forms: Iterable[Form], prefix: str) -> dict[str, Schema]:
    """Return the schemas of forms, and of the forms in them, by their names in schemas.

    Args:
        forms: The forms.
        prefix: What stands before the name in a reference, such as `#/$defs/`.
    """
    made: dict[str, Schema] = {}
    waiting = list(forms)
    while waiting:
        form = waiting.pop(0)
        if name_of(form) not in made:
            made[name_of(form)] = _object(form, prefix)
            waiting += [part for hint in _hints(form).values() for part in _forms_in(hint)]
    return made


def schema_of(hint: Form, prefix: str) -> Schema:
    """Return the schema of a type; that of a form is a reference."""
    origin: Form = get_origin(hint)
    arguments = get_args(hint)
    if origin is None:
        return _plain_schema(hint, prefix)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is Annotated:
        return reduce(or_, map(dict, arguments[1:]), schema_of(arguments[0], prefix))
    parts = [schema_of(each, prefix) for each in arguments]
    if origin is list:
        return {"type": "array", "items": parts[0]}
    if origin is dict:
        return {"type": "object", "additionalProperties": parts[1] or True}
    return {"anyOf": parts}


def _plain_schema(hint: Form, prefix: str) -> Schema:
    if is_typeddict(hint):
        return {"$ref": prefix + name_of(hint)}
    if hint is Any:
        return {}
    if issubclass(hint, Enum):
        return {"enum": [each.value for each in hint]}
    return {"type": _PLAIN[hint]}


def _object(form: Form, prefix: str) -> Schema:
    hints = _hints(form)
    described = _descriptions(form)
    properties = {}
    for key, hint in hints.items():
        schema = schema_of(get_args(hint)[0] if _is_optional(hint) else hint, prefix)
        properties[key] = schema | described.get(key, {})
    required = [key for key, hint in hints.items() if not _is_optional(hint)]
    return {
        "type": "object",
        "description": inspect.cleandoc(form.__doc__),
        "required": required,
        "properties": properties,
    }


def _hints(form: Form) -> dict[str, Form]:
    return get_type_hints(form, include_extras=True)


def _is_optional(hint: Form) -> bool:
    origin: Form = get_origin(hint)
    return origin is NotRequired


def _forms_in(hint: Form) -> Iterator[Form]:
    if is_typeddict(hint):
        yield hint
    origin: Form = get_origin(hint)
    for part in () if origin is Literal else get_args(hint):
        yield from _forms_in(part)


def _descriptions(form: Form) -> dict[str, Schema]:
    """Return what the texts below the keys say, those of the forms that this one extends too."""
    try:
        (statement,) = ast.parse(inspect.getsource(form)).body
    except OSError:  # a form with a key that is a word of Python is no class
        return {}
    if not isinstance(statement, ast.ClassDef):
        return {}
    said: dict[str, Schema] = {}
    names = vars(sys.modules[form.__module__])
    for base in statement.bases:
        extended = names.get(ast.unparse(base))
        if is_typeddict(extended):
            said |= _descriptions(extended)
    for key, text in pairwise(statement.body):
        match key, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str() as value)),
            ):
                said[name] = {"description": inspect.cleandoc(value)}
    return said
