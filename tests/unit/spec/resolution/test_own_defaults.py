"""`task_defaults` in a spec: what its tasks of a type, or with an operator, share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dagctl.errors import Severity
from dagctl.spec.load import check_spec, resolved
from dagctl.spec.resolution.around import NOTHING
from dagctl.spec.resolution.value_origins import find
from tests.unit.spec.resolution.specs import around_of, errors_in, spec_of

if TYPE_CHECKING:
    from dagctl.spec.model import DagSpec

SQL = "operator: SQLExecuteQueryOperator, with: {sql: select 1}"
CONN = "SQLExecuteQueryOperator: {with: {conn_id: dwh}, retries: 4}"


def task_of(spec: DagSpec, *place: int) -> dict[str, Any]:
    found: Any = spec.to_data()
    for number in place:
        found = found["tasks"][number]
    return dict(found)


@pytest.mark.parametrize(
    ("top", "task", "key", "value"),
    [
        (f"task_defaults: {{{CONN}}}", SQL, "with", {"sql": "select 1", "conn_id": "dwh"}),
        (f"task_defaults: {{{CONN}}}\ndefault_args: {{retries: 2}}", SQL, "retries", 4),
        (f"task_defaults: {{{CONN}}}\nretries: 2", f"{SQL}, retries: 3", "retries", 3),
        ("task_defaults: {bash: {env: {A: b}}}", "bash_command: ls", "env", {"A": "b"}),
        ("task_defaults: {bash: {pool: p}}", "python_code: return 1", "pool", None),
        (
            f"task_defaults: {{operator: {{retries: 1}}, {CONN}}}",
            "operator: common.sql.SQLExecuteQueryOperator, with: {sql: a}",
            "retries",
            4,
        ),
    ],
)
def test_a_task_gets_what_it_does_not_say(top: str, task: str, key: str, value: object) -> None:
    spec = spec_of(f"{top}\ntasks: [{{task_id: a, {task}}}]")
    assert task_of(spec, 0).get(key) == value
    assert "task_defaults" not in spec.to_data()


def test_a_group_is_nearer_than_the_dag_and_the_dag_nearer_than_a_folder() -> None:
    text = """
task_defaults: {all: {pool: own}, bash: {retries: 5, queue: q}}
tasks:
  - {group_id: g, default_args: {retries: 7}, tasks: [{task_id: a, bash_command: ls}]}
  - {task_id: b, bash_command: ls}
