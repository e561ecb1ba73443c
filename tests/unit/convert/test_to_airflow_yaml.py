"""Specs as files of Airflow's own YAML: they come back, or the report says what does not."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from dagctl.codegen.render import render
from dagctl.commands.convert_specs import convert_specs
from dagctl.convert import AirflowYaml, Outcome, convert_airflow_yaml
from dagctl.spec.load import load_spec
from dagctl.spec.model import DagSpec

if TYPE_CHECKING:
    from dagctl.convert.outcome.exported import ExportedSpec

ROOT = Path(__file__).parents[3]
SPECS = sorted([*ROOT.glob("tests/golden/*/spec.*"), *ROOT.glob("examples/*.*")])
WHOLE = {"commands", "continuous", "fan_out_fan_in", "language_tasks"}
"""Golden specs that go over whole."""


def exported(text: str) -> tuple[DagSpec, ExportedSpec]:
    spec = load_spec(dedent(text), origin="spec.yaml")
    return spec, convert_specs([spec], "airflow-yaml", airflow="3")[0]


def back(result: ExportedSpec) -> DagSpec:
    (dag,) = convert_airflow_yaml(AirflowYaml(result.text, "dag.yaml"), airflow="3").dags
    return DagSpec.from_data(dag.data)


def code(spec: DagSpec) -> list[str]:
    return [line for line in render(spec).splitlines() if not line.startswith("#")]


def said(result: ExportedSpec) -> list[tuple[str, int, str]]:
    return [(each.outcome.value, each.place.line, each.subject) for each in result.remarks]


@pytest.mark.parametrize("path", SPECS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_spec_comes_back_as_it_was_but_for_what_the_report_names(path: Path) -> None:
    spec = load_spec(path.read_text("utf-8"), origin=str(path))
    (result,) = convert_specs([spec], "airflow-yaml", airflow="3")
    assert result.whole or path.parent.name not in WHOLE
    assert "&id" not in result.text
    if not result.whole:
        return
    assert code(back(result)) == code(spec)
    if {each.subject for each in result.remarks} <= {"dag_name"}:
        name = {"dag_name": "x"}
        assert back(result).to_data() | name == spec.to_data() | name


PLAIN = """
dag_name: orders
description: Copies the orders
schedule: {cron: "0 3 * * *", timezone: Europe/Berlin, data_interval: false}
retry_delay_minutes: 2
tags: [sales]
default_args: {pool: warehouse}
tasks:
  - task_id: load
    bash_command: |
      set -e
      load {{ ds }}
    execution_timeout: 1h30m
  - task_id: wait
    operator: TimeDeltaSensor
    with: {delta: 5m, mode: reschedule}
    dependencies: [load]
  - task_id: mail
    operator: EmailOperator
    with:
      to: [data@example.com]
      subject: {$const: "Not {{ rendered }}"}
      html_content: {$xcom: load}
    dependencies: [wait]
"""
WRITTEN = """
$schema: https://airflow.apache.org/schemas/dag/2026-10-30.json
dag_id: orders
description: Copies the orders
schedule:
  uses: airflow.sdk.CronTriggerTimetable
  with:
    expression: 0 3 * * *
    timezone: Europe/Berlin
start_date: '2024-01-01'
tags:
  - sales
catchup: false
templates:
  defaults:
    retries: 1
    depends_on_past: false
    owner: airflow
    email_on_failure: false
    email_on_retry: false
    retry_delay: 2m
    pool: warehouse
tasks:
  - id: load
    extends:
      - defaults
    uses: airflow.providers.standard.operators.bash.BashOperator
    with:
      bash_command:
        $t: |
          set -e
          load {{ ds }}
    execution_timeout: 1h30m
  - id: wait
    extends:
      - defaults
    uses: airflow.providers.standard.sensors.time_delta.TimeDeltaSensor
    with:
      delta: 5m
      mode: reschedule
    needs:
      - load
  - id: mail
    extends:
      - defaults
    uses: airflow.providers.smtp.operators.smtp.EmailOperator
    with:
      to:
        - data@example.com
      subject: Not {{ rendered }}
      html_content:
        $x: load
    needs:
      - wait
