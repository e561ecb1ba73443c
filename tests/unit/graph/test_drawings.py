"""Whatever the graph, each drawing of it says the edges of the spec: no more, no fewer."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from dagctl.graph.dot import dot
from dagctl.graph.mermaid import mermaid
from dagctl.graph.text_drawing import draw
from dagctl.spec.model import DagSpec
from dagctl.spec.tasks import BashTask
from tests.unit.graph.conftest import spec, tasks_of

Edges = set[tuple[str, str]]

TASK_IDS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,11}", fullmatch=True)


@st.composite
def specs(draw_from: st.DrawFn, most: int = 12) -> DagSpec:
    ids = draw_from(st.lists(TASK_IDS, min_size=1, max_size=most, unique=True))
    order = draw_from(st.permutations(range(len(ids))))
    tasks = [
        BashTask(
            task_id=ids[n],
            task_type="bash",
            bash_command="true",
            dependencies=tuple(
                draw_from(st.lists(st.sampled_from(ids[:n]), max_size=3, unique=True)) if n else ()
            ),
        )
        for n in order
    ]
    return DagSpec(dag_name="Drawn", dag_id="drawn", tasks=tuple(tasks))


def edges(spec: DagSpec) -> Edges:
    return {(parent, task.task_id) for _, task in spec.walk() for parent in task.dependencies}


# --- Mermaid and DOT --------------------------------------------------------------------------


def edges_of_mermaid(text: str) -> Edges:
    labels = {
        name: re.sub(r"#(\d+);", lambda code: chr(int(code[1])), label)
        for name, label in re.findall(r'^    (t\d+)\["(.*)"\]$', text, re.MULTILINE)
    }
    arrows = re.findall(r"^    (t\d+) --> (t\d+)$", text, re.MULTILINE)
    return {(labels[a], labels[b]) for a, b in arrows}


def edges_of_dot(text: str) -> Edges:
    return set(re.findall(r'^    "(.*)" -> "(.*)";$', text, re.MULTILINE))


@given(specs())
def test_the_arrows_of_mermaid_and_dot_are_the_edges_of_the_spec(spec: DagSpec) -> None:
    flowchart = mermaid(spec)

    assert edges_of_mermaid(flowchart) == edges(spec)
    assert edges_of_dot(dot(spec)) == edges(spec)
    for label in re.findall(r'\["(.*)"\]', flowchart):  # no markup of Mermaid or Markdown
        assert re.fullmatch(r"([A-Za-z0-9-]|(?<=[A-Za-z0-9])_(?=[A-Za-z0-9])|#\d+;)+", label)


def test_each_drawing_shows_the_texts_at_edges() -> None:
    labelled = spec(a="", b="a", c="a")
    b = labelled.tasks[1].model_copy(update={"edge_labels": {"a": 'no "new" rows'}})
    labelled = DagSpec(dag_name="Drawn", tasks=(labelled.tasks[0], b, labelled.tasks[2]))

    assert 't0 -->|"no#32;#34;new#34;#32;rows"| t1\n    t0 --> t2\n' in mermaid(labelled)
    assert '"a" -> "b" [label="no \\"new\\" rows"];\n    "a" -> "c";\n' in dot(labelled)
    assert draw(labelled, width=80, ascii=True).endswith('\n\na -> b: no "new" rows')


MAPPED = {
    "dag_name": "Mapped",
    "tasks": [
        {"task_id": "one", "python_callable": "jobs.one"},
        {"task_id": "many", "python_callable": "jobs.many", "expand": {"x": {"$xcom": "one"}}},
        {
            "group_id": "each",
            "dependencies": ["many"],
            "expand_kwargs": [{"x": 1}],
            "tasks": [{"task_id": "a", "bash_command": "echo"}],
        },
    ],
}


def test_each_drawing_shows_what_is_mapped() -> None:
    mapped = DagSpec.from_data(MAPPED)

    assert draw(mapped, width=80, ascii=True).split("\n") == [
        *("one -> many (mapped) -> each (1 task, mapped)", "", "each:", "  a"),
    ]
    assert 't1["many#32;#40;mapped#41;"]\n    subgraph g0["each#32;#40;mapped#41;"]\n' in (
        mermaid(mapped)
    )
    assert '"many" [label="many (mapped)"];\n' in dot(mapped)
    assert 'label="each (mapped)";' in dot(mapped)


# --- Text: follow the lines, character by character, as a reader does --------------------------

RIGHT, UP, DOWN = (0, 1), (-1, 0), (1, 0)
EXITS = {
    "─": {RIGHT}, "│": {UP, DOWN}, "┘": {UP}, "└": {UP, RIGHT}, "┴": {UP, RIGHT}, "┐": {DOWN},
    "┌": {DOWN, RIGHT}, "┬": {DOWN, RIGHT}, "┤": {UP, DOWN}, "├": {UP, DOWN, RIGHT},
    "┼": {UP, DOWN, RIGHT},
    "-": {RIGHT}, "|": {UP, DOWN}, "'": {UP, RIGHT}, ".": {DOWN, RIGHT}, "+": {UP, DOWN, RIGHT},
}  # fmt: skip
NAME = re.compile(r"(?<![^ ])[A-Za-z0-9_][A-Za-z0-9_.-]*")


def edges_of_art(art: str) -> Edges:
    names = {
        (row, match.start()): match[0]
        for row, line in enumerate(art.splitlines())
        for match in NAME.finditer(line)
    }
    cells = {
        (row, x): character
        for row, line in enumerate(art.splitlines())
        for x, character in enumerate(line)
    }
    return {
        (name, names[end])
        for (row, x), name in names.items()
        for end in arrows_from(cells, (row, x + len(name) + 1))
    }


def arrows_from(cells: dict[tuple[int, int], str], start: tuple[int, int]) -> set[tuple[int, int]]:
    """Return where the ids stand to which the line that begins at `start` leads."""
    ends, seen, todo = set(), set(), [(start, RIGHT)]
    while todo:
        (row, x), way = todo.pop()
        here = cells.get((row, x), " ")
        if ((row, x), way) in seen or here == " ":
            continue
        seen.add(((row, x), way))
        if here == ">":
            ends.add((row, x + 2))
            continue
        crossing = way == RIGHT and here in "│|"
        exits = {RIGHT} if crossing else EXITS[here] - {(-way[0], -way[1])}
        todo += [((row + down, x + right), (down, right)) for down, right in exits]
    return ends


def rows_of_listing(text: str) -> list[tuple[list[str], list[str]]]:
    """Return the tasks of each row, and those that they wait for."""
    digits = len(text) - len(text.lstrip(" ")) + 1
    rows: list[str] = []
    for line in text.splitlines():
        if line[:digits].strip():
            rows.append(line[digits:])
        else:
            rows[-1] += " " + line
    parts = (" ".join(row.split()).partition("<- ") for row in rows)
    return [(_tasks(names), _tasks(waits)) for names, _, waits in parts]


def _tasks(names: str) -> list[str]:
    items = filter(None, names.strip().split(", "))
    return [task for item in items for task in tasks_of(item)]


def edges_of_listing(text: str) -> Edges:
    return {
        (parent, task)
        for tasks, waits in rows_of_listing(text)
        for task in tasks
        for parent in waits
    }


@given(specs(), st.booleans())
def test_the_lines_of_the_art_lead_along_the_edges_of_the_spec(spec: DagSpec, ascii: bool) -> None:  # noqa: A002, FBT001 - as the function has it; Hypothesis gives it
    text = draw(spec, width=10_000, ascii=ascii)
    read = edges_of_listing if text.lstrip().startswith("1  ") else edges_of_art

    assert read(text) == edges(spec)


@given(specs(most=30), st.integers(1, 120))
def test_a_drawing_fits_the_width_or_is_a_listing_of_every_edge(spec: DagSpec, width: int) -> None:
    text = draw(spec, width=width, ascii=False)

    if max(len(line) for line in text.splitlines()) > width or "<-" in text:
        assert edges_of_listing(text) == edges(spec)
        rows = rows_of_listing(text)
        assert sorted(task for tasks, _ in rows for task in tasks) == sorted(
            task.task_id for _, task in spec.walk()
        )
