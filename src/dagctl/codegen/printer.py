"""A statement of the generated module as text, laid out as `ruff format` would.

What is too long stands one item a line, with a comma behind the last, which ruff keeps so. What
ruff decides by the columns alone is decided here by the same count, or so that ruff agrees.
"""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from dagctl.codegen.strings import block, columns, is_block, most_columns, string
from dagctl.user_code.python.function_layout import LINE_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEP = 4
_DEDENT = "dedent"
"""The function whose text begins on the line below its quotes."""
Item = tuple[str, ast.expr]
"""One item between brackets, with the text before it: a keyword, or the key of a mapping."""


def source(statement: ast.stmt, indent: int = 0) -> str:
    """Return the text of a statement, without margin before its first line or line end.

    Raises:
        TypeError: The generated module has no such statement.
    """
    match statement:
        case ast.ImportFrom():
            return _import(statement)
        case ast.Assign(targets=[ast.Name(id=variable)], value=value):
            return _assignment(variable, value, indent)
        case ast.Expr(value=ast.BinOp(op=ast.RShift()) as edge):
            return _edge(_operands(edge), indent)
        case ast.Expr(value=value):
            return exploded(value, indent, indent)
        case ast.FunctionDef():
            return f"{_def(statement, indent)}\n{_body(statement.body, indent + _STEP)}"
        case ast.With(items=items, body=body):
            return f"{_with(items, indent)}\n{_body(body, indent + _STEP)}"
        case _:
            raise TypeError(f"no layout for {type(statement).__name__}")


def expression(node: ast.expr, indent: int, column: int, after: int = 0) -> str:
    """Return the text of an expression.

    Args:
        node: The expression.
        indent: The margin of the line that it begins in, in columns.
        column: The column where it begins, from 0.
        after: The columns that follow it on its last line, such as a comma.
    """
    flat = _flat(node, LINE_LENGTH - column - after)
    return _broken(node, indent, column, after) if flat is None else flat


def exploded(node: ast.expr, indent: int, column: int) -> str:
    """Return the text of a call or mapping with one item a line, even where it would be short."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr=attr)):
            return _behind(f"{exploded(inner, indent, column)}.{attr}", node, indent)
        case ast.Call(func=ast.Call() as inner):
            return _behind(exploded(inner, indent, column), node, indent)
        case ast.Call(func=function):
            head = expression(function, indent, column, after=1)
        case _:
            head = ""
    opening, items, closing = _brackets(node)
    return f"{head}{_items(opening, items, closing, indent)}"


def _behind(head: str, node: ast.Call, indent: int) -> str:
    """Return a call behind another one: on the last line of that if it fits."""
    line = head.rpartition("\n")[2]
    flat = _flat(ast.Call(ast.Name(""), node.args, node.keywords), LINE_LENGTH - columns(line))
    if flat is None or not flat.isascii():
        return f"{head}{_items(*_brackets(node), indent)}"
    return f"{head}{flat}"


def _links(node: ast.expr) -> int:
    """Return how many methods are called of what a call returns: `f(x).a().b()` has two."""
    count = 0
    while isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            count += isinstance(node.func.value, ast.Call)
            node = node.func.value
        else:
            node = node.func
    return count


def _fluent(node: ast.expr, indent: int) -> str:
    """Return a chain of calls with a line for each method, as ruff has it from two on."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr=attr)):
            head = f"{_fluent(inner, indent)}\n{' ' * indent}.{attr}"
            return _behind(head, node, indent)
        case _:
            return exploded(node, indent, indent)


def _flat(node: ast.expr, room: int) -> str | None:
    """Return the expression on one line, or None if that takes more columns, or a line break."""
    parts: list[str] = []
    for part in _parts(node, room):
        room -= most_columns(part)
        if room < 0 or "\n" in part:
            return None
        parts.append(part)
    return "".join(parts)


