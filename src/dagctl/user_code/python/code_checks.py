"""The checks of code that Python can read: would it run as a task, and only then."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, cast

from dagctl.findings.codes import Code
from dagctl.user_code.python.findings import cut, finding, place_of_node
from dagctl.user_code.python.function_tree import definition
from dagctl.user_code.python.read_code import TOO_COMPLEX, place_of_error, too_deep
from dagctl.user_code.python.syntax_tree import own_nodes, quietly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.findings.problem import Problem
    from dagctl.user_code.python.read_code import ParsedCode
    from dagctl.user_code.python.source_lines import CodeText
    from dagctl.user_code.python.syntax_tree import Nodes

_YIELDS = (ast.Yield, ast.YieldFrom)
_METADATA = "Metadata"
"""The class of what Airflow takes from a generator: what it says of an asset."""
Def = ast.FunctionDef | ast.AsyncFunctionDef
_ASYNC = (ast.Await, ast.AsyncFor, ast.AsyncWith)
_OUTSIDE_ASYNC = "outside async function"
_DEFS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_INERT = (*_DEFS, ast.Import, ast.ImportFrom, ast.Pass)
_GENERIC_TYPES = frozenset({"dict", "frozenset", "list", "set", "tuple", "type"})
_BUILTIN_TYPES = _GENERIC_TYPES | {
    *("bool", "bytearray", "bytes", "complex", "float", "int", "object", "str")
}


def body_problems(reading: ParsedCode, signature: str) -> Iterator[Problem]:
    """Yield why the code would not run as the body of a function with these parameters."""
    yield from _runs_nothing(reading.statements, reading, is_callback=signature == "context")
    yield from _calls_nothing(reading.statements, reading.source)
    module = ast.Module([definition("f", signature, reading.statements)], [])
    yield from _does_not_compile(module, reading)


def def_problems(
    reading: ParsedCode, function: Def, *, is_callback: bool = False, is_value: bool = False
) -> Iterator[Problem]:
    """Yield why the code, which is one `def`, would not run as a task, or run too early."""
    source = reading.source
    if is_callback and not takes_by_place(function.args):
        yield finding(
            Code.PYTHON_PARAMETER,
            "Airflow calls a callback with one argument, the context, and by its place",
            f"write `def {cut(function.name)}(context):`",
            place_of_node(function, source),
        )
    for decorator in function.decorator_list:
        yield finding(
            Code.PYTHON_DECORATOR,
            "a decorator would run whenever Airflow reads the file",
            "remove it: the task is made from the plain function",
            place_of_node(decorator, source),
        )
    for default in _defaults(function.args):
        if not _is_literal(default):
            yield finding(
                Code.PYTHON_DEFAULT,
                "a default that is not a literal would run whenever Airflow reads the file",
                "use `None` as the default and compute the value in the body",
                place_of_node(default, source),
            )
    is_async = isinstance(function, ast.AsyncFunctionDef)
    if not is_value:
        yield from _runs_nothing(function.body, reading, is_callback=is_callback, is_async=is_async)
    yield from _does_not_compile(ast.Module(reading.statements, []), reading)


def takes_by_place(arguments: ast.arguments, number: int = 1) -> bool:
    """Return whether a function can be called with so many arguments that have no names."""
    positional = [*arguments.posonlyargs, *arguments.args]
    required = len(positional) - len(arguments.defaults)
    is_free = required <= number and None not in arguments.kw_defaults
    return is_free and (len(positional) >= number or arguments.vararg is not None)


def takes_first(arguments: ast.arguments) -> bool:
    """Return whether a function can be called with one argument without a name, and others."""
    return bool(arguments.posonlyargs or arguments.args or arguments.vararg)


def by_place_problems(
    function: ast.stmt, arguments: Sequence[str], *, or_more: bool = False
) -> Iterator[Problem]:
    """Yield why Airflow cannot call a function with these arguments by place, as it does.

    Args:
        function: The last statement of the code.
        arguments: What Airflow gives to it.
        or_more: Whether it gets by name what else it has names for.
    """
    name = cut(getattr(function, "name", "name"))
    written = f"write `def {name}({', '.join(arguments)}):`"
    if isinstance(function, ast.AsyncFunctionDef):
        yield finding(Code.PYTHON_ASYNC, "Airflow does not await this function", written, None)
    elif isinstance(function, ast.FunctionDef) and not (
        takes_first(function.args) if or_more else takes_by_place(function.args, len(arguments))
    ):
        words = " and ".join(f"`{argument}`" for argument in arguments)
        message = f"Airflow calls this function with {words}, by place"
        yield finding(Code.PYTHON_PARAMETER, message, written, None)


def no_function_problems(reading: ParsedCode) -> Iterator[Problem]:
    """Yield that code which is given to an operator as a function is no single `def`."""
    only = reading.statements[0] if len(reading.statements) == 1 else None
    is_lambda = isinstance(getattr(only, "value", None), ast.Lambda)
    hint = "write `def name(...):` before the lines"
    if is_lambda:
        hint = "write `def name(...): return ...` in place of the `lambda`"
    elif any(isinstance(statement, Def) for statement in reading.statements):
        hint = "put everything else into the `def`"
    yield finding(Code.BAD_MARKER, "the value must be exactly one `def`", hint, None)


def _does_not_compile(module: ast.Module, reading: ParsedCode) -> Iterator[Problem]:
    """Yield what Python can read but not compile (`return` in a class, a parameter twice)."""
    try:
        _, heard = quietly(lambda: compile(module, "<python_code>", "exec", dont_inherit=True))
        reading.heard.extend(heard)
    except SyntaxError as error:
        if _OUTSIDE_ASYNC in str(error.msg) and _is_asynchronous(module):
            return  # reported by `_runs_nothing`, in better words
        place = place_of_error(error, reading.source, in_bytes=True)
        message = f"not valid in a function: {cut(error.msg)}"
        hint = "the code becomes the body of a function; remove what is not allowed there"
        yield finding(Code.PYTHON_NOT_IN_FUNCTION, message, hint, place)
    except TOO_COMPLEX:
        yield too_deep(None)


def _is_asynchronous(module: ast.Module) -> bool:
    body = cast("ast.FunctionDef", module.body[-1]).body
    return any(isinstance(node, _ASYNC) for node in own_nodes(body))


def _runs_nothing(
    statements: Sequence[ast.stmt],
    reading: ParsedCode,
    *,
    is_callback: bool,
    is_async: bool = False,
) -> Iterator[Problem]:
    """Yield what makes of a function a generator or a coroutine that Airflow does not run.

    It takes `Metadata` from a generator, so from 2.10 on a task may yield that. From 3.2 on it
    awaits an `async def`. Which targets and which tasks may is checked with the target.
    """
    if not reading.nodes.has(*_YIELDS, *_ASYNC):
        return  # mostly there is none anywhere, and the walk below is slow
    source = reading.source
    for node in own_nodes(statements):
        if isinstance(node, _YIELDS):
            if is_callback or is_async:
                message, hint = (
                    "Airflow never runs the body of such a generator",
                    "take `yield` out",
                )
            elif not _gives_metadata(node):
                message = "Airflow takes only `Metadata` from a task that yields; the rest is lost"
                hint = "return a list instead"
            else:
                continue
            yield finding(Code.PYTHON_YIELD, message, hint, place_of_node(node, source))
        elif isinstance(node, _ASYNC) and not is_async:
            yield finding(
                Code.PYTHON_ASYNC,
                "a task's own function cannot contain asynchronous code",
                "put it in an `async def` and call `asyncio.run(...)`",
                place_of_node(node, source),
            )


def _gives_metadata(node: ast.AST) -> bool:
    """Return whether a `yield` gives `Metadata(...)`: what another generator gives is not known."""
    value = node.value if isinstance(node, ast.Yield) else None
    called = value.func if isinstance(value, ast.Call) else None
    return _METADATA in {getattr(called, "id", None), getattr(called, "attr", None)}


def is_generator(statements: Sequence[ast.stmt], nodes: Nodes) -> bool:
    """Return whether a function with this body is a generator.

    Args:
        statements: The body.
        nodes: All nodes of the code.
    """
    if not nodes.has(*_YIELDS):
        return False  # as above
    return any(isinstance(node, _YIELDS) for node in own_nodes(statements))


def gives_nothing(nodes: Nodes) -> bool:
    """Return whether code surely returns None, and keeps nothing of its own for other tasks.

    Args:
        nodes: All nodes of the code, those of functions in it too.
    """
    returns = any(node.value is not None for node in nodes.of(ast.Return))
    names = (node.attr for node in nodes.of(ast.Attribute))
    return not returns and not nodes.has(*_YIELDS) and "xcom_push" not in names


def _calls_nothing(statements: Sequence[ast.stmt], source: CodeText) -> Iterator[Problem]:
    """Yield a problem if a body only defines functions or classes: the task would do nothing."""
    definition = next((s for s in statements if _defines(s)), None)
    if definition is None or not all(_inert(statement) for statement in statements):
        return
    place = place_of_node(definition, source)
    if len(statements) == 1 and isinstance(definition, ast.AsyncFunctionDef):
        yield finding(
            Code.PYTHON_ASYNC,
            f"Airflow never awaits the coroutine that `async def {cut(definition.name)}` returns",
            "make it a plain `def` that calls `asyncio.run(...)`",
            place,
        )
        return
    last = next(s for s in reversed(statements) if _defines(s))
    name = cut(getattr(last, "name", "the function"))
    yield finding(
        Code.PYTHON_NOTHING_CALLED,
        "the code defines things but calls nothing, so the task would do nothing",
        f"call it at the end (`return {name}(...)`), or give one `def` with its imports inside",
        place,
    )


def runs_at_import(annotation: ast.expr) -> bool:
    """Return whether an annotation is more than built-in types and literals, and so may fail."""
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
            return _no_union(left) or (_no_union(right) and not _is_none(right))
        case _:
            return True


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Return all parameters of a function."""
    stars = [star for star in (arguments.vararg, arguments.kwarg) if star]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *stars]


def signature_annotations(function: Def) -> Iterator[ast.expr]:
    """Yield the annotations of a function's signature."""
    for parameter in parameters(function.args):
        if parameter.annotation:
            yield parameter.annotation
    if function.returns:
        yield function.returns


def _defines(statement: ast.stmt) -> bool:
    value = getattr(statement, "value", None)
    return isinstance(statement, _DEFS) or isinstance(value, ast.Lambda)


def _inert(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Expr, ast.Assign, ast.AnnAssign)):
        return isinstance(statement.value, (ast.Constant, ast.Lambda))
    return isinstance(statement, _INERT) or _is_main_guard(statement)


def _is_main_guard(statement: ast.stmt) -> bool:
    """Return whether this is `if __name__ == "__main__":`, which is never true in Airflow."""
    match statement:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()]), orelse=[]):
            return True
        case _:
            return False


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
