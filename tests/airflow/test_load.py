"""What real Airflow loads from a DAG file is what the spec says."""

from __future__ import annotations

import ast
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from croniter import croniter

from dagctl.errors import SpecError
from dagctl.spec.fields.durations import length_of
from dagctl.spec.load import load_spec
from dagctl.spec.tasks import BashTask, PythonTask
from tests.unit.template.gallery import GALLERY, NAMES, example_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.model import DagSpec
    from dagctl.spec.tasks import TaskBase

    from .conftest import Airflow

    Facts = dict[str, Any]

ARGUMENTS = (
    "end_date",
    "max_active_runs",
    "max_active_tasks",
    "max_consecutive_failed_dag_runs",
    "dagrun_timeout",
    "doc_md",
    "dag_display_name",
    "render_template_as_native_obj",
    "is_paused_upon_creation",
)
"""The arguments of a DAG that are in its file only if the spec gives them."""
OF_OTHER_PROVIDERS = {"kubernetes_job", "object_store_to_warehouse"}
"""Templates of the gallery."""
ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").iterdir())
GOLDENS = sorted(
    path
    for path in (ROOT / "tests" / "golden").glob("*/spec.*")
    if not path.parent.name.startswith("language_")  # test_language.py has them
)
CORPORA = [ROOT / "tests/corpus/specs.jsonl", *map(Path, filter(None, [os.environ.get("CORPUS")]))]
"""The corpus, and further specs in its form."""


@dataclass(frozen=True)
class Loaded:
    """A spec, and what Airflow made of its file."""

    spec: DagSpec
    facts: Facts


# --- What the spec says ------------------------------------------------------------------------


def expected(spec: DagSpec) -> Facts:
    return {
        "dag_id": spec.dag_id,
        "description": spec.description,
        "schedule": spec.schedule_interval,
        "first_logical_dates": firing_times(spec, 3),
        "catchup": spec.catchup,
        "tags": sorted(spec.tags),
        "start_date": utc(spec.start_date),
        "default_args": {
            "owner": spec.owner,
            "depends_on_past": spec.depends_on_past,
            "start_date": utc(spec.start_date),
            "email_on_failure": spec.email_on_failure,
            "email_on_retry": spec.email_on_retry,
            "retries": spec.retries,
            "retry_delay": timedelta(minutes=spec.retry_delay_minutes).total_seconds(),
        },
        "arguments": expected_arguments(spec),
        "timezone": spec.timezone,
        "tasks": {task.task_id: expected_task(spec, task) for _, task in spec.walk()},
    }


def expected_arguments(spec: DagSpec) -> Facts:
    """Return the arguments of the DAG that the spec gives."""
    values = {name: getattr(spec, name) for name in ARGUMENTS}
    facts = {name: value for name, value in values.items() if value is not None}
    if spec.end_date is not None:
        facts["end_date"] = utc(spec.end_date)
    if spec.dagrun_timeout is not None:
        facts["dagrun_timeout"] = length_of(spec.dagrun_timeout).total_seconds()
    return facts


def expected_task(spec: DagSpec, task: TaskBase) -> Facts:
    facts = {
        "upstream": sorted(task.dependencies),
        "owner": spec.owner,
        "retries": spec.retries,
        "retry_delay": timedelta(minutes=spec.retry_delay_minutes).total_seconds(),
        "depends_on_past": spec.depends_on_past,
        "email_on_failure": spec.email_on_failure,
        "email_on_retry": spec.email_on_retry,
    }
    match task:
        case BashTask():
            return facts | {"operator": "BashOperator", "bash_command": task.bash_command}
        case PythonTask():
            return facts | {"operator": "PythonOperator", "code_is_kept": True}
        case _:
            raise AssertionError(task)


