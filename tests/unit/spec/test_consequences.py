"""One slip brings one finding, at its place, whatever else depends on what is wrong there."""

from __future__ import annotations

import pytest

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.spec.load import check_spec

SPEC = """\
dag_name: Orders
default_args:
  with: {poke_interval: 5m}
task_defaults:
  SQLExecuteQueryOperator: {retries: 4}
tasks:
  - task_id: regions
    python_code: return ["emea", "amer"]
  - group_id: load
    dependencies: [regions]
    expand:
      region: {$xcom: regions}
    tasks:
      - task_id: extract
        bash_command: echo "$REGION"
        env: {REGION: {$arg: region}}
      - task_id: rows
        operator: SQLExecuteQueryOperator
        with:
          sql: select 1
        dependencies: [extract]
  - task_id: check_${{ each.kind }}
    for_each: {kind: [rows, nulls]}
    bash_command: check ${{ each.kind }}
    dependencies: [load]
  - task_id: choose
    task_type: branch
    python_code: |
      def choose(ti):
          return "good" if ti.run_id else "bad"
    dependencies: [check_rows, check_nulls]
  - task_id: good
    operator: FileSensor
    with: {filepath: /data/a}
    dependencies: [choose]
  - task_id: bad
    task_type: sensor
    mode: reschedule
    timeout: 2h
    python_code: return True
    dependencies: [choose]
"""
SLIPS = [
    # an id that is not known: what depends on it, and the branch that goes on with it
    ("task_id: regions", "task_id: [a]", Code.WRONG_TYPE, 7),
    ("task_id: regions", "task_id: [yes]", Code.WRONG_TYPE, 7),
    ("task_id: regions", "task_id:", Code.NULL, 7),
    ("task_id: regions", 'task_id: ""', Code.BLANK, 7),
    ("group_id: load", "group_id: {a: b}", Code.WRONG_TYPE, 9),
    ("task_id: good", "task_id: 5", Code.WRONG_TYPE, 32),
    ("task_id: good\n", "task_id:good\n", Code.YAML_SYNTAX, 32),
    # copies whose ids cannot be compared
    ("task_id: check_${{ each.kind }}", "task_id: [a]", Code.WRONG_TYPE, 22),
    ("task_id: check_${{ each.kind }}", "task_id:", Code.NULL, 22),
    ("for_each: {", "for_aech: {", Code.UNKNOWN_KEY, 23),
    ("for_each: {kind: [rows, nulls]}", "for_each: 5", Code.BAD_LOOP, 23),
    # a key that is not known: what stands below it, and what it would have said
    ("\ntasks:\n  - task_id: reg", "\ntakss:\n  - task_id: reg", Code.UNKNOWN_KEY, 6),
    ("    expand:\n", "    expnad:\n", Code.UNKNOWN_KEY, 11),
    ("        with:\n", "        op_args:\n", Code.UNKNOWN_KEY, 19),
    ("mode: reschedule", "mdoe: reschedule", Code.UNKNOWN_KEY, 38),
    # the kind of a task, and the operator that shared values are for
    ("task_type: sensor", "task_type: 5", Code.WRONG_TYPE, 37),
    ("task_type: sensor", "task_type: abc", Code.UNKNOWN_TASK_TYPE, 37),
    ("task_type: sensor", "taskt_ype: sensor", Code.UNKNOWN_KEY, 37),
    ("operator: SQLExecute", "opertaor: SQLExecute", Code.UNKNOWN_KEY, 18),
    ("operator: SQLExecute", "operator: SQLExceute", Code.UNKNOWN_OPERATOR, 18),
    ("operator: FileSensor", "type: FileSensor", Code.UNKNOWN_KEY, 33),
    # dependencies: what a branch goes on with
    ("[choose]\n  - task_id: bad", "5\n  - task_id: bad", Code.WRONG_TYPE, 35),
    ("dependencies: [choose]\n  - t", "depnedencies: [choose]\n  - t", Code.UNKNOWN_KEY, 35),
    ("dependencies: [choose]\n  - t", "dependencies: [chose]\n  - t", Code.UNKNOWN_DEPENDENCY, 35),
    # an entry without its dash, an indentation that is too small, a key that stands twice
    ("  - task_id: good", "    task_id: good", Code.DUPLICATE_KEY, 32),
    ("  - task_id: bad\n", "", Code.OTHER_TASK_TYPE, 33),
    ("  - group_id: load", "    group_id: load", Code.UNKNOWN_KEY, 9),
    ("  - task_id: good\n", 2 * "  - task_id: good\n", Code.DUPLICATE_TASK_ID, 33),
    ("\ntasks:\n", "\ntasks:\ntasks:\n", Code.DUPLICATE_KEY, 7),
    ("          sql: select", "        sql: select", Code.NULL, 19),
    # one value, one finding
    ("          sql: select", "          sq-l: select", Code.UNKNOWN_PARAMETER, 20),
    ("{$xcom: regions}\n    tasks", "5\n    tasks", Code.BAD_MAPPING, 12),
    ("expand:\n      region: {$xcom: regions}\n", "expand_kwargs: 5\n", Code.BAD_MAPPING, 11),
]  # fmt: skip


