"""A slip gives one error, at its line, with a way out that fits; and no other that follows it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from dagctl.codegen.render import render
from dagctl.errors import Severity
from dagctl.findings.problem import MAX_PROBLEMS
from dagctl.spec.load import check_data, check_spec

SLIPS = [
    ("bash_command: a, env: {A: {$ref: a.b, $xcom: c}}", "DAG233", "mapping of its own"),
    ("bash_command: a, env: {A: {$zip: [1]}}", "DAG233", "use `$xcom` here"),
    ("bash_command: a, skip_on_exit_code: 9", "DAG201", "`operator: BashOperator`"),
    (
        "operator: BashOperator, expand: {bash_command: {$map: {$xcom: b}, func: {$ref: a.b}}}",
        "DAG233",
        "did you mean `function`?",
    ),
    (
        "operator: BashOperator, expand: {bash_command: {$map: b, function: {$ref: a.b}}}",
        "DAG306",
        "write `{$xcom: b}`",
    ),
    ("operator: BashOperator, with: {bash_command: a}, expand: {bash_command: [b]}", "DAG236", "t"),
    ("operator: S3KeySensor, with: {1: a}", "DAG109", "quote it"),
    ("operator: S3KeySensor, with: {bucket_key: a}, expand: {1: [a]}", "DAG109", "quote it"),
    ("decorator: task.docker, with: {image: a}, bash_command: b", "DAG225", "not both"),
    ("bash_command: a, python_code: return 1", "DAG225", "not both"),
    ("operator: EmptyOperator, bash_command: a", "DAG225", "remove the line `operator`"),
    ('bash_command: a, env: {A: {$xcom: "b\\x07"}}', "DAG207", "remove it"),
    ('bash_command: a, env: {A: {"$x\\x07com": b}}', "DAG207", "remove it"),
    ('bash_command: a, env: {A: {$new: "a.b\\0c"}}', "DAG207", "remove it"),
    ("operator: S3KeySensor, with: {bucket_kye: a}", "DAG243", "did you mean `bucket_key`?"),
    ("decorator: task.docker, with: {imag: a}, python_code: return 1", "DAG243", "`image`?"),
    ("operator: SQLExecuteQueryOperator, sql: select 1", "DAG201", "`with: {sql: ...}`"),
    ("operator: FileSensor, filepath: a", "DAG201", "`with: {filepath: ...}`"),
    ("operator: BashOperator, with: [a]", "DAG203", "one line per key"),
    ("operator: EmptyOperator, needs: [b]", "DAG201", "`dependencies`?"),
    ("python_callable: a.b, with: {x: 1}, arguments: {y: 2}", "DAG201", "put it into `with`"),
    ("bash_command: a, command: b", "DAG201", "remove it: there is `bash_command`"),
    ("operator: EmptyOperator, upstream: [b]", "DAG201", "`dependencies`?"),
    (
        "decorator: task.docker, with: {image: a}, python_code: return 1, requires: [b]",
        "DAG201",
        "`dependencies`?",
    ),
    ("operator: bash", "DAG240", "did you mean `BashOperator` or `BashSensor`?"),
    ("operator: FileSensor, with: {filepath: a, mode: pook}", "DAG246", "`poke` or `reschedule`"),
    ("operator: FileSensor, with: {filepath: a, timeout: -1}", "DAG246", "0 or more"),
    ("operator: S3KeySensor, with: {bucket_key: 5}", "DAG246", 'write "5", in quotes'),
    (
        'operator: S3KeySensor, with: {bucket_key: a, wildcard_match: "{{ x }}"}',
        "DAG246",
        "write true or false",
    ),
    (
        "operator: BashOperator, with: {bash_command: a}, expand: {task_id: [a, b]}",
        "DAG306",
        "outside of `expand`",
    ),
    ("decorator: docker, with: {image: a}, python_code: return 1", "DAG231", "`task.docker`?"),
    ('decorator: "@task.docker", with: {image: a}, python_code: return 1', "DAG231", "docker`?"),
    ("task_type: kubernetes, image: a, python_code: return 1", "DAG224", "KubernetesPodOperator"),
    ("group_id: a, tasks: [{task_id: c, bash_command: a}]", "DAG236", "`task_id` or `group_id`"),
    ("bash_command: a, env: {A: {$xcom: a}}", "DAG304", "under `$xcom`"),
    ("bash_command: a, trigger_rule: none_failed_or_skipped", "DAG238", "min_one_success`"),
    ("bash_command: a, trigger_rule: dummy", "DAG238", "write `always`"),
    ("bash_command: a, trigger_rule: TriggerRule.ALL_DONE", "DAG238", "`all_done`?"),
    ("bash_command: a, with: {env: {A: b}}", "DAG225", "`operator: BashOperator`"),
    ("bash_command: a, teardown: b", "DAG203", "write `[b]`"),
    ("bash_command: a, teardown: 'true'", "DAG203", "write `true`"),
    ("bash_command: a, teardown: 'o: x'", "DAG203", 'write `["o: x"]`'),
    ('bash_command: a, retry_delay: "timedelta(milliseconds=500)"', "DAG230", "with a unit"),
    ('bash_command: a, retry_delay: "timedelta(hours=1.5)"', "DAG230", "with a unit"),
    ('bash_command: a, retry_delay: "timedelta(5, minutes=3)"', "DAG230", "with a unit"),
    ('bash_command: a, retry_delay: "timedelta(hours=1, minutes=5)"', "DAG230", "`1h5m`"),
    ('bash_command: a, retry_delay: "\u0665"', "DAG230", "with a unit"),
    ('bash_command: a, dependencies: ["b, c"]', "DAG301", "item of its own: [b, c]"),
    ("bash_command: a, dependencies: [d]", "DAG301", "did you mean `k.d`?"),
    ("bash_command: a, execution_timeout: 5 minutes", "DAG230", "write `5m`"),
    ("bash_command: a, retry_delay: 1 hour 30 min", "DAG230", "write `1h30m`"),
    ('bash_command: a, retry_delay: "timedelta(hours=2)"', "DAG230", "write `2h`"),
    ("bash_command: a, retry_delay: {minutes: 5}", "DAG230", "write `5m`"),
    ("bash_command: a, retry_delay: {hours: 1, minutes: 30}", "DAG230", "write `1h30m`"),
    ("bash_command: a, retry_delay: {$duration: 90s}", "DAG230", "write `90s`"),
    ("bash_command: a, retry_delay: {minutes: [5]}", "DAG230", "with a unit"),
    ("operator: PythonOperator, python_code: return 1", "DAG225", "remove the line `operator`"),
    ("operator: BashOperator, map: {bash_command: [a]}", "DAG201", "did you mean `expand`?"),
    ("task_type: branch, decorator: {a: 1}, python_code: return 1", "DAG203", "text in quotes"),
    ("task_type: sensor, operator: 5", "DAG203", "quote it"),
    ("task_type: branch, bash_command: {a: 1}", "DAG203", "text in quotes"),
    ("bash_command: a, inlets: [{$dataset: s3://a}]", "DAG232", "`{$asset: ...}`"),
    ("bash_command: a, env: {A: {$var: b}}", "DAG232", "{{ var.value.NAME }}"),
    ("bash_command: a, env: {A: {$conn: b}}", "DAG232", "{{ conn.NAME.host }}"),
    ("bash_command: a, env: {A: {$env: B}}", "DAG232", "${{ vars.NAME }}"),
    ("bash_command: a, on_failure_callback: print(1)", "DAG203", "`{python_code: print(1)}`"),
    ("bash_command: a, on_failure_callback: {with: {b: 1}}", "DAG202", "add one of them"),
    ("bash_command: a, retry_delay: 01:30:00", "DAG130", "write `1h30m`"),
    ('bash_command: a, retry_delay: "60"', "DAG230", "did you mean `60m` or `60s`?"),
    ("bash_command: a, env: {A: {$xcom: {task: b, key: c}}}", "DAG233", "`{$xcom: b, key: c}`"),
    ("bash_command: a, outlets: [{uri: s3://a}]", "DAG252", "`{$asset: s3://a}`"),
    ("bash_command: a, on_retry_callback: {$ref: a.b}", "DAG201", "write `callable`"),
    ("bash_command: a, on_retry_callback: {$new: a.B, with: {c: 1}}", "DAG201", "`notifier`"),
    ("operator: BashOperator, expand: [{bash_command: a}]", "DAG203", "expand: {name: [...]}"),
    ("operator: BashOperator, partial: {bash_command: a}", "DAG201", "did you mean `with`?"),
    ("operator: BashOperator, args: {bash_command: a}", "DAG201", "did you mean `with`?"),
    ("operator: BashOperator, with: a", "DAG203", "`key: value`"),
    (
        "operator: BashOperator, with: {bash_command: a, dependencies: [b]}",
        "DAG245",
        "to the level of `task_id`",
    ),
    ("operator: TriggerDagRunOperator, with: {dag_id: a}", "DAG243", "`trigger_dag_id`?"),
    (
        "operator: TriggerDagRunOperator, with: {trigger_dag_id: a, execution_timeout: 1d}",
        "DAG245",
        "put it beside `with`",
    ),
    ("operator: TimeSensor, with: {target_time: half past six}", "DAG246", '"06:00"'),
    ("operator: TimeSensor, with: {target_time: '25:00'}", "DAG246", '"06:00"'),
    ("tasks: [{task_id: c, bash_command: a}]", "DAG201", "`group_id: a`"),
    ("decorator: {a: 1}, python_code: return 1", "DAG203", "text in quotes"),
    (
        "bash_command: a, on_failure_callback: {notifier: SlackNotifer}",
        "DAG240",
        "did you mean `SlackNotifier`",
    ),
    # the key that is missing stands there, misspelt or by another tool's word
    ("operator: FileSensor, wiht: {filepath: a}", "DAG201", "did you mean `with`?"),
    ("operator: FileSensor, properties: {filepath: a}", "DAG201", "did you mean `with`?"),
    ("operator: FileSensor, filepaht: a", "DAG201", "`with: {filepaht: ...}`"),
    ("operator: FileSensor, params: {filepath: a}", "DAG245", "write `with` in place of `params`"),
    (
        "bash_command: a, on_failure_callback: {$python_code: 'def f(x): return 1'}",
        "DAG201",
        "write `python_code` in place of `$python_code`",
    ),
    ("decorator: task.docker, wiht: {image: a}, python_code: return 1", "DAG201", "`with`?"),
    ("bash_command: a, on_failure_callback: {notifier: SmtpNotifier, with: a}", "DAG203", "key"),
    (
        "bash_command: a, on_failure_callback: {notifier: SmtpNotifier, wiht: {to: b}}",
        "DAG201",
        "did you mean `with`?",
    ),
    ("bash_command: a, on_failure_callback: {function: a.b}", "DAG201", "`callable`?"),
    ("bash_command: a, on_failure_callback: {operator: A, with: {}}", "DAG201", "`notifier`?"),
    ("uses: BashOperator, with: {bash_command: a}", "DAG201", "did you mean `operator`?"),
    ("script: a", "DAG201", "did you mean `bash_command`?"),
    ("function: a.b", "DAG201", "did you mean `python_callable`?"),
    ("python: return 1", "DAG202", "`python_code` in place of `python`"),
    ("python_callable_name: a, python_callable_file: b", "DAG202", "`python_callable: package."),
    ("sql: select 1", "DAG202", "such as `sql`, stands under `with`"),
    ("task_type: BashOperator, bash_command: a", "DAG224", "`task_type: bash`, or remove"),
    ("task_type: group, tasks: [{task_id: c, bash_command: a}]", "DAG201", "`group_id: a`"),
    ("bash_command: a, wait_for: [b]", "DAG201", "did you mean `dependencies`?"),
    ("bash_command: a, environment: {A: b}", "DAG201", "did you mean `env`?"),
    ("bash_command: a, when: b", "DAG201", "`task_type: short_circuit`"),
    ("bash_command: a, external_dependencies: [{a: all}]", "DAG201", "ExternalTaskSensor"),
    ("bash_command: a, description: b", "DAG201", "write `doc_md`"),
    ("bash_command: a, foreach: {k: [1]}", "DAG201", "did you mean `for_each`?"),
    ("bash_command: a, forEach: [1, 2]", "DAG201", "did you mean `for_each`?"),
    ('bash_command: "${{ each.k }}", for: [1, 2]', "DAG201", "did you mean `for_each`?"),
]
OF_DAG = [
    ("edges: [[b, c]]", "DAG201", "`dependencies: [...]` in the tasks that wait"),
    ("vars: {a: b}", "DAG201", "`[vars]` in dagctl.toml"),
    ("doc: a", "DAG201", "write `doc_md`"),
    ("task_default: {bash: {retries: 1}}", "DAG201", "did you mean `task_defaults`?"),
    ("dag_args: {schedule: a}", "DAG201", "remove this level"),
    ("paused: true", "DAG201", "`is_paused_upon_creation`?"),
    ("groups: [a]", "DAG201", "`group_id`"),
    ("owner_links: https://a.b", "DAG203", "`key: value`"),
    ("default_args: {mode: reschedule}", "DAG201", "`with: {mode: ...}`"),
    ("default_args: {with: {conn_id: a}}", "DAG273", "remove it"),
    ("default_args: {with: {cwdd: /a}}", "DAG273", "did you mean `cwd`?"),
    ("default_args: {with: {retries: 2}}", "DAG245", "put it beside `with`"),
    ("default_args: {with: {doc_md: a}}", "DAG245", "take it out of `default_args`"),
    ("default_args: {with: {bash_command: a}}", "DAG245", "take it out of `default_args`"),
    ("default_args: {with: {cwd: 3}}", "DAG246", "in quotes"),
    ("default_args: {with: {env: {A: {$xcom: b}}}}", "DAG233", "write it at the tasks"),
    ("default_args: {with: {env: {A: {$const: b}}}}", "DAG233", "write it at the tasks"),
    ("default_args: {with: [conn_id]}", "DAG203", "write"),
    ("default_args: {with: {my-name: 1}}", "DAG239", "use a name of Python"),
    ("default_args: {wiht: {env: {A: b}}}", "DAG201", "did you mean `with`?"),
    ("default_args: {kwargs: {cwd: a}}", "DAG201", "did you mean `with`?"),
    ("default_args: {with: {retrys: 1}}", "DAG273", "`retries`? It stands beside `with`"),
    ("default_args: {retry_delay_minutes: 1}", "DAG201", "write `retry_delay: 5m`"),
    ("default_args: {with: {sql: a}}", "DAG273", "remove it"),
    ("default_args: {with: {slaa: 1h}}", "DAG273", "remove it"),
    ("default_args: {for_each: {t: [a]}}", "DAG201", "write it at the task"),
    ("for_each: {t: [a]}", "DAG201", "under `tasks`"),
    ("task_defaults: {python: {retries: 1}}", "DAG273", "remove it"),
    ("task_defaults: {all: {catchup: true}}", "DAG201", "at the start of a line"),
    ("task_defaults: {all: {max_active_runs: 1}}", "DAG201", "at the start of a line"),
    ("task_defaults: {bash: {tags: [a]}}", "DAG201", "at the start of a line"),
    ("description: ${{ var.x + var.y }}", "DAG271", "write `${{ vars.NAME }}`"),
    ("task_defaults: {All: {retries: 1}}", "DAG273", "did you mean `all`?"),
    ("task_defaults: {PythonSensor: {retries: 1}}", "DAG273", "write `sensor`"),
    ("description: ${{ var.bucket }}", "DAG271", "did you mean `${{ vars.bucket }}`?"),
    ("description: ${{ var.value.bucket }}", "DAG271", "written twice"),
    ("params: {a: {type: date, default: x}}", "DAG250", "`type: string, format: date`"),
    ("timezone: CEST", "DAG235", "write a name such as `Europe/Berlin`"),
    ("depends_on: [a]", "DAG201", "`dependencies: [...]` in the task"),
    ("default_args: {dependencies: [a]}", "DAG201", "write it at the task"),
    ("default_args: {upstream: [a]}", "DAG201", "`dependencies: [...]` at the task"),
    ("default_args: {bash_command: a}", "DAG201", "write it at the task"),
    ("default_args: {schedule: a}", "DAG201", "at the start of a line"),
    ("default_args: {sla_miss_callback: a}", "DAG201", "at the start of a line"),
    ("schedule: [s3://a]", "DAG203", "{assets: [...]}"),
    ("schedule: [a, b]", "DAG203", "{assets: [...]}"),
    ('schedule: "@daily"\nparams: {a: {foo: 1}}', "DAG201", "{default: {...}}"),
    ("tz: Europe/Berlin", "DAG201", "`timezone`?"),
    ("notifications: a", "DAG201", "`on_failure_callback`?"),
    ("defaults: {retries: 2}", "DAG201", "`default_args`?"),
    ("timeout: 1h", "DAG201", "`dagrun_timeout`?"),
    ("task_defaults: {bsh: {cwd: /a}}", "DAG201", "did you mean `bash`?"),
    ("default_args: {gcp_conn_id: a}", "DAG201", "`with: {gcp_conn_id: ...}`"),
    ("default_args: {start_date: 2024-01-01}", "DAG201", "at the start of a line"),
    ("default_args: *shared", "DAG126", "write `&shared` before the value"),
    ("default_args: {<<: *shared}", "DAG126", "write `&shared` before the value"),
    ("tags: [&shard a, *shared]", "DAG126", "`shard`"),
    ("<<: *shared", "DAG126", "write `&shared` before the value"),
    ("tags: &a [x]\n<<: [*a, *shared]", "DAG126", "write `&shared` before the value"),
    ("params: {a: {type: int, default: 1}}", "DAG250", "`integer`?"),
    ("params: {a: {type: array, items: {type: int}, default: [1]}}", "DAG250", "`integer`?"),
    ("params: {a: {type: [string, nul], default: x}}", "DAG250", "`null`?"),
    ("params: {a: {properties: {type: x}, default: {}}}", "DAG250", "json-schema.org"),
    ("schedule: CRON_TZ=Europe/Berlin 0 6 * * *", "DAG212", "`timezone: Europe/Berlin`"),
    ("schedule: CRON_TZ=Europe/Berlin", "DAG212", "here a cron expression"),
    ("params: {$xcom: a}", "DAG233", "the value itself"),
    ("schedule: timedelta(days=1)", "DAG210", "`{every: 1d}`"),
    ("schedule: every 90 minutes", "DAG210", "`{every: 90m}`"),
    ("schedule: Every 2 Hours", "DAG210", 'write "0 */2 * * *"'),
    ("schedule: EVERY 90 Minutes", "DAG210", "`{every: 90m}`"),
    ("start_date: 2024-02-01\nend_date: 2024-01-01", "DAG234", "a later `end_date`"),
    ("start_date: 31.01.2024", "DAG214", '"2024-01-31"'),
    ("start_date: 01/31/2024", "DAG214", '"2024-01-31"'),
    ("start_date: 02/01/2024", "DAG214", 'write "2024-01-01" or'),
    ("start_date: datetime(2025, 3, 1)", "DAG214", '"2025-03-01"'),
    ("start_date: March 1, 2025", "DAG214", '"2025-03-01"'),
    ("start_date: 1 Mar 2025", "DAG214", '"2025-03-01"'),
    ("doc_md: docs/readme.md", "DAG452", "`doc_md: {$file: docs/readme.md}`"),
    ("my_dag: {schedule: a, tasks: []}", "DAG201", "`dagctl convert`"),
]
OTHER = """
  - {task_id: b, bash_command: echo}
  - {task_id: c, bash_command: echo}
  - {group_id: k, tasks: [{task_id: d, bash_command: echo}]}