def firing_times(spec: DagSpec, count: int) -> list[str]:
    """Return the first instants of the schedule, which is in the time zone of the start date."""
    if spec.schedule_interval is None:
        return []
    if spec.schedule_interval in {"@once", "@continuous"}:
        return [utc(spec.start_date)]
    times = croniter(spec.schedule_interval, spec.start_in_zone - timedelta(microseconds=1))
    return [utc(times.get_next(datetime)) for _ in range(count)]


def utc(when: datetime) -> str:
    return when.astimezone(UTC).isoformat()


def parsed(code: str) -> list[ast.stmt]:
    """Return the statements of code that may be indented as a whole."""
    try:
        return ast.parse(code).body
    except IndentationError:
        outer = ast.parse(f"if True:\n{code}").body[0]
        assert isinstance(outer, ast.If)
        return outer.body


def comparable(facts: Facts, spec: DagSpec) -> Facts:
    """Return what Airflow reports in the form of `expected`."""
    tasks = {task.task_id: task for _, task in spec.walk()}
    zone = facts["timezone"] if spec.timezone else None
    given = {name: facts["arguments"][name] for name in expected_arguments(spec)}
    return facts | {
        "arguments": given,
        "timezone": zone,
        "tasks": {
            name: comparable_task(found, tasks.get(name)) for name, found in facts["tasks"].items()
        },
    }


def comparable_task(found: Facts, task: TaskBase | None) -> Facts:
    if not isinstance(task, PythonTask):
        return found
    kept = {key: found[key] for key in found.keys() - {"callable", "signature", "source"}}
    return kept | {"code_is_kept": holds(found["source"], task.python_code)}


def holds(source: str, code: str) -> bool:
    """Return whether a function of a DAG file has the user's statements.

    They are its body, or one `def` became the function itself, or stands in it and is called.
    """
    function = parsed(source)[0]
    assert isinstance(function, ast.FunctionDef)
    found, user = dumps(function.body), parsed(code)
    last = user[-1]
    if not isinstance(last, ast.FunctionDef):
        return found == dumps(user)
    call = f"Return(value=Call(func=Name(id='{last.name}'"
    inside = found[:-1] == dumps(user) and found[-1].startswith(call)
    return inside or (found == dumps(last.body) and len(user) == 1)


def dumps(statements: list[ast.stmt]) -> list[str]:
    return [ast.dump(statement) for statement in statements]


def differences(one: Loaded) -> dict[str, object]:
    """Return what is wrong: import errors, warnings, and each fact that is not as the spec says."""
    wrong: dict[str, object] = {
        key: found for key in ("errors", "warnings") if (found := one.facts[key])
    }
    if len(one.facts["dags"]) != 1:
        return wrong | {"dags": one.facts["dags"]}
    facts, wanted = comparable(one.facts["dags"][0], one.spec), expected(one.spec)
    return wrong | {
        key: (facts.get(key), wanted.get(key))
        for key in facts.keys() | wanted.keys()
        if facts.get(key) != wanted.get(key)
    }


# --- The specs ---------------------------------------------------------------------------------


def corpus(path: Path) -> Iterator[tuple[str, DagSpec]]:
    """Yield every line of a corpus that dagctl accepts."""
    for line in path.read_text("utf-8").splitlines():
        entry = json.loads(line)
        try:
            yield entry["name"], load_spec(expanded(entry), format=entry["format"])
        except SpecError:
            continue


def expanded(entry: Facts) -> str:
    """Return the text of a corpus line, with its tokens replaced by what they stand for."""
    text: str = entry["spec"]
    rules = entry.get("expand") or []
    for rule in rules if isinstance(rules, list) else [rules]:
        text = text.replace(rule["token"], expansion(rule))
    return text


def expansion(rule: Facts) -> str:
    count: int = rule["count"]
    if "char" in rule:
        char: str = rule["char"]
        return char * count
    numbers = range(1, count + 1)
    return "".join(rule["template"] % {"i": i, "prev": i - 1, "indent": " " * i} for i in numbers)


