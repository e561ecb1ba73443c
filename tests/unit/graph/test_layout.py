from __future__ import annotations

import pytest

from dagctl.graph.layout import levels
from dagctl.spec.model import DagSpec
from dagctl.spec.tasks import BashTask


def spec(**tasks: str) -> DagSpec:
    """Return a spec from `task="its dependencies"`."""
    return DagSpec(
        dag_name="Levels",
        tasks=tuple(
            BashTask(
                task_id=task,
                task_type="bash",
                bash_command="true",
                dependencies=tuple(waits.split()),
            )
            for task, waits in tasks.items()
        ),
    )


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