"""
OF_GROUPS = [
    ("taks: [{task_id: e, bash_command: a}]", "DAG201", "`tasks`?"),
    ("bash_command: a", "DAG201", "below `tasks`"),
    ("task_type: group, tasks: [{task_id: e, bash_command: a}]", "DAG201", "remove it"),
    ("concurrency: 3, tasks: [{task_id: e, bash_command: a}]", "DAG201", "max_active_tasks"),
    ("group_callabel: jobs.groups.make", "DAG201", "`group_callable`?"),
]


def errors_of(text: str, airflow: str = "3") -> list[tuple[str, int | None, str | None]]:
    found = check_spec(text, airflow=airflow).diagnostics
    return [
        (each.code, each.line, each.hint) for each in found if each.severity is not Severity.INFO
    ]


@pytest.mark.parametrize(("task", "code", "hint"), SLIPS)
def test_a_slip_in_a_task_is_one_error(task: str, code: str, hint: str) -> None:
    [found] = errors_of(f"dag_name: Slips\ntasks:\n  - {{task_id: a, {task}}}{OTHER}")

    assert found[:2] == (code, 3)
    assert hint in (found[2] or "")


@pytest.mark.parametrize(("key", "step"), [("id", 1), ("task_id", 37)])
def test_two_slips_in_two_tasks_are_two_errors(key: str, step: int) -> None:
    tasks = [task for task, _, _ in SLIPS if "group_id" not in task]  # that is another id
    for first, second in zip(tasks, [*tasks[step:], *tasks[:step]], strict=True):
        alone = _at(key, first, "bash_command: x") | _at("task_id", "bash_command: x", second)
        if any(code.startswith("DAG1") for code, _ in alone):
            continue  # what cannot be read
        assert _at(key, first, second) >= alone, (first, second)


def _at(key: str, first: str, second: str) -> set[tuple[str, int | None]]:
    tasks = f"  - {{{key}: p, {first}}}\n  - {{task_id: q, {second}}}"
    return {each[:2] for each in errors_of(f"dag_name: Slips\ntasks:\n{tasks}{OTHER}")}


@pytest.mark.parametrize("loop", ["for: {k: [1]}", "for_each: {k: 3}", "for_each: {k: []}"])
def test_a_loop_that_is_wrong_is_one_error_and_hides_no_other(loop: str) -> None:
    task = "task_id: 'a_${{ each.k }}', bash_command: 'echo ${{ each.k }}'"
    of_loop = f"  - {{{task}, {loop}}}"
    after = "  - {task_id: p, bash_command: x, retries: x, dependencies: [a_1]}"
    found = check_spec(f"dag_name: Slips\ntasks:\n{of_loop}\n{after}\n")
    alone = check_spec(f"dag_name: Slips\ntasks:\n{of_loop}\n")

    assert (found.spec, alone.spec) == (None, None)
    assert [each.line for each in found.diagnostics] == [3, 4]
    assert [each.line for each in alone.diagnostics] == [3]


@pytest.mark.parametrize(
    ("task", "codes"),
    [
        ("{id: a, operator: S3KeySensor, with: {}}", {"DAG201", "DAG244"}),
        ("{task_id: a, operator: S3KeySensor, with: {}, retris: 2}", {"DAG201", "DAG244"}),
        ("{id: a, bash_command: x, dependencies: [a]}", {"DAG201", "DAG304"}),
        ("{id: a, bash_command: x, dependencies: [e]}", {"DAG201", "DAG301"}),
    ],
)
def test_two_slips_in_one_task_are_two_errors(task: str, codes: set[str]) -> None:
    found = errors_of(f"dag_name: Slips\ntasks:\n  - {task}{OTHER}")
    assert {code for code, _, _ in found} == codes


@pytest.mark.parametrize(("line", "code", "hint"), OF_DAG)
def test_a_slip_in_the_dag_is_one_error(line: str, code: str, hint: str) -> None:
    [found] = errors_of(f"dag_name: Slips\n{line}\ntasks:{OTHER}")

    assert found[:2] == (code, 2 + line.count("\n"))
    assert hint in (found[2] or "")


@pytest.mark.parametrize(
    "entry",
    [
        {"task_id": "a", "operator": "BashOperator", "with": {"bash_command": "x"}, 1: 2},
        {"group_id": "g", 1: 3},
    ],
)
def test_a_key_of_data_that_is_no_text_is_an_error(entry: dict[object, object]) -> None:
    findings = check_data({"dag_name": "x", "tasks": [entry]}).diagnostics
    assert "DAG109" in {each.code for each in findings}


def test_more_slips_in_templates_than_are_shown_are_errors_too() -> None:
    tasks = [{"task_id": f"t{n}", "bash_command": "echo ${{ vars.q }}"} for n in range(150)]
    findings = check_spec(json.dumps({"dag_name": "x", "tasks": tasks}), format="json").diagnostics
    assert {each.code for each in findings if each.severity is Severity.ERROR} >= {"DAG270"}
    assert len(findings) <= MAX_PROBLEMS + 1


def test_a_time_of_day_is_text() -> None:
    task = '{task_id: a, operator: TimeSensor, with: {target_time: "06:30"}}'
    checked = check_spec(f"dag_name: T\ntasks: [{task}]")
    assert checked.diagnostics == ()
    assert checked.spec is not None
    assert "target_time=time(6, 30)" in render(checked.spec)


@pytest.mark.parametrize(("keys", "code", "hint"), OF_GROUPS)
def test_a_slip_in_a_group_is_one_error(keys: str, code: str, hint: str) -> None:
    [found] = errors_of(f"dag_name: Slips\ntasks:\n  - {{group_id: e, {keys}}}{OTHER}")

    assert found[:2] == (code, 3)
    assert hint in (found[2] or "")


def test_a_date_needs_no_quotes_where_a_date_stands() -> None:
    text = """
