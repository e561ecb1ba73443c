"""The parameters of BaseOperator, of sensors, of DAG and of TaskGroup."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from catalogue_builder.classes import Class
from catalogue_builder.constructor import Parameter, constructor
from catalogue_builder.describe import parameter_entry
from catalogue_builder.docstrings import parameters_in
from catalogue_builder.roots import BASE_OPERATORS, DAGS, SENSORS, TASK_GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from catalogue_builder.describe import Entry
    from catalogue_builder.tree import Tree

Tables = dict[str, dict[str, "Entry"]]
"""Class, then parameter, then its entry."""


def base_tables(tree: Tree) -> Tables:
    """Return the parameters that the classes themselves name, on this Airflow."""
    roots = {
        "BaseOperator": sorted(BASE_OPERATORS, reverse=True),
        "BaseSensorOperator": sorted(SENSORS, reverse=True),
        "DAG": DAGS,
        "TaskGroup": TASK_GROUPS,
    }
    return {name: _table(_first(tree, paths)) for name, paths in roots.items()}


def _first(tree: Tree, paths: Iterable[str]) -> Class:
    """Return the class at the first of the paths that is one."""
    for path in paths:
        cls = tree.at(path)
        if isinstance(cls, Class) and cls.path == path:
            return cls
    raise LookupError(f"none of {', '.join(paths)} is in the tree")


def _table(cls: Class) -> dict[str, Entry]:
    texts = parameters_in(ast.get_docstring(cls.node) or "")
    table: dict[str, Entry] = {}
    for parameter in _parameters(cls):
        table[parameter.name] = parameter_entry(parameter, texts.get(parameter.name, ""))
        if parameter.required:
            table[parameter.name]["required"] = True
    return table


def _parameters(cls: Class) -> Iterator[Parameter]:
    if "__init__" in cls.body and not _is_attrs(cls):
        made = constructor(cls)
        yield from (p for p in made.parameters.values() if p.owner is cls)
    else:
        yield from _attrs_parameters(cls)


def _is_attrs(cls: Class) -> bool:
    return any("attr" in ast.unparse(decorator) for decorator in cls.node.decorator_list)


def _attrs_parameters(cls: Class) -> Iterator[Parameter]:
    """Yield the arguments of the constructor that attrs makes from the fields of a class."""
    computed = set(_fields_with_default(cls))
    for statement in cls.node.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value) if (
                "ClassVar" not in ast.unparse(annotation) and not _not_an_argument(value)
            ):
                default = ast.Name("...") if name in computed else _attrs_default(value)
                yield Parameter(name.lstrip("_"), cls, annotation, default)


def _fields_with_default(cls: Class) -> Iterator[str]:
    """Yield the fields that a method gives the default of: `@params.default`."""
    for node in cls.node.body:
        for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
            match decorator:
                case ast.Attribute(value=ast.Name(id=name), attr="default"):
                    yield name


def _not_an_argument(value: ast.expr | None) -> bool:
    """Return whether a field is `attrs.field(init=False)`."""
    keywords = value.keywords if isinstance(value, ast.Call) else []
    return any(k.arg == "init" and ast.unparse(k.value) == "False" for k in keywords)


def _attrs_default(value: ast.expr | None) -> ast.expr | None:
    if not (isinstance(value, ast.Call) and ast.unparse(value.func) in ("attrs.field", "field")):
        return value
    words = {keyword.arg: keyword.value for keyword in value.keywords}
    return words.get("default") or (ast.Name("...") if "factory" in words else None)
