"""Specs as files of dag-factory: they come back as the same specs, or the report says what not."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dagctl.codegen.render import render
from dagctl.commands.convert_specs import convert_specs
from dagctl.convert import ConvertedDag, Factory, Outcome, convert_dag_factory
from dagctl.convert.foreign_yaml.writer import foreign_yaml
from dagctl.errors import SpecError
from dagctl.spec.load import load_spec
from dagctl.spec.model import DagSpec

if TYPE_CHECKING:
    from dagctl.convert.outcome.exported import ExportedSpec

ROOT = Path(__file__).parents[3]
SPECS = sorted([*ROOT.glob("tests/golden/*/spec.*"), *ROOT.glob("examples/*.*")])
PROMISED = {
    *("commands", "continuous", "fan_out_fan_in", "language_params", "language_tasks"),
    *("unscheduled", "language_assets", "bodies", "def_forms"),
}
"""Golden specs that go over whole."""


def exported(text: str, airflow: str = "3") -> tuple[DagSpec, ExportedSpec]:
    spec = load_spec(dedent(text), origin="spec.yaml")
    return spec, convert_specs([spec], "dag-factory", airflow=airflow)[0]


def back(text: str, airflow: str = "3") -> ConvertedDag:
    source = Factory(text, "dags.yml")
    (dag,) = convert_dag_factory(source, airflow=airflow, today=date(2026, 1, 1)).dags
    return dag


def code(spec: DagSpec) -> list[str]:
    return [line for line in render(spec).splitlines() if not line.startswith("#")]


def said(result: ExportedSpec) -> list[tuple[str, int, str]]:
    own = [remark for remark in result.remarks if remark.outcome is not Outcome.NEW]
    return [(remark.outcome.value, remark.place.line, remark.subject) for remark in own]


@pytest.mark.parametrize("path", SPECS, ids=lambda path: f"{path.parent.name}-{path.stem}")
@pytest.mark.parametrize("airflow", ["2", "3"])
def test_a_spec_comes_back_as_it_was_but_for_what_the_report_names(
    path: Path, airflow: str
) -> None:
    spec = load_spec(path.read_text("utf-8"), origin=str(path))
    (result,) = convert_specs([spec], "dag-factory", airflow=airflow)
    assert result.whole or path.parent.name not in PROMISED
    assert "&id" not in result.text
    if not result.whole:
        return
    returned = DagSpec.from_data(back(result.text, airflow).data)
    subjects = {subject for _, _, subject in said(result)}
    if not subjects - {"dag_name", "project_id"}:
        assert returned == spec
    if not any(subject.endswith("python_code") for subject in subjects):
        assert "schedule_interval" in subjects or code(returned) == code(spec)
    for name, text in result.beside.items():
        compile(text, name, "exec")


PLAIN = """
dag_name: Orders
schedule: "0 3 * * *"
start_date: 2024-01-31T06:30
timezone: Europe/Berlin
tags: [sales]
tasks:
  - task_id: load
    bash_command: |
      set -e
        echo "$HOME ${USER}" \\
      echo {{ ds }}
    retries: 0
    execution_timeout: 1h30m
  - group_id: out
    dependencies: [load]
    tasks:
      - task_id: send
        python_callable: jobs.send
        with: {rows: 3}
"""
WRITTEN = r"""
orders:
  dag_name: Orders
  schedule: 0 3 * * *
  start_date: '2024-01-31T06:30:00'
  timezone: Europe/Berlin
  tags:
    - sales
  catchup: false
  default_args:
    owner: airflow
    depends_on_past: false
    email_on_failure: false
    email_on_retry: false
    retries: 1
    retry_delay:
      __type__: datetime.timedelta
      minutes: 5
  task_groups:
    out:
      dependencies:
        - load
  tasks:
    load:
      operator: airflow.providers.standard.operators.bash.BashOperator
      bash_command: "set -e\n\
        \  echo \"\x24HOME \x24{USER}\" \\\n\
        echo {{ ds }}\n"
      retries: 0
      execution_timeout:
        __type__: datetime.timedelta
        hours: 1
        minutes: 30
    send:
      operator: airflow.providers.standard.operators.python.PythonOperator
      python_callable: jobs.send
      op_kwargs:
        rows: 3
      task_group_name: out