dag_name: Dates
start_date: 2024-01-01
end_date: 2024-12-31
tasks:
  - task_id: a
    operator: jobs.operators.Load
    start_date: 2024-02-01
    with: {day: {$datetime: 2024-02-01}, end_date: 2024-01-01}
"""
    assert [found[:2] for found in errors_of(text)] == [("DAG129", 9)]


@pytest.mark.parametrize(
    ("airflow", "value", "hint"),
    [
        ("2", "{$new: airflow.sdk.AssetAlias, with: {name: a}}", "airflow.datasets.DatasetAlias"),
        ("2", "{$ref: airflow.sdk.Anything}", "use what the target has"),
        ("3", "{a: [{$ref: airflow.utils.dates.days_ago}]}", "pendulum.today"),
        ("3", "{$const: {$ref: airflow.utils.dates.days_ago}}", None),
        ("3", "{$ref: airflow.sdk.Variable}", None),
    ],
)
def test_what_a_marker_names_of_another_airflow_is_an_error(
    airflow: str, value: str, hint: str | None
) -> None:
    task = f"{{task_id: a, operator: jobs.operators.Load, with: {{x: {value}}}}}"
    found = errors_of(f"dag_name: Gone\ntasks:\n  - {task}", airflow)

    assert [(each[0], each[1]) for each in found] == ([("DAG237", 3)] if hint else [])
    assert not hint or hint in (found[0][2] or "")


def test_the_rights_of_a_role_are_a_list() -> None:
    spec = f"dag_name: Slips\naccess_control: {{role: can_read}}\ntasks:{OTHER}"
    [found] = errors_of(spec, "2")
    assert found == ("DAG203", 2, "write `[can_read]`")


def test_a_deadline_without_its_own_key_lacks_it() -> None:
    [found] = errors_of(f"dag_name: Slips\ndeadline: {{interval: 2h}}\ntasks:{OTHER}", "3.1")
    assert found == ("DAG202", 2, "add `reference: ...` and `callback: ...`")


def test_a_misspelt_key_of_a_deadline_is_one_error() -> None:
    keys = "reference: queued_at, intervall: 2h, callback: {callable: a.b}"
    [found] = errors_of(f"dag_name: Slips\ndeadline: {{{keys}}}\ntasks:{OTHER}", "3.1")
    assert found == ("DAG201", 2, "did you mean `interval`?")


@pytest.mark.parametrize("key", ["group", "group_name", "task_group"])
def test_another_word_for_the_id_of_a_group_is_one_error(key: str) -> None:
    group = f"{{{key}: g, tasks: [{{task_id: e, bash_command: a}}]}}"
    [found] = errors_of(f"dag_name: Slips\ntasks:\n  - {group}{OTHER}")
    assert found == ("DAG201", 3, "did you mean `group_id`?")


def test_an_empty_group_is_no_empty_dag() -> None:
    spec = f"dag_name: Slips\ntasks:\n  - {{group_id: g, tasks: []}}{OTHER}"
    [found] = check_spec(spec).diagnostics

    assert (found.line, found.message) == (3, "a group needs at least one task")


def test_what_no_airflow_2_has_is_removed_there() -> None:
    newest = "dag_name: New\nallowed_run_types: [manual]\ntasks:" + OTHER

    [(_, _, of_2)] = errors_of(newest, "2")
    [(_, _, of_3)] = errors_of(newest, "3")
    assert (of_2 or "").startswith("remove it: no Airflow 2 has it; or set `airflow = ")
    assert (of_3 or "").startswith('set `airflow = "3.2"`')


def test_the_near_names_do_not_depend_on_the_seed_of_hashes() -> None:
    code = "from dagctl.operators.near import near_operators as n; print(n('BaseOperator'))"
    seeds = ("0", "1", "2")
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in seeds
    }

    assert len(said) == 1


@pytest.mark.parametrize(
    "given", ["expand: {trigger_dag_id: [a, b]}", "expand_kwargs: [{trigger_dag_id: a}]"]
)
def test_a_param_may_have_the_name_of_a_parameter_that_is_given(given: str) -> None:
    task = (
        f"{{task_id: t, operator: TriggerDagRunOperator, params: {{trigger_dag_id: x}}, {given}}}"
    )
    checked = check_spec(f"dag_name: d\ntasks:\n  - {task}\n")
    assert [each for each in checked.diagnostics if each.severity is Severity.ERROR] == []
