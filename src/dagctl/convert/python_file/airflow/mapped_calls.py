"""`partial`, `expand`, `override` and what outputs can be asked: `zip`, `concat`, `map`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.airflow import making
from dagctl.convert.python_file.airflow.decorated_tasks import result_of, task
from dagctl.convert.python_file.state.items import (
    Argument,
    Decorated,
    Decorator,
    Each,
    Joined,
    Name,
    Output,
    Partial,
    Task,
    TaskGroup,
)
from dagctl.convert.python_file.state.scope import Scope

if TYPE_CHECKING:
    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine

METHODS = frozenset({"partial", "expand", "expand_kwargs", "override", "zip", "concat", "map"})
ALL = "**"
"""The key of what `expand_kwargs` takes."""


def method(machine: Machine, owner: Any, name: str, made: Call) -> Any:  # noqa: ANN401
    """Call one of `METHODS` of a decorated function, a partial or an output."""
    if isinstance(owner, Task):
        owner = Output(owner)
    if isinstance(owner, Output | Joined | Each):
        return _of_output(machine, owner, name, made)
    if name == "override" and isinstance(owner, Decorated):
        return _overridden(owner, made)
    if name == "partial" and isinstance(owner, Decorated):
        return Partial(owner, made.kwargs, made.places)
    if name in {"expand", "expand_kwargs"}:
        return _expanded(machine, owner, name, made)
    return machine.only_python(made.node)


def of_operator(machine: Machine, path: str, name: str, made: Call) -> Any:  # noqa: ANN401
    """Call `partial` of an operator."""
    del machine, name
    return Partial(Name(path), made.kwargs, made.places)


def _of_output(machine: Machine, owner: Output | Joined | Each, name: str, made: Call) -> Any:  # noqa: ANN401
    if name == "map" and len(made.args) == 1 and not made.kwargs:
        return Each(owner, made.args[0])
    taken = {"fillvalue"} if name == "zip" else set()
    if name in {"zip", "concat"} and made.args and made.kwargs.keys() <= taken:
        return Joined(f"${name}", [owner, *made.args], made.kwargs)
    return machine.opaque(made.node, f"a spec has no word for `{name}` of an output")


def _overridden(owner: Decorated, made: Call) -> Decorated:
    decorator = owner.decorator
    kwargs, places = decorator.kwargs | made.kwargs, decorator.places | made.places
    changed = Decorator(decorator.kind, kwargs, places)
    return Decorated(owner.function, changed, owner.setup, owner.teardown)


def _expanded(machine: Machine, owner: Decorated | Partial, name: str, made: Call) -> Any:  # noqa: ANN401
    """Return the output of a mapped task, or a mapped group."""
    over = made.kwargs
    if name == "expand_kwargs":
        over = {ALL: made.args[0] if made.args else made.kwargs.get("kwargs")}
    partial = owner if isinstance(owner, Partial) else Partial(owner, {}, {})
    callee = partial.callee
    if isinstance(callee, Decorated) and callee.decorator.kind == "task_group":
        return _mapped_group(machine, callee, partial, over, made)
    if isinstance(callee, Decorated):
        made.args, made.kwargs = [], dict(partial.kwargs)
        output: Output = task(machine, callee, made, is_mapped=True)
        output.task.mapped = over
        return output
    places = partial.places | made.places
    item = making.task(machine, callee, partial.kwargs, places, made.node)
    item.mapped = over
    if partial.kind is not None:
        machine.stays_code.append((partial.kind, item))
    return item


def _mapped_group(
    machine: Machine, callee: Decorated, partial: Partial, over: dict[str, Any], made: Call
) -> Any:  # noqa: ANN401
    """Return a group whose arguments are known only when it runs."""
    function = callee.function
    kwargs = {"group_id": function.name, **callee.decorator.kwargs}
    group: TaskGroup = making.group(
        machine, kwargs, callee.decorator.places, made.node, repeated=True
    )
    group.mapped, group.given = over, dict(partial.kwargs)
    machine.around.append(group)
    scope, parameters = Scope(function.scope), function.node.args
    for parameter in (*parameters.args, *parameters.kwonlyargs):
        scope.put(parameter.arg, Argument(parameter.arg))
    end = machine.run(getattr(function.node, "body", []), scope)
    machine.around.pop()
    return result_of(group, end)
