"""Dependencies, written the short way."""

from __future__ import annotations

import ast

from dagctl.codegen.edges import edges
from dagctl.codegen.printer import source


def written(*dependencies: tuple[str, list[str]]) -> list[str]:
    return [source(edge) for edge in edges(dependencies)]


def test_a_chain_has_one_statement_for_each_step() -> None:
    assert written(("a", []), ("b", ["a"]), ("c", ["b"])) == ["a >> b", "b >> c"]


def test_tasks_with_the_same_single_upstream_share_a_statement() -> None:
    assert written(("b", ["a"]), ("x", ["y"]), ("c", ["a"])) == ["a >> [b, c]", "y >> x"]


def test_several_upstreams_stand_in_a_list_in_the_order_given() -> None:
    assert written(("d", ["c", "b"]), ("e", ["c", "b"])) == ["[c, b] >> d", "[c, b] >> e"]


def test_no_list_stands_on_both_sides() -> None:
    statements = edges([("c", ["a", "b"]), ("d", ["a", "b"]), ("e", ["c"]), ("f", ["c"])])
    for statement in statements:
        assert isinstance(statement.value, ast.BinOp)
        sides = (statement.value.left, statement.value.right)
        assert not all(isinstance(side, ast.List) for side in sides)


def test_a_statement_that_is_too_long_is_split() -> None:
    a, b, c = ("x" * 40 + end for end in "abc")
    assert written((b, [a]), (c, [a])) == [f"{a} >> [\n    {b},\n    {c},\n]"]
    assert written((a, [b, c])) == [f"[\n    {b},\n    {c},\n] >> {a}"]
    assert written((b, [a * 2])) == [f"(\n    {a * 2}\n    >> {b}\n)"]