"""


def test_the_file_reads_like_one_that_a_person_wrote() -> None:
    spec, result = exported(PLAIN)
    assert result.text == WRITTEN.lstrip("\n")
    assert said(result) == []
    assert back(result) == spec


LOSSES: dict[str, tuple[str, str]] = {
    "python_code: return 1": ("gap", "python_code"),
    "python_callable: jobs.load": ("gap", "python_callable"),
    "bash_command: x\n    setup: true": ("gap", "setup"),
    "bash_command: x\n    outlets: [{$asset: a}]": ("gap", "outlets"),
    "bash_command: x\n    on_failure_callback: {callable: a.b}": ("gap", "on_failure_callback"),
    "bash_command: x\n    params: {a: {type: integer, default: 1}}": ("gap", "params.a"),
    "operator: EmptyOperator\n    pre_execute: {$ref: a.b}": ("gap", "pre_execute"),
    "operator: my.Op\n    with: {a: {$new: a.B}}": ("gap", "with.a"),
    "operator: my.Op\n    with: {a: {$duration: 5m}}": ("gap", "with.a"),
    "operator: my.Op\n    expand: {a: [1]}": ("gap", "expand"),
}


def test_labels_of_edges_have_no_word() -> None:
    _, result = exported(
        "dag_name: d\ntasks:\n  - {task_id: a, bash_command: x}\n"
        "  - {task_id: b, bash_command: x, dependencies: [a], edge_labels: {a: y}}\n"
    )
    assert ("gap", 4, "edge_labels") in said(result)


@pytest.mark.parametrize("task", LOSSES)
def test_what_has_no_word_is_named_at_its_line(task: str) -> None:
    _, result = exported(f"dag_name: d\ntasks:\n  - task_id: a\n    {task}\n")
    outcome, subject = LOSSES[task]
    assert (outcome, 4 + task.count("\n"), subject) in said(result)


DAG_LOSSES = {
    "schedule: {assets: [a]}": "schedule_interval",
    "timezone: Europe/Berlin": "timezone",
    "user_defined_macros: {a: 1}": "user_defined_macros",
    "on_failure_callback: {callable: a.b}": "on_failure_callback",
}


@pytest.mark.parametrize("line", DAG_LOSSES)
def test_what_a_dag_cannot_have_there_is_named(line: str) -> None:
    _, result = exported(f"dag_name: d\n{line}\ntasks: [{{task_id: a, bash_command: x}}]\n")
    assert ("gap", 2, DAG_LOSSES[line]) in said(result)


def test_tasks_of_groups_stand_alone_and_wait_for_the_same() -> None:
    _, result = exported("""\
        dag_name: d
        tasks:
          - {task_id: a, bash_command: x}
          - group_id: g
            dependencies: [a]
            tasks:
              - {task_id: b, bash_command: x}
              - {task_id: c, bash_command: x, dependencies: [b]}
          - {task_id: e, bash_command: x, dependencies: [g]}
    """)
    waits = {task.task_id: [*task.dependencies] for _, task in back(result).walk()}
    assert waits == {"a": [], "g.b": ["a"], "g.c": ["g.b", "a"], "e": ["g.b", "g.c"]}
    assert ("gap", 4, "group_id") in said(result)


def test_the_name_is_left_out_and_said() -> None:
    _, result = exported("dag_name: My DAG\ntasks: [{task_id: a, bash_command: x}]\n")
    assert said(result) == [(Outcome.DROPPED.value, 1, "dag_name")]


def test_a_schedule_for_airflow_2_keeps_its_intervals_or_the_report_says_so() -> None:
    text = "dag_name: d\nschedule: {every: 90m}\ntasks: [{task_id: a, bash_command: x}]\n"
    spec = load_spec(text)
    (result,) = convert_specs([spec], "airflow-yaml", airflow="2.11")
    assert "airflow.sdk.DeltaDataIntervalTimetable" in result.text
    source = AirflowYaml(result.text, "dag.yaml")
    (dag,) = convert_airflow_yaml(source, airflow="2.11").dags
    assert dag.data["schedule"] == {"every": "90m"}
    for schedule, subjects in {"0 3 * * *": ["schedule_interval"], "'@once'": []}.items():
        spec = load_spec(text.replace("{every: 90m}", schedule))
        (result,) = convert_specs([spec], "airflow-yaml", airflow="2.11")
        assert [each.subject for each in result.remarks if "interval" in each.text] == subjects


def test_waits_of_a_sensor_are_seconds_which_is_what_airflow_takes_there() -> None:
    _, result = exported("""
        dag_name: files
        tasks:
          - task_id: wait
            operator: FileSensor
            with: {filepath: /x, poke_interval: 1m30s, timeout: {$duration: 2h}}
    """)
    assert "poke_interval: 90\n" in result.text
    assert "timeout: 7200\n" in result.text
    assert [subject for _, _, subject in said(result)] == [
        *("with.poke_interval", "with.timeout"),
    ]
    task = back(result).recorded["tasks"][0]
    assert (task["with"]["poke_interval"], task["with"]["timeout"]) == (90, 7200)
    assert result.whole


def test_a_continuous_dag_says_how_many_runs_it_may_have() -> None:
    _, result = exported("""
        dag_name: queue
        schedule: "@continuous"
        tasks: [{task_id: look, bash_command: look}]
    """)
    assert "max_active_runs: 1\n" in result.text
    subjects = {subject for _, _, subject in said(result)}
    assert (subjects, result.whole) == ({"schedule_interval", "max_active_runs"}, True)
