"""Promise 1: data stays data. Any text is refused or comes back equal from the parsed file."""

from __future__ import annotations

import ast
import string
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from dagctl import DagSpec, Provenance, SpecError, render

TRICKY = st.sampled_from(
    ["'", '"', '"""', "'''", "\\", "\n", "\r", "{{", "}}", "{%", "#", "\u2028", "\u202e", "\ufeff"]
)
TEXT = st.lists(TRICKY | st.text(max_size=8), max_size=12).map("".join)
TASK_ID = st.text(string.ascii_letters + string.digits + "_-.", min_size=1, max_size=8)
ZONES = st.sampled_from(
    [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-11))]
)
DATES = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001 - the zones come with the strategy


def assigned(source: str) -> dict[str, ast.expr]:
    """Return what each name of the module is assigned."""
    assigns = (node for node in ast.parse(source).body if isinstance(node, ast.Assign))
    return {ast.unparse(node.targets[0]): node.value for node in assigns}


def keywords(call: ast.expr) -> dict[str, Any]:
    assert isinstance(call, ast.Call)
    return {
        str(each.arg): ast.literal_eval(each.value)
        for each in call.keywords
        if not isinstance(each.value, ast.Name)
    }


def default_args(source: str) -> dict[str, ast.expr]:
    found = assigned(source)["default_args"]
    assert isinstance(found, ast.Dict)
    return {
        ast.literal_eval(key): value
        for key, value in zip(found.keys, found.values, strict=True)
        if key
    }


def build(**fields: object) -> DagSpec | None:
    bash = {"task_id": "t", "task_type": "bash", "bash_command": "true"}
    try:
        return DagSpec.model_validate({"dag_name": "n", "tasks": [bash], **fields})
    except SpecError:
        return None


@given(TEXT, TEXT, st.lists(TEXT, max_size=4), st.sampled_from(["2", "3"]))
@settings(max_examples=3 * settings().max_examples, deadline=None)
def test_data_stays_data_in_any_field_of_the_dag(
    description: str, owner: str, tags: list[str], airflow: Literal["2", "3"]
) -> None:
    for fields in ({"description": description}, {"owner": owner}, {"tags": tags}):
        spec = build(**fields)
        if spec is None:
            continue
        source = render(spec, airflow=airflow)
        dag = keywords(assigned(source)["dag"])
        assert dag["description"] == fields.get("description", "")
        assert dag["tags"] == fields.get("tags", [])
        assert ast.literal_eval(default_args(source)["owner"]) == fields.get("owner", "airflow")


@given(TEXT)
@settings(max_examples=3 * settings().max_examples, deadline=None)
def test_data_stays_data_in_any_command(command: str) -> None:
    spec = build(tasks=[{"task_id": "t", "task_type": "bash", "bash_command": command}])
    if spec is not None:
        task = keywords(assigned(render(spec))["t_task"])
        assert task == {"task_id": "t", "bash_command": command}


@given(TEXT, TEXT)
@settings(max_examples=2 * settings().max_examples, deadline=None)
def test_data_stays_data_in_the_comments_below_the_second_line(name: str, created_by: str) -> None:
    spec = build(dag_name=name, dag_id="x")
    plain = build(dag_name="n", dag_id="x")
    if spec is None or plain is None:
        return
    source = render(spec, provenance=Provenance(created_by))
    lines = source.split("\n")
    assert lines[:3] == render(plain).split("\n")[:3]
    assert all(line.startswith("#") and line.isascii() for line in lines[: lines.index("")])
    assert ast.dump(ast.parse(source)) == ast.dump(ast.parse(render(plain)))


@given(
    DATES, st.integers(0, 10**6), st.floats(0, 5_000_000) | st.integers(0, 5_000_000), st.booleans()
)
@settings(max_examples=2 * settings().max_examples, deadline=None)
def test_data_stays_data_in_dates_and_numbers(
    start: datetime,
    retries: int,
    delay: float,
    flag: bool,  # noqa: FBT001 - drawn
) -> None:
    spec = build(start_date=start, retries=retries, retry_delay_minutes=delay, catchup=flag)
    assert spec is not None
    source = render(spec)
    found = default_args(source)
    names = {"datetime": datetime, "timedelta": timedelta, "timezone": timezone}
    moment = eval(ast.unparse(found["start_date"]), names)
    assert (moment, moment.utcoffset()) == (start, start.utcoffset())
    assert ast.literal_eval(found["retries"]) == retries
    assert isinstance(found["retry_delay"], ast.Call)
    assert repr(keywords(found["retry_delay"])["minutes"]) == repr(delay)
    assert keywords(assigned(source)["dag"])["catchup"] is flag


@given(st.lists(TASK_ID, min_size=1, max_size=8, unique=True), st.data())
@settings(max_examples=2 * settings().max_examples, deadline=None)
def test_the_ids_and_edges_of_the_file_are_those_of_the_spec(
    ids: list[str], data: st.DataObject
) -> None:
    wanted = set()
    tasks = []
    for number, task_id in enumerate(ids):
        upstream = data.draw(st.lists(st.sampled_from(ids[:number] or [""]), unique=True))
        upstream = [each for each in upstream if each]
        wanted |= {(each, task_id) for each in upstream}
        bash = {"task_id": task_id, "task_type": "bash", "bash_command": "true"}
        tasks.append(bash | {"dependencies": upstream})
    spec = build(tasks=tasks[::-1])
    if spec is None:
        return
    source = render(spec)
    calls = {name: value for name, value in assigned(source).items() if name.endswith("_task")}
    names = {name: keywords(value)["task_id"] for name, value in calls.items()}
    edges = [
        (names[up.id], names[down.id])
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.BinOp)
        for up in getattr(statement.value.left, "elts", [statement.value.left])
        for down in getattr(statement.value.right, "elts", [statement.value.right])
    ]
    assert sorted(edges) == sorted(wanted)
    assert list(names.values()) == [task.task_id for _, task in spec.walk()]
