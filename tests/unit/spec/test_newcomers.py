"""What engineers bring from other tools, and from Python: each slip once, with the way out."""

from __future__ import annotations

import pytest

from dagctl.errors import Severity
from dagctl.spec.load import check_spec

HEAD = "dag_name: N\n"
TASK = "tasks:\n- {task_id: a, bash_command: ls}\n"
OF_THE_DAG = [
    ("schedule: “@daily”", 'use plain quotes: "@daily"'),
    ("schedule: s3://a/b", '{assets: ["s3://a/b"]}'),
    ("schedule: Asset('s3://a/b')", '{assets: ["s3://a/b"]}'),
    ("schedule: {interval: 5m}", "did you mean `every`?"),
    ("schedule: {cron_schedule: '@daily'}", "did you mean `cron`?"),
    ("schedule: 0 0 6 * * *", 'for seconds, write "0 6 * * *"'),
    ("schedule: {timetable: CronTriggerTimetable}", "airflow.timetables.trigger.CronTrigger"),
    ("sla_minutes: 5", "`sla: 1h`"),
    ("schedule: '@every 5m'", 'write "*/5 * * * *"'),
    ("schedule: '0 6 * * * '", 'write "0 6 * * *", without'),
    ("schedule: '0 6 * * * # daily'", "the comment behind the quotes"),
    ("schedule: 0 6 * * 5L", "write `L5`"),
    ("schedule: {every: 1mo}", "@monthly"),
    ("schedule: {every: P1Y}", "@monthly"),
    ("dagrun_timeout: P1M", "`30d`"),
    ("schedule: {cron: ['@daily', '0 6 * * *']}", "MultipleCronTriggerTimetable"),
    ("schedule: {any: [a, {al: [b]}]}", "did you mean `all`?"),
    ("schedule: {timetable: EventsTimetable}", "airflow.timetables.events.EventsTimetable"),
    ('start_date: pendulum.datetime(2023, 5, 6, tz="Europe/Oslo")', "`timezone: Europe/Oslo`"),
    ("x-defaults: &d {retries: 2}", "`task_defaults`"),
    ("on_failure_callback: {notifier: SmtpNotifier, to: a@b.c}", "write it under `with`"),
    ("on_failure_callback: [a.b]", "write `{callable: a.b}`"),
    ("params: [{name: a}]", "`name: default`"),
    ("params: {a: {type: string, choices: [b], default: b}}", "did you mean `enum`?"),
    ("params: {a: {type: [null, string], default: b}}", 'write "null", in quotes'),
    ("schedule: '@none'", "write null, without quotes"),
    ("params: {a: 'Param(5, type=\"integer\")'}", "default: 5"),
]
OF_A_TASK = [
    ("bash_command: ls, dependencies: b >> a", "write `[b]`"),
    ("bash_command: [echo 1, echo 2]", "echo 1 && echo 2"),
    ("bash_command: '$file: a.sh'", "write `{$file: a.sh}`, without quotes"),
    ("bash_command: '{% if ds %} ls'", "write `{% endif %}`"),
    ("bash_command: '{{ ds_add(ds, 1) }}'", "write `macros.ds_add`"),
    ("bash_command: 'echo ${{ secrets.TOKEN }}'", "{{ conn.NAME.password }}"),
    ("operator: BashOperator, bash_command: ls", "remove the line `operator`"),
    ("bash_command: ls, operator: BashOperator", "remove one of them"),
    ("operator: BashOperator, with: {bash_command: ls}, env: {A: b}", "with: {env: ...}"),
    ("operator: BranchPythonOperator, python_code: return 1", "remove the line `operator`"),
    ("operator: PythonOperator, with: {python_code: return 1}", "remove the line `operator`"),
    (
        "operator: GlueJobOperator, with: {job_name: a, num_of_dpus: '10'}",
        "write 10, without quotes",
    ),
    ("operator: jobs.Load, with: {key: 'Variable.get(\"k\")'}", "{{ var.value.k }}"),
    ("python_callable: a.b, expand: [1, 2]", "`expand: {name: [...]}`"),
    ("python_callable: a.b, expand: {x: \"{{ ti.xcom_pull('b') }}\"}", "{$xcom: b}"),
    ("python_callable: a.b, expand: {x: b.output}", "{$xcom: b}"),
    ("operator: BashOperator, mapped: true, expand: {bash_command: [a]}", "there is `expand`"),
    ("python_code: \"def f(): return context['ds']\"", "write `**context`"),
    ('python_code: "def g(): return 1\\ndef main(): return g()"', "return main(...)"),
    ("bash_command: ls, outlets: {$asset: a}", "put it in a list"),
    ("bash_command: ls, teardown: [a]", "remove it from `teardown`"),
    ("bash_command: ls, sla_minutes: 5", "`sla: 1h`"),
    ("bash_command: ls, priority: 5", "did you mean `priority_weight`?"),
    ("task_type: virtualenv, python_code: return 1, packages: [a]", "did you mean `requirements`?"),
    ("python_callable: jobs/load.py:main", "write `jobs.load.main`"),
    ("python_callable: 'def f(): return 1'", "code stands in `python_code`"),
    ("operator: EcsRunTaskOperator, with: {cluster: a, task_def: b, overrides: {}}", "task_defini"),
    ("operator: DockerOperator, with: {image: a, env_vars: {}}", "did you mean `environment`?"),
    ("operator: TimeSensor, with: {target_time: '9:00'}", 'write "09:00"'),
    (
        "operator: BigQueryCheckOperator, with: {sql: a, use_legacy_sql: 'false'}",
        "write false",
    ),
    ("operator: google.DataprocCreateClusterOperator, with: {cluster_name: a}", "add it under"),
    ("bash_command: ls, env: {A: '{{ var.values.a }}'}", "write `var.value`"),
    ("python_callable: a.b, expand: {x: {$xcoms: b}}", "did you mean `$xcom`?"),
]


