"""What the providers of a tree say of themselves."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalogue_builder.classes import Class
from catalogue_builder.entities import Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue_builder.entities import Entity
    from catalogue_builder.tree import Tree

_CORE_DECORATORS = "airflow.decorators"


@dataclass(frozen=True)
class Provider:
    """A provider in a tree."""

    distribution: str
    package: str
    """Its package, as `airflow.providers.cncf.kubernetes`."""
    decorators: dict[str, str]
    """Names of `task.*` with the functions that they are."""


def providers_of(tree: Tree) -> list[Provider]:
    """Return the providers of a tree."""
    files = (file for file in sorted(tree.files) if file.endswith("/get_provider_info.py"))
    return [_provider(tree, file) for file in files]


def _provider(tree: Tree, file: str) -> Provider:
    module = ast.parse(tree.files[file])
    returned = next(node for node in ast.walk(module) if isinstance(node, ast.Return))
    info: dict[str, Any] = ast.literal_eval(returned.value) if returned.value else {}
    decorators = {d["name"]: d["class-name"] for d in info.get("task-decorators", ())}
    package = file.rpartition("/")[0].replace("/", ".")
    return Provider(info["package-name"], package, decorators)


def decorators_of(tree: Tree, providers: list[Provider]) -> dict[str, str]:
    """Return the names of `task.*` on this Airflow, each with its operator's class."""
    functions = dict(_core_decorators(tree))
    for provider in providers:
        functions |= provider.decorators
    classes = {name: _decorated(tree.at(path)) for name, path in sorted(functions.items())}
    return {name: path for name, path in classes.items() if path}


def _core_decorators(tree: Tree) -> Iterator[tuple[str, str]]:
    """Yield those that the collection of the core names: `bash = staticmethod(bash_task)`."""
    collection = tree.at(f"{_CORE_DECORATORS}.TaskDecoratorCollection")
    if not isinstance(collection, Class):
        return
    for name, node in collection.body.items():
        match node:
            case ast.Call(func=ast.Name(id="staticmethod"), args=[ast.Name(id=function)]):
                yield name, f"{collection.module.name}.{function}"


def _decorated(entity: Entity | None, seen: int = 0) -> str | None:
    """Return the class of the tasks that a decorator makes, or None where it cannot be read."""
    if not isinstance(entity, Function) or seen > 5:  # noqa: PLR2004 - a circle
        return None
    calls = [node for node in ast.walk(entity.node) if isinstance(node, ast.Call)]
    for call in calls:
        for keyword in call.keywords:
            if keyword.arg == "decorated_operator_class":
                cls = entity.module.evaluate(keyword.value)
                if isinstance(cls, Class):
                    return cls.path
    # a decorator made of another: `return python_task(...)`
    names = (call.func for call in calls if isinstance(call.func, ast.Name))
    inner = (_decorated(entity.module.evaluate(name), seen + 1) for name in names)
    return next((path for path in inner if path), None)
