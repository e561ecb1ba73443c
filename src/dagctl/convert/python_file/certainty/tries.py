"""`try` statements: what holds where something in them may fail, and in what follows then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dagctl.convert.python_file.certainty import fallbacks
from dagctl.convert.python_file.certainty.effects import forget_changes
from dagctl.convert.python_file.certainty.uncertain import (
    cannot_fail,
    imported_paths,
    makes,
    only_imports,
    spoil,
)
from dagctl.convert.python_file.state.given import AbsentFileError, handler_of
from dagctl.convert.python_file.state.scope import Earlier, Scope

if TYPE_CHECKING:
    import ast
    from collections.abc import Collection

    from dagctl.convert.python_file.state.machine import Machine


class Return(NamedTuple):
    """A `return` that was reached."""

    value: Any


STOPPED = Return(None)
"""An error that was reported: only a `try` goes on after it."""
_IMPORT = "what it makes is not there where its import fails: which of the two only Python knows"
_NOT_FOLLOWED = "what it does if an error is raised is not followed"


def follow(machine: Machine, node: ast.Try, scope: Scope) -> Any:  # noqa: ANN401
    """Follow a `try`; return what its statements end with, as `Machine.run` does."""
    entered, before, values = machine.entered, machine.state(), Earlier(scope)
    since, effects = machine.changes.now(), machine.effects
    machine.handlers.append(node.handlers)
    try:
        end = machine.run(node.body, scope)
    except AbsentFileError as error:
        machine.restore(before)
        return _without_file(machine, node, error, scope)
    machine.restore(before)
    may_fail = machine.entered != entered or not cannot_fail(machine, node.body, scope)
    if may_fail and not only_imports(node.body) and not fallbacks.always_ends(node):
        forget_changes(machine, node, scope, values, since)
        if machine.effects > effects and not fallbacks.are_sure(machine, node.body):
            machine.report.gap(machine.place(node), "try", _IMPORT)
    if may_fail:
        names = imported_paths(node.body) if only_imports(node.body) else None
        for handler in node.handlers:
            _except(machine, handler, scope, names)
    end = _else(machine, node, scope) if end is None else end
    if only_imports(node.body):
        fallbacks.note(machine, node, scope, values)
    end = None if end is STOPPED and node.handlers else end
    last = machine.run(node.finalbody, scope)
    return end if last is None else last


def _else(machine: Machine, node: ast.Try, scope: Scope) -> Any:  # noqa: ANN401
    """Follow an `else`; where it may be passed over, what it makes is a gap."""
    may_not_run = only_imports(node.body) and not fallbacks.is_sure_to_pass(machine, node)
    is_gap = may_not_run and fallbacks.does_more_than_name(node.orelse)
    if is_gap:
        text = "whether the import before it fails is known only when Python runs"
        machine.report.gap(machine.place(node.orelse[0]), "else", text)
    end = machine.run(node.orelse, scope)
    for statement in node.orelse if is_gap else ():
        spoil(machine, statement, scope, _NOT_FOLLOWED)
    return end


def _without_file(machine: Machine, node: ast.Try, error: AbsentFileError, scope: Scope) -> Any:  # noqa: ANN401
    """Go on in the `except` that a file which is not there leads to."""
    handler, end = handler_of(node.handlers), None
    if handler is not None:
        text = "it is not beside the file now: what the file does then was taken"
        machine.report.changed(error.place, error.name, text)
        if handler.name:
            scope.put(handler.name, machine.opaque(handler, "an error is no data"))
        end = machine.run(handler.body, scope)
    last = machine.run(node.finalbody, scope)
    if handler is None and last is None:
        raise error
    return end if last is None else last


def _except(
    machine: Machine, node: ast.ExceptHandler, scope: Scope, imported: Collection[str] | None
) -> None:
    """Report what a handler makes; one of imports gives other values for names that are known."""
    machine.charge(len(node.body))
    body = [part for part in node.body if not fallbacks.only_names(part, imported)]
    if any(map(makes, body)):
        machine.report.gap(machine.place(node), "except", _NOT_FOLLOWED)
    for statement in body:
        spoil(machine, statement, scope, _NOT_FOLLOWED)
