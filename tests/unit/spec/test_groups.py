"""Groups: what a name in them means, what is refused at which line, and what a file says."""

from __future__ import annotations

import textwrap
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagctl import DagSpec, SpecError, render
from dagctl.findings.codes import Code
from dagctl.spec.dependencies.outline import Outline
from dagctl.spec.fields.types import MAX_NESTING
from dagctl.spec.load import check_spec

ECHO = "bash_command: echo"
GOOD = """
dag_name: Groups
tasks:
  - {task_id: a, bash_command: echo}
  - group_id: g
    tasks:
      - {task_id: a, bash_command: echo}
      - {task_id: b, bash_command: echo, dependencies: [a]}
      - group_id: h
        tasks:
          - {task_id: c, bash_command: echo, dependencies: [NAME]}
  - {task_id: d, bash_command: echo, dependencies: [g]}
  - group_id: k
    prefix_group_id: false
    tasks:
      - {task_id: e, bash_command: echo}
"""


def found(text: str) -> list[tuple[str, int | None]]:
    return [(each.code, each.line) for each in check_spec(text, format="yaml").diagnostics]


def upstream(spec: DagSpec) -> dict[str, list[str]]:
    return {e.id: [u.id for u in spec.outline.upstream(e)] for e in spec.outline.entries}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("a", "g.a"),  # the nearest one, not that of the DAG
        ("b", "g.b"),
        ("g.a", "g.a"),
        ("k", "k"),
        ("e", "e"),  # by its id
        ("k.e", "e"),  # and by its place
    ],
)
def test_a_name_is_looked_for_inside_first_then_outwards(name: str, meant: str) -> None:
    spec = check_spec(GOOD.replace("NAME", name), format="yaml").result()

    assert upstream(spec)["g.h.c"] == [meant]


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("x", Code.UNKNOWN_DEPENDENCY, "task `g.h.c` depends on `x`, which does not exist"),
        ("c", Code.SELF_DEPENDENCY, "task `g.h.c` depends on itself"),
        ("h", Code.SELF_DEPENDENCY, "depends on `g.h`, the group that it is in"),
        ("g", Code.SELF_DEPENDENCY, "depends on `g`, the group that it is in"),
        ("d", Code.CYCLE, "dependency cycle: g.h.c -> d -> g -> g.h -> g.h.c"),
        ("a, a", Code.DUPLICATE_DEPENDENCY, "lists the dependency `a` twice"),
        ("a, g.a", Code.DUPLICATE_DEPENDENCY, "lists the dependency `g.a` twice"),
    ],
)
def test_a_wrong_name_is_refused_at_its_place(name: str, code: str, message: str) -> None:
    (finding,) = check_spec(GOOD.replace("NAME", name), format="yaml").diagnostics

    assert (finding.code, finding.line) == (code, 11)
    assert message in finding.message


@pytest.mark.parametrize(
    ("entry", "code", "line"),
    [
        ("group_id: a.b\ntasks: [{task_id: x, bash_command: echo}]", Code.BAD_TASK_ID, 3),
        ("group_id: a\ntasks: []", Code.NO_TASKS, 4),
        ("group_id: a", Code.MISSING_KEY, 3),
        ("tasks: [{task_id: x, bash_command: echo}]", Code.MISSING_KEY, 3),
        ("group_id: z\ntasks: [{task_id: x, bash_command: echo}]", Code.DUPLICATE_TASK_ID, 5),
        ("group_id: a\npool: x\ntasks: [{task_id: x, bash_command: echo}]", Code.UNKNOWN_KEY, 4),
        (
            "group_id: a\nschedule: x\ntasks: [{task_id: x, bash_command: echo}]",
            Code.UNKNOWN_KEY,
            4,
        ),
        ("group_id: a\ntooltp: x\ntasks: [{task_id: x, bash_command: echo}]", Code.UNKNOWN_KEY, 4),
        (
            "group_id: a\ndefault_args: {retriess: 1}\ntasks: [{task_id: x, bash_command: echo}]",
            Code.UNKNOWN_KEY,
            4,
        ),
        (
            "group_id: a\ntasks:\n- {task_id: x, bash_command: x, retriess: 1}",
            Code.UNKNOWN_KEY,
            5,
        ),
        ("group_id: a\ntasks:\n- {task_id: x y, bash_command: echo}", Code.BAD_TASK_ID, 5),
        (
            "group_id: a\ntasks:\n- {task_id: upstream_join_id, bash_command: x}",
            Code.BAD_TASK_ID,
            5,
        ),
        (f"group_id: a\ntasks:\n- {{task_id: {'x' * 249}, bash_command: x}}", Code.BAD_TASK_ID, 5),
        (
            "group_id: a\ntasks:\n- {task_id: x, bash_command: x, env: {A: {$xcom: a}}}",
            Code.SELF_DEPENDENCY,
            5,
        ),
    ],
)
def test_a_slip_in_a_group_is_refused_at_its_line(entry: str, code: str, line: int) -> None:
    listed = textwrap.indent(entry, "    ")[4:]
    text = f"dag_name: Groups\ntasks:\n  - {listed}\n  - {{task_id: z, bash_command: echo}}\n"

    assert (code, line) in found(text)


def test_a_group_has_no_output() -> None:
    text = GOOD.replace("dependencies: [g]}", "env: {X: {$xcom: g}}}").replace("NAME", "a")
    (finding,) = check_spec(text, format="yaml").diagnostics

    assert (finding.code, finding.hint) == (Code.BAD_MARKER, "name a task in it: `g.a`")


