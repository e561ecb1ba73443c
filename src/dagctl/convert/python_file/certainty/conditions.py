"""What decides which statements and values count: what is true, and whether it matters."""

from __future__ import annotations

import ast
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.certainty.effects import passed_over
from dagctl.convert.python_file.certainty.uncertain import (
    imported_paths,
    is_about_the_path,
    is_about_versions,
    makes,
    only_imports,
)
from dagctl.convert.python_file.state.bound_names import changed_names
from dagctl.convert.python_file.state.items import (
    Dag,
    Function,
    Made,
    Moment,
    Name,
    Opaque,
    Output,
    Task,
    TaskGroup,
    is_bare,
    settled,
)
from dagctl.convert.python_file.state.loop_turns import Lazy
from dagctl.convert.python_file.state.scope import Scope
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.values import kept
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagctl.convert.python_file.state.machine import Machine

_DATA = (bool, int, float, str, list, tuple, dict, set, frozenset, timedelta)
_FLAG = lazy_pattern(r"AIRFLOW_V_(\d+)_(\d+)_PLUS$")


def truth(value: object) -> bool | None:
    """Return whether a value counts as true; None where only Python knows."""
    value = settled(value)
    if isinstance(value, Lazy) and value.is_once:
        return True  # an iterator, whatever it goes over
    if value is None or isinstance(value, _DATA):
        return bool(value)
    if isinstance(value, Made) and not value.target.path.rpartition(".")[2][:1].isupper():
        return None
    if isinstance(value, Dag | TaskGroup | Task | Output | Function | Made | Moment):
        return None if is_bare(value) else True
    if isinstance(value, Name):  # a module, a function or a class; not a constant
        return True if not value.path.rpartition(".")[2].isupper() else None
    return None


def version_test(machine: Machine, value: object) -> object:
    """Return whether the target is at least what a flag such as `AIRFLOW_V_3_0_PLUS` names."""
    match = _FLAG.search(value.path) if isinstance(value, Name) else None
    if match is None:
        return value
    given = [int(part) for part in f"{machine.target}.99".split(".")[:2]]
    return given >= [int(match[1]), int(match[2])]


def changes_nothing(node: ast.If, scope: Scope) -> bool:
    """Return whether it does not matter for a DAG which branch of an `if` is taken."""
    if is_about_the_path(node.body) and not node.orelse:
        return True
    if not only_imports(node.body) or not only_imports(node.orelse):
        return False
    branches = imported_paths(node.body), imported_paths(node.orelse)
    names = {*branches[0], *branches[1]}
    return is_about_versions(node.test) or all(_is_one(name, branches, scope) for name in names)


def tested(machine: Machine, node: ast.If, scope: Scope) -> tuple[object, list[ast.stmt] | None]:
    """Return the value of a test, and the branch that counts where the other only raises an error.

    Airflow has no DAG of the file where the error is raised: only the other branch makes one.
    """
    if not any(map(_only_raises, (node.body, node.orelse))):
        return version_test(machine, machine.evaluate(node.test, scope)), None
    machine.charge(len(machine.reads))
    known = {id(read) for read in machine.reads if read.is_used}
    entered = machine.entered
    value = version_test(machine, machine.evaluate(node.test, scope))
    branch = _without_error(machine, node, value)
    if branch is not None and machine.entered == entered:
        for read in machine.reads:  # whatever the test gives, the branch is the same
            read.is_used = id(read) in known
    return value, branch


def _without_error(machine: Machine, node: ast.If, test: object) -> list[ast.stmt] | None:
    """Return the branch that counts where the other only raises an error; None: none of the two."""
    raises = _only_raises(node.body)
    is_known = kept.read(test) is None and truth(test) is not None
    if is_known or not (raises or _only_raises(node.orelse)):
        return None
    if machine.may_catch:
        machine.may_stop = True
        return None
    word = "holds" if raises else "does not hold"
    text = f"where it {word}, the old file does not load; the new one does not look at it"
    machine.report.new(machine.place(node), words(node.test), text)
    return node.orelse if raises else node.body


def unclear(node: ast.If | ast.For, value: object) -> str:
    """Return why a test or a loop is not followed, and what the user can do."""
    if isinstance(node, ast.For):
        why = f"what the loop over `{words(node.iter)}` goes over is known only when Python runs"
    else:
        why = f"whether `{words(node.test)}` holds is known only when Python runs; taken as true"
    return why + kept.advice(value)


def _only_raises(body: Sequence[ast.stmt]) -> bool:
    """Return whether statements raise an error, and do nothing before but say so."""
    *before, last = body or [ast.Pass()]
    says = [isinstance(part, ast.Expr) and not makes(part) for part in before]
    return isinstance(last, ast.Raise) and all(says)


def is_choice(machine: Machine, node: ast.If, test: object, scope: Scope) -> bool:
    """Give names the values of two branches that only name data; return whether that was all.

    Which of the two it is, is worked out at each parse. A function that needs such a name gets the
    whole `if`.
    """
    values = _chosen(machine, node, test, scope, scope)
    if values is None or not scope.elsewhere.keys().isdisjoint(values):
        return False
    always = _always_named(machine, [node])
    for name, value in values.items():
        if name in always:
            scope.statements.pop(name, None)  # what gave it a value before no longer counts
        scope.put(name, value, node)
        scope.named_at[name] = machine.changes.now()
    return True