TASKS_OF_LOOP = ("copy", "check_rows", "check_keys")
FOR_EACH = """
dag_name: Copies
schedule: "@daily"
tasks:
  - task_id: begin
    bash_command: echo begin
  - group_id: copy_${{ each.table }}
    for_each: {table: [orders, users]}
    dependencies: [begin]
    tasks:
      - task_id: "copy"
        bash_command: copy ${{ each.table }} {{ ds }}
      - task_id: check_${{ each.rule.name }}
        for_each: {rule: [{name: rows, most: 5}, {name: keys, most: 0}]}
        python_code: return ${{ each.rule.most }}
        retries: ${{ each.rule.most }}
        dependencies: [copy]
  - task_id: end
    bash_command: echo end
    dependencies: [copy_orders, copy_users]
"""
"""Loops in loops, over texts and over mappings: as many tasks when the spec is read."""


def specs() -> dict[str, DagSpec]:
    """Return every example, golden and accepted corpus line, by a name."""
    files = {str(path.relative_to(ROOT)): path for path in [*EXAMPLES, *GOLDENS]}
    found = {name: load_spec(path.read_text("utf-8"), origin=name) for name, path in files.items()}
    found |= {f"gallery: {path.stem}": load_spec(example_of(path)) for path in GALLERY}
    found["loops"] = load_spec(FOR_EACH)
    for path in CORPORA:
        found |= {f"{path.parent.parent.name}: {name}": spec for name, spec in corpus(path)}
    return found


# --- The tests ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def loaded(airflow: Airflow, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Loaded]:
    """Load the file of every spec, all in one process of Airflow's."""
    folder = tmp_path_factory.mktemp("dags")
    named = specs()
    paths = {
        name: airflow.write(spec, folder / str(number))
        for number, (name, spec) in enumerate(named.items())
    }
    facts = airflow.load(paths.values())
    return {name: Loaded(spec, facts[paths[name]]) for name, spec in named.items()}


@pytest.mark.parametrize("path", [*EXAMPLES, *GOLDENS], ids=lambda p: str(p.relative_to(ROOT)))
def test_airflow_loads_what_the_spec_says(loaded: dict[str, Loaded], path: Path) -> None:
    assert differences(loaded[str(path.relative_to(ROOT))]) == {}


@pytest.mark.parametrize("name", NAMES)
def test_airflow_loads_the_gallery(loaded: dict[str, Loaded], name: str) -> None:
    spec, facts = loaded[f"gallery: {name}"].spec, loaded[f"gallery: {name}"].facts
    if name in OF_OTHER_PROVIDERS:  # which the environments here do not have
        assert "No module named 'airflow.providers" in "".join(facts["errors"])
        return

    assert (facts["errors"], facts["warnings"]) == ([], [])
    (dag,) = facts["dags"]
    assert set(dag["tasks"]) == {task.id for task in spec.outline.tasks}


def test_airflow_loads_a_task_for_each_value_of_a_loop(loaded: dict[str, Loaded]) -> None:
    facts = loaded["loops"].facts
    assert (facts["errors"], facts["warnings"]) == ([], [])
    tasks = facts["dags"][0]["tasks"]
    copies = [f"copy_{table}.{task}" for table in ("orders", "users") for task in TASKS_OF_LOOP]
    assert set(tasks) == {"begin", "end", *copies}
    for table in ("orders", "users"):
        assert tasks[f"copy_{table}.copy"]["bash_command"] == f"copy {table} {{{{ ds }}}}"
        assert tasks[f"copy_{table}.check_rows"]["retries"] == 5
        assert tasks[f"copy_{table}.check_keys"]["retries"] == 0


def test_airflow_loads_what_every_accepted_line_of_the_corpora_says(
    loaded: dict[str, Loaded],
) -> None:
    assert loaded
    specs = {
        name: one for name, one in loaded.items() if not name.startswith(("gallery: ", "loops"))
    }
    assert {name: found for name, one in specs.items() if (found := differences(one))} == {}