def _parts(node: ast.expr, room: int) -> Iterator[str]:
    """Yield the text of an expression on one line, piece by piece."""
    match node:
        case ast.Constant(value=str(text)):
            too_long = len(text) > room or is_block(text)
            yield "\n" if too_long else string(text)
        case ast.Constant(value=value):
            yield repr(value).replace("e+", "e")  # as ruff writes 1e16
        case ast.Name(id=identifier):
            yield identifier
        case ast.UnaryOp(operand=operand):
            yield "-"
            yield from _parts(operand, room)
        case ast.Attribute(value=value, attr=attr):
            yield from _parts(value, room)
            yield f".{attr}"
        case ast.Subscript(value=value, slice=key):
            yield from _parts(value, room)
            yield f"[{_key(key)}]"
        case _:
            yield from _bracketed_parts(node, room)


def _bracketed_parts(node: ast.expr, room: int) -> Iterator[str]:
    if isinstance(node, ast.Call):
        yield from _parts(node.func, room)
    opening, items, closing = _brackets(node)
    yield opening
    for number, (before, item) in enumerate(items):
        yield f", {before}" if number else before
        yield from _parts(item, room)
    yield closing


def _brackets(node: ast.expr) -> tuple[str, list[Item], str]:
    """Return what stands between the brackets of a call, list or mapping, and these."""
    match node:
        case ast.Call(args=arguments, keywords=keywords):
            options = [(f"{option.arg}=", option.value) for option in keywords]
            return "(", [*(("", argument) for argument in arguments), *options], ")"
        case ast.List(elts=elements):
            return "[", [("", element) for element in elements], "]"
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return "{", [(f"{_key(key)}: ", item) for key, item in pairs], "}"
        case _:
            raise TypeError(f"no layout for {type(node).__name__}")


def _key(key: ast.expr | None) -> str:
    assert isinstance(key, ast.Constant)  # noqa: S101 - `expressions` makes no other
    return string(str(key.value))


def _broken(node: ast.expr, indent: int, column: int, after: int) -> str:
    """Return an expression that does not fit into the rest of its line."""
    match node:
        case ast.Constant(value=str(text)) if is_block(text):
            return block(text)
        case ast.Constant(value=str(text)):
            return string(text)
        case ast.UnaryOp(operand=operand):
            return f"-{expression(operand, indent, column + 1, after)}"
        case ast.List() | ast.Dict():
            return _items(*_brackets(node), indent)
        case ast.Attribute() | ast.Subscript() | ast.Call():
            return _dedent(node) or _broken_primary(node, indent, column, after)
        case _:
            return "".join(_parts(node, LINE_LENGTH))


def _dedent(node: ast.expr) -> str | None:
    """Return the call of `dedent` with its text below it, as ruff keeps it; None: another thing."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(text))]) if (
            name.endswith(_DEDENT) and is_block(text)
        ):
            return f'{name}("""\\\n{block(text)[3:]})'
        case _:
            return None


def _broken_primary(
    node: ast.Attribute | ast.Subscript | ast.Call, indent: int, column: int, after: int
) -> str:
    """Return something behind which another thing follows, such as `f(...).x`."""
    match node:
        case ast.Attribute(value=value, attr=attr):
            return f"{expression(value, indent, column, after + len(attr) + 1)}.{attr}"
        case ast.Call(func=function):
            return _called(expression(function, indent, column, after=1), node, indent, after)
        case ast.Subscript(value=value, slice=key):
            head = expression(value, indent, column, after=1)
            if column + columns(f"{head}[{_key(key)}]") + after <= LINE_LENGTH:
                return f"{head}[{_key(key)}]"
            return f"{head}[\n{' ' * (indent + _STEP)}{_key(key)}\n{' ' * indent}]"