def test_the_spec_is_right() -> None:
    assert [each.code for each in check_spec(SPEC, format="yaml").diagnostics] == []


@pytest.mark.parametrize(("old", "new", "code", "line"), SLIPS)
def test_one_slip_brings_one_finding(old: str, new: str, code: str, line: int) -> None:
    assert old in SPEC

    found = check_spec(SPEC.replace(old, new, 1), format="yaml").diagnostics

    assert [(each.code, each.line) for each in found] == [(code, line)]


def test_a_spec_that_is_refused_always_says_why() -> None:
    """Each line is left out, is there twice, moves, or has its first key misspelt."""
    lines = SPEC.splitlines(keepends=True)
    for place, line in enumerate(lines):
        key = line.strip(" -").partition(":")[0]
        forms = ["", line + line, "  " + line, line[2:], line.replace(key, key[::-1] + "x", 1)]
        for form in forms:
            checked = check_spec(
                "".join([*lines[:place], form, *lines[place + 1 :]]), format="yaml"
            )
            errors = [each for each in checked.diagnostics if each.severity is Severity.ERROR]
            assert bool(errors) == (checked.spec is None)


def test_slips_in_two_places_are_both_said() -> None:
    text = SPEC.replace("task_id: regions", "task_id: 5", 1).replace("timeout: 2h", "timeout: 2x")

    found = check_spec(text, format="yaml").diagnostics

    assert [each.code for each in found] == [Code.WRONG_TYPE, Code.BAD_DURATION]


def test_space_around_an_id_is_one_slip() -> None:
    tasks = "- {task_id: 'a ', bash_command: a}\n- {task_id: b, bash_command: b, dependencies: [a]}"
    (found,) = check_spec(f"dag_name: D\ntasks:\n{tasks}\n").diagnostics

    assert (found.code, found.line) == (Code.BAD_TASK_ID, 3)


NAMED_AGAIN = [
    ("1", Code.WRONG_TYPE),
    ("1.10", Code.WRONG_TYPE),
    ("true", Code.WRONG_TYPE),
    ("yes", Code.YAML_WORD),
    ("2024-01-01", Code.YAML_DATE),
    ("0x10", Code.YAML_NUMBER),
]


@pytest.mark.parametrize(("word", "code"), NAMED_AGAIN)
def test_an_id_that_yaml_misreads_is_one_slip_wherever_it_is_named(word: str, code: str) -> None:
    text = f"""\
dag_name: D
tasks:
  - {{task_id: {word}, bash_command: a, setup: true}}
  - {{task_id: b, bash_command: b, dependencies: [{word}], teardown: [{word}]}}
  - {{task_id: c, python_callable: jobs.c, with: {{a: {{$xcom: {word}}}}}, dependencies: [b]}}
"""

    (found,) = check_spec(text).diagnostics

    assert (found.code, found.line) == (code, 3)
    assert found.hint is not None
    assert found.hint.endswith(", here and where it is named")


def test_a_name_that_yaml_misreads_is_said_where_the_id_is_right() -> None:
    tasks = "- {task_id: '1', bash_command: a}\n- {task_id: b, bash_command: b, dependencies: [1]}"
    (found,) = check_spec(f"dag_name: D\ntasks:\n{tasks}\n").diagnostics

    assert (found.code, found.line, found.hint) == (Code.WRONG_TYPE, 4, 'quote it: "1"')


def test_a_bad_id_that_stands_twice_is_no_duplicate_besides() -> None:
    group = "{group_id: g.a, tasks: [{task_id: x, bash_command: x}]}"
    text = f"dag_name: D\ntasks:\n- group_id: g\n  tasks:\n  - {group}\n  - {group}\n"

    found = check_spec(text).diagnostics

    assert [(each.code, each.line) for each in found] == [
        (Code.BAD_TASK_ID, 5),
        (Code.BAD_TASK_ID, 6),
    ]


def test_a_bad_id_hides_no_circle() -> None:
    first = "- {task_id: a b, bash_command: a, dependencies: [c]}"
    tasks = f"{first}\n- {{task_id: c, bash_command: c, dependencies: [a b]}}"

    found = check_spec(f"dag_name: D\ntasks:\n{tasks}\n").diagnostics

    assert [each.code for each in found] == [Code.BAD_TASK_ID, Code.CYCLE]


