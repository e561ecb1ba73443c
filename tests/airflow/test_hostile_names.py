"""Names and values that could break a file: refused at their line, or loaded as they are."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.errors import Severity
from dagctl.spec.load import check_data, check_spec

if TYPE_CHECKING:
    from .conftest import Airflow, Report

IDS = [
    *("class", "def", "None", "True", "print", "list", "dict", "__init__", "__name__", "_"),
    *("dag", "DAG", "default_args", "datetime", "timedelta", "timezone", "task", "task_group"),
    *("TaskGroup", "BashOperator", "PythonOperator", "Asset", "chain", "self", "context", "kwargs"),
    *("a.b", "a_b", "a-b", "a__b", "A_B", "a.b.c", "0", "00", "0x", "a_task", "a_task_2"),
    *("a_function", "a_group", "a_b_task", "import", "match", "f" * 250, "f" * 249 + "g"),
]
"""Ids that are keywords, builtins, names of the file, or the same once they are Python names."""
TEXTS = [
    *("'''", '"""', '\\"""', "\\", "\\\\n", "\\N{DASH}", "\u2028\u2029", "a\nb\n", "  a\n b  "),
    *("{{ ds }}", "{% raw %}{{ x }}{% endraw %}", "%(x)s %s {0} {x!r}", "f'{x}'", "# noqa", "é😀"),
    *('"' * 7, "'" * 7, "a" * 5_000, "$ref", "$xcom", "None", "1e5", "yes", "~", "<<", "- a"),
    *("tab\there", "\xa0", "\ufb01", "x\\", 'x"', "x\n\\", "#}", "${HOME}", "$((1))", "]]>", "*/"),
]
NUMBERS = [0, -1, 2**53, -(2**53), 0.1, -0.0, 1.5e-7, 123456789.987654321, True, False, None]
DEEP: Any = "end"
for _level in range(30):
    DEEP = {"k": [DEEP]} if _level % 2 else [DEEP]
NESTED = """dag_name: Nested
tasks:
  - {task_id: load, bash_command: echo}
  - group_id: orders
    tasks:
      - {group_id: late, tasks: [{task_id: a, bash_command: echo}]}
      - {group_id: load, tasks: [{task_id: a, bash_command: echo}]}
      - {group_id: orders, tasks: [{task_id: a, bash_command: echo}]}
  - {group_id: late, tasks: [{task_id: a, bash_command: echo}]}
"""
NESTED_IDS = {"load", "orders.late.a", "orders.load.a", "orders.orders.a", "late.a"}


def data_of_ids() -> dict[str, Any]:
    """Return a DAG in which each odd id is a task, one in a group, and what the next waits for."""
    tasks: list[dict[str, Any]] = []
    before: list[str] = []
    for name in IDS:
        code = {"python_code": f"return {name!r}"} if len(tasks) % 2 else {"bash_command": "echo"}
        tasks.append({"task_id": name, "dependencies": before, **code})
        before = [name]
    inner = [{**task, "dependencies": []} for task in tasks if len(task["task_id"]) < 200]
    return {"dag_name": "Ids", "tasks": [*tasks, {"group_id": "lambda", "tasks": inner}]}


def data_of_values() -> dict[str, Any]:
    given = {"object": {"texts": TEXTS, "numbers": NUMBERS, "deep": DEEP, "keys": keys()}}
    call = {"task_id": "call", "python_callable": "pprint.pprint", "with": given}
    texts = [
        {"task_id": f"t{n}", "python_code": "return 1", "doc_md": text}
        for n, text in enumerate(TEXTS)
        if text.strip() and not text.endswith(".md")
    ]
    return {"dag_name": "Values", "description": "\\ ''' \"\"\"", "tasks": [call, *texts]}


def keys() -> dict[str, int]:
    """Return a mapping whose keys are odd; one that begins with `$` would be a marker."""
    return {text: n for n, text in enumerate(TEXTS) if not text.startswith("$")}


@pytest.fixture(scope="session")
def loaded(airflow: Airflow, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """Load all files in one process of Airflow's."""
    top = tmp_path_factory.mktemp("hostile")
    files = {}
    for name, data in (("ids", data_of_ids()), ("values", data_of_values())):
        checked = check_data(data, airflow=airflow.version)
        assert [item for item in checked.diagnostics if item.severity is Severity.ERROR] == []
        files[name] = airflow.write(checked.result(), top / name)
    if airflow.version == "3":
        files["nested"] = airflow.write(check_spec(NESTED).result(), top / "nested")
    reports = airflow.load(files.values(), runner="arguments.py")
    return {name: reports[path] for name, path in files.items()}


def test_every_id_is_that_task_and_waits_for_the_one_before(loaded: dict[str, Report]) -> None:
    report = loaded["ids"]

    assert report["errors"] == []
    waits = {name: [before] for before, name in pairwise(IDS)} | {IDS[0]: []}
    waits |= {f"lambda.{name}": [] for name in IDS if len(name) < 200}
    assert {name: facts["upstream"] for name, facts in report["tasks"].items()} == waits


def test_every_value_is_what_the_spec_says(loaded: dict[str, Report]) -> None:
    report = loaded["values"]

    assert report["errors"] == []
    came = report["tasks"]["call"]["op_kwargs"]["object"]
    assert came == {"texts": TEXTS, "numbers": NUMBERS, "deep": DEEP, "keys": keys()}
    assert list(map(repr, came["numbers"])) == list(map(repr, NUMBERS))
    shown = {name: facts["doc_md"] for name, facts in report["tasks"].items() if name != "call"}
    assert shown == {name: TEXTS[int(name[1:])] for name in shown}
    assert len(shown) > len(TEXTS) - 5


def test_a_group_named_as_something_before_it(airflow: Airflow, loaded: dict[str, Report]) -> None:
    """Airflow 2 loads no such file, so the spec is refused for it."""
    if airflow.version == "3":
        assert loaded["nested"]["errors"] == []
        assert {*loaded["nested"]["tasks"]} == NESTED_IDS
        return
    found = check_spec(NESTED, airflow="2").diagnostics
    assert [(item.code, item.line) for item in found] == [("DAG237", 7), ("DAG237", 8)]
