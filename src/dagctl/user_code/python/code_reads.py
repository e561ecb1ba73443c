"""What code reads of Airflow while it runs: its context, XComs, parameters, and its modules."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import field, replace
from functools import cache
from itertools import islice, repeat
from typing import TYPE_CHECKING

from dagctl.findings.problem import MAX_IN_VALUE
from dagctl.frozen import frozen
from dagctl.user_code.python.findings import place_of_node
from dagctl.user_code.python.optional import asked_for, handled_nodes, looked_for, or_else
from dagctl.user_code.python.syntax_tree import children, own_nodes
from dagctl.user_code.xcom_pulls import OTHER_RUNS, Pull

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dagctl.text.lines import TextRange
    from dagctl.user_code.python.source_lines import CodeText
    from dagctl.user_code.python.syntax_tree import Nodes

_PLAIN = (
    *(ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Delete, ast.Pass),
    *(ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
)
"""After these the next one runs, unless they fail."""
_MAY_NOT_RUN = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.IfExp, ast.BoolOp),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
"""What holds parts that run later, elsewhere, or not at all."""


def certain_nodes(body: Iterable[ast.stmt]) -> set[int]:
    """Return the ids (`id(node)`) of the nodes of a function's body that surely run.

    Those of its first statements, up to one that decides something; a few that run too are left
    out.
    """
    certain: set[int] = set()
    for statement in body:
        stack: list[ast.AST] = [statement]
        if not isinstance(statement, _PLAIN):
            break
        while stack:
            node = stack.pop()
            if not isinstance(node, _MAY_NOT_RUN):
                certain.add(id(node))
                stack += children(node)
        if isinstance(statement, ast.Return):
            break
    return certain


_READING = (ast.Subscript, ast.Attribute, ast.Call, ast.keyword, ast.Import, ast.ImportFrom)
"""Code without any of these reads nothing."""
_MOST = 5 * MAX_IN_VALUE
"""Of each kind so many are kept: more than are ever shown, less than a hostile code has."""


@frozen
class Read:
    """Something that code reads by its name."""

    name: str
    place: TextRange
    certain: bool
    """Whether the code reads it whenever the task runs."""
    asks: bool = False
    """Whether it may be missing: `context.get("ds")`."""


@frozen
class Reads:
    """What one code reads."""

    context: tuple[Read, ...] = ()
    """Keys of the context, as in `context["ds"]`."""
    attributes: tuple[tuple[str, Read], ...] = ()
    """What it reads of an object in the context, as in `context["ti"].state`, with its key."""
    parameters: tuple[Read, ...] = ()
    """What a run is started with, as in `context["params"]["region"]`."""
    imports: tuple[Read, ...] = ()
    """Modules of Airflow, and what is imported from them: `airflow.utils.dates.days_ago`."""
    pulls: tuple[Pull, ...] = field(default=())
    named: tuple[tuple[str, str], ...] = ()
    """Connections (`conn`) and variables (`var`) that it names as literals."""
    returned: tuple[Read, ...] = ()
    """Texts that it returns as literals: of a branch, the tasks that it chooses."""


def reads_of(
    body: Sequence[ast.stmt],
    nodes: Nodes,
    source: CodeText,
    context: str | None,
    filled: Iterable[str] = (),
) -> Reads:
    """Return what code reads.

    Args:
        body: The statements of the function.
        nodes: Every node of the code.
        source: The text of the code.
        context: The name of the parameter that takes Airflow's context, if there is one.
        filled: The parameters of the function, which Airflow fills by their names.
    """
    returned = list(islice(_returned(body, nodes), _MOST))
    if not returned and not nodes.has(*_READING):
        return Reads()

    @cache
    def certain() -> set[int]:  # most code reads nothing
        return certain_nodes(body)

    def read(name: str, node: ast.expr | ast.stmt) -> Read:
        return Read(name, place_of_node(node, source), id(node) in certain())

    subscripts = nodes.of(ast.Subscript)
    bound = _Bindings(nodes) if subscripts or nodes.has(ast.Attribute) else None
    contexts = {*(bound.contexts() if bound else ())}
    if context and bound and not bound.again(context):
        contexts.add(context)
    keys = [*_keys(nodes, contexts)]
    held = _held(filled, bound, contexts) if bound else {}
    asked = bool(subscripts) and _may_have_more(nodes, held)
    known = () if asked else subscripts
    params = [pair for node in known if (pair := _parameter_of(node, contexts, held))]
    handled = handled_nodes(nodes) if keys or params else set()
    stores = ((name, getattr(node, "ctx", None)) for name, node in (*keys, *params))
    stored = {name for name, use in stores if isinstance(use, ast.Store)}
    stored |= looked_for(nodes, lambda node: _is_context(node, contexts)) if keys else set()
    return Reads(
        context=(
            *(read(*it) for it in keys[:_MOST] if it[0] not in stored and id(it[1]) not in handled),
            *(replace(read(*pair), asks=True) for pair in islice(_asked(nodes, contexts), _MOST)),
        ),
        attributes=tuple(
            (owner, read(node.attr, node))
            for owner, node in islice(_attributes(nodes, contexts, held), _MOST)
        ),
        parameters=tuple(
            read(name, node)
            for name, node in params[:_MOST]
            if stored.isdisjoint((name, "params")) and id(node) not in handled
        ),
        imports=tuple(_imports(nodes, read))[:_MOST],
        pulls=tuple(_pulls(nodes, source))[:_MOST],
        named=tuple(_named(nodes))[:_MOST],
        returned=tuple(read(*pair) for pair in returned),
    )


_MAY_BE_TEXTS = (*(ast.Constant, ast.List, ast.Tuple, ast.Set), ast.IfExp, ast.BoolOp)


def _returned(body: Sequence[ast.stmt], nodes: Nodes) -> Iterator[tuple[str, ast.expr]]:
    """Yield the literal texts that the function itself returns, one of them or a list."""
    if not any(isinstance(node.value, _MAY_BE_TEXTS) for node in nodes.of(ast.Return)):
        return  # the walk below is slow
    for node in own_nodes(body):
        values = [node.value] if isinstance(node, ast.Return) else []
        while values:
            match values.pop():
                case ast.IfExp(body=first, orelse=second):
                    values += [second, first]
                case ast.BoolOp(values=items):
                    values += reversed(items)
                case value:
                    yield from _texts(value)


def _keys(nodes: Nodes, contexts: set[str]) -> Iterator[tuple[str, ast.expr]]:
    """Yield the keys that must be there, or are set: `context["key"]`, `context.pop("key")`."""
    yield from (pair for node in nodes.of(ast.Subscript) if (pair := _key_of(node, contexts)))
    yield from _called(nodes, contexts, "pop")


def _key_of(node: ast.Subscript, contexts: set[str]) -> tuple[str, ast.Subscript] | None:
    """Return the key of `context["key"]`, or of what Airflow's own function gives."""
    match node:
        case ast.Subscript(value=value, slice=ast.Constant(value=str(key))):
            return (key, node) if _is_context(value, contexts) else None
    return None


