"""What becomes of a file of Airflow's own YAML: the spec, and the report."""

from __future__ import annotations

import json
from textwrap import dedent, indent

import pytest

from dagctl.convert import AirflowYaml, ConvertedDag, Outcome, convert_airflow_yaml
from dagctl.errors import SpecError

SCHEMA = "https://airflow.apache.org/schemas/dag/2026-10-30.json"
BASH = "airflow.providers.standard.operators.bash.BashOperator"
SQL = "airflow.providers.common.sql.operators.sql.SQLExecuteQueryOperator"
MAIL = "airflow.providers.smtp.operators.smtp.EmailOperator"


def convert(text: str, *, airflow: str = "3", **named: str) -> list[ConvertedDag]:
    source = AirflowYaml(dedent(text), "dags.yaml", named.get)
    return list(convert_airflow_yaml(source, airflow=airflow).dags)


def one(text: str, *, airflow: str = "3", **named: str) -> ConvertedDag:
    head = f"$schema: {SCHEMA}\ndag_id: nightly\n"
    (dag,) = convert(head + dedent(text), airflow=airflow, **named)
    return dag


def task(text: str, **named: str) -> tuple[dict[str, object], list[tuple[str, str]]]:
    """Return a task that stands alone, and what is reported of it."""
    lines = indent(dedent(text), "    ")
    dag = one(f"tasks:\n  - id: fetch\n  - id: own\n{lines}", **named)
    remarks = [(remark.outcome.value, remark.subject) for remark in dag.remarks]
    return dag.data["tasks"][1], remarks


def gaps(dag: ConvertedDag) -> list[tuple[int, str]]:
    return [(r.place.line, r.subject) for r in dag.remarks if r.outcome is Outcome.GAP]


def test_a_plain_file_comes_over_whole() -> None:
    dag = one(f"""
        description: Orders of the night
        schedule: "0 3 * * *"
        start_date: 2026-01-01
        dagrun_timeout: PT2H
        tags: [sales]
        params: {{region: emea, limits: {{low: 1}}}}
        tasks:
          - id: fetch
            uses: {BASH}
            retries: 3
            retry_delay: 5m
            with: {{bash_command: {{$t: "fetch {{{{ ds }}}}"}}, env: {{A: b}}}}
          - id: send
            uses: {MAIL}
            needs: [fetch]
            with: {{to: data@example.com, subject: Done, html_content: {{$x: fetch}}}}
          - {{id: done, needs: [send, fetch], trigger_rule: none_failed}}
    """)
    assert dag.whole
    assert dag.remarks == ()
    assert dag.data == {
        "dag_name": "nightly",
        "description": "Orders of the night",
        "schedule": "0 3 * * *",
        "start_date": "2026-01-01",
        "tags": ["sales"],
        "retries": 0,
        "dagrun_timeout": "PT2H",
        "params": {"region": "emea", "limits": {"default": {"low": 1}}},
        "tasks": [
            {
                "task_id": "fetch",
                "bash_command": "fetch {{ ds }}",
                "env": {"A": "b"},
                "retries": 3,
                "retry_delay": "5m",
            },
            {
                "task_id": "send",
                "operator": "EmailOperator",
                "with": {
                    "to": "data@example.com",
                    "subject": "Done",
                    "html_content": {"$xcom": "fetch"},
                },
                "dependencies": ["fetch"],
            },
            {
                "task_id": "done",
                "operator": "EmptyOperator",
                "trigger_rule": "none_failed",
                "dependencies": ["send", "fetch"],
            },
        ],
    }


@pytest.mark.parametrize(
    ("value", "spec"),
    [
        ('"{{ ds }}"', {"$const": "{{ ds }}"}),
        ('{$t: "{{ ds }}"}', "{{ ds }}"),
        ('{$template: "{{ ds }}"}', "{{ ds }}"),
        ("{$x: fetch}", {"$xcom": "fetch"}),
        ("{$xcom: {task: fetch, key: rows}}", {"$xcom": "fetch", "key": "rows"}),
        ("[select 1, '{# no #}']", ["select 1", {"$const": "{# no #}"}]),
        ("orders.sql", {"$const": "orders.sql"}),
        ("select 1", "select 1"),
        ('"select 1\\n"', {"$const": "select 1\n"}),
        ('{$const: "{{ ds }}"}', {"$const": "{{ ds }}"}),
        ("{$const: {$a: 1}}", {"$const": {"$a": 1}}),
        ("{$const: ['a', '{% x %}']}", ["a", {"$const": "{% x %}"}]),
        ("{$f: q.sql}", {"$const": "select '{{ ds }}'"}),
        ("{$t: {$file: q.sql}}", "select '{{ ds }}'"),
        ("{at: 2026-01-01, by: 2026-01-01T05:00:00}", None),
    ],
)
def test_a_text_is_literal_unless_it_is_marked(value: str, spec: object) -> None:
    files = {"q.sql": "select '{{ ds }}'"}
    made, remarks = task(f"uses: {SQL}\nwith: {{conn_id: db, sql: {value}}}", **files)
    given = made["with"]
    assert isinstance(given, dict)
    if spec is None:
        day = {"$new": "datetime.date", "with": {"year": 2026, "month": 1, "day": 1}}
        spec = {"at": day, "by": {"$datetime": "2026-01-01T05:00:00"}}
        assert ("gap", "tasks.1.with.sql") in remarks  # a mapping is no SQL
    else:
        assert {outcome for outcome, _ in remarks} <= {"changed"}
    assert given["sql"] == spec