ONE_EACH = [
    ("default_view: tree", "{task_id: a, bash_command: a}", Code.NOT_IN_TARGET, 2),
    (
        "catchup: false",
        "{task_id: a, operator: EmptyOperator, expand: {trigger_rule: [a]}}",
        Code.BAD_MAPPING,
        3,
    ),
    (
        "catchup: false",
        "{task_id: a, bash_command: a, resources: {cpu: 1}}",
        Code.BAD_ARGUMENT,
        3,
    ),
    ("catchup: false", "{task_id: a, bash_command: a, cwd: {$file: a}}", Code.BAD_FILE, 3),
]


@pytest.mark.parametrize(("of_dag", "task", "code", "line"), ONE_EACH)
def test_what_cannot_be_there_has_no_wrong_value_besides(
    of_dag: str, task: str, code: str, line: int
) -> None:
    found = check_spec(f"dag_name: D\n{of_dag}\ntasks: [{task}]\n").diagnostics

    assert [(each.code, each.line) for each in found] == [(code, line)]


SINGLE = [
    (
        (
            "tasks: [{group_id: g, prefix: false, tasks: [{task_id: a, bash_command: b}]},"
            " {task_id: c, bash_command: d, dependencies: [a]}]"
        ),
        Code.UNKNOWN_KEY,
    ),
    (
        (
            "tasks: [{group_id: g, task: [{task_id: a, bash_command: b}]},"
            " {task_id: c, task_type: branch, python_code: return 'g.a', dependencies: [g]},"
            " {task_id: d, bash_command: e, dependencies: [c]}]"
        ),
        Code.UNKNOWN_KEY,
    ),
    (
        (
            "tasks: [{task_id: no tify, bash_command: b},"
            " {task_id: c, bash_command: d, dependencies: [notify]}]"
        ),
        Code.BAD_TASK_ID,
    ),
    (
        (
            "tasks: [{group_id: lo ad, tasks: [{task_id: a, bash_command: b}]},"
            " {task_id: c, bash_command: d, dependencies: [load]}]"
        ),
        Code.BAD_TASK_ID,
    ),
    (
        (
            "tasks: [{task_id: a, bash_command: b}, {task_id: a, bash_command: c},"
            " {task_id: d, bash_command: e, dependencies: [b]}]"
        ),
        Code.DUPLICATE_TASK_ID,
    ),
    ("default_args: {wth: {bucket_name: x}}\ntasks: [%s]", Code.UNKNOWN_KEY),
    ("defaultargs: {with: {bucket_name: x}}\ntasks: [%s]", Code.UNKNOWN_KEY),
    ("default_args: {with: {bucket_nam: x}}\ntasks: [%s]", Code.BAD_DEFAULTS),
    (
        "tasks: [{group_id: g, default_args: {with: {bucket_nam: x}}, tasks: [%s]}]",
        Code.BAD_DEFAULTS,
    ),
    (
        (
            "start_date: 2024-01-01\ndefault_args: {start_date: x}\n"
            "tasks: [{task_id: a, bash_command: b}]"
        ),
        Code.GIVEN_TWICE,
    ),
    (
        (
            "schedule: {timetable: airflow.timetables.trigger.CronTriggerTimetable}\n"
            "tasks: [{task_id: a, bash_command: b}]"
        ),
        Code.MISSING_PARAMETER,
    ),
    (
        (
            "sla_miss_callback: {python_code: 'def late(a, b, c, d, e): ...'}\n"
            "tasks: [{task_id: a, bash_command: b}]"
        ),
        Code.NOT_IN_TARGET,
    ),
    (
        (
            "tasks: [{task_id: a, operator: amazn.S3KeySensor,"
            " with: {bucket_key: b, poke_interval: 5m}}]"
        ),
        Code.FOREIGN_OPERATOR,
    ),
]


@pytest.mark.parametrize(("spec", "code"), SINGLE)
def test_what_only_follows_from_a_slip_is_not_said(spec: str, code: str) -> None:
    delete = "{task_id: a, operator: GCSDeleteObjectsOperator, with: {objects: [b]}}"
    text = f"dag_name: A\n{spec.replace('%s', delete)}\n"

    assert [each.code for each in check_spec(text).diagnostics] == [code]


def test_what_the_target_lacks_is_not_out_of_range_besides() -> None:
    text = "dag_name: A\ndeadline: []\ntasks: [{task_id: a, bash_command: b}]\n"
    [found] = check_spec(text, airflow="2.11").diagnostics

    assert found.code == Code.NOT_IN_TARGET


def test_code_for_missed_slas_is_one_error_where_airflow_has_them() -> None:
    code = "def late(dag, tasks, blocking, slas, instances): ..."
    tasks = "tasks: [{task_id: a, bash_command: b}]"
    text = f"dag_name: A\nsla_miss_callback: {{python_code: '{code}'}}\n{tasks}\n"

    [found] = check_spec(text, airflow="2").diagnostics
    assert found.code == Code.BAD_ARGUMENT