def _asked(nodes: Nodes, contexts: set[str]) -> Iterator[tuple[str, ast.Call]]:
    """Yield the key of each `context.get("key")`; with a default, it may be missing."""
    asked = list(_called(nodes, contexts, "get"))
    others = or_else(nodes) if asked else set()
    yield from (pair for pair in asked if id(pair[1]) not in others)


def _called(nodes: Nodes, contexts: set[str], method: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield the key of each `context.METHOD("key")` with this one argument."""
    for node in nodes.of(ast.Call):
        match node:
            case ast.Call(
                func=ast.Attribute(value=value, attr=name), args=[ast.Constant(value=str(key))]
            ) if name == method and not node.keywords and _is_context(value, contexts):
                yield key, node


def bound_names(nodes: Nodes) -> Iterator[str | None]:
    """Yield each name that a code binds, as often as it does."""
    yield from (node.id for node in nodes.of(ast.Name) if isinstance(node.ctx, ast.Store))
    yield from (node.arg for node in nodes.of(ast.arg))
    yield from (alias.asname or alias.name.partition(".")[0] for alias in nodes.of(ast.alias))
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in nodes.of(*definitions, ast.ExceptHandler, ast.MatchAs, ast.MatchStar):
        yield getattr(node, "name", None)
    yield from (node.rest for node in nodes.of(ast.MatchMapping))


class _Bindings:
    """The names of a code that are bound once, by `name = value`."""

    def __init__(self, nodes: Nodes) -> None:
        self._times = Counter(bound_names(nodes))
        self._parameters = Counter(node.arg for node in nodes.of(ast.arg))
        self._values = [
            (node.targets[0].id, node.value)
            for node in nodes.of(ast.Assign)
            if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
        ]

    def once(self, name: str) -> bool:
        """Return whether a name is bound once: a parameter, or by one statement."""
        return self._times[name] == 1

    def again(self, name: str) -> bool:
        """Return whether a parameter is bound to another value."""
        return self._times[name] > self._parameters[name]

    def contexts(self) -> Iterator[str]:
        """Yield the names that stand for Airflow's context: `c = get_current_context()`."""
        return (name for name, it in self._values if self.once(name) and _is_context(it, set()))

    def keys(self, contexts: set[str]) -> dict[str, str]:
        """Return the names that stand for a key of the context: `ti = context["ti"]`."""
        return {
            name: pair[0]
            for name, value in self._values
            if isinstance(value, ast.Subscript)
            and self.once(name)
            and (pair := _key_of(value, contexts))
        }


def _held(filled: Iterable[str], bound: _Bindings, contexts: set[str]) -> dict[str, str]:
    """Return the names that stand for a key of the context: parameters, and those bound once."""
    return {name: name for name in filled if bound.once(name)} | bound.keys(contexts)


def _attributes(
    nodes: Nodes, contexts: set[str], held: dict[str, str]
) -> Iterator[tuple[str, ast.Attribute]]:
    """Yield what is read of `context["key"]`, there or under the one name that it has."""
    read = [node for node in nodes.of(ast.Attribute) if isinstance(node.ctx, ast.Load)]
    asked, handled = asked_for(nodes), handled_nodes(nodes)
    followed = {id(node.value) for node in read}
    for node in read:
        if node.attr in asked or id(node) in handled:
            continue
        match node.value:
            case ast.Name(id=name) if name in held:
                owner = held[name]
            case ast.Subscript() as subscript if pair := _key_of(subscript, contexts):
                owner = pair[0]
            case _:
                continue
        if owner != "macros" or id(node) not in followed:  # `macros.PLUGIN.macro`
            yield owner, node


def _parameter_of(
    node: ast.Subscript, contexts: set[str], held: dict[str, str]
) -> tuple[str, ast.Subscript] | None:
    match node:
        case ast.Subscript(
            value=ast.Subscript(value=value, slice=ast.Constant(value="params")),
            slice=ast.Constant(value=str(key)),
        ):
            return (key, node) if _is_context(value, contexts) else None
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
            return (key, node) if held.get(name) == "params" else None
    return None


def _may_have_more(nodes: Nodes, held: dict[str, str]) -> bool:
    """Return whether code asks first which parameters are there (`"x" in params`), or adds some."""
    compared = (it for it in nodes.of(ast.Compare) if {ast.In, ast.NotIn} & {*map(type, it.ops)})
    asked = [right for node in compared for right in node.comparators]
    called = [node.func for node in nodes.of(ast.Call) if isinstance(node.func, ast.Attribute)]
    asked += [each.value for each in called if each.attr in {"update", "setdefault"}]
    return any(map(_is_params, asked, repeat(held)))


def _is_params(node: ast.expr, held: dict[str, str]) -> bool:
    match node:
        case ast.Subscript(slice=ast.Constant(value="params")):
            return True
        case ast.Name(id=name):
            return held.get(name) == "params"
    return False


def _is_context(node: ast.expr, contexts: set[str]) -> bool:
    match node:
        case ast.Name(id=name):
            return name in contexts
        case ast.Call(func=ast.Name(id="get_current_context"), args=[], keywords=[]):
            return True
        case _:
            return False


def _imports(nodes: Nodes, read: Callable[[str, ast.stmt], Read]) -> Iterator[Read]:
    """Yield what is imported of Airflow, but for what is tried, or depends on something."""
    deciding: list[ast.If | ast.Try] = [*nodes.of(ast.If), *nodes.of(ast.Try)]
    tried = {
        id(inner)
        for node in deciding
        for child in (*node.body, *node.orelse, *getattr(node, "handlers", ()))
        for inner in (child, *getattr(child, "body", ()))
    }
    for node in nodes.of(ast.Import, ast.ImportFrom):
        if id(node) in tried:
            continue
        match node:
            case ast.Import(names=names):
                paths = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), names=names, level=0):
                paths = [f"{module}.{alias.name}" for alias in names]
            case _:
                continue
        for path in paths:
            if path.partition(".")[0] == "airflow":
                yield read(path, node)


