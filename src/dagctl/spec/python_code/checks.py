"""The checks of code that Python can read: would it run as a task, and only then."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.spec.codes import Code
from dagctl.spec.python_code.findings import finding, place_of_node, refusal
from dagctl.spec.python_code.tree import own_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.spec.problem import Problem
    from dagctl.spec.python_code.source import Source

_YIELDS = (ast.Yield, ast.YieldFrom)
_ASYNC = (ast.Await, ast.AsyncFor, ast.AsyncWith)
_DEFS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_INERT = (*_DEFS, ast.Import, ast.ImportFrom, ast.Pass)
_BUILTIN_TYPES = frozenset(
    ("bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list")
    + ("object", "set", "str", "tuple", "type")
)
_GENERIC_TYPES = frozenset(("dict", "frozenset", "list", "set", "tuple", "type"))

CONTEXT_KEYS = frozenset(
    """conn conf dag dag_run data_interval_end data_interval_start ds ds_nodash exception
    execution_date expanded_ti_count inlet_events inlets logical_date macros map_index_template
    next_ds next_ds_nodash next_execution_date outlet_events outlets params
    prev_data_interval_end_success prev_data_interval_start_success prev_ds prev_ds_nodash
    prev_end_date_success prev_execution_date prev_execution_date_success
    prev_start_date_success reason run_id start_date task task_instance task_instance_key_str
    task_reschedule_count templates_dict test_mode ti tomorrow_ds tomorrow_ds_nodash
    triggering_asset_events triggering_dataset_events try_number ts ts_nodash
    ts_nodash_with_tz var yesterday_ds yesterday_ds_nodash""".split()
)
"""What Airflow 2.9 to 3 may pass to a function by name (their `Context` types)."""


def check_runs(statements: Sequence[ast.stmt], source: Source) -> None:
    """Refuse what makes a function a generator or a coroutine: Airflow would call it and run nothing."""
    nodes = list(own_nodes(statements))
    for node in nodes:
        if isinstance(node, _YIELDS):
            raise refusal(
                Code.PYTHON_YIELD,
                "`yield` makes the task a generator, and Airflow never runs a generator's body",
                "return a list instead",
                place_of_node(node, source),
            )
    for node in nodes:
        if isinstance(node, _ASYNC):
            raise refusal(
                Code.PYTHON_ASYNC,
                "asynchronous code cannot stand in a task's own function",
                "put it in an `async def` and call `asyncio.run(...)`",
                place_of_node(node, source),
            )


def check_body(statements: Sequence[ast.stmt], source: Source) -> None:
    """Refuse a body that only defines functions or classes: the task would do nothing."""
    definition = next((s for s in statements if _defines(s)), None)
    if definition is None or not all(_inert(statement) for statement in statements):
        return
    if len(statements) == 1 and isinstance(definition, ast.AsyncFunctionDef):
        raise refusal(
            Code.PYTHON_ASYNC,
            f"`async def {definition.name}` gives a coroutine that Airflow never awaits",
            "make it a plain `def` that calls `asyncio.run(...)`",
            place_of_node(definition, source),
        )
    name = getattr(definition, "name", "the function")
    raise refusal(
        Code.PYTHON_NOTHING_CALLED,
        "the code only defines and calls nothing, so the task would do nothing",
        f"call it at the end (`return {name}(...)`), or give exactly one `def` with its imports inside",
        place_of_node(definition, source),
    )


def check_def(function: ast.FunctionDef, source: Source) -> None:
    """Refuse what would run when Airflow reads the file, rather than when the task runs."""
    for decorator in function.decorator_list:
        raise refusal(
            Code.PYTHON_DECORATOR,
            "a decorator would run whenever Airflow reads the file",
            "remove it: the task is made from the plain function",
            place_of_node(decorator, source),
        )
    for default in _defaults(function.args):
        if not _is_literal(default):
            raise refusal(
                Code.PYTHON_DEFAULT,
                "a default that is no literal would run whenever Airflow reads the file",
                "use `None` as the default and compute the value in the body",
                place_of_node(default, source),
            )


def runs_at_import(annotation: ast.expr) -> bool:
    """Return whether an annotation is more than built-in types and literals, so that evaluating it may fail."""
    match annotation:
        case ast.Constant():
            return False
        case ast.Name(id=name):
            return name not in _BUILTIN_TYPES
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=elements)):
            return name not in _GENERIC_TYPES or any(map(runs_at_import, elements))
        case ast.Subscript(value=ast.Name(id=name), slice=element):
            return name not in _GENERIC_TYPES or runs_at_import(element)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _no_union(left) or not _is_none(right) and _no_union(right)
        case _:
            return True


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Return all parameters of a function."""
    stars = [star for star in (arguments.vararg, arguments.kwarg) if star]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *stars]


def annotations(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Yield the annotations of a function's signature."""
    for parameter in parameters(function.args):
        if parameter.annotation:
            yield parameter.annotation
    if function.returns:
        yield function.returns


def unfilled(function: ast.FunctionDef, source: Source) -> list[Problem]:
    """Return a warning for each required parameter that Airflow has no value for."""
    return [
        finding(
            Code.PYTHON_PARAMETER,
            f"Airflow passes no `{parameter.arg}` to this function, so the task would fail",
            "give it a default, or read what you need from `**context`",
            place_of_node(parameter, source),
            Severity.WARNING,
        )
        for parameter, by_name in _required(function.args)
        if not by_name or parameter.arg not in CONTEXT_KEYS
    ]


def unresolved(function: ast.FunctionDef, source: Source) -> list[Problem]:
    """Return a warning for each annotation that is evaluated when the task runs and names something unknown."""
    return [
        finding(
            Code.PYTHON_ANNOTATION,
            "Python evaluates this annotation when the task runs, and nothing is imported by then",
            "quote the annotation, or leave it out",
            place_of_node(annotation, source),
            Severity.WARNING,
        )
        for annotation in annotations(function)
        if runs_at_import(annotation)
    ]


def context_missing(nodes: Sequence[ast.AST], source: Source) -> list[Problem]:
    """Return a warning if the code reads `context`, which nothing gives it."""
    names = [node for node in nodes if isinstance(node, ast.Name) and node.id == "context"]
    bound = any(isinstance(node, ast.arg) and node.arg == "context" for node in nodes)
    if not names or bound or any(isinstance(name.ctx, ast.Store) for name in names):
        return []
    return [
        finding(
            Code.PYTHON_CONTEXT,
            "the code reads `context`, which it only gets with `provide_context: true`",
            "set `provide_context: true`",
            place_of_node(names[0], source),
            Severity.WARNING,
        )
    ]


def _defines(statement: ast.stmt) -> bool:
    value = getattr(statement, "value", None)
    return isinstance(statement, _DEFS) or isinstance(value, ast.Lambda)


def _inert(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Expr, ast.Assign, ast.AnnAssign)):
        return isinstance(statement.value, (ast.Constant, ast.Lambda))
    return isinstance(statement, _INERT)


def _defaults(arguments: ast.arguments) -> Iterator[ast.expr]:
    yield from arguments.defaults
    yield from filter(None, arguments.kw_defaults)


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return False
    return True


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _no_union(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) or runs_at_import(node)


def _required(arguments: ast.arguments) -> Iterator[tuple[ast.arg, bool]]:
    """Yield the parameters without a default, each with whether it can be passed by name."""
    positional = [*arguments.posonlyargs, *arguments.args]
    for index, parameter in enumerate(positional[: len(positional) - len(arguments.defaults)]):
        yield parameter, index >= len(arguments.posonlyargs)
    for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is None:
            yield parameter, True
