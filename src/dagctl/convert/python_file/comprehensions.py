"""Comprehensions of a DAG file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.assignment import assign
from dagctl.convert.python_file.conditions import truth
from dagctl.convert.python_file.loops import turns
from dagctl.convert.python_file.objects import Opaque
from dagctl.convert.python_file.scope import Scope
from dagctl.convert.python_file.source_of import words

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Sequence

    from dagctl.convert.python_file.machine import Machine


class _UnknownError(Exception):
    """What a comprehension goes over is not known."""

    def __init__(self, value: Opaque) -> None:
        super().__init__(value.why)
        self.value = value


def as_list(
    machine: Machine, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: Scope
) -> Any:  # noqa: ANN401
    """Return what a list comprehension, or a generator, makes."""
    try:
        scopes = _scopes(machine, node.generators, Scope(scope, is_of_a_comprehension=True))
        return [machine.evaluate(node.elt, inner) for inner in scopes]
    except _UnknownError as error:
        return error.value


def as_dict(machine: Machine, node: ast.DictComp, scope: Scope) -> Any:  # noqa: ANN401
    """Return what a comprehension of a mapping makes."""
    made: dict[Any, Any] = {}
    try:
        for inner in _scopes(machine, node.generators, Scope(scope, is_of_a_comprehension=True)):
            key = machine.evaluate(node.key, inner)
            if not isinstance(key, str | int | bool | None):
                return machine.opaque(node, f"the key `{words(node.key)}` is not known")
            made[key] = machine.evaluate(node.value, inner)
    except _UnknownError as error:
        return error.value
    return made


def _scopes(
    machine: Machine, generators: Sequence[ast.comprehension], scope: Scope
) -> Iterator[Scope]:
    """Yield the scope of each turn: its names have their values until the next one."""
    first, *others = generators
    over = machine.evaluate(first.iter, scope)
    values = turns(over)
    if values is None:
        why = over.why if isinstance(over, Opaque) else f"what `{words(first.iter)}` has"
        raise _UnknownError(machine.opaque(first.iter, why))
    for value in values:
        machine.charge()
        inner = Scope(scope, is_of_a_comprehension=True)
        statement: Any = first.iter
        assign(machine, first.target, value, inner, statement)
        tests = [truth(machine.evaluate(test, inner)) for test in first.ifs]
        if None in tests:
            raise _UnknownError(machine.opaque(first.iter, f"what `{words(first.iter)}` keeps"))
        if all(tests):
            yield from _scopes(machine, others, inner) if others else (inner,)