def _called(head: str, node: ast.Call, indent: int, after: int) -> str:
    """Return a call; behind one that takes several lines it stands on the last of these."""
    first, _, line = head.rpartition("\n")
    room = LINE_LENGTH - columns(line) - after
    flat = _flat(ast.Call(ast.Name(""), node.args, node.keywords), room) if first else None
    return f"{head}{_arguments(node, indent) if flat is None or not flat.isascii() else flat}"


def _chained(node: ast.expr, indent: int, column: int, after: int = 0) -> str:
    """Return a chain of calls in an argument, with a line for each method."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr=attr)):
            head = f"{_chained(inner, indent, column)}\n{' ' * indent}.{attr}"
            return _called(head, node, indent, after)
        case _:
            return expression(node, indent, column)


def _arguments(node: ast.Call, indent: int) -> str:
    """Return the arguments on a line of their own if they fit there, else one a line."""
    opening, items, closing = _brackets(node)
    if not items:
        return "()"
    inner = indent + _STEP
    line = ast.Call(ast.Name(""), node.args, node.keywords)
    flat = _flat(line, LINE_LENGTH - inner + len("()"))
    if flat is None or not flat.isascii():
        return _items(opening, items, closing, indent)
    return f"(\n{' ' * inner}{flat[1:-1]}\n{' ' * indent})"


def _items(opening: str, items: list[Item], closing: str, indent: int) -> str:
    if not items:
        return f"{opening}{closing}"
    inner = indent + _STEP
    lines = [f"{' ' * inner}{before}{_item(before, item, inner)},\n" for before, item in items]
    return f"{opening}\n{''.join(lines)}{' ' * indent}{closing}"


def _item(before: str, item: ast.expr, indent: int) -> str:
    """Return an item between brackets; behind a key of unsure width ruff may place it otherwise."""
    column = indent + most_columns(before)
    flat = _flat(item, LINE_LENGTH - column - 1)
    if flat is None and isinstance(item, ast.Call) and not before.isascii():
        return exploded(item, indent, column)
    if flat is None and _links(item) > 1:
        return _chained(item, indent, indent + columns(before), 1)
    return _broken(item, indent, indent + columns(before), 1) if flat is None else flat


def _assignment(variable: str, value: ast.expr, indent: int) -> str:
    """Return `variable = value`, in parentheses where ruff puts them.

    That is where the first line is too long, and all that follows is not.
    """
    head = f"{variable} = "
    if _links(value) > 1:
        margin = " " * indent
        inner = _fluent(value, indent + _STEP)
        return f"{head}(\n{margin}{' ' * _STEP}{inner}\n{margin})"
    text = exploded(value, indent, indent + len(head))
    room = LINE_LENGTH - indent - len(head)
    if columns(text.partition("\n")[0]) > room >= len("(") and _fits(value, indent + _STEP):
        margin = " " * indent
        inner = exploded(value, indent + _STEP, indent + _STEP)
        return f"{head}(\n{margin}{' ' * _STEP}{inner}\n{margin})"
    return f"{head}{text}"


def _fits(value: ast.expr, indent: int) -> bool:
    """Return whether no line is too long; of a text of several lines ruff measures the last."""
    measured = _LastLines().visit(copy.deepcopy(value))
    lines = exploded(measured, indent, indent).split("\n")
    return indent + columns(lines[0]) <= LINE_LENGTH and all(
        columns(line) <= LINE_LENGTH for line in lines[1:]
    )


class _LastLines(ast.NodeTransformer):
    """Leaves of each text of several lines the last."""

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        """Return what stands for a constant when lines are measured."""
        if isinstance(node.value, str) and is_block(node.value):
            return ast.Name(f"\n{block(node.value).rpartition(chr(10))[2]}", ast.Load())
        return node

    def visit_Dict(self, node: ast.Dict) -> ast.expr:
        """Return the mapping with its values changed; keys stand on one line."""
        return ast.Dict(node.keys, [self.visit(value) for value in node.values])

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Return it as it is; keys stand on one line."""
        return node


