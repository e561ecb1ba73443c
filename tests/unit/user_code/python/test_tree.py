"""What is asked of a syntax tree in a short way is what Python and pyflakes say in the long one."""

from __future__ import annotations

import ast
import inspect
import string
import textwrap
import tokenize

import pytest
from pyflakes.checker import Checker
from pyflakes.messages import UndefinedName

from dagctl.user_code.python import parse_python_code
from dagctl.user_code.python.function_layout import as_function
from dagctl.user_code.python.syntax_tree import Nodes, children, levels

MODULES = [ast, inspect, string, textwrap, tokenize]
BODIES = [
    "rows = [n for n in range(3) if later]\nreturn {'a': rows, **more}",
    "f'{x!r:{width}}' % y\nreturn '{}'.format(z)",
    "class A:\n    b = 1\n    c = [b for _ in c]\nreturn A, lambda d=e: (d, g)",
    "def inner(a: 'Missing' = b) -> 'Gone':\n    return a\nreturn inner(c)",
    "for i in many:\n    del i\nelse:\n    print(i)\nglobal h\nh = 1\nreturn h",
    "from typing import cast\nreturn cast('Absent', x)",
    "try:\n    x\nexcept KeyError as error:\n    pass\nreturn error, locals(), __file__",
    "return print(len(str(open)), NotImplemented, __file__)",
    "try:\n    pass\nexcept ValueError as print:\n    pass\nreturn print",
    "match v:\n    case [a, *b] if c:\n        return a, b\nx: Later = 1\nreturn x @ y | -w",
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_children_are_those_that_python_finds(module: object) -> None:
    tree = ast.parse(inspect.getsource(module))  # type: ignore[arg-type]
    every = list(ast.walk(tree))
    assert [children(node) for node in every] == [list(ast.iter_child_nodes(n)) for n in every]
    nodes = Nodes(node for level in levels([tree]) for node in level)
    kinds = (ast.Name, ast.Call, ast.Return)
    assert nodes.of(*kinds) == [node for node in every if isinstance(node, kinds)]
    assert nodes.of(ast.MatchStar) == []
    assert nodes.has(ast.MatchStar, ast.Call)
    assert not nodes.has(ast.MatchStar)


@pytest.mark.parametrize("code", BODIES)
def test_undefined_names_are_those_of_pyflakes(code: str) -> None:
    parsed = parse_python_code(code)
    tree = ast.parse(as_function(parsed, "f", provide_context=False))
    judged = {
        message.message_args[0]
        for message in Checker(tree).messages
        if isinstance(message, UndefinedName)
    }
    said = {
        problem.message.split("`")[1]
        for problem in parsed.warnings.shown
        if "NameError" in problem.message
    }
    assert said == judged
