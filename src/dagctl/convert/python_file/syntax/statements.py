"""The statements of a DAG file: assignments, `with`, loops over what is known, definitions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.airflow import setups, task_edges
from dagctl.convert.python_file.airflow.decorated_tasks import decorated
from dagctl.convert.python_file.calls import plain
from dagctl.convert.python_file.certainty import preparations, tries
from dagctl.convert.python_file.certainty.conditions import (
    changes_nothing,
    is_choice,
    tested,
    truth,
    unclear,
)
from dagctl.convert.python_file.certainty.effects import run_anytime
from dagctl.convert.python_file.certainty.tries import STOPPED, Return
from dagctl.convert.python_file.certainty.uncertain import spoil
from dagctl.convert.python_file.state.inlining import defined, own_nodes
from dagctl.convert.python_file.state.items import (
    Bound,
    Container,
    Dag,
    Late,
    LocalClass,
    Made,
    Opaque,
    Opened,
    Output,
    Task,
    TaskGroup,
    is_bare,
    settled,
)
from dagctl.convert.python_file.state.loop_turns import lost_in, turns
from dagctl.convert.python_file.state.scope import Scope
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.syntax import import_statements
from dagctl.convert.python_file.syntax.assignment import as_load, assign, delete

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dagctl.convert.python_file.state.machine import Machine


BREAK, CONTINUE = object(), object()
_CONSTANTS = (ast.Assign, ast.AnnAssign, ast.ClassDef)
"""What may name something in a class that others ask for."""
_QUIET_AROUND = ("warnings.catch_warnings", "catch_warnings", "suppress_and_warn", "nullcontext")


def run(machine: Machine, body: Sequence[ast.stmt], scope: Scope) -> Any:  # noqa: ANN401
    """Follow statements; return a `Return`, `BREAK` or `CONTINUE` where one is reached."""
    for statement in body:
        machine.charge()
        handler = _HANDLERS.get(type(statement))
        if handler is None:
            why = f"`{words(statement)}` is not followed"
            machine.report.gap(machine.place(statement), type(statement).__name__.lower(), why)
            spoil(machine, statement, scope, why)
            continue
        end = handler(machine, statement, scope)
        if end is not None:
            return end
    return None


def _expression(machine: Machine, node: ast.Expr, scope: Scope) -> None:
    if isinstance(node.value, ast.Constant):
        return
    value = machine.evaluate(node.value, scope)
    if isinstance(value, Opaque | Made):
        why = value.why if isinstance(value, Opaque) else "what it does is known only then"
        called, place = words(node.value), machine.place(node)
        if preparations.is_for_the_log(node.value, scope):
            machine.forget_unknown(value)
            machine.report.dropped(place, called[:60], "Airflow runs it at each parse, for the log")
        elif preparations.is_setting(node.value, scope):
            machine.forget_unknown(value)
            machine.report.dropped(place, called[:60], preparations.SETTING)
        elif (text := preparations.needed(machine, node.value, value)) is not None:
            machine.forget_unknown(value)
            machine.report.changed(place, called[:60], text)
        else:
            machine.report.gap(place, called[:60], f"it runs at each parse: {why}")
            spoil(machine, node, scope, why)


def _assign(machine: Machine, node: ast.Assign, scope: Scope) -> None:
    value = machine.evaluate(node.value, scope)
    for target in node.targets:
        assign(machine, target, value, scope, node)


def _annotated(machine: Machine, node: ast.AnnAssign, scope: Scope) -> None:
    if node.value is not None:
        assign(machine, node.target, machine.evaluate(node.value, scope), scope, node)


def _augmented(machine: Machine, node: ast.AugAssign, scope: Scope) -> None:
    old = ast.copy_location(as_load(node.target), node)
    joined = ast.copy_location(ast.BinOp(old, node.op, node.value), node)
    owner = machine.evaluate(old, scope)
    machine.charge(len(scope.values) // 64)
    if isinstance(owner, Opaque) and owner.is_lost:
        machine.report.gap(machine.place(node), words(node), owner.why)
    is_shared = isinstance(owner, Late) and [*scope.names_of(owner)][1:]
    if isinstance(owner, list | dict | set | Made | Bound) or is_shared:
        right = settled(machine.evaluate(node.value, scope))
        if isinstance(owner, Made | Bound | Late) and isinstance(right, str | int | float | Late):
            value = machine.evaluate(joined, scope)  # a text or a number: no other name has it
        else:
            value = _changed_in_place(machine, joined, owner, right)
    else:
        value = machine.evaluate(joined, scope)
    assign(machine, node.target, value, scope, node)


def _changed_in_place(machine: Machine, node: ast.BinOp, owner: Any, right: object) -> Any:  # noqa: ANN401
    """Change what other names may have too; what it has then is not known where this is a gap."""
    if isinstance(owner, list) and isinstance(node.op, ast.Add):
        right = turns(right)
    value: Any = None
    if not machine.is_kept(owner):
        value = plain.binary(machine, node, owner, right)
    if type(value) is not type(owner):
        why = f"what `{words(node)}` gives is known only when Python runs"
        machine.file_report.gap(machine.place(node), words(node), why)
        if isinstance(owner, list):
            owner.append(machine.opaque(node, why))  # for its other names
        return machine.opaque(node, why)
    machine.changes.note(owner)
    owner.clear()
    if isinstance(owner, list):
        owner.extend(value)
    else:
        owner.update(value)
    return owner


def _define(machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
    function = defined(machine, node, scope)
    scope.put(node.name, decorated(machine, function, scope), node)
    scope.named_at[node.name] = machine.changes.now()
    if not function.is_followed or node.name in scope.uses.names:
        run_anytime(machine, node, scope)


def _class(machine: Machine, node: ast.ClassDef, scope: Scope) -> None:
    names = Scope(scope, is_of_a_class=True)
    machine.run([part for part in node.body if isinstance(part, _CONSTANTS)], names)
    scope.put(node.name, LocalClass(node, scope, names), node)
    scope.named_at[node.name] = machine.changes.now()
    run_anytime(machine, node, scope)
    for inner in own_nodes(node):
        if isinstance(inner, ast.Global | ast.Nonlocal):
            why = f"the class {node.name} gives it its value"
            for name in inner.names:
                holder = scope.holder(name) or scope
                holder.put(name, machine.opaque(inner, why))
                holder.statements[name] = []


def _with(machine: Machine, node: ast.With, scope: Scope) -> Any:  # noqa: ANN401
    opened: list[Any] = []
    before = len(machine.around)
    for item in node.items:
        value = machine.evaluate(item.context_expr, scope)
        if item.optional_vars is not None:
            assign(machine, item.optional_vars, value, scope, node)
        opened.append(value)
        if isinstance(value, Dag | TaskGroup) and not is_bare(value):
            machine.around.append(value)  # what the next item makes stands in it
    teardowns = [task for value in opened for task in task_edges.tasks_in(value) if task.teardown]
    for value in opened:
        quiet = isinstance(value, Made | Opaque) and _is_quiet(node)
        is_open = isinstance(value, Container | Task | Output | list | Opened)
        if not quiet and (is_bare(value) or not is_open):
            text = f"`with {words(node.items[0].context_expr)}` is not followed; what is in it is"
            machine.report.gap(machine.place(node), "with", text)
    if teardowns:
        machine.enclosed.append([])
    end = run(machine, node.body, scope)
    del machine.around[before:]
    if teardowns:
        work = machine.enclosed.pop()
        for teardown in teardowns:
            setups.enclose(machine, teardown, work)
        if machine.enclosed:
            machine.enclosed[-1] += work
    return end


def _is_quiet(node: ast.With) -> bool:
    """Return whether a `with` changes nothing but which warnings are shown."""
    names = [words(item.context_expr).partition("(")[0] for item in node.items]
    return all(name in _QUIET_AROUND for name in names)


def _for(machine: Machine, node: ast.For, scope: Scope) -> Any:  # noqa: ANN401
    over = machine.evaluate(node.iter, scope)
    values = turns(over)
    if values is None:
        text = unclear(node, over)
        machine.report.gap(machine.place(node), "for", text)
        spoil(machine, node, scope, text)
        return None
    for value in over if type(over) is list else values:  # what is added meanwhile comes too
        machine.charge()
        assign(machine, node.target, value, scope, node)
        end = run(machine, node.body, scope)
        if end is BREAK:
            return None
        if isinstance(end, Return):
            return end
    if (lost := lost_in(over)) is not None:
        machine.report.gap(machine.place(node), "for", lost.why)
    return run(machine, node.orelse, scope)


def _if(machine: Machine, node: ast.If, scope: Scope) -> Any:  # noqa: ANN401
    if words(node.test).endswith("TYPE_CHECKING"):
        return run(machine, node.body, scope)  # for the names alone
    value, sure = tested(machine, node, scope)
    if sure is not None:
        return run(machine, sure, scope)
    test = truth(value)
    if test is None:
        if changes_nothing(node, scope):
            return run(machine, node.body, scope)
        if is_choice(machine, node, value, scope):
            return None
        text = unclear(node, value)
        machine.report.gap(machine.place(node), "if", text)
        end = run(machine, node.body, scope)
        spoil(machine, node, scope, text)
        return end
    return run(machine, node.body if test else node.orelse, scope)


def _return(machine: Machine, node: ast.Return, scope: Scope) -> Return:
    return Return(None if node.value is None else machine.evaluate(node.value, scope))


def _raise(machine: Machine, node: ast.Raise, scope: Scope) -> Return:
    del scope
    machine.report.gap(machine.place(node), "raise", "Python would stop here")
    return STOPPED


def _assert(machine: Machine, node: ast.Assert, scope: Scope) -> Return | None:
    as_if = ast.copy_location(ast.If(node.test, [ast.Pass()], [ast.Raise()]), node)
    value, branch = tested(machine, as_if, scope)
    if branch is not None or truth(value):
        return None
    machine.report.gap(machine.place(node), "assert", "Python would stop here")
    return STOPPED


def _while(machine: Machine, node: ast.While, scope: Scope) -> Any:  # noqa: ANN401
    while True:
        machine.charge()
        test = truth(machine.evaluate(node.test, scope))
        if not test:
            if test is None:
                text = f"how long `{words(node.test)}` holds is known only when Python runs"
                machine.report.gap(machine.place(node), "while", text)
                spoil(machine, node, scope, text)
                return None
            return run(machine, node.orelse, scope)
        end = run(machine, node.body, scope)
        if end is BREAK:
            return None
        if isinstance(end, Return):
            return end


def _nothing(_machine: Machine, _node: ast.stmt, _scope: Scope) -> None:
    """Follow what changes nothing that a DAG has."""


def _global(_machine: Machine, node: ast.Global, scope: Scope) -> None:
    *inner, whole = scope.around()
    if inner:
        scope.elsewhere |= dict.fromkeys(node.names, whole)


def _nonlocal(_machine: Machine, node: ast.Nonlocal, scope: Scope) -> None:
    holders = {name: scope.holder(name) for name in node.names}
    scope.elsewhere |= {name: holder for name, holder in holders.items() if holder}


_HANDLERS: Mapping[type[ast.stmt], Callable[[Machine, Any, Scope], Any]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Import: import_statements.follow,
    ast.ImportFrom: import_statements.follow_from,
    ast.FunctionDef: _define,
    ast.AsyncFunctionDef: _define,
    ast.ClassDef: _class,
    ast.With: _with,
    ast.For: _for,
    ast.If: _if,
    ast.Try: tries.follow,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.While: _while,
    ast.Delete: delete,
    ast.Pass: _nothing,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Assert: _assert,
    ast.Break: lambda *_: BREAK,
    ast.Continue: lambda *_: CONTINUE,
}