def _def(node: ast.FunctionDef, indent: int) -> str:
    names = [argument.arg for argument in node.args.args]
    flat = f"def {node.name}({', '.join(names)}):"
    if indent + len(flat) <= LINE_LENGTH:
        return flat
    margin = " " * indent
    rows = "".join(f"{margin}{' ' * _STEP}{name},\n" for name in names)
    return f"def {node.name}(\n{rows}{margin}):"


def _with(items: list[ast.withitem], indent: int) -> str:
    parts = [(item.context_expr, _name_of(item)) for item in items]
    column = indent + len("with ")
    room = LINE_LENGTH - column - len(":")
    flat = [(_flat(made, room), end) for made, end in parts]
    line = ", ".join(f"{made}{end}" for made, end in flat if made is not None)
    if all(made is not None for made, _ in flat) and most_columns(line) <= room:
        return f"with {line}:"
    if len(parts) == 1:
        made, end = parts[0]
        return f"with {exploded(made, indent, column)}{end}:"
    margin, inner = " " * indent, indent + _STEP
    texts = ((expression(made, inner, inner, len(end) + 1), end) for made, end in parts)
    rows = "".join(f"{' ' * inner}{text}{end},\n" for text, end in texts)
    return f"with (\n{rows}{margin}):"


def _name_of(item: ast.withitem) -> str:
    """Return how a block names what it is about."""
    name = item.optional_vars
    return f" as {name.id}" if isinstance(name, ast.Name) else ""


def _is_edge(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.BinOp)


def _body(statements: list[ast.stmt], indent: int) -> str:
    """Return the statements of a block: with an empty line between them, but between edges."""
    text = ""
    for number, statement in enumerate(statements):
        are_edges = all(_is_edge(each) for each in statements[number - 1 : number + 1])
        gap = "" if number == 0 else "\n" if are_edges else "\n\n"
        text += f"{gap}{' ' * indent}{source(statement, indent)}"
    return text


def _import(node: ast.ImportFrom) -> str:
    members = [f"{alias.name} as {alias.asname}" if alias.asname else alias.name
               for alias in node.names]  # fmt: skip
    line = f"from {node.module} import {', '.join(members)}"
    if len(line) <= LINE_LENGTH:
        return line
    rows = "".join(f"    {member},\n" for member in members)
    return f"from {node.module} import (\n{rows})"


def _operands(node: ast.expr) -> list[ast.expr]:
    """Return what `>>` stands between, from the left."""
    match node:
        case ast.BinOp(left=left, op=ast.RShift(), right=right):
            return [*_operands(left), right]
        case _:
            return [node]


def _edge(operands: list[ast.expr], indent: int) -> str:
    """Return an edge; if it is too long, a list opens at its only `>>`, as ruff has it."""
    flat = " >> ".join(map(_side, operands))
    if indent + len(flat) <= LINE_LENGTH:
        return flat
    left, right = operands[0], operands[-1]
    is_single = len(operands) == 2  # noqa: PLR2004 - both ends
    many_right, many_left = isinstance(right, ast.List), isinstance(left, ast.List)
    if is_single and many_right and indent + len(f"{_side(left)} >> [") <= LINE_LENGTH:
        return f"{_side(left)} >> {_items(*_brackets(right), indent)}"
    if is_single and many_left and indent + len(f"] >> {_side(right)}") <= LINE_LENGTH:
        return f"{_items(*_brackets(left), indent)} >> {_side(right)}"
    margin, inner = " " * (indent + _STEP), indent + _STEP
    first = f"{margin}{expression(left, inner, inner)}\n"
    others = (expression(each, inner, inner + len(">> ")) for each in operands[1:])
    lines = "".join(f"{margin}>> {each}\n" for each in others)
    return f"(\n{first}{lines}{' ' * indent})"


def _side(node: ast.expr) -> str:
    return "".join(_parts(node, LINE_LENGTH * LINE_LENGTH))