@pytest.mark.parametrize(
    ("value", "command"),
    [
        ("run.sh", "run.sh "),
        ('"echo 1\\n"', "echo 1"),
        ('{$t: "echo {{ ds }}"}', "echo {{ ds }}"),
    ],
)
def test_a_command_stays_readable_where_a_shell_takes_it_in_the_same_way(
    value: str, command: str
) -> None:
    made, remarks = task(f"uses: {BASH}\nwith: {{bash_command: {value}}}")
    assert made == {"task_id": "own", "bash_command": command}
    assert remarks == []


@pytest.mark.parametrize(
    ("lines", "subject"),
    [
        (f"uses: {BASH}\nwith: {{bash_command: {{$t: run.sh}}}}", "bash_command"),
        (f"uses: {SQL}\nwith: {{sql: {{$f: ../q.sql}}, conn_id: db}}", "sql"),
        (f"uses: {SQL}\nwith: {{sql: {{$t: 5}}, conn_id: db}}", "sql"),
        (f"uses: {SQL}\nwith: {{sql: {{$x: {{key: a}}}}, conn_id: db}}", "sql"),
        (f"uses: {SQL}\nwith: {{sql: {{$xx: a}}, conn_id: db}}", "sql"),
        (f"uses: {SQL}\nwith: {{sql: {{$t: a, b: c}}, conn_id: db}}", "sql"),
        (f"uses: {SQL}\nwith: {{sql: {{$const: {{$a: '{{{{ x }}}}'}}}}, conn_id: db}}", "sql"),
        (f"uses: {SQL}\nwith: {{sql: a, conn_id: db, autocommit: {{$x: fetch}}}}", "autocommit"),
        (f"uses: {SQL}\nwith: {{sql: a, conn_id: db, retries: 2}}", "retries"),
        (f"uses: {SQL}\nautocommit: true\nwith: {{sql: a, conn_id: db}}", "autocommit"),
        ("run: {rows: 1}", "run"),
        ("on_failure_callback: a.b", "on_failure_callback"),
        ("outlets: [a]", "outlets"),
        ("pool: {$x: fetch}", "pool"),
        ("uses: shop.Load\nwith: {wait: 5m}", "wait"),
        ("uses: shop.Load\nwith: {text: '{{ ds }}'}", "text"),
        ("uses: shop.Load\nwith: {days: {on: 5}}", "days"),
        ("extends: nothing", "extends"),
        ("needs: fetch", "needs"),
    ],
)
def test_what_has_no_word_or_is_refused_by_airflow_is_a_gap(lines: str, subject: str) -> None:
    assert ("gap", subject) in task(lines)[1]


def test_templates_are_written_out_and_joined_under_with() -> None:
    dag = one(f"""
        templates:
          patient: {{retries: 3, pool: slow, with: {{env: {{A: a}}, append_env: true}}}}
          shell: {{extends: [patient], uses: {BASH}, retries: 5}}
        tasks:
          - id: load
            extends: shell
            pool: fast
            with: {{bash_command: echo 1}}
    """)
    assert dag.whole
    assert dag.data["tasks"] == [
        {
            "task_id": "load",
            "bash_command": "echo 1",
            "env": {"A": "a"},
            "append_env": True,
            "retries": 5,
            "pool": "fast",
        }
    ]


@pytest.mark.parametrize(
    ("schedule", "spec"),
    [
        ('"@daily"', "@daily"),
        ("null", None),
        (
            (
                "{uses: airflow.sdk.CronTriggerTimetable,"
                " with: {expression: 0 6 * * *, timezone: CET}}"
            ),
            {"cron": "0 6 * * *", "timezone": "CET", "data_interval": False},
        ),
        (
            (
                "{uses: airflow.timetables.interval.CronDataIntervalTimetable,"
                " with: {cron: 0 6 * * *, timezone: UTC}}"
            ),
            {"cron": "0 6 * * *", "timezone": "UTC", "data_interval": True},
        ),
        (
            (
                "{uses: airflow.sdk.CronTriggerTimetable,"
                " with: {expression: 0 6 * * *, timezone: CET, interval: 1h}}"
            ),
            {
                "timetable": "airflow.timetables.trigger.CronTriggerTimetable",
                "with": {
                    "cron": "0 6 * * *",
                    "timezone": "CET",
                    "interval": {"$duration": "1h"},
                },
            },
        ),
        ("{uses: airflow.sdk.DeltaTriggerTimetable, with: {delta: 2h}}", {"every": "2h"}),
        (
            "{uses: airflow.timetables.interval.DeltaDataIntervalTimetable, with: {delta: PT2H}}",
            {
                "timetable": "airflow.timetables.interval.DeltaDataIntervalTimetable",
                "with": {"delta": {"$duration": "PT2H"}},
            },
        ),
        (
            "{uses: airflow.sdk.EventsTimetable, with: {event_dates: [2026-01-01 05:00:00]}}",
            {
                "timetable": "airflow.timetables.events.EventsTimetable",
                "with": {"event_dates": [{"$datetime": "2026-01-01T05:00:00"}]},
            },
        ),
        ("{uses: shop.Workdays}", {"timetable": "shop.Workdays"}),
    ],
)
def test_schedules(schedule: str, spec: object) -> None:
    dag = one(f"start_date: 2026-01-01\nschedule: {schedule}\ntasks: [{{id: a}}]")
    assert dag.data["schedule"] == spec
    assert dag.whole