_GETTERS = {("Variable", "get"): "var", ("Connection", "get"): "conn"}
"""What reads a variable or a connection by its name, besides `get_connection`."""


def _named(nodes: Nodes) -> Iterator[tuple[str, str]]:
    for node in nodes.of(ast.Call, ast.keyword):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="get_connection"), args=[ast.Constant(value=str(name)), *_]
            ):
                yield "conn", name
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=owner), attr=method),
                args=[ast.Constant(value=str(name)), *_],
            ) if (owner, method) in _GETTERS:
                yield _GETTERS[owner, method], name
            case ast.keyword(arg=str(key), value=ast.Constant(value=str(name))):
                if key.endswith("conn_id"):
                    yield "conn", name


def _pulls(nodes: Nodes, source: CodeText) -> Iterator[Pull]:
    for node in nodes.of(ast.Call):
        if not isinstance(node.func, ast.Attribute) or node.func.attr != "xcom_pull":
            continue
        given, by_name = node.args, {option.arg: option.value for option in node.keywords}
        starred = any(isinstance(item, ast.Starred) for item in given)
        if starred or None in by_name or "dag_id" in by_name or len(given) > 1:
            continue  # of another DAG, or not known
        first = given[0] if given else by_name.get("task_ids")
        ids = tuple((text, place_of_node(item, source)) for text, item in _texts(first))
        yield Pull(
            ids,
            place_of_node(node, source),
            names_no_task=first is None,
            this_run=by_name.keys().isdisjoint(OTHER_RUNS),
            of_return="key" not in by_name,
        )


def _texts(node: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.Constant(value=str(text)):
            yield text, node
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            for item in items:
                if isinstance(item, ast.Constant) and isinstance(item.value, str):
                    yield item.value, item
        case _:
            return
