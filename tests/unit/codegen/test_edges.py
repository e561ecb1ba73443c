"""Dependencies, written the short way."""

from __future__ import annotations

import ast

from dagctl.codegen.edges import edges
from dagctl.codegen.expressions import name
from dagctl.codegen.printer import source

Dependency = tuple[str, list[str]]


def made(*dependencies: Dependency, **labels: str) -> list[ast.Expr]:
    """Return the edges; a label is that of all edges from the name."""
    by_name = {key: name(text) for key, text in labels.items()}
    return [
        *edges([(here, {each: by_name.get(each) for each in ups}) for here, ups in dependencies])
    ]


def written(*dependencies: Dependency, **labels: str) -> list[str]:
    return [source(edge) for edge in made(*dependencies, **labels)]


def test_a_chain_has_one_statement_for_each_step() -> None:
    assert written(("a", []), ("b", ["a"]), ("c", ["b"])) == ["a >> b", "b >> c"]


def test_tasks_with_the_same_single_upstream_share_a_statement() -> None:
    assert written(("b", ["a"]), ("x", ["y"]), ("c", ["a"])) == ["a >> [b, c]", "y >> x"]


def test_several_upstreams_stand_in_a_list_in_the_order_given() -> None:
    assert written(("d", ["c", "b"]), ("e", ["c", "b"])) == ["[c, b] >> d", "[c, b] >> e"]


def test_no_list_stands_on_both_sides() -> None:
    statements = made(("c", ["a", "b"]), ("d", ["a", "b"]), ("e", ["c"]), ("f", ["c"]))
    for statement in statements:
        assert isinstance(statement.value, ast.BinOp)
        sides = (statement.value.left, statement.value.right)
        assert not all(isinstance(side, ast.List) for side in sides)


def test_a_statement_that_is_too_long_is_split() -> None:
    a, b, c = ("x" * 40 + end for end in "abc")
    assert written((b, [a]), (c, [a])) == [f"{a} >> [\n    {b},\n    {c},\n]"]
    assert written((a, [b, c])) == [f"[\n    {b},\n    {c},\n] >> {a}"]
    assert written((b, [a * 2])) == [f"(\n    {a * 2}\n    >> {b}\n)"]


def test_an_edge_with_a_label_has_a_statement_of_its_own() -> None:
    dependencies = [("b", ["a"]), ("c", ["a", "x"]), ("d", ["x"]), ("e", ["c", "d", "x"])]

    assert written(*dependencies, x="label") == [
        "a >> [b, c]", "x >> label >> c", "x >> label >> d", "[c, d] >> e", "x >> label >> e",
    ]  # fmt: skip


def test_an_edge_with_a_label_that_is_too_long_has_a_line_for_each_part() -> None:
    a, label, b = ("x" * 40 + end for end in "alb")

    assert written((b, [a]), **{a: label}) == [f"(\n    {a}\n    >> {label}\n    >> {b}\n)"]