"""
    spec = spec_of(text, "task_defaults: {bash: {queue: far, cwd: /far}, all: {pool: far}}")
    inner, outer = task_of(spec, 0, 0), task_of(spec, 1)
    assert (inner.get("retries"), inner["queue"], inner["cwd"]) == (None, "q", "/far")
    assert (outer["retries"], outer["queue"]) == (5, "q")
    assert spec.to_data()["default_args"] == {"pool": "own"}


@pytest.mark.parametrize("of_the_dag", ["default_args: {retries: 2}", "retries: 2"])
def test_a_type_comes_before_what_the_dag_says_and_all_comes_after_it(of_the_dag: str) -> None:
    of_all = spec_of(f"{of_the_dag}\ntask_defaults: {{all: {{retries: 4}}}}").to_data()
    assert of_all.get("default_args", of_all)["retries"] == 2
    assert "retries" not in of_all["tasks"][0]
    of_type = spec_of(f"{of_the_dag}\ntask_defaults: {{bash: {{retries: 4}}}}")
    assert task_of(of_type, 0)["retries"] == 4


@pytest.mark.parametrize(
    ("defaults", "code", "line", "hint"),
    [
        ("bash: {retrys: 1}", "DAG201", 1, "did you mean `retries`?"),
        ("bash: {retries: x}", "DAG203", 1, "for example 2"),
        ("bsh: {retries: 1}", "DAG201", 1, "did you mean `bash`?"),
        ("bash: {bash_command: ls}", "DAG201", 1, "write it into the spec"),
        ("bash: {env: [a]}", "DAG203", 1, "write `key: value`"),
        ("bash: {depends_on: [b]}", "DAG201", 1, "`dependencies: [...]` at the task"),
        ("bash: {environment: {A: b}}", "DAG201", 1, "did you mean `env`?"),
        ("retries: 1", "DAG201", 1, "write `all: {retries: ...}`"),
        ("all: {conn_id: a}", "DAG201", 1, "`with: {conn_id: ...}`"),
        ("bash: 5", "DAG273", 1, "write `{retries: 2}`"),
        ("EmptyOperator: {with: {x: 1}}", "DAG243", 1, "dagctl operators show EmptyOperator"),
    ],
)
def test_a_slip_is_one_error_at_its_place(defaults: str, code: str, line: int, hint: str) -> None:
    bash = "{task_id: a, bash_command: ls}, {task_id: b, bash_command: ls}"
    tasks = f"[{bash}, {{task_id: c, operator: EmptyOperator}}]"
    [found] = errors_in(f"task_defaults: {{{defaults}}}\ntasks: {tasks}")
    assert (found.code, found.line) == (code, line)
    assert hint in (found.hint or "")


def test_what_selects_no_task_is_a_warning() -> None:
    top = "dag_name: A\ntask_defaults: {SQLExecuteQuery: {retries: 1}}"
    text = f"{top}\ntasks: [{{task_id: a, {SQL}}}]"
    found = [each for each in check_spec(text).diagnostics if each.code == "DAG273"]
    assert [(each.severity, each.line) for each in found] == [(Severity.WARNING, 2)]
    assert "`SQLExecuteQueryOperator`" in (found[0].hint or "")


def test_where_a_value_comes_from_is_known() -> None:
    text = "dag_name: A\ntask_defaults:\n  bash: {pool: p}\ntasks: [{task_id: a, bash_command: ls}]"
    meant = resolved(text, form="yaml", origin="a.yaml", around=NOTHING)
    assert meant is not None
    origin = find(meant.document, "tasks.a.pool")
    assert origin is not None
    assert (origin.value, origin.line) == ("p", 3)


def test_more_than_a_spec_may_have_is_not_made() -> None:
    names = ", ".join(f"k{n}: 1" for n in range(2_000))
    tasks = "\n".join(f"  - {{task_id: t{n}, bash_command: ls, env: {{A: b}}}}" for n in range(200))
    text = f"dag_name: A\ntask_defaults: {{bash: {{env: {{{names}}}}}}}\ntasks:\n{tasks}"
    [found] = [each for each in check_spec(text).diagnostics if each.severity is Severity.ERROR]
    assert found.code == "DAG107"


@pytest.mark.parametrize("place", ["spec", "folder"])
def test_too_many_selectors_are_one_error_and_none_is_looked_at(place: str) -> None:
    """Each of them would be compared with each task."""
    names = "".join(f"  Op{number}: {{pool: a}}\n" for number in range(501))
    defaults = f"task_defaults:\n{names}"
    tasks = "tasks: [{task_id: a, operator: Op1}]\n"
    text = f"dag_name: A\n{defaults if place == 'spec' else ''}{tasks}"
    around = NOTHING if place == "spec" else around_of(defaults)
    found = [each for each in check_spec(text, around=around).diagnostics if each.code == "DAG273"]
    assert [each.message for each in found] == [
        "`task_defaults` must be a mapping of at most 500 keys"
    ]
    meant = resolved(text, form="yaml", origin="a.yaml", around=around)
    assert meant is not None
    assert "pool" not in str(meant.document.root.value["tasks"])


def test_what_is_joined_with_a_task_is_a_mapping_though_the_task_has_its_own() -> None:
    task = "tasks: [{task_id: a, operator: SQLExecuteQueryOperator, with: {sql: a}}]"
    own = check_spec(f"dag_name: Report\ntask_defaults: {{operator: {{with: [a]}}}}\n{task}")
    assert [(each.code, each.line) for each in own.diagnostics] == [("DAG203", 2)]
    for text in ("task_defaults: {operator: {with: [a]}}", "params: [a]"):
        (found,) = errors_in(f"params: {{b: 1}}\n{task}", text)
        assert (found.code, found.file) == ("DAG203", "defaults.yaml")


def test_a_loop_under_another_name_is_one_error() -> None:
    text = "tasks: [{task_id: '${{ each.t }}', foreach: {t: [a]}, bash_command: ls}]"
    (found,) = errors_in(text)
    assert (found.code, found.hint) == ("DAG201", "did you mean `for_each`?")


def test_a_word_that_only_begins_like_a_loop_is_none() -> None:
    text = "tasks: [{task_id: a, force: {a: 1}, bash_command: '${{ vars.t }}'}]"
    (found,) = errors_in(text, t="ls")
    assert "for_each" not in (found.hint or "")


def test_minutes_stand_beside_default_args_in_a_file_with_defaults_too() -> None:
    line = "default_args: {retry_delay_minutes: 3, retry_delay: 2m}"
    (own,) = errors_in(line)
    (found,) = errors_in("", line)
    assert (found.code, found.file, found.line) == ("DAG201", "defaults.yaml", 1)
    assert (found.message, found.hint) == (own.message, own.hint)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("vars: {bucket: a}", "under `[vars]` in dagctl.toml"),
        ("environments: {prod: {}}", "`--env prod`"),
        ("concurrency: 3", "write `max_active_tasks`"),
        ("for_each: {t: [a]}", "under `tasks`"),
        ("depends_on: [a]", "write it at the task"),
        ("bash_command: ls", "write it at the task"),
    ],
)
def test_a_key_of_another_place_is_named_in_a_file_with_defaults_too(line: str, hint: str) -> None:
    (found,) = errors_in("", line)
    assert (found.code, found.file, found.line) == ("DAG201", "defaults.yaml", 1)
    assert hint in (found.hint or "")
