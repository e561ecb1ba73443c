"""Annotations as text in one spelling, with aliases resolved.

`Optional[X]` is `X | None`, an alias is what it stands for, an enumeration lists its values
(`Enum['a', 'b']`), a class outside of Python's own stands under its short name. What
`dagctl.operators.value_kinds` reads from the text is all that a check knows of a type.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from catalogue_builder.classes import Class
from catalogue_builder.entities import External, Function, Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from catalogue_builder.entities import Entity
    from catalogue_builder.module import Module

_DEEPEST = 8
ANY = "Any"

_PLAIN = frozenset(
    {
        *("str", "int", "float", "bool", "bytes", "list", "tuple", "set", "frozenset", "dict"),
        *("None", "type"),
    }
)
"""Names that mean Python's own in every module."""

_CANONICAL = {
    **{name: name.lower() for name in ("List", "Tuple", "Set", "Dict", "Type", "FrozenSet")},
    **dict.fromkeys(("defaultdict", "OrderedDict", "DefaultDict"), "dict"),
    **dict.fromkeys(("object", "AnyStr", "TypeVar", "Any"), ANY),
}

KNOWN = frozenset(
    {
        *_PLAIN,
        *("Sequence", "Iterable", "Collection", "Container", "MutableSequence"),
        *("AbstractSet", "MutableSet"),
        *("Mapping", "MutableMapping", "Callable", "timedelta", "datetime", "date", "time"),
        *("relativedelta", "Decimal", "Path", "PathLike", "Literal", "Enum", ANY),
    }
)
"""Names that a check reads; a class that has such a name by chance stands under its whole path."""

_STANDARD = ("typing", "collections", "datetime", "decimal", "pathlib", "os", "dateutil", "types")


def annotation_text(  # noqa: PLR0911 - a form of annotation each
    module: Module, node: ast.expr, depth: int = 0
) -> str:
    """Return an annotation as text, `Any` where nothing is known."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node = _parsed(node.value) or node
    if depth > _DEEPEST:
        return ANY
    match node:
        case ast.Constant(value=None):
            return "None"
        case ast.BinOp(op=ast.BitOr()):
            sides = [annotation_text(module, side, depth + 1) for side in (node.left, node.right)]
            return _union(sides)
        case ast.Subscript():
            return _subscript(module, node, depth)
        case ast.List():
            return "[" + ", ".join(annotation_text(module, i, depth + 1) for i in node.elts) + "]"
        case ast.Constant(value=value) if value is Ellipsis:
            return "..."
        case ast.Name() | ast.Attribute():
            return _name(module, node, depth)
    return ANY


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None


def _union(sides: Iterable[str]) -> str:
    """Return the sides joined, each once, in their order."""
    members = [member for side in sides for member in _members(side)]
    return " | ".join(dict.fromkeys(members))


def _members(text: str) -> list[str]:
    """Return the members of a union, split where no bracket is open."""
    members, depth, start = [], 0, 0
    for index, char in enumerate(text):
        depth += (char == "[") - (char == "]")
        if char == "|" and depth == 0:
            members.append(text[start:index].strip())
            start = index + 1
    return [*members, text[start:].strip()]


def _subscript(module: Module, node: ast.Subscript, depth: int) -> str:
    head = ast.unparse(node.value).rpartition(".")[2]
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if head == "Literal":
        return f"Literal[{', '.join(ast.unparse(item) for item in items)}]"
    if head in ("Annotated", "Final", "ClassVar"):
        return annotation_text(module, items[0], depth + 1)
    texts = [annotation_text(module, item, depth + 1) for item in items]
    if head == "Optional":
        return _union([texts[0], "None"])
    if head == "Union":
        return _union(texts)
    name = annotation_text(module, node.value, depth + 1)
    if name in ("type", "Callable") or name not in KNOWN:
        return name
    return f"{name}[{', '.join(texts)}]"


def _name(module: Module, node: ast.Name | ast.Attribute, depth: int) -> str:
    name = ast.unparse(node).rpartition(".")[2]
    if isinstance(node, ast.Name) and name in _PLAIN:
        return name
    entity = module.annotated(node)
    if isinstance(entity, Value):
        return _alias(entity, name, depth)
    if isinstance(entity, Class):
        return _class(entity)
    if isinstance(entity, Function):
        return ANY
    if _is_standard(entity, name):
        return _CANONICAL.get(name, name)
    path = entity.name if isinstance(entity, External) else ast.unparse(node)
    short = path.rpartition(".")[2]
    return path if short in KNOWN else short


def _is_standard(entity: Entity | None, name: str) -> bool:
    if name not in KNOWN and name not in _CANONICAL:
        return False
    if not isinstance(entity, External):
        return entity is None
    return entity.name.split(".")[0] in _STANDARD


def _alias(entity: Value, name: str, depth: int) -> str:
    node = entity.node
    if name in _CANONICAL:
        return _CANONICAL[name]
    if isinstance(node, ast.Call):
        function = ast.unparse(node.func).rpartition(".")[2]
        if function == "NewType":
            return annotation_text(entity.module, node.args[1], depth + 1)
        return ANY  # TypeVar
    return annotation_text(entity.module, node, depth + 1)


def _class(cls: Class) -> str:
    values = enum_values(cls)
    if values:
        return f"Enum[{', '.join(map(repr, values))}]"
    return cls.path if cls.name in KNOWN else cls.name


def enum_values(cls: Class) -> list[object]:
    """Return the values of an enumeration; none for another class."""
    names = {item.name.rpartition(".")[2] for item in cls.mro}
    if not names & {"Enum", "IntEnum", "StrEnum"}:
        return []
    return [
        node.value
        for name, node in cls.body.items()
        if isinstance(node, ast.Constant) and not name.startswith("_")
    ]
