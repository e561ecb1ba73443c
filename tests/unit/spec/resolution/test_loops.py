"""Loops, and YAML's own merge keys: as many as are meant, and never more than a spec may have."""

from __future__ import annotations

import pytest

from dagctl.findings.codes import Code
from tests.unit.spec.resolution.specs import errors_in, spec_of

LOOP = """tasks:
  - task_id: start
    bash_command: ls
  - task_id: load_${{ each.t }}
    for_each: {t: %s}
    bash_command: load ${{ each.t }}
    dependencies: [start]
"""


def test_a_task_is_made_once_for_each_value() -> None:
    tasks = spec_of(LOOP % "[a, b]").to_data()["tasks"]
    assert [task["task_id"] for task in tasks] == ["start", "load_a", "load_b"]
    assert tasks[2]["bash_command"] == "load b"


def test_loops_in_loops_and_of_two_names_and_over_mappings() -> None:
    text = """tasks:
  - group_id: ${{ each.g.name }}
    for_each: {g: "${{ vars.groups }}"}
    tasks:
      - task_id: t_${{ each.x }}_${{ each.y }}
        for_each: {x: "${{ each.g.xs }}", y: [1, 2]}
        bash_command: echo ${{ each.g.name }} ${{ each.x }} ${{ each.y }}
        retries: ${{ each.y }}
"""
    groups = [{"name": "g", "xs": ["a", "b"]}, {"name": "h", "xs": ["c"]}]
    spec = spec_of(text, groups=groups)
    ids = [entry.id for entry in spec.outline.tasks]
    assert ids == ["g.t_a_1", "g.t_a_2", "g.t_b_1", "g.t_b_2", "h.t_c_1", "h.t_c_2"]
    assert spec.to_data()["tasks"][1]["tasks"][1]["retries"] == 2


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ("[]", Code.BAD_LOOP),
        ("orders", Code.BAD_LOOP),
        ("${{ vars.no }}", Code.NO_VARIABLE),
        (f"[{','.join(map(str, range(20_000)))}]", Code.BAD_LOOP),
        (f"[{','.join(map(str, range(10_001)))}]", Code.TOO_MANY_TASKS),
    ],
    ids=["none", "text", "unknown", "beyond entries", "beyond tasks"],
)
def test_a_loop_that_makes_nothing_or_too_much_is_one_error(values: str, code: str) -> None:
    found = errors_in(LOOP % (f'"{values}"' if values.startswith("$") else values))
    assert [each.code for each in found] == [code]


def test_copies_need_ids_of_their_own() -> None:
    (found,) = errors_in((LOOP % "[a, b]").replace("load_${{ each.t }}", "load"))
    assert (found.code, found.line) == (Code.BAD_LOOP, 4)


def test_a_slip_in_a_loop_is_reported_once_at_the_path_that_was_written() -> None:
    (found,) = errors_in((LOOP % "[a, b, c]").replace("[start]", "[start, stop]"))
    assert (found.code, found.line) == (Code.UNKNOWN_DEPENDENCY, 7)
    assert found.path == ("tasks", 1, "dependencies", 1)


def test_loops_and_texts_that_grow_without_end_are_refused() -> None:
    text = "x" * 4_000
    bomb = "tasks:\n" + "".join(
        f"{'    ' * level}  - group_id: g{level}_${{{{ each.v{level} }}}}\n"
        f"{'    ' * level}    for_each: {{v{level}: [1,2,3,4,5,6,7,8,9]}}\n"
        f"{'    ' * level}    tasks:\n"
        for level in range(9)
    )
    bomb += f"{'    ' * 9}  - {{task_id: a, bash_command: ls}}\n"
    assert [each.code for each in errors_in(bomb)] == [Code.TOO_MANY_VALUES]
    long = (LOOP % f"[{','.join(map(str, range(900)))}]").replace("load $", "${{ vars.v }} $")
    assert [each.code for each in errors_in(long, v=text)] == [Code.TOO_MANY_VALUES]


# --- YAML's own ---


def test_merge_keys_take_mappings_in_and_what_is_written_wins() -> None:
    text = """tasks:
  - &base
    task_id: a
    bash_command: ls
    pool: x
    retries: 2
  - <<: *base
    task_id: b
    retries: 3
  - <<: [{pool: y}, *base]
    task_id: c
"""
    tasks = spec_of(text).to_data()["tasks"]
    assert [(task["pool"], task["retries"]) for task in tasks] == [("x", 2), ("x", 3), ("y", 2)]


def test_a_slip_in_what_was_merged_is_at_the_line_that_says_it() -> None:
    base = "  - &base\n    task_id: a\n    bash_command: ls\n    pool: 7\n"
    text = f"tasks:\n{base}  - <<: *base\n    task_id: b\n"
    assert {each.line for each in errors_in(text)} == {5}


def test_merges_cannot_explode() -> None:
    lines = ["params:", "  p0: &p0 {" + ",".join(f"k{n}: 1" for n in range(50)) + "}"]
    for level in range(1, 9):
        alias = f"*p{level - 1}"
        lines.append(f"  p{level}: &p{level} {{<<: [{', '.join([alias] * 10)}]}}")
    assert Code.TOO_MANY_VALUES in {each.code for each in errors_in("\n".join(lines))}


@pytest.mark.parametrize(
    ("own_id", "hint"),
    [("a", "let the id differ: `..._${{ each.t }}`"), ("a_${{ each.t }}", "two values of")],
)
def test_copies_with_one_id_are_refused_with_what_helps(own_id: str, hint: str) -> None:
    text = f'tasks: [{{task_id: "{own_id}", for_each: {{t: [x, x]}}, bash_command: ls}}]'
    (finding,) = errors_in(text)
    assert finding.hint
    assert finding.hint.startswith(hint)