def test_a_misspelt_default_that_a_task_needs_is_an_error_at_the_default() -> None:
    delete = "{task_id: a, operator: GCSDeleteObjectsOperator, with: {objects: [b]}}"
    text = f"dag_name: A\ndefault_args: {{with: {{bucket_nam: x}}}}\ntasks: [{delete}]\n"

    [found] = check_spec(text).diagnostics
    assert (found.severity, found.line) == (Severity.ERROR, 2)
    assert found.hint == "did you mean `bucket_name`?"


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        ("HttpOperator, with: {endpoint: a, headers: 'a: b'}", "write `{a: b}`"),
        ("BashOperator, with: {bash_command: a, env: A=B}", "write `{A: B}`"),
        ("TriggerDagRunOperator, with: {trigger_dag_id: a, conf: b c}", "write a mapping"),
        ("SparkSubmitOperator, with: {application: a, application_args: x}", "write `[x]`"),
        ("TriggerDagRunOperator, with: {trigger_dag_id: a, conf: '{{ dag_run.conf }}'}", None),
        ("BigQueryInsertJobOperator, with: {configuration: jobs/load.json}", None),
        ("""TriggerDagRunOperator, with: {trigger_dag_id: a, conf: '{"a": 1}'}""", None),
    ],
)
def test_text_where_only_data_are_taken_is_a_warning_also_where_airflow_renders_it(
    call: str, hint: str | None
) -> None:
    found = check_spec(f"dag_name: A\ntasks: [{{task_id: a, operator: {call}}}]\n").diagnostics

    wrong = [each for each in found if each.code == Code.WRONG_KIND]
    assert [(each.severity, each.hint) for each in wrong] == (
        [(Severity.WARNING, hint)] if hint else []
    )


def test_a_format_that_nothing_checks_is_a_warning() -> None:
    params = "params: {day: {type: string, format: dat, default: x}}"
    tasks = "tasks: [{task_id: a, bash_command: b}]"
    [found] = check_spec(f"dag_name: A\n{params}\n{tasks}").diagnostics

    assert (found.code, found.severity) == (Code.BAD_PARAM, Severity.WARNING)
    assert found.hint == "did you mean `date`?"


_TIMETABLE = "airflow.timetables.trigger.CronTriggerTimetable"
_NOTIFIER = "airflow.providers.slack.notifications.slack.SlackNotifier"
_BASH = "airflow.providers.standard.operators.bash.BashOperator"


@pytest.mark.parametrize(
    ("made", "hint"),
    [
        (f"{{$new: {_TIMETABLE}, with: {{crn: a, timezone: UTC}}}}", "`cron`"),
        (f"{{$new: {_NOTIFIER}, with: {{txt: a}}}}", "`text`"),
        (f"{{$new: {_BASH}, with: {{bash_comand: a}}}}", "`bash_command`"),
        ("{$new: kubernetes.client.models.V1Volume, with: {nam: a}}", "name"),
        (f"{{$new: {_TIMETABLE}, args: [0 0 * * *], with: {{timezone: UTC}}}}", None),
        ("{$new: team.notify.Own, with: {txt: a}}", None),
    ],
)
def test_arguments_of_objects_whose_class_is_known_are_checked(made: str, hint: str | None) -> None:
    text = f"dag_name: A\ntasks:\n- task_id: a\n  python_callable: a.b\n  with: {{c: {made}}}\n"
    found = check_spec(text).diagnostics

    assert [(each.code, each.line) for each in found] == (
        [(Code.UNKNOWN_PARAMETER, 5)] if hint else []
    )
    assert hint is None or hint in (found[0].hint or "")


@pytest.mark.parametrize(
    ("schedule", "code", "column"),
    [
        ("{any: 's3://a'}", Code.WRONG_TYPE, 17),
        ("{all: a}", Code.WRONG_TYPE, 17),
        ("{any: {$asset: a}}", Code.WRONG_TYPE, 17),
        ("{any: {all: [a, b]}}", Code.WRONG_TYPE, 17),
        ("{assets: {any: [a, {all: b}]}}", Code.WRONG_TYPE, 36),
        ("{all: [[a, b]]}", Code.BAD_ASSET, 18),
    ],
)
def test_a_condition_on_assets_is_a_list(schedule: str, code: str, column: int) -> None:
    text = f"dag_name: A\nschedule: {schedule}\ntasks: [{{task_id: a, bash_command: b}}]\n"
    [found] = check_spec(text).diagnostics

    assert (found.code, found.line, found.column) == (code, 2, column)
