from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagctl.graph.text_drawing import draw, short_form
from tests.unit.graph.conftest import spec, tasks_of

if TYPE_CHECKING:
    from dagctl.spec.model import DagSpec

SIZE: dict[str, Any] = {"width": 80, "ascii": False}
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
    text = draw(spec(t0="", t1="", **_chain(16), z="t0 t1"), **SIZE)

    assert text.splitlines()[:5] == [
        " 1  t0",
        " 1  t1",
        " 1  c0",
        " 2  c1   <- c0",
        " 2  z    <- t0, t1",
    ]


def test_a_wide_layer_is_one_row() -> None:
    loads = [f"load_{n:02}" for n in range(40)]
    graph = spec(split="", **dict.fromkeys(loads, "split"), join=" ".join(loads))

    assert draw(graph, **SIZE) == drawing("""
        1  split
        2  load_00 ... load_39 (40)  <- split
        3  join                      <- load_00 ... load_39 (40)
        """)


def test_a_row_is_wrapped_after_commas_and_never_inside_an_id() -> None:
    names = ("us", "de", "fr", "gb", "it", "es", "pt", "nl", "be", "at", "ch", "se", "no", "dk")
    loads = [f"load_{name}" for name in (*names, "fi")]
    graph = spec(split="", **dict.fromkeys(loads, "split"), join=" ".join(loads))

    text = draw(graph, width=40, ascii=False)

    assert text == drawing("""
        1  split
        2  load_us, load_de, load_fr, load_gb,
           load_it, load_es, load_pt, load_nl,
           load_be, load_at, load_ch, load_se,
           load_no, load_dk, load_fi
             <- split
        3  join   <- load_us, load_de, load_fr,
                     load_gb, load_it, load_es,
                     load_pt, load_nl, load_be,
                     load_at, load_ch, load_se,
                     load_no, load_dk, load_fi
        """)


@given(
    st.lists(st.from_regex(r"[a-z]{1,3}_?[0-9]{0,3}[a-z]?", fullmatch=True), unique=True).map(
        sorted
    )
)
def test_the_short_form_names_every_task_exactly_once(tasks: list[str]) -> None:
    assert [task for item in short_form(tasks) for task in tasks_of(item)] == tasks


def test_one_long_id_does_not_push_all_others_apart() -> None:
    text = draw(spec(a="", **{"b" * 200: "a"}, c="a"), width=80, ascii=False)

    assert text.splitlines() == ["1  a", "2  " + "b" * 200, "     <- a", "2  c  <- a"]


def _chain(length: int) -> dict[str, str]:
    return {f"c{n}": f"c{n - 1}" if n else "" for n in range(length)}
