"""The expressions of a DAG file: literals, names, texts that are put together, calls."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.airflow import task_edges
from dagctl.convert.python_file.airflow.assets import condition, is_asset
from dagctl.convert.python_file.calls import any_callee, plain
from dagctl.convert.python_file.calls.project_modules import UNKNOWN, attribute, from_star, imported
from dagctl.convert.python_file.certainty import conditions, effects, fallbacks
from dagctl.convert.python_file.state.inlining import defined
from dagctl.convert.python_file.state.items import (
    Bound,
    Connected,
    Container,
    Dag,
    Decorated,
    Decorator,
    EnumMember,
    File,
    Function,
    Label,
    Late,
    LocalClass,
    Made,
    Moment,
    Name,
    Opaque,
    Output,
    Task,
    TaskGroup,
    full_id,
    settled,
)
from dagctl.convert.python_file.state.loop_turns import turns
from dagctl.convert.python_file.state.named_record import Record
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.syntax import comprehensions, subscripts
from dagctl.convert.python_file.values import file_paths, instances, kept, methods, moments, records
from dagctl.convert.python_file.values.connections import field
from dagctl.convert.python_file.values.kept_texts import by_percent
from dagctl.convert.python_file.values.texts import (
    formatted,
    rendered,
    spoken,
    text_of,
    with_format,
)
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.convert.python_file.state.machine import Machine
    from dagctl.convert.python_file.state.scope import Scope

_AT_PARSE = (Made, Bound, Name)
_NODES = (Task, TaskGroup, Output, Label)
_PLAIN_FIELDS = lazy_pattern(r"([^%]|%%|%s)*")
_PARSING = frozenset(
    f"airflow.{module}.get_parsing_context" for module in ("sdk", "utils.dag_parsing_context")
)
_PARSED = frozenset({"dag_id", "task_id"})


def evaluate(machine: Machine, node: ast.expr, scope: Scope) -> Any:  # noqa: ANN401
    """Return the value of an expression; an `Opaque` where only Python knows."""
    handler = _HANDLERS.get(type(node))
    if handler is None:
        return machine.only_python(node)
    return handler(machine, node, scope)


def _name(machine: Machine, node: ast.Name, scope: Scope) -> Any:  # noqa: ANN401
    holder = scope.holder(node.id)
    if holder is not None:
        if node.id in holder.fallbacks:
            fallbacks.note_use(machine, node, holder)
        if not effects.is_settled(machine, node.id, holder):
            return machine.opaque(node, f"`{node.id}` may be changed by what is not followed")
        return _as_imported(machine, holder, node.id)
    if node.id == "__name__":
        return "unusual_prefix_dag_file"
    if node.id == "__file__":
        return File(machine.file, is_of_dag=machine.is_in_the_dag_file)
    if node.id in plain.BUILTINS or plain.is_exception(node.id):
        return Name(f"builtins.{node.id}")
    known = UNKNOWN if machine.is_beside else from_star(machine, scope, node.id)
    why = f"`{node.id}` is known only when Python runs"
    return machine.opaque(node, why) if known is UNKNOWN else known


def _as_imported(machine: Machine, holder: Scope, name: str) -> Any:  # noqa: ANN401
    """Return the value of a name; a function or a class of a module that is imported by its path.

    So a task that a function of the module makes has what the DAG file can import.
    """
    value = holder.values[name]
    module = holder.own_origin.module if holder.own_origin else ""
    if not module or machine.is_beside or not isinstance(value, Function | LocalClass):
        return value
    is_named = getattr(value.node, "name", None) == name
    return Name(f"{module}.{name}") if is_named else value


def _field_values(machine: Machine, fields: list[Any], scope: Scope) -> dict[int, Any]:
    """Return the value of each field of a text; what a later field changes is not known."""
    begun = machine.changes.now()
    made = {id(part): machine.evaluate(part.value, scope) for part in fields}
    for part in fields:
        if machine.changes.is_changed(made[id(part)], begun):
            why = f"`{words(part.value)}` is changed while the text is made"
            made[id(part)] = machine.opaque(part, why)
        elif part.format_spec is None and part.conversion in {-1, ord("s")}:
            made[id(part)] = file_paths.text_or_self(made[id(part)])
    return made


def _joined_text(machine: Machine, node: ast.JoinedStr, scope: Scope) -> Any:  # noqa: ANN401
    fields = [part for part in node.values if isinstance(part, ast.FormattedValue)]
    raw = _field_values(machine, fields, scope)
    made = None
    if all(part.format_spec is None and part.conversion in {-1, ord("s")} for part in fields):
        values = [raw.get(id(part), getattr(part, "value", None)) for part in node.values]
        made = kept.text(machine, node, values)
        if made is not None and any(isinstance(value, _AT_PARSE) for value in values):
            return made  # where templates give all of it, a template gives the text too
    parts: list[str] = []
    late: list[Any] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
            continue
        assert isinstance(part, ast.FormattedValue)  # noqa: S101 - the grammar has no other
        spec = machine.evaluate(part.format_spec, scope) if part.format_spec else ""
        value = kept.without_calls(raw[id(part)])
        if spec or part.conversion not in {-1, ord("s")}:
            value = settled(value)
        if isinstance(value, Moment) and part.conversion == -1:
            value, spec = spoken(value, spec), ""
        elif spec and part.conversion == -1:
            formed = with_format(value, spec)
            value, spec = formed, spec if formed is value else ""
        text = formatted(value, spec, part.conversion)
        if text is None:
            why = value.why if isinstance(value, Opaque) else f"the text of `{words(part.value)}`"
            return machine.opaque(node, why)
        parts.append(text)
        late += [value] if isinstance(value, Late | Output) else []
    whole = "".join(parts)
    machine.charge(len(whole) // 256)
    return rendered(whole, late, made)


def _attribute(machine: Machine, node: ast.Attribute, scope: Scope) -> Any:  # noqa: ANN401, PLR0911 - one for each kind
    machine.asked = node.value
    owner = machine.evaluate(node.value, scope)
    if isinstance(owner, Name | LocalClass | EnumMember) or _path(owner):
        return _member(machine, owner, node.attr)
    if isinstance(owner, Output) and node.attr == "operator":
        return owner.task
    if isinstance(owner, Task | Output | Dag | TaskGroup):
        return _attribute_of(machine, node, owner)
    if (known := instances.field(machine, owner, node)) is not node:
        return known
    if isinstance(owner, Opaque):
        return methods.of_object(machine, owner, node, scope) or owner
    if isinstance(owner, Record):
        return records.attribute(machine, owner, node)
    if isinstance(owner, Made) and owner.target.path in _PARSING and node.attr in _PARSED:
        return None  # Airflow gives an id where one DAG is asked for; the file stands for all
    if isinstance(owner, Moment | Connected):
        known = (
            moments.part(owner, node.attr) if isinstance(owner, Moment) else field(owner, node.attr)
        )
        return Bound(owner, node.attr) if known is None else known
    if isinstance(owner, File) and node.attr not in file_paths.METHODS:
        known = file_paths.attribute(owner, node.attr)
        text = f"`{words(node)}`: where the file lies is not known"
        return machine.opaque(node, text) if known is None else known
    is_path = file_paths.seen(owner) or file_paths.written(owner)
    known = file_paths.attribute(owner, node.attr) if is_path else None
    return Bound(owner, node.attr) if known is None else known


def _path(value: object) -> str | None:
    """Return the import path of a value, or of what is asked of one; None: it has none."""
    if isinstance(value, Bound):
        owner = _path(value.owner)
        return owner and f"{owner}.{value.name}"
    return value.path if isinstance(value, Name) else None


def _member(machine: Machine, owner: Name | Bound | LocalClass | EnumMember, name: str) -> Any:  # noqa: ANN401
    """Return what stands in a module or a class under a name."""
    path = _path(owner)
    if path is None:
        known = attribute(machine, owner, name)
        if known is UNKNOWN and isinstance(owner, LocalClass):
            return methods.of_class(machine, owner, name) or Bound(owner, name)
        return Bound(owner, name) if known is UNKNOWN else known
    if name in any_callee.METHODS:
        definition = machine.definition(path)
        if isinstance(definition, Decorated):
            return Bound(definition, name)
    known = imported(machine, f"{path}.{name}")
    is_of_object = isinstance(known, Name) and machine.modules.is_object(machine, path)
    return Bound(owner, name) if is_of_object else known


def _attribute_of(machine: Machine, node: ast.Attribute, owner: Task | Output | Container) -> Any:  # noqa: ANN401
    name = node.attr
    if isinstance(owner, Task):
        known = {"output": Output(owner), "task_id": full_id(owner)}
    elif isinstance(owner, Dag):
        known = {"dag_id": owner.dag_id, "task": Decorator("task", {"dag": owner}, {})}
    elif isinstance(owner, TaskGroup) and not owner.is_bare:
        known = {"group_id": full_id(owner)}
    else:
        known = {}
    if name in known:
        return known[name]
    if name in task_edges.METHODS or name in any_callee.METHODS or name == "get_task":
        return Bound(owner, name)
    kwargs = getattr(owner, "kwargs", {})
    if name in kwargs:
        return kwargs[name]
    return machine.only_python(node)


def _binary(machine: Machine, node: ast.BinOp, scope: Scope) -> Any:  # noqa: ANN401
    """Return the value of a chain of operators, which may be long: it grows to the left."""
    chain: list[ast.BinOp] = []
    first: ast.expr = node
    while isinstance(first, ast.BinOp):
        chain.append(first)
        first = first.left
    value = machine.evaluate(first, scope)
    for link in reversed(chain):
        machine.charge()
        value = _joint(machine, link, value, machine.evaluate(link.right, scope))
    return value


def _joint(machine: Machine, node: ast.BinOp, left: object, right: object) -> Any:  # noqa: ANN401
    if isinstance(node.op, ast.RShift | ast.LShift) and (_is_node(left) or _is_node(right)):
        before, after = (left, right) if isinstance(node.op, ast.RShift) else (right, left)
        task_edges.shifted(machine, before, after, node)
        return right
    if isinstance(node.op, ast.BitAnd | ast.BitOr) and is_asset(left) and is_asset(right):
        return condition("all" if isinstance(node.op, ast.BitAnd) else "any", left, right)
    for side in (left, right):
        if isinstance(side, Opaque):
            return side
    if isinstance(node.op, ast.Div) and isinstance(left, Made | Late):
        below = file_paths.below(machine, node, left, kept.without_calls(right))
        if below is not None:
            return below
    at_parse = by_percent(machine, node, left, right)
    if at_parse is None and (isinstance(left, _AT_PARSE) or isinstance(right, _AT_PARSE)):
        at_parse = kept.operated(machine, node, node.op, [left, right])
    if at_parse is not None:
        return at_parse
    left, right = kept.without_calls(left), kept.without_calls(right)
    return _of_texts(machine, node, left, right)


def _of_texts(machine: Machine, node: ast.BinOp, left: object, right: object) -> Any:  # noqa: ANN401
    """Return what an operator makes of data, and of texts that are known when the task runs."""
    late = [side for side in (left, right) if isinstance(side, Late | Output)]
    texts = [
        text_of(side) if isinstance(side, str | Late | Output) else None for side in (left, right)
    ]
    if late and isinstance(node.op, ast.Add) and None not in texts:
        read = kept.text(machine, node, [left, right])
        return rendered(plain.binary(machine, node, *texts), late, read)
    if isinstance(node.op, ast.Mod) and isinstance(left, str):
        return _filled(machine, node, left, right)
    return plain.binary(machine, node, settled(left), settled(right))


def _filled(machine: Machine, node: ast.BinOp, left: str, right: object) -> Any:  # noqa: ANN401
    """Return a text with `%s` filled, where some of it is known when the task runs."""
    parts = tuple(map(kept.without_calls, right if isinstance(right, tuple) else (right,)))
    late = [part for part in parts if isinstance(part, Late | Output)]
    if not late or not _PLAIN_FIELDS.fullmatch(left):
        filled = right if isinstance(right, dict) else parts
        return plain.binary(machine, node, left, filled)
    texts = tuple(text_of(part) if isinstance(part, Late | Output) else part for part in parts)
    return rendered(plain.binary(machine, node, left, texts), late)


def _is_node(value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_is_node, value))
    return isinstance(value, _NODES)


def _set(machine: Machine, node: ast.Set, scope: Scope) -> Any:  # noqa: ANN401
    try:
        return set(_elements(machine, node.elts, scope))
    except TypeError:
        return machine.opaque(node, f"`{words(node)}` is a set of more than data")


def _elements(machine: Machine, nodes: list[ast.expr], scope: Scope) -> list[Any]:
    made: list[Any] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            value = settled(machine.evaluate(node.value, scope))
            values = turns(value) if isinstance(value, list | tuple | range) else None
            if values is not None:
                machine.charge(len(values))
                made += values
            else:
                made.append(machine.opaque(node, f"`{words(node)}` is known only at run time"))
        else:
            made.append(machine.evaluate(node, scope))
    return made


def _dict(machine: Machine, node: ast.Dict, scope: Scope) -> Any:  # noqa: ANN401
    made: dict[Any, Any] = {}
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = machine.evaluate(value_node, scope)
        if key_node is None:
            value = settled(value)
            if not isinstance(value, dict):
                return machine.opaque(node, f"`**{words(value_node)}` is known only at run time")
            machine.charge(len(value))
            made |= value
            continue
        key = settled(machine.evaluate(key_node, scope))
        if not isinstance(key, str | int | float | bool | None | tuple | Name):
            return machine.opaque(node, f"the key `{words(key_node)}` is known only at run time")
        made[key] = value
    return made


def _unary(machine: Machine, node: ast.UnaryOp, scope: Scope) -> Any:  # noqa: ANN401
    value = machine.evaluate(node.operand, scope)
    return value if isinstance(value, Opaque) else plain.unary(machine, node, value)


def _compare(machine: Machine, node: ast.Compare, scope: Scope) -> Any:  # noqa: ANN401
    left = machine.evaluate(node.left, scope)
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = machine.evaluate(right_node, scope)
        verdict = plain.compare(machine, node, op, left, right)
        if verdict is not True:
            return verdict
        left = right
    return True


def _walrus(machine: Machine, node: ast.NamedExpr, scope: Scope) -> Any:  # noqa: ANN401
    value = machine.evaluate(node.value, scope)
    name = node.target.id
    holder = next(around for around in scope.around() if not around.is_of_a_comprehension)
    holder.put(name, value)
    holder = holder.elsewhere.get(name, holder)
    holder.statements[name] = []  # no statement gives it alone
    holder.named_at[name] = machine.changes.now()
    return value


_HANDLERS: Mapping[type[ast.expr], Callable[[Machine, Any, Scope], Any]] = {
    ast.Constant: lambda _machine, node, _scope: node.value,
    ast.Name: _name,
    ast.JoinedStr: _joined_text,
    ast.Attribute: _attribute,
    ast.BinOp: _binary,
    ast.Subscript: subscripts.subscript,
    ast.List: lambda machine, node, scope: _elements(machine, node.elts, scope),
    ast.Tuple: lambda machine, node, scope: tuple(_elements(machine, node.elts, scope)),
    ast.Set: _set,
    ast.Dict: _dict,
    ast.UnaryOp: _unary,
    ast.BoolOp: conditions.boolean,
    ast.IfExp: conditions.either,
    ast.Compare: _compare,
    ast.Call: any_callee.call,
    ast.Lambda: defined,
    ast.NamedExpr: _walrus,
    ast.ListComp: comprehensions.as_list,
    ast.GeneratorExp: comprehensions.as_list,
    ast.SetComp: comprehensions.as_list,
    ast.DictComp: comprehensions.as_dict,
}
