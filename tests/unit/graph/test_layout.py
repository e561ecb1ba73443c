from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.graph.layout import levels
from tests.unit.graph.conftest import spec

if TYPE_CHECKING:
    from dagctl.spec.model import DagSpec


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        (spec(only=""), [["only"]]),
        (spec(a="", b="a", c="b"), [["a"], ["b"], ["c"]]),
        (spec(c="b", b="a", a=""), [["a"], ["b"], ["c"]]),
        (spec(z="", a="", m="z a"), [["z", "a"], ["m"]]),
        (spec(a="", b="a", c="a b", d=""), [["a", "d"], ["b"], ["c"]]),
    ],
)
def test_a_task_stands_one_level_after_the_last_that_it_waits_for(
    graph: DagSpec, expected: list[list[str]]
) -> None:
    assert levels(graph) == expected


def test_a_chain_longer_than_the_recursion_limit_has_as_many_levels() -> None:
    chain = spec(**{f"t{n}": f"t{n - 1}" if n else "" for n in range(3000)})

    assert levels(chain) == [[f"t{n}"] for n in range(3000)]
