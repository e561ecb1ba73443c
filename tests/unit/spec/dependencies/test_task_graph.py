"""The graph of tasks: every slip found, at its place, quickly and without recursion."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagctl.findings.codes import Code
from dagctl.spec.dependencies.task_graph import graph_problems

_IDS = st.sampled_from("abcdef")


def _tasks(graph: dict[str, str]) -> list[dict[str, object]]:
    return [{"task_id": name, "dependencies": list(others)} for name, others in graph.items()]


def _found(tasks: object) -> list[tuple[str, tuple[str | int, ...]]]:
    return [(item.code, item.path) for item in graph_problems({"tasks": tasks})]


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        ({"a": "", "b": "a", "c": "ab"}, []),
        ({"b": "a", "a": ""}, []),
        ({"a": "x"}, [(Code.UNKNOWN_DEPENDENCY, ("tasks", 0, "dependencies", 0))]),
        ({"a": "a"}, [(Code.SELF_DEPENDENCY, ("tasks", 0, "dependencies", 0))]),
        ({"a": "", "b": "aa"}, [(Code.DUPLICATE_DEPENDENCY, ("tasks", 1, "dependencies", 1))]),
        ({"a": "b", "b": "a"}, [(Code.CYCLE, ("tasks", 0, "dependencies", 0))]),
        (
            {"a": "", "b": "ac", "c": "b", "d": "ef", "e": "", "f": "d"},
            [
                (Code.CYCLE, ("tasks", 1, "dependencies", 1)),
                (Code.CYCLE, ("tasks", 3, "dependencies", 1)),
            ],
        ),
    ],
)
def test_each_slip_is_found_at_its_place(
    graph: dict[str, str], found: list[tuple[str, tuple[str | int, ...]]]
) -> None:
    assert _found(_tasks(graph)) == found


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ({"a": "x", "g": "y", "g.i": "z"}, {}),
        ({"b": "x"}, {"b": "`c` does not wait for `b`"}),
        ({"h": "x"}, {"h": "`c` does not wait for `h`"}),
        ({"g.i": "x", "i": "y"}, {"i": "`i`"}),
        ({"unheard": "x"}, {}),  # the dependency itself is the slip
    ],
)
def test_a_label_stands_at_an_edge(labels: dict[str, str], found: dict[str, str]) -> None:
    group = {"group_id": "g", "tasks": [{"task_id": "h"}, {"task_id": "i"}]}
    last = {
        "task_id": "c",
        "dependencies": ["a", "g", "g.i", *([each for each in labels if each == "unheard"])],
        "edge_labels": labels,
    }
    tasks = [{"task_id": "a"}, {"task_id": "b"}, group, last]

    problems = [each for each in graph_problems({"tasks": tasks}) if each.code == Code.BAD_LABEL]

    assert {each.path: True for each in problems} == {
        ("tasks", 3, "edge_labels", name): True for name in found
    }
    assert all(found[str(each.path[-1])] in each.message for each in problems)


def test_two_labels_of_one_edge_are_one_too_many() -> None:
    inner = [
        {"task_id": "a"},
        {"task_id": "b", "dependencies": ["a"], "edge_labels": {"a": "x", "g.a": "y"}},
    ]

    problems = list(graph_problems({"tasks": [{"group_id": "g", "tasks": inner}]}))

    assert [(each.path[-1], each.message) for each in problems] == [
        ("g.a", "`g.a` is labelled twice")
    ]


def test_a_task_id_that_is_taken_is_found_at_the_second_task() -> None:
    tasks = [{"task_id": "a"}, {"task_id": "b"}, {"task_id": "a"}]

    assert _found(tasks) == [(Code.DUPLICATE_TASK_ID, ("tasks", 2, "task_id"))]


@pytest.mark.parametrize("key", ["id", "name", "step", "taskid", "task_name"])
def test_what_depends_on_an_id_under_a_wrong_key_is_no_second_slip(key: str) -> None:
    assert _found([{key: "a"}, {"task_id": "b", "dependencies": ["a"]}]) == []


@pytest.mark.parametrize("key", ["id", "name", "group", "task_group"])
def test_what_depends_on_a_group_under_a_wrong_key_is_no_second_slip(key: str) -> None:
    group = {key: "g", "tasks": [{"task_id": "a"}]}

    assert _found([group, {"task_id": "b", "dependencies": ["g", "g.a"]}]) == []


def test_what_depends_on_an_id_that_is_a_number_is_no_second_slip() -> None:
    assert _found([{"task_id": 1}, {"task_id": "b", "dependencies": ["1"]}]) == []


def test_a_task_in_a_group_without_an_id_is_named_by_its_place() -> None:
    inside = {"task_id": "a", "dependencies": ["x"]}
    group = {"tasks": [inside, {"task_id": "c"}]}
    (found,) = graph_problems({"tasks": [{"task_id": "b"}, group]})

    assert found.message == "task `tasks[1].a` depends on `x`, which does not exist"
    assert found.hint == "the tasks are: `b`, `tasks[1].c`"


def test_the_tasks_that_there_are_are_those_whose_key_is_wrong_too() -> None:
    last = {"task_id": "c", "dependencies": ["x"]}
    [found] = graph_problems({"tasks": [{"id": "long"}, {"name": "short"}, last]})
    assert found.hint == "the tasks are: `long`, `short`"
    [near] = graph_problems({"tasks": [{"id": "long"}, {**last, "dependencies": ["logn"]}]})
    assert near.hint == "did you mean `long`?"
    [alone] = graph_problems({"tasks": [last]})
    assert alone.hint == "there is no other task"


def test_a_cycle_is_reported_with_its_path() -> None:
    (found,) = graph_problems({"tasks": _tasks({"a": "", "b": "d", "c": "ab", "d": "c"})})

    assert found.message == "dependency cycle: b -> d -> c -> b"


def test_a_long_cycle_is_cut_in_the_message() -> None:
    names = [f"t{number}" for number in range(5_000)]
    tasks = [{"task_id": name, "dependencies": [names[i - 1]]} for i, name in enumerate(names)]

    (found,) = graph_problems({"tasks": tasks})
    assert len(found.message) < 200
    assert found.message.endswith("... -> t0")


def test_a_near_name_is_suggested() -> None:
    tasks = [{"task_id": "extract"}, {"task_id": "load", "dependencies": ["extrct"]}]

    (found,) = graph_problems({"tasks": tasks})
    assert found.hint == "did you mean `extract`?"


@pytest.mark.parametrize(
    "tasks",
    [None, 5, "ab", {}, [None, 5, "a"], [{"task_id": 5}], [{"task_id": "a", "dependencies": [[]]}]],
)
def test_what_is_no_task_is_passed_over(tasks: object) -> None:
    assert _found(tasks) == []


@given(st.dictionaries(_IDS, st.sets(_IDS).map("".join), max_size=6))
def test_a_cycle_is_found_if_and_only_if_there_is_one(graph: dict[str, str]) -> None:
    known = {name: set(others) & graph.keys() - {name} for name, others in graph.items()}
    try:
        TopologicalSorter(known).prepare()
        cyclic = False
    except CycleError:
        cyclic = True

    assert cyclic == (Code.CYCLE in {code for code, _ in _found(_tasks(graph))})


def test_a_chain_deeper_than_python_recurses_is_checked() -> None:
    names = [f"t{number}" for number in range(5_000)]
    tasks = [
        {"task_id": name, "dependencies": names[max(0, i - 1) : i]} for i, name in enumerate(names)
    ]

    assert _found(tasks) == []
