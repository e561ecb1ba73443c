from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from dagctl.graph.text import draw
from tests.unit.graph.conftest import spec

if TYPE_CHECKING:
    from dagctl.spec.model import DagSpec

ORDERS = spec(
    extract_orders="",
    extract_customers="",
    stage="extract_orders extract_customers",
    transform="stage",
    load="transform",
    dq_check="transform",
    notify="load dq_check",
)


def drawing(text: str) -> str:
    return dedent(text).strip("\n")


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        (spec(only=""), "only"),
        (spec(a="", b="a", c="b"), "a ─> b ─> c"),
        (
            spec(a="", b="", c="", d="a b c"),
            """
            a ─┐
            b ─┼─> d
            c ─┘
            """,
        ),
        (
            spec(a="", b="a", c="a b"),
            """
               ┌─> b ─┐
            a ─┤      ├─> c
               └──────┘
            """,
        ),
        (
            spec(a="", b="", c="a", d="a b"),
            """
               ┌─┐
            a ─┤ └─> c
               └─┐
            b ─┐ ├─> d
               └─┘
            """,
        ),
        (
            ORDERS,
            """
            extract_orders ────┐                       ┌─> load ─────┐
                               ├─> stage ─> transform ─┤             ├─> notify
            extract_customers ─┘                       └─> dq_check ─┘
            """,
        ),
    ],
    ids=["one task", "chain", "fan-in", "shortcut", "shared source", "diamond"],
)
def test_a_small_graph_is_drawn_from_left_to_right(graph: DagSpec, expected: str) -> None:
    expected = drawing(expected) if "\n" in expected else expected

    assert draw(graph, width=80, ascii=False) == expected


def test_the_drawing_can_do_without_box_characters() -> None:
    expected = drawing("""
        extract_orders ----.                       .-> load -----.
                           +-> stage -> transform -+             +-> notify
        extract_customers -'                       '-> dq_check -'
        """)

    assert draw(ORDERS, width=80, ascii=True) == expected


def test_a_graph_that_does_not_fit_the_width_is_listed_by_level() -> None:
    expected = drawing("""
        1  extract_orders
        1  extract_customers
        2  stage              <- extract_orders, extract_customers
        3  transform          <- stage
        4  load               <- transform
        4  dq_check           <- transform
        5  notify             <- load, dq_check
        """)

    assert draw(ORDERS, width=60, ascii=False) == expected


def test_more_than_fifteen_tasks_are_listed() -> None:
    text = draw(spec(**{f"t{n}": "" for n in range(16)}), width=80, ascii=False)

    assert text.splitlines() == [f"1  t{n}" for n in range(16)]


def test_one_long_id_does_not_push_all_others_apart() -> None:
    text = draw(spec(a="", **{"b" * 200: "a"}, c="a"), width=80, ascii=False)

    assert [len(line) for line in text.splitlines()] == [4, 3 + 200 + 6, 3 + 32 + 6]