"""


def test_the_file_reads_like_one_that_a_person_wrote() -> None:
    spec, result = exported(PLAIN)
    assert result.text == WRITTEN.lstrip("\n")
    assert said(result) == [("changed", 2, "dag_name")]
    assert DagSpec.from_data(back(result.text).data) == spec


def test_a_script_without_variables_is_a_block() -> None:
    _, result = exported('dag_name: d\ntasks: [{task_id: a, bash_command: "echo 1\\necho 2\\n"}]')
    assert "      bash_command: |\n        echo 1\n        echo 2\n" in result.text


LOSSES: dict[str, tuple[str, str]] = {
    "python_code: return 1": ("changed", "python_code"),
    "bash_command: x\n    setup: true": ("gap", "setup"),
    "operator: EmptyOperator\n    pre_execute: {$ref: a.b}": ("gap", "pre_execute"),
    "operator: my.Op\n    with: {a: {$ref: a.b}}": ("gap", "with.a"),
    "operator: my.Op\n    with: {a: {__type__: x}}": ("gap", "a.__type__"),
    "operator: my.Op\n    with: {dependencies: [x]}": ("gap", "with.dependencies"),
    'operator: my.Op\n    with: {a: {$const: "{{ ds }}"}}': ("gap", "with.a"),
    "operator: my.Op\n    expand_kwargs: [{a: 1}]": ("gap", "expand_kwargs"),
    "decorator: task.docker\n    with: {image: x}\n    python_code: return 1": ("gap", "decorator"),
    "bash_command: x\n    on_failure_callback: [{callable: a.b}, {callable: a.c}]": (
        "gap",
        "on_failure_callback",
    ),
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
    line = 4 + (task.count("\n") if subject != "decorator" else 0)
    assert (outcome, line, subject) in said(result)


DAG_LOSSES = {
    "fail_fast: true": "fail_fast",
    "max_consecutive_failed_dag_runs: 3": "max_consecutive_failed_dag_runs",
    "user_defined_macros: {name: text}": "user_defined_macros.name",
    "start_date: 2024-01-01T00:00+05:30": "start_date",
    'timezone: Europe/Berlin\nend_date: "2030-10-27T02:30"': "end_date",
}


@pytest.mark.parametrize("line", DAG_LOSSES)
def test_what_a_dag_cannot_have_there_is_named(line: str) -> None:
    _, result = exported(f"dag_name: d\n{line}\ntasks: [{{task_id: a, bash_command: x}}]\n")
    assert ("gap", 2 + line.count("\n"), DAG_LOSSES[line]) in said(result)
    assert not result.whole


def test_two_tasks_of_one_id_are_not_both_written() -> None:
    _, result = exported("""\
        dag_name: d
        tasks:
          - {group_id: g, tasks: [{task_id: a, bash_command: x}]}
          - {group_id: h, tasks: [{task_id: a, bash_command: y}]}
    """)
    assert ("gap", 4, "task_id") in said(result)


def test_functions_give_each_other_their_outputs() -> None:
    spec, result = exported("""\
        dag_name: d
        tasks:
          - {task_id: list, python_callable: jobs.list}
          - task_id: load
            python_callable: jobs.load
            with: {day: "{{ ds }}"}
            expand: {region: {$xcom: list}}
            dependencies: [list]
          - task_id: report
            python_callable: jobs.report
            with: {rows: {$xcom: load}, first: {$xcom: list, key: first}}
            dependencies: [load, list]
    """)
    tasks = yaml.safe_load(result.text)["d"]["tasks"]
    assert [task["decorator"] for task in tasks.values()] == ["airflow.sdk.task"] * 3
    assert tasks["load"]["partial"] == {"day": "{{ ds }}"}
    assert tasks["load"]["expand"] == {"region": "+list"}
    assert (tasks["report"]["rows"], tasks["report"]["first"]) == ("+load", "+list['first']")
    assert DagSpec.from_data(back(result.text).data) == spec
    assert said(result) == []


def test_a_function_has_a_name_of_its_own() -> None:
    _, result = exported("""\
        dag_name: 1st
        tasks:
          - {task_id: class, python_code: return 1}
          - {task_id: a-b, python_code: return 2}
          - {task_id: a_b, python_code: return 3}
          - {task_id: 9th, python_code: "def run():\\n  return 4"}
    """)
    (text,) = result.beside.values()
    space: dict[str, Any] = {}
    exec(text, space)
    functions = [space[name]() for name in ("class_task", "a_b", "a_b_2", "task_9th")]
    assert functions == [1, 2, 3, 4]
    assert [*result.beside] == ["dag_1st_functions.py"]


TEXTS = st.text() | st.sampled_from(["$HOME", "a\n  $X\n", "${A\nB}", "\t$HOME\n\n", "\u2028$1"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=8,
)


@settings(max_examples=30)
@given(st.dictionaries(TEXTS, VALUES))
@example({"\n\t": None, "$X\n \t": "\n $X"})
def test_no_variable_of_the_environment_gets_into_the_file(data: dict[str, Any]) -> None:
    try:
        text = foreign_yaml(data, expands_variables=True)
        text.encode()
    except UnicodeEncodeError:
        return  # half a pair of surrogates: no spec has it
    names = {"HOME": "/x", "X": '"', "A\nB": "'", "1": "#", "A": ":"}
    old = dict(os.environ)
    os.environ.update({name: value for name, value in names.items() if name != "1"})
    try:
        assert yaml.load(os.path.expandvars(text), yaml.FullLoader) == data
    finally:
        os.environ.clear()
        os.environ.update(old)


def test_a_spec_that_cannot_be_read_is_no_file() -> None:
    with pytest.raises(SpecError):
        exported("dag_name: d\n")


def test_an_asset_in_default_args_is_an_object_since_texts_are_none_there() -> None:
    _, result = exported("""
        dag_name: Orders
        default_args: {inlets: [{$asset: "s3://a/b"}]}
        tasks: [{task_id: load, bash_command: date, outlets: [{$asset: "s3://a/c"}]}]
    """)
    dag = yaml.safe_load(result.text)["orders"]
    assert dag["default_args"]["inlets"] == [{"__type__": "airflow.sdk.Asset", "uri": "s3://a/b"}]
    assert dag["tasks"]["load"]["outlets"] == ["s3://a/c"]
    assert result.whole


def test_parameters_for_all_tasks_come_back_as_the_same_spec() -> None:
    spec, result = exported("""
        dag_name: orders
        retries: 0
        default_args: {with: {conn_id: dwh, mode: reschedule, page: 3}}
        tasks:
          - {task_id: wait, operator: FileSensor, with: {filepath: /data}}
          - {task_id: pay, operator: shop.Pay}
          - group_id: out
            default_args: {pool: small, with: {mode: poke, timeout: 60}}
            tasks: [{task_id: last, operator: FileSensor, with: {filepath: /out}}]
    """)
    assert result.whole
    assert said(result) == []
    assert DagSpec.from_data(back(result.text).data) == spec