@pytest.mark.parametrize(
    ("path", "name"),
    [("airflow.sdk", "cron"), ("airflow.timetables.trigger", "expression")],
)
def test_a_cron_under_the_name_of_the_other_class_is_a_gap(path: str, name: str) -> None:
    given = f"{{uses: {path}.CronTriggerTimetable, with: {{{name}: 0 6 * * *, timezone: CET}}}}"
    dag = one(f"start_date: 2026-01-01\nschedule: {given}\ntasks: [{{id: a}}]")
    assert [each.subject for each in dag.remarks if each.outcome is Outcome.GAP] == [name]


def test_what_the_dag_cannot_keep_is_in_the_report_at_its_line() -> None:
    dag = one("""\
        schedule: "@daily"
        start_date: 2026-01-01T00:00:00+02:00
        default_args: {retries: 3}
        on_failure_callback: a.b
        timezone: Europe/Berlin
        deadline: 5
        tasks: [{id: a}, {uses: b}, {id: c, needs: [d]}]
    """)
    assert (4, "timezone") in gaps(dag)
    assert {subject for _, subject in gaps(dag)} >= {
        *("default_args", "on_failure_callback", "timezone", "tasks"),
        "tasks.1.dependencies.0",
    }
    assert [r.subject for r in one('schedule: "@daily"\ntasks: [{id: a}]').remarks] == [
        "start_date"
    ]
    assert one("tasks: [{id: a}]", airflow="2").data["catchup"] is False


def test_each_document_is_a_dag() -> None:
    text = "".join(f"---\n$schema: {SCHEMA}\ndag_id: {name}\ntasks: [{{id: a}}]\n" for name in "xy")
    assert [(dag.dag_id, dag.place.line) for dag in convert(text + "---\n")] == [("x", 3), ("y", 7)]


def _exploding_templates() -> str:
    rows = "".join(f"  t{n + 1}: {{extends: [{', '.join([f't{n}'] * 9)}]}}\n" for n in range(40))
    big = json.dumps({f"k{n}": n for n in range(400)})
    tasks = "".join(f"  - {{id: a{n}, extends: t40}}\n" for n in range(500))
    return f"templates:\n  t0: {{with: {big}}}\n{rows}tasks:\n{tasks}"


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "- 1",
        "dag_id: a",
        "$schema: https://airflow.apache.org/schemas/dag/2031-01-01.json\ndag_id: a",
        f"$schema: {SCHEMA}\ntasks: []",
        f"$schema: {SCHEMA}\ndag_id: a\ntasks: []\ntasks: []",
        f"$schema: {SCHEMA}\ndag_id: a\n" + "x: " + "[" * 200,
        f"$schema: {SCHEMA}\ndag_id: a\na: &a [x, x]\nb: &b ["
        + "*a," * 500
        + "]\nc: ["
        + "*b," * 999,
        f"$schema: {SCHEMA}\ndag_id: a\n{_exploding_templates()}",
        "---\na: 1\n" * 2_000,
    ],
    ids=range(10),
)
def test_hostile_files_are_refused(text: str) -> None:
    with pytest.raises(SpecError):
        convert(text)


def test_templates_in_a_circle_are_a_gap() -> None:
    chain = "".join(f"  t{n}: {{extends: t{n + 1}}}\n" for n in range(60))
    dag = one(
        f"templates:\n  a: {{extends: b}}\n  b: {{extends: [a]}}\n{chain}"
        "tasks: [{id: x, extends: a}, {id: y, extends: t0}]"
    )
    assert [subject for _, subject in gaps(dag)] == ["extends"] * 2


def test_the_texts_of_files_are_bounded_all_together() -> None:
    load = f"  - {{id: a%d, uses: {SQL}, with: {{conn_id: db, sql: {{$f: big}}}}}}\n"
    dag = one("tasks:\n" + "".join(load % n for n in range(3)), big="x" * 900_000)
    assert (7, "sql") not in gaps(dag)
    assert [line for line, subject in gaps(dag) if subject == "sql"] == [6]
