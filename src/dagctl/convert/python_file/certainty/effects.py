"""What code changes that nothing follows: what it may reach has no known value any more."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.certainty.preparations import is_logger
from dagctl.convert.python_file.certainty.uncertain import forget
from dagctl.convert.python_file.state.bound_names import changed_names
from dagctl.convert.python_file.state.items import (
    Bound,
    Container,
    Decorated,
    Decorator,
    Function,
    Made,
    Name,
    Opaque,
    Output,
    Partial,
    Task,
    dag_of,
)
from dagctl.convert.python_file.state.kept_call import Unknown
from dagctl.convert.python_file.state.named_record import Record
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.state.value_uses import COPYING, LOOKING
from dagctl.convert.python_file.values import kept
from dagctl.convert.python_file.values.methods import Instance, Method

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine
    from dagctl.convert.python_file.state.scope import Earlier, Scope

_CHANGING = (
    *("bisect.", "heapq.", "random.", "operator.", "builtins.next", "builtins.iter"),
    *("builtins.setattr", "builtins.delattr"),
)
"""What changes lists that it gets, of Python itself."""
_FRESH = ("builtins.", "copy.", "json.", "operator.", "os.")
"""What gives a value that holds none of the lists that it got."""
_MAY_FAIL = "where the lines before it in its `try` fail, it has another value"
_ANY_NAME = frozenset({"exec", "eval", "setattr", "delattr"})
"""Functions that may give any name, or any object, another value."""
_READS = frozenset({"get", "keys", "items", "values", "copy"})
_SETTERS = frozenset(
    {"os.putenv", "os.unsetenv"}
    | {f"os.environ.{name}" for name in ("clear", "pop", "popitem", "setdefault", "update")}
)
_CHANGEABLE = (Function, list, dict, set, Record, Instance)
_OTHERS = sys.stdlib_module_names | {"airflow", "builtins"}


def run_anytime(machine: Machine, code: ast.AST, scope: Scope) -> None:
    """Note code of the file that may run, and is not followed: a class, a function.

    What it may change has no known value, before it and behind it. So have functions that it uses.
    """
    stack = [(code, scope)]
    while stack:
        node, around = stack.pop()
        if node in around.uses:
            continue
        machine.charge(around.uses.add(node) // 8)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
                function = _function_of(machine, inner.id, around)
                if function is not None:
                    stack.append((function.node, function.scope))


def _function_of(machine: Machine, name: str, scope: Scope) -> Function | None:
    holder = scope.holder(name)
    value = holder.values[name] if holder else None
    if isinstance(value, Name) and value.path.partition(".")[0] not in _OTHERS:
        value = machine.definition(value.path)
    value = value.function if isinstance(value, Decorated) else value
    return value if isinstance(value, Function) else None


def is_settled(machine: Machine, name: str, holder: Scope) -> bool:
    """Return whether a name has the value that the lines before say, whatever else may run."""
    uses, value = holder.uses, holder.values[name]
    if holder.unsure.get(name, machine.report) is not machine.report or uses.changes(name, value):
        return False
    if not uses.names or not isinstance(value, list | dict | set):
        return True
    machine.charge(len(uses.names) // 64)
    others = (each for each in uses.names if holder.root.values.get(each) is value)
    return not any(uses.changes(each, value) for each in others)


def of_call(machine: Machine, callee: object, made: Call, value: object, scope: Scope) -> None:
    """Let nothing have a value that a call may have changed, unless it was followed.

    Args:
        machine: Reads the file.
        callee: What is called.
        made: The call.
        value: What it gives.
        scope: Where it stands.
    """
    if not isinstance(value, Opaque | Made) or made.is_followed or _is_followed(callee):
        return
    node, why = made.node, f"`{words(made.node)}` may change it"
    if _gives_names(node, scope):
        forget(machine, scope.root, node, why)
    given: list[Any] = [*made.args, *made.kwargs.values(), *_objects_of(callee)]
    if isinstance(callee, Name) and callee.path in _SETTERS:
        _of_environment(machine, made)
    is_harmless = _is_harmless(callee) or is_logger(node.func, scope)
    for item in _parts(machine, given):
        if isinstance(item, Function):
            run_anytime(machine, item.node, item.scope)
        elif isinstance(item, Bound):  # a method as a function
            lose(machine, item.owner, node, why)
        elif not is_harmless:
            _change(machine, item, made, value)
    if isinstance(value, Made) and not value.target.path.startswith(_FRESH):
        kept.hold(machine, value, given)


def _objects_of(callee: object) -> Iterator[Any]:
    """Yield the object whose method is called, or that is called, or something in it."""
    if isinstance(callee, Bound):
        yield callee.owner
    elif isinstance(callee, Method):
        yield callee.of
    elif isinstance(callee, Instance):
        yield callee


def _change(machine: Machine, item: Any, made: Call, value: Opaque | Made) -> None:  # noqa: ANN401
    """Let a list have nothing that is known; note a call that may change a task or a DAG."""
    called = words(made.node)
    if not isinstance(item, Task | Container):
        return lose(machine, item, made.node, f"`{called}` may change it")
    owner = dag_of(item)  # type: ignore[arg-type] # a DAG or a group
    report = owner.report if owner else machine.file_report
    return machine.unknown.append(
        Unknown(value, machine.place(made.node), called, report, machine.key(made.node))
    )


def _of_environment(machine: Machine, made: Call) -> None:
    """Let variables of the environment have no known values that a call may set."""
    for given in (*made.args[:1], *made.kwargs):
        for key in given if isinstance(given, dict) else [given]:
            machine.own_environment[key if isinstance(key, str) else None] = None


def lose(machine: Machine, container: Any, node: ast.AST, why: str) -> None:  # noqa: ANN401
    """Let a list, a mapping, a set or an object have nothing in it that is known."""
    if isinstance(container, Instance):
        container.touched.append(node)
        return
    if isinstance(container, Record):
        for value in container.fields.values():
            if isinstance(value, list | dict | set | Record):
                lose(machine, value, node, why)
        if not container.is_frozen:
            machine.changes.note(container)
            container.fields.clear()
        return
    lost = Opaque(why, machine.place(node), is_lost=True)
    machine.changes.note(container)
    container.clear()
    if isinstance(container, dict):
        container[lost] = lost
    elif isinstance(container, list):
        container.append(lost)
    else:
        container.add(lost)


def forget_changes(
    machine: Machine, node: ast.Try, scope: Scope, before: Earlier, since: int
) -> None:
    """Let nothing that was there before have a value that a `try` gave it: it may fail before."""
    named = [*before.changed()]
    for name in named:
        if name in before and scope.values.get(name) is not before[name]:
            scope.put(name, machine.opaque(node, _MAY_FAIL), node)
            scope.named_at[name] = machine.changes.now()
    if not machine.changes.is_any_changed(since):
        return
    machine.charge(len(scope.values) // 8)
    for name in scope.values.keys() - {*named}:
        value = scope.values[name]
        is_container = isinstance(value, list | dict | set | Record)
        if is_container and machine.changes.is_changed(value, since):
            lose(machine, value, node, _MAY_FAIL)


def passed_over(machine: Machine, nodes: Iterable[ast.AST], scope: Scope) -> None:
    """Let nothing have a value that expressions may change of which it is not known if they run."""
    inner = [each for node in nodes for each in ast.walk(node)]
    machine.charge(len(inner) // 8)
    for node in inner:
        for name in changed_names([node, node.func]) if isinstance(node, ast.Call) else ():
            holder = scope.holder(name)
            for item in _parts(machine, [holder.values[name]] if holder else []):
                if isinstance(item, list | dict | set | Record):
                    lose(machine, item, node, f"whether `{words(node)}` runs is not known")


def _parts(machine: Machine, values: Iterable[Any]) -> list[Any]:
    """Return what a call may change of what it gets, and the functions that it may call."""
    made: list[Any] = []
    for value in values:
        item = value.task if isinstance(value, Output) else value
        if isinstance(item, Made) and item.target.path == "functools.partial":
            made += _parts(machine, [*item.args, *item.kwargs.values()])
        elif _is_one(machine, item):
            made.append(item)
        elif isinstance(item, list | dict | set | tuple):
            machine.charge(len(item) // 64)
            inner = item.values() if isinstance(item, dict) else item
            made += [each for each in inner if isinstance(each, _CHANGEABLE)]
            made += [] if isinstance(item, tuple) else [item]
    return made


def _is_one(machine: Machine, item: object) -> bool:
    """Return whether a call may change a value, and nothing that the value holds."""
    if isinstance(item, list | dict | set):
        return machine.changes.copy_of(item) is not None
    is_method = isinstance(item, Bound) and isinstance(item.owner, list | dict | set | Record)
    return is_method or isinstance(item, Function | Task | Container | Record | Instance)


def _is_followed(callee: object) -> bool:
    """Return whether what a call does was followed, whatever it gives."""
    if isinstance(callee, Function):
        return callee.is_followed
    return isinstance(callee, Decorated | Decorator | Partial)


def _is_harmless(callee: object) -> bool:
    """Return whether what is called changes nothing that it gets."""
    if isinstance(callee, Made):
        return callee.target.path == "functools.partial"
    if not isinstance(callee, Name):
        return False
    path, word = callee.path, callee.path.rpartition(".")[2]
    if path.startswith("builtins."):
        return path.count(".") == 1 and not path.startswith(_CHANGING)
    is_class = word[:1].isupper()
    return is_class or (path.partition(".")[0] in _OTHERS and not path.startswith(_CHANGING))


def _gives_names(node: ast.Call, scope: Scope) -> bool:
    """Return whether a call may give names of the file other values: `exec`, or by `globals()`."""
    function = node.func
    if isinstance(function, ast.Name):
        if function.id in _ANY_NAME and scope.holder(function.id) is None:
            return True
    elif isinstance(function, ast.Attribute) and _is_namespace(function.value):
        return function.attr not in _READS
    given = (*node.args, *(keyword.value for keyword in node.keywords))
    is_read = isinstance(function, ast.Name) and function.id in LOOKING | COPYING
    return not is_read and any(map(_is_namespace, given))


def _is_namespace(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="globals" | "locals" | "vars"), args=[], keywords=[]):
            return True
    return False