def _always_named(machine: Machine, body: Sequence[ast.stmt]) -> set[str]:
    """Return the names that statements give a value, whatever tests say."""
    machine.charge(len(body))
    made: set[str] = set()
    for statement in body:
        if isinstance(statement, ast.If):
            branches = statement.body, statement.orelse
            made |= set.intersection(*(_always_named(machine, branch) for branch in branches))
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            made |= set(changed_names(ast.walk(statement)))
    return made


def _chosen(
    machine: Machine, node: ast.If, test: object, scope: Scope, outer: Scope
) -> dict[str, Any] | None:
    """Return what each name is after an `if`; None: its branches do more than to name data."""
    sure = _without_error(machine, node, test)
    if sure is not None:
        return _named(machine, sure, scope, outer)
    if kept.read(test) is None:
        return None
    branches = [_named(machine, body, scope, outer) for body in (node.orelse, node.body)]
    made: dict[str, Any] = {}
    for name in dict.fromkeys(name for branch in branches if branch for name in branch):
        values = [(branch or {}).get(name, _now(name, scope, outer)) for branch in branches]
        if any(value is _NOTHING for value in values):
            made[name] = machine.opaque(node, f"`{name}` may have no value behind the `if`")
            continue
        chosen = (
            values[0]
            if _is_same(*values)
            else kept.either(machine, node, test, (values[0], values[1]))
        )
        if chosen is None:
            return None
        made[name] = chosen
    return None if None in branches else made


_NOTHING = object()


def _is_same(left: object, right: object) -> bool:
    """Return whether it does not matter which value a name has, whatever is changed later."""
    if left is right:
        return True
    is_fixed = isinstance(left, str | int | float | None)
    return is_fixed and type(left) is type(right) and repr(left) == repr(right)


def _now(name: str, scope: Scope, outer: Scope) -> object:
    """Return the value of a name of the scopes up to that of an `if`."""
    for around in scope.around():
        if name in around.values or around is outer:
            return around.values.get(name, _NOTHING)
    return _NOTHING


def _named(
    machine: Machine, body: Sequence[ast.stmt], scope: Scope, outer: Scope
) -> dict[str, Any] | None:
    """Return the names that statements give values; None: they do more, or may fail."""
    inner = Scope(scope)
    for statement in body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if not kept.has_calls(value):
                inner.put(name, machine.evaluate(value, inner))
            case ast.If(test=test) if not kept.has_calls(test):
                held = truth(given := machine.evaluate(test, inner))
                branch = statement.body if held else statement.orelse
                if held is None:
                    named = _chosen(machine, statement, given, inner, outer)
                else:
                    named = _named(machine, branch, inner, outer)
                if named is None:
                    return None
                inner.values |= named
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case _:
                return None
    return inner.values


def _is_one(name: str, branches: Sequence[Mapping[str, str]], scope: Scope) -> bool:
    """Return whether a name means the same after each branch: one path, or one of Airflow's."""
    paths = {branch[name] for branch in branches if name in branch}
    holder = scope.holder(name)
    if holder is not None:
        value = holder.values[name]
        paths.add(value.path if isinstance(value, Name) else "")
    is_renamed = len({path.rpartition(".")[2] for path in paths}) == 1
    is_of_airflow = all(path.startswith("airflow.") for path in paths)
    return name != "*" and (len(paths) == 1 or (is_renamed and is_of_airflow))


def boolean(machine: Machine, node: ast.BoolOp, scope: Scope) -> Any:  # noqa: ANN401
    """Return what `and` or `or` gives."""
    value: Any = None
    is_and = isinstance(node.op, ast.And)
    for index, part in enumerate(node.values):
        value = machine.evaluate(part, scope)
        test = truth(value)
        if test is None:
            made = _either_of(machine, node, value, node.values[index + 1 :], scope)
            if made:
                return made
            passed_over(machine, node.values[index + 1 :], scope)
            return value if isinstance(value, Opaque) else machine.opaque(node, words(node))
        if test != is_and:
            return value
    return value


def _either_of(
    machine: Machine, node: ast.BoolOp, value: object, others: list[ast.expr], scope: Scope
) -> Any:  # noqa: ANN401
    """Return what stands for the end of `and`, `or`, where a call gives its first value; or None.

    What is read again gives the same: nothing of Airflow changes while it reads the file.
    """
    if kept.read(value) is None or any(map(kept.has_calls, others)):
        return None
    if not others:
        return value
    first, *more = others
    rest = ast.copy_location(ast.BoolOp(node.op, others), node) if more else first
    other = machine.evaluate(rest, scope)
    values = (value, other) if isinstance(node.op, ast.And) else (other, value)
    return kept.either(machine, node, value, values)


def either(machine: Machine, node: ast.IfExp, scope: Scope) -> Any:  # noqa: ANN401
    """Return what `a if test else b` gives."""
    value = machine.evaluate(node.test, scope)
    branches = (node.orelse, node.body)
    if kept.read(value) is not None and not any(map(kept.has_calls, branches)):
        values = [machine.evaluate(part, scope) for part in branches]
        made = kept.either(machine, node, value, (values[0], values[1]))
        if made is not None:
            return made
    test = truth(value)
    if test is None:
        passed_over(machine, branches, scope)
        return value if isinstance(value, Opaque) else machine.opaque(node, words(node))
    return machine.evaluate(node.body if test else node.orelse, scope)
