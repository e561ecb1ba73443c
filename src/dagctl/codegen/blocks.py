"""The tasks of a module as statements: groups are blocks, with the edges inside at their ends."""

from __future__ import annotations

import ast
from dataclasses import field
from typing import TYPE_CHECKING

from dagctl.codegen.arguments import shared_arguments
from dagctl.codegen.dedent import dedented
from dagctl.codegen.edges import edges
from dagctl.codegen.expressions import (
    assign,
    attribute,
    call,
    definition,
    mapping,
    name,
    plain,
    sequence,
)
from dagctl.codegen.mapping import DECORATORS, mapped
from dagctl.codegen.module_scope import Piece
from dagctl.codegen.names import function, group_variable
from dagctl.codegen.order import creation_order, explicit_upstream
from dagctl.codegen.printer import source
from dagctl.codegen.tasks import call_of
from dagctl.codegen.values import reference, unrendered, value_expression
from dagctl.frozen import mutable
from dagctl.spec.dependencies.outline import innermost_common, torn_down
from dagctl.spec.dependencies.uses import arguments_used
from dagctl.spec.walk import is_mapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dagctl.codegen.module_scope import ModuleScope
    from dagctl.spec.dependencies.outline import Entry, Outline
    from dagctl.spec.tasks import Group

    Edges = dict[Entry | None, list[tuple[Entry, list[Entry]]]]

_LABEL = {"2": "airflow.utils.edgemodifier", "3": "airflow.sdk"}
_TASK_GROUP = {"2": "airflow.utils.task_group", "3": "airflow.sdk"}


@mutable
class _MemberBlock:
    """The members of a group, or of the module, that stand together."""

    group: Entry | None
    parts: list[Entry | _MemberBlock] = field(default_factory=list)
    is_first: bool = True
    is_last: bool = True


def task_statements(scope: ModuleScope) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """Return the statements that make the tasks, and those that connect them in no group."""
    within = _edges_by_group(scope.outline, scope)
    top = _blocks(creation_order(scope.outline, scope.outline.top))
    named = _named_groups(within, top)
    made = (_statement(part, scope, within, named) for part in top.parts)
    statements = [dedented(each, scope.imports) for each in made]
    return statements, _edge_statements(within.get(None, ()), scope)


def _blocks(tasks: Iterable[Entry], depth_of_top: int = 0) -> _MemberBlock:
    """Return the tasks in their groups; a group that is left and entered again has two blocks.

    Args:
        tasks: The tasks, and mapped groups as a whole.
        depth_of_top: How many groups are around all of them, and are no blocks.
    """
    top = _MemberBlock(None)
    stack = [top]
    last: dict[Entry, _MemberBlock] = {}
    for task in tasks:
        around = task.where[depth_of_top:]
        depth = 0
        while depth < len(around) and depth + 1 < len(stack):
            if stack[depth + 1].group is not around[depth]:
                break
            depth += 1
        del stack[depth + 1 :]
        for group in around[depth:]:
            block = _MemberBlock(group, is_first=group not in last)
            if group in last:
                last[group].is_last = False
            last[group] = block
            stack[-1].parts.append(block)
            stack.append(block)
        stack[-1].parts.append(task)
    return top


def _edges_by_group(outline: Outline, scope: ModuleScope) -> Edges:
    """Return what each entry waits for, by the innermost group that holds both ends."""
    within: Edges = {}
    for entry in outline.entries:
        labelled = outline.labels(entry)
        for target in dict.fromkeys([*explicit_upstream(outline, entry, scope.target), *labelled]):
            edges_there = within.setdefault(innermost_common(entry, target), [])
            if not edges_there or edges_there[-1][0] is not entry:
                edges_there.append((entry, []))
            edges_there[-1][1].append(target)
    return within


def _named_groups(within: Edges, top: _MemberBlock) -> set[Entry]:
    """Return the groups that the module speaks of later, so that they need a name."""
    named = {
        each
        for pairs in within.values()
        for entry, targets in pairs
        for each in (entry, *targets)
        if each.is_group
    }
    stack = [top]
    while stack:
        block = stack.pop()
        stack += (part for part in block.parts if isinstance(part, _MemberBlock))
        if block.group is not None and not block.is_last:
            named.add(block.group)
    return named


def _statement(
    part: Entry | _MemberBlock, scope: ModuleScope, within: Edges, named: set[Entry]
) -> ast.stmt:
    if not isinstance(part, _MemberBlock):
        if part.is_group and part.item.group_callable:
            return made_by_function(
                part, scope, is_named=part in named or part in scope.outline.read
            )
        made = _mapped_group(part, scope, within) if part.is_group else _made(part, scope)
        return assign(scope.variable(part), made)
    group = part.group
    assert group is not None  # noqa: S101 - only the module has none
    head = _opened(group, scope, named) if part.is_first else ast.withitem(scope.handle(group))
    body = [_statement(inner, scope, within, named) for inner in part.parts]
    if part.is_last:
        body += _edge_statements(within.get(group, ()), scope)
    return ast.With([head], body)


def _made(task: Entry, scope: ModuleScope) -> ast.expr:
    """Return what makes a task, and what says that it sets up or tears down."""
    scope.here = task
    made = call_of(task.item, scope)
    if task.item.setup:
        return call(attribute(made, "as_setup"), [], {})
    if task.item.teardown is False:
        return made
    options = {}
    setups = [scope.handle(scope.resolve(name)) for name in torn_down(task.item)]
    if setups:
        options["setups"] = setups[0] if len(setups) == 1 else sequence(setups)
    if task.item.on_failure_fail_dagrun is not None:
        options["on_failure_fail_dagrun"] = plain(task.item.on_failure_fail_dagrun)
    return call(attribute(made, "as_teardown"), [], options)


