"""Whether a module can be imported on its Airflow."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from catalogue_builder.module import Module

if TYPE_CHECKING:
    from collections.abc import Iterator


def unavailable(module: Module, known: dict[str, str | None]) -> str | None:
    """Return why importing the module certainly fails, or None if nothing speaks against it.

    Args:
        module: The module.
        known: What is known of other modules already; added to.
    """
    if module.name in known:
        return known[module.name]
    if module.name in module.tree.importing:  # a circle
        return None
    module.tree.importing.add(module.name)
    try:
        reason = next(_reasons(module, known), None)
    finally:
        module.tree.importing.discard(module.name)
    known[module.name] = reason
    return reason


def _reasons(module: Module, known: dict[str, str | None]) -> Iterator[str]:
    for statement in module.executed(module.parsed.body, certain=True):
        if isinstance(statement, ast.Raise):
            yield ast.unparse(statement.exc) if statement.exc else "raise"
        elif isinstance(statement, ast.ImportFrom):
            source = module.absolute(statement)
            if source.startswith("airflow"):
                yield from _failures(module, source, statement, known)


def _failures(
    module: Module, source: str, statement: ast.ImportFrom, known: dict[str, str | None]
) -> Iterator[str]:
    owner = module.tree.module(source)
    if owner is None:
        if not module.tree.has(source):
            yield f"no module {source}"
        return
    reason = unavailable(owner, known)
    if reason:
        yield f"{source}: {reason}"
    dynamic = _dynamic(owner)
    for alias in statement.names:
        if alias.name == "*" or "__getattr__" in owner.bindings:
            continue
        entity = module.tree.find(source, alias.name)
        if entity is None and not dynamic:
            yield f"no {alias.name} in {source}"
        if isinstance(entity, Module) and (reason := unavailable(entity, known)):
            yield f"{entity.name}: {reason}"


def _dynamic(module: Module) -> bool:
    """Return whether names may come from somewhere that is not read here."""
    return any(word in module.text for word in ("import *", "globals()", "setattr("))