def test_a_group_may_not_be_nested_without_end() -> None:
    entry: dict[str, Any] = {"task_id": "a", "bash_command": "echo"}
    for _ in range(MAX_NESTING):
        entry = {"group_id": "g", "tasks": [entry]}
    assert DagSpec.from_data({"dag_name": "x", "tasks": [entry]}).tasks
    for _ in range(3_000):
        entry = {"group_id": "g", "tasks": [entry]}

    with pytest.raises(SpecError, match="DAG106"):
        DagSpec.from_data({"dag_name": "x", "tasks": [entry]})


def test_a_group_that_is_left_for_an_output_is_entered_again() -> None:
    use = "env: {X: {$xcom: NAME}}"
    spec = check_spec(
        f"""
dag_name: Groups
tasks:
  - group_id: g
    tasks:
      - {{task_id: a, {ECHO}}}
      - {{task_id: b, {ECHO}, {use.replace("NAME", "c")}}}
  - {{task_id: c, {ECHO}, {use.replace("NAME", "g.a")}}}
""",
        format="yaml",
    ).result()
    source = render(spec)

    assert 'with TaskGroup(group_id="g", dag=dag) as g_group:\n    a_task' in source
    assert source.index("    a_task =") < source.index("\nc_task =") < source.index("    b_task =")
    assert "\nwith g_group:\n    b_task" in source


# --- Any tree ------------------------------------------------------------------------------------

_NAMES = st.text("ab1_-", min_size=1, max_size=3)
_GROUP_NAMES = _NAMES.filter(lambda name: not name.startswith("-"))
_TASKS = st.builds(
    lambda name, deps: {"task_id": name, "bash_command": "true", "dependencies": deps},
    _GROUP_NAMES,
    st.lists(st.lists(_GROUP_NAMES, min_size=1, max_size=3).map(".".join), max_size=2),
)
_ENTRIES = st.recursive(
    st.lists(_TASKS, min_size=1, max_size=4),
    lambda inner: st.lists(
        _TASKS
        | st.builds(
            lambda name, tasks, prefix, deps: {
                "group_id": name,
                "tasks": tasks,
                "prefix_group_id": prefix,
                "dependencies": deps,
            },
            _GROUP_NAMES,
            inner,
            st.booleans(),
            st.lists(_GROUP_NAMES, max_size=2),
        ),
        min_size=1,
        max_size=4,
    ),
    max_leaves=12,
)


def _good(entries: list[Any]) -> list[Any]:
    """Return the tree with ids of its own, some entries behind one that stands after them."""
    made: list[Any] = []
    for number, entry in enumerate(entries):
        key = "group_id" if "tasks" in entry else "task_id"
        before = made[len(entry[key]) % len(made)] if made else {}
        behind = [next(iter(before.values()))] if before and entry["dependencies"] else []
        inner = {"tasks": _good(entry["tasks"])} if "tasks" in entry else {"bash_command": "true"}
        made.append({key: f"{entry[key]}{number}", "dependencies": behind, **inner})
    return made[::-1]


@given(_ENTRIES | _ENTRIES.map(_good))
def test_any_tree_is_refused_with_paths_that_exist_or_comes_back_equal(entries: Any) -> None:  # noqa: ANN401
    try:
        spec = DagSpec.from_data({"dag_name": "x", "tasks": entries})
    except SpecError as error:
        for finding in error.diagnostics:
            part: Any = {"tasks": entries}
            for step in finding.path:
                part = part[step]
        return
    assert DagSpec.from_data(spec.to_data()) == spec
    render(spec)  # the proof compares it with the spec
    outline = Outline(spec.tasks)
    ids = [entry.id for entry in outline.entries]
    assert len(set(ids)) == len(ids)
    order = {entry.number: place for place, entry in enumerate(outline.entries)}
    assert all(order[first] < order[then] for first, then in pairwise(sorted(order)))


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("ui_color", "the colours are Airflow's own"),
        ("ui_fgcolor", "the colours are Airflow's own"),
        ("add_suffix_on_collision", "give each group an id of its own"),
        ("parent_group", "under `tasks` of the other one"),
    ],
)
def test_what_airflows_groups_have_and_a_spec_has_not_is_said(key: str, hint: str) -> None:
    group = f"{{group_id: g, {key}: x, tasks: [{{task_id: a, {ECHO}}}]}}"
    [problem] = check_spec(f"dag_name: G\ntasks: [{group}]", format="yaml").diagnostics
    assert (problem.code, problem.line) == (Code.UNKNOWN_KEY, 2)
    assert hint in (problem.hint or "")


@pytest.mark.parametrize(
    ("airflow", "doc", "said"),
    [
        ("3.3", "All tables.", None),
        ("3.4", "All tables.", None),
        ("3", "All tables.", "write it as `tooltip`; or set `airflow"),
        ("2", "All tables.", "write it as `tooltip`; or remove it"),
        ("3.3", "docs/load.md", "$file: docs/load.md"),
    ],
)
def test_a_group_has_documentation_from_airflow_3_3_on(
    airflow: str, doc: str, said: str | None
) -> None:
    group = f"{{group_id: g, doc_md: {doc}, tasks: [{{task_id: a, {ECHO}, doc_md: A task}}]}}"
    checked = check_spec(f"dag_name: G\ntasks: [{group}]", format="yaml", airflow=airflow)
    found = [(item.path, item.hint) for item in checked.diagnostics]
    assert [path for path, _ in found] == ([("tasks", 0, "doc_md")] if said else [])
    assert all(said and said in (hint or "") for _, hint in found)
    if checked.spec and not said:
        source = render(checked.spec, airflow=airflow)
        assert f'doc_md="{doc}"' in source