def _mapped_group(group: Entry, scope: ModuleScope, within: Edges) -> ast.expr:
    """Return what maps a group, which needs a function of its own in the module."""
    outer, scope.function = scope.function, group
    top = _blocks(creation_order(scope.outline, group.children), len(group.where) + 1)
    named = _named_groups(within, top)
    body = [_statement(part, scope, within, named) for part in top.parts]
    body += _edge_statements(within.get(group, ()), scope)
    body = _without_unused_names(body)
    scope.function, scope.here = outer, group
    name_of_function = function(scope.stem)
    names = [*group.item.argument_names] or sorted(_arguments_in(group))
    defined = dedented(definition(name_of_function, names, body), scope.imports)
    scope.functions.append(Piece(source(defined), lambda: defined))
    decorator = call(scope.use(DECORATORS, "task_group"), [], group_arguments(group.item, scope))
    made = ast.Call(decorator, [name(name_of_function)], [])
    beside = group.item.arguments.items()
    given = {key: value_expression(value, scope) for key, value in beside}
    return mapped(made, group.item, scope, given)


def _without_unused_names(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements of a function without the names that it does not read."""
    nodes = (node for statement in body for node in ast.walk(statement))
    names = (node for node in nodes if isinstance(node, ast.Name))
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    return [_unnamed(statement, read) for statement in body]


def _unnamed(statement: ast.stmt, read: set[str]) -> ast.stmt:
    match statement:
        case ast.With(items=items, body=body):
            return ast.With(items, [_unnamed(inner, read) for inner in body])
        case ast.Assign(targets=[ast.Name(id=variable)], value=value) if variable not in read:
            return ast.Expr(value)
        case _:
            return statement


def reserved_names(outline: Outline, names: Mapping[str, str]) -> Iterator[str]:
    """Yield names of the module that imports may not have: of groups, and in their functions."""
    for entry in outline.entries:
        if entry.is_group:
            yield group_variable(names[entry.id])
        if entry.is_group and is_mapped(entry.item):
            yield from entry.item.argument_names
            yield from _arguments_in(entry)


def _arguments_in(group: Entry) -> set[str]:
    """Return the arguments that the tasks of a group read."""
    return {used for task in group.tasks() for _, used in arguments_used(task.item)}


def _opened(group: Entry, scope: ModuleScope, named: set[Entry]) -> ast.withitem:
    scope.here = group
    made = call(scope.use(_TASK_GROUP, "TaskGroup"), [], group_arguments(group.item, scope))
    variable = ast.Name(scope.variable(group), ast.Store()) if group in named else None
    return ast.withitem(made, variable)


def made_by_function(group: Entry, scope: ModuleScope, *, is_named: bool) -> ast.stmt:
    """Return the block in which a function of the project makes the tasks of a group.

    The DAG and the group are the ones that Airflow puts new tasks into, so the function need not
    know them.

    Args:
        group: The group.
        scope: What the module has.
        is_named: Whether the module speaks of the group later.
    """
    scope.here = group
    function = reference(group.item.group_callable, scope)
    in_dag = ast.withitem(name("dag"))
    options = group_arguments(group.item, scope)
    del options["dag"]
    given = unrendered(group.item.arguments, scope)
    by_place = [value_expression(each, scope, rendered=False) for each in group.item.args]
    variable = scope.variable(group)
    if group.item.without_group:
        made = call(function, by_place, given)
        return ast.With([in_dag], [assign(variable, made) if is_named else ast.Expr(made)])
    if is_mapped(group.item):
        decorator = call(scope.use(DECORATORS, "task_group"), [], options)
        made = mapped(ast.Call(decorator, [function], []), group.item, scope, given)
        return ast.With([in_dag], [assign(variable, made)])
    opened = call(scope.use(_TASK_GROUP, "TaskGroup"), [], options)
    target = ast.Name(variable, ast.Store()) if is_named else None
    body = ast.Expr(call(function, by_place, given))
    return ast.With([in_dag, ast.withitem(opened, target)], [body])


def group_arguments(group: Group, scope: ModuleScope) -> dict[str, ast.expr]:
    """Return what a group is made with."""
    arguments: dict[str, ast.expr] = {"group_id": plain(group.group_id)}
    if not group.prefix_group_id:
        arguments["prefix_group_id"] = plain(value=False)
    for key in ("tooltip", "group_display_name", "doc_md"):
        if getattr(group, key):
            arguments[key] = plain(getattr(group, key))
    if group.default_args is not None:
        shared = shared_arguments(group.default_args, scope.current.path, scope)
        arguments["default_args"] = mapping(shared)
    return {**arguments, "dag": name("dag")}


def _edge_statements(
    pairs: Sequence[tuple[Entry, list[Entry]]], scope: ModuleScope
) -> list[ast.stmt]:
    handles = {each.id: each for entry, targets in pairs for each in (entry, *targets)}
    dependencies = ((entry.id, _labels(entry, targets, scope)) for entry, targets in pairs)
    alone = {each.id for each in handles.values() if each.is_group and each.item.without_group}
    return [*edges(dependencies, lambda each: scope.handle(handles[each]), alone)]


def _labels(entry: Entry, targets: list[Entry], scope: ModuleScope) -> dict[str, ast.expr | None]:
    """Return what an entry waits for by its id, with what the label of the edge is made with."""
    texts = scope.outline.labels(entry)
    return {
        each.id: call(scope.use(_LABEL, "Label"), [plain(texts[each])], {})
        if each in texts
        else None
        for each in targets
    }
