"""Items and slices in a DAG file: of data, of outputs, of what is read at each parse."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.airflow import making
from dagctl.convert.python_file.calls import plain
from dagctl.convert.python_file.state.items import Name, Opaque, Output, TaskGroup
from dagctl.convert.python_file.values import parse_reads

if TYPE_CHECKING:
    from dagctl.convert.python_file.state.machine import Machine
    from dagctl.convert.python_file.state.scope import Scope


def subscript(machine: Machine, node: ast.Subscript, scope: Scope) -> Any:  # noqa: ANN401, PLR0911 - one for each kind
    """Return the value of `owner[key]`."""
    owner = machine.evaluate(node.value, scope)
    if isinstance(owner, Opaque):
        return owner
    if isinstance(node.slice, ast.Slice):
        return plain.cut(machine, node, owner, scope)
    key = machine.evaluate(node.slice, scope)
    if isinstance(owner, TaskGroup) and owner.is_bare and _names_an_item(key):
        return making.item_of(machine, owner, key, node)
    if isinstance(owner, Output) and isinstance(key, str):
        return Output(owner.task, key)
    if isinstance(owner, Output) and isinstance(key, int):
        return machine.opaque(node, "Airflow has no items of an output by number")
    if isinstance(owner, Name) and owner.path == "os.environ":
        return parse_reads.item(machine, node, key)
    return plain.item(machine, node, owner, key)


def _names_an_item(key: object) -> bool:
    """Return whether a key of an item can stand in an id."""
    is_word = isinstance(key, str) and key.isascii() and key.isidentifier() and len(key) < 50  # noqa: PLR2004
    return is_word or type(key) is int