def hints(text: str) -> list[str]:
    found = check_spec(HEAD + text).diagnostics
    return [str(each.hint) for each in found if each.severity is not Severity.INFO]


@pytest.mark.parametrize(("line", "hint"), OF_THE_DAG)
def test_a_slip_of_the_dag_has_its_way_out(line: str, hint: str) -> None:
    [said] = hints(f"{line}\n{TASK}")
    assert hint in said


@pytest.mark.parametrize(("task", "hint"), OF_A_TASK)
def test_a_slip_of_a_task_has_its_way_out(task: str, hint: str) -> None:
    [said] = hints(f"tasks:\n- {{task_id: a, {task}}}\n- {{task_id: b, bash_command: ls}}\n")
    assert hint in said


@pytest.mark.parametrize("word", ["id", "name", "task"])
def test_another_word_for_the_id_of_an_operator_is_one_slip(word: str) -> None:
    task = f"{{{word}: a, operator: BashOperator, with: {{bash_command: ls}}}}"
    assert hints(f"tasks:\n- {task}\n") == ["did you mean `task_id`?"]


@pytest.mark.parametrize("key", ["python_code", "bash_command"])
def test_lines_that_yaml_joins_are_the_cause_of_what_cannot_be_read(key: str) -> None:
    code = "set -e\n    if true; then ls; fi" if key == "bash_command" else "x = 1\n    y = 2"
    [said] = hints(f"tasks:\n- task_id: a\n  {key}: >\n    {code}\n")
    assert said == f"write `{key}: |`, so that the lines below stay lines"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("apiVersion: v1\nkind: CronJob\nspec: {}\n", "a manifest of Kubernetes"),
        ("name: CI\non: {push: {}}\njobs: {}\n", "a workflow of GitHub Actions"),
    ],
)
def test_a_file_of_another_tool_is_one_error(text: str, what: str) -> None:
    [problem] = check_spec(text).diagnostics
    assert problem.message == f"{what} is not a spec"


@pytest.mark.parametrize(
    ("decorator", "parameters"), [("task.pyspark", "spark, sc"), ("task.snowpark", "session")]
)
def test_what_a_decorator_gives_to_its_function_is_there(decorator: str, parameters: str) -> None:
    code = f"def f({parameters}): return 1"
    task = f"{{task_id: a, decorator: {decorator}, python_code: '{code}'}}"
    assert hints(f"tasks:\n- {task}\n") == []
