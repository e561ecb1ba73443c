"""Comprehensions of a DAG file."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.certainty.conditions import truth
from dagctl.convert.python_file.certainty.effects import passed_over
from dagctl.convert.python_file.state.items import Opaque
from dagctl.convert.python_file.state.loop_turns import turns
from dagctl.convert.python_file.state.scope import Scope
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.syntax.assignment import assign

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.convert.python_file.state.machine import Machine


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
        inner, over = Scope(scope, is_of_a_comprehension=True), list[object]()
        turns_ = _turns(machine, node.generators, inner, over, scope)
        made = [machine.evaluate(node.elt, inner) for _ in turns_]
    except _UnknownError as error:
        passed_over(machine, [node], scope)
        return error.value
    is_lazy = isinstance(node, ast.GeneratorExp)
    return machine.lazy(made, over, is_once=True) if is_lazy else made


def as_dict(machine: Machine, node: ast.DictComp, scope: Scope) -> Any:  # noqa: ANN401
    """Return what a comprehension of a mapping makes."""
    made: dict[Any, Any] = {}
    try:
        inner = Scope(scope, is_of_a_comprehension=True)
        for _ in _turns(machine, node.generators, inner, [], scope):
            key = machine.evaluate(node.key, inner)
            if not isinstance(key, str | int | bool | None):
                return machine.opaque(node, f"the key `{words(node.key)}` is not known")
            made[key] = machine.evaluate(node.value, inner)
    except _UnknownError as error:
        passed_over(machine, [node], scope)
        return error.value
    return made


def _turns(
    machine: Machine,
    generators: Sequence[ast.comprehension],
    scope: Scope,
    known: list[object],
    around: Scope,
) -> Iterator[None]:
    """Give the names of a comprehension their values in each turn; functions see the last ones.

    What it goes over is added to `known`; the first of it is evaluated in the scope around.
    """
    first, *others = generators
    over = machine.evaluate(first.iter, around)
    values = turns(over)
    known.append(over)
    if values is None:
        why = over.why if isinstance(over, Opaque) else f"what `{words(first.iter)}` has"
        raise _UnknownError(machine.opaque(first.iter, why))
    for value in values:
        machine.charge()
        statement: Any = first.iter
        assign(machine, first.target, value, scope, statement)
        tests = [truth(machine.evaluate(test, scope)) for test in first.ifs]
        if None in tests:
            raise _UnknownError(machine.opaque(first.iter, f"what `{words(first.iter)}` keeps"))
        if all(tests):
            yield from _turns(machine, others, scope, known, scope) if others else (None,)
