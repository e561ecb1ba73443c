"""The schema with operators: no mark in specs that are right, one for each planted slip."""

from __future__ import annotations

import json
import re
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft7Validator

from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator
from dagctl.spec.json_schema import json_schema
from dagctl.spec.load import check_data
from dagctl.spec.walk import raw_tasks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[3]
PROVIDERS = ("cncf-kubernetes", "common-sql", "http", "smtp")
_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def texts(pages: Sequence[str]) -> Iterator[str]:
    """Yield the specs of the goldens that have operators, and of pages."""
    for path in sorted((ROOT / "tests" / "golden").glob("language_*/spec.yaml")):
        yield path.read_text("utf-8")
    for page in pages:
        yield from _BLOCK.findall((ROOT / "docs" / page).read_text("utf-8"))


def every_page() -> list[str]:
    """Return the pages with specs; of those on defaults a single spec is not complete."""
    pages = sorted(path.name for path in (ROOT / "docs" / "how-to").glob("*.md"))
    known = [f"how-to/{name}" for name in pages if name not in ("similar-dags.md", "dbt.md")]
    return [*known, "reference/generated.md"]


def good_specs(pages: Sequence[str]) -> list[dict[str, Any]]:
    specs = []
    for text in texts(pages):
        try:
            data = yaml.safe_load(text)
        except yaml.YAMLError:
            continue
        if isinstance(data, dict) and "tasks" in data and check_data(data).spec:
            specs.append(json.loads(json.dumps(data, default=str)))
    return specs


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    return Draft7Validator(json_schema(PROVIDERS, "3.3"))


def with_one_task(task: dict[str, Any]) -> dict[str, Any]:
    return {"dag_name": "One", "tasks": [{**task, "dependencies": []}]}


def slips(task: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a task with one parameter of its operator misspelt, or with a required one missing."""
    known = lookup(task["operator"], "3.3", {})
    given = task.get("with", {})
    if not isinstance(known, Operator) or known.provider not in (*PROVIDERS, "standard"):
        return
    mapped = "expand" in task or "expand_kwargs" in task
    for name in given:
        rest = {key: value for key, value in given.items() if key != name}
        yield task | {"with": rest | {name[:-2] + name[-1] + name[-2] + "_": given[name]}}
        if known.parameters[name].need == "required" and not mapped:
            yield task | {"with": rest}


SENSOR = {"task_id": "a", "operator": "HttpSensor", "with": {"endpoint": "a"}}
MARKED = [
    (SENSOR, 0),
    (SENSOR | {"with": {"endpiont": "a"}}, 1),
    (SENSOR | {"with": {}}, 1),
    (SENSOR | {"soft_fail": True}, 1),
    (SENSOR | {"on_failure_callback": {"notifier": "HttpNotifier", "with": {"endpoint": "a"}}}, 0),
    (SENSOR | {"on_failure_callback": {"notifier": "HttpNotifier", "with": {"endpiont": "a"}}}, 1),
    ({"task_id": "a", "bash_command": {"$file": "jobs/load.sh"}}, 0),
    ({"task_id": "a", "bash_command": "a", "soft_fail": True}, 1),
    ({"task_id": "a", "python_code": {"$file": "jobs/load.py"}, "doc_md": {"$file": "a.md"}}, 0),
    ({"task_id": "a", "python_code": {"$fiel": "jobs/load.py"}}, 1),
    ({"group_id": "a", "tasks": [SENSOR | {"soft_fail": True}]}, 1),
]
"""Tasks, and how many marks an editor shows in each."""


@pytest.mark.parametrize(("task", "count"), MARKED)
def test_an_editor_marks_a_slip_once(
    validator: Draft7Validator, task: dict[str, Any], count: int
) -> None:
    marks = [mark.message for mark in validator.iter_errors(with_one_task(task))]
    assert len(marks) == count, marks


def test_no_example_for_an_editor_is_a_mapping() -> None:
    """The YAML language server would offer it as `[object Object]`."""
    stack: list[Any] = [json_schema(("http",), "3.3")]
    snippets = 0
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            examples = part.get("examples")
            assert not isinstance(examples, list) or not any(type(it) is dict for it in examples)
            snippets += "defaultSnippets" in part
        stack += part.values() if isinstance(part, dict) else part if type(part) is list else ()
    assert snippets > 20


@pytest.mark.parametrize(
    ("pages", "least"),
    [
        pytest.param(["how-to/kubernetes.md", "how-to/sql.md"], 10, id="some"),
        pytest.param(every_page(), 60, id="all", marks=pytest.mark.sweep),
    ],
)
def test_an_editor_marks_slips_and_nothing_else(
    validator: Draft7Validator, pages: list[str], least: int
) -> None:
    specs = good_specs(pages)
    tasks = [task for spec in specs for _, task in raw_tasks(spec) if "operator" in task]
    planted = [*chain.from_iterable(map(slips, tasks))]

    for spec in specs:
        marks = [(list(mark.absolute_path), mark.message) for mark in validator.iter_errors(spec)]
        assert marks == [], spec["dag_name"]
    for task in planted:
        assert not validator.is_valid(with_one_task(task)), task
    assert len(specs) >= least
    assert len(planted) >= least


@pytest.mark.parametrize(
    ("airflow", "lacks", "has"),
    [
        ("2.9", {"deadline", "executor", "retry_policy"}, {"sla", "sla_miss_callback"}),
        ("3", {"deadline", "sla", "retry_policy", "sla_miss_callback"}, {"executor"}),
        ("3.3", {"sla", "sla_miss_callback"}, {"deadline", "executor", "retry_policy"}),
    ],
)
def test_an_editor_is_offered_what_the_target_has(
    airflow: str, lacks: set[str], has: set[str]
) -> None:
    schema = json_schema([], airflow)
    offered = {*schema["properties"], *schema["definitions"]["BashTask"]["properties"]}

    assert offered & (lacks | has) == has


def test_an_operator_that_the_target_lacks_is_no_name_of_another_provider() -> None:
    assert "ApprovalOperator" not in json.dumps(json_schema([], "3.0"))
    assert "ApprovalOperator" not in json.dumps(json_schema([], "3"))
    assert "ApprovalOperator" in json.dumps(json_schema([], "3.1"))


@pytest.mark.parametrize(("airflow", "is_there"), [("2", False), ("3.0", False), ("3.1", True)])
def test_a_trigger_rule_is_offered_where_the_target_has_it(airflow: str, *, is_there: bool) -> None:
    schema = json_schema(["standard"], airflow)
    rules = [
        part["properties"]["trigger_rule"]["anyOf"][0]["enum"]
        for part in schema["definitions"].values()
        if "trigger_rule" in part.get("properties", {})
    ]

    assert rules
    assert all(("all_done_min_one_success" in words) is is_there for words in rules)
