"""What becomes of a file of dag-factory: the spec, and the report."""

from __future__ import annotations

import json
from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from dagctl.convert import ConvertedDag, Factory, Outcome, convert_dag_factory
from dagctl.convert.foreign_yaml.reader import Fields
from dagctl.errors import SpecError

TODAY = date(2026, 3, 10)


def convert(
    text: str, *, airflow: str = "3", defaults: dict[str, str] | None = None, **named: str
) -> list[ConvertedDag]:
    shared = {file: dedent(content) for file, content in (defaults or {}).items()}
    factory = Factory(dedent(text), "dags.yml", shared, lambda name: named.get(name.split("/")[-1]))
    return list(convert_dag_factory(factory, airflow=airflow, today=TODAY).dags)


def one(text: str, **more: Any) -> ConvertedDag:  # noqa: ANN401 - as `convert` takes it
    (dag,) = convert(text, **more)
    return dag


def in_dag(lines: str, *, task: str = "", **more: Any) -> ConvertedDag:  # noqa: ANN401 - likewise
    """Return a DAG of one Bash task with some lines of its own, and some of the task's."""
    own = "".join(f"  {line}\n" for line in dedent(lines).splitlines())
    of_task = "".join(f"      {line}\n" for line in dedent(task).splitlines())
    return one(
        f"orders:\n{own}  tasks:\n    load:\n      operator: airflow.operators.bash.BashOperator\n"
        f"      bash_command: echo 1\n{of_task}",
        **more,
    )


def outcomes(dag: ConvertedDag) -> list[tuple[str, int, str]]:
    return [(remark.outcome.value, remark.place.line, remark.subject) for remark in dag.remarks]


def test_a_plain_file_comes_over_whole() -> None:
    dags = convert("""
        default:
          default_args: {owner: data, start_date: 2024-11-11, retries: 2}
          schedule: "0 3 * * *"
        orders:
          description: Copies orders
          tags: [sales, dagfactory]
          catchup: false
          task_groups:
            - group_name: out
              tooltip: Sends them
              dependencies: [load]
          tasks:
            - task_id: load
              operator: airflow.operators.bash.BashOperator
              bash_command: echo 1
            - task_id: send
              operator: airflow.operators.bash_operator.BashOperator
              bash_command: echo 2
              task_group_name: out
            - task_id: done
              operator: airflow.operators.dummy_operator.DummyOperator
              dependencies: [out, send]
        refunds:
          schedule: none
          tasks: {pay: {operator: my_company.operators.Pay, amount: 3}}
    """)
    assert [dag.data for dag in dags] == [
        {
            "dag_name": "orders",
            "description": "Copies orders",
            "schedule": "0 3 * * *",
            "start_date": "2024-11-11",
            "owner": "data",
            "tags": ["sales"],
            "retries": 2,
            "catchup": False,
            "tasks": [
                {"task_id": "load", "bash_command": "echo 1"},
                {
                    "group_id": "out",
                    "tooltip": "Sends them",
                    "dependencies": ["load"],
                    "tasks": [{"task_id": "send", "bash_command": "echo 2"}],
                },
                {
                    "task_id": "done",
                    "operator": "EmptyOperator",
                    "dependencies": ["out", "out.send"],
                },
            ],
        },
        {
            "dag_name": "refunds",
            "schedule": None,
            "start_date": "2024-11-11",
            "owner": "data",
            "retries": 2,
            "tasks": [
                {"task_id": "pay", "operator": "my_company.operators.Pay", "with": {"amount": 3}}
            ],
        },
    ]
    assert all(dag.whole for dag in dags)


def test_nested_groups_stand_in_each_other_and_are_named_from_outside() -> None:
    dag = one("""
        orders:
          default_args: {start_date: 2024-01-01}
          task_groups:
            inner: {parent_group_name: outer}
            outer: {tooltip: all}
            empty: {tooltip: nothing}
          tasks:
            a: {operator: my.Op, task_group_name: inner}
            b: {operator: my.Op, task_group_name: outer, dependencies: [a]}
            c: {operator: my.Op, dependencies: [a, inner]}
    """)
    outer = dag.data["tasks"][0]
    assert dag.data["tasks"][1]["dependencies"] == ["outer.inner.a", "outer.inner"]
    assert [item.get("task_id", item.get("group_id")) for item in outer["tasks"]] == ["inner", "b"]
    assert outer["tasks"][1]["dependencies"] == ["outer.inner.a"]
    assert ("dropped", 7, "task_groups") in outcomes(dag)
    assert dag.whole


SCHEDULES = {
    '"@daily"': "@daily",
    "None": None,
    "null": None,
    '["s3://a", "s3://b"]': {"assets": ["s3://a", "s3://b"]},
    "{__type__: datetime.timedelta, hours: 2}": {"every": "2h"},
    "{__type__: airflow.timetables.trigger.CronTriggerTimetable, __args__: [0 1 * * 3]}": {
        "cron": "0 1 * * 3",
        "timezone": "UTC",
        "data_interval": False,
    },
    "{__type__: my.Calendar, region: eu}": {"timetable": "my.Calendar", "with": {"region": "eu"}},
    "{__type__: my.Calendar, __args__: [1], region: eu}": {
        "timetable": "my.Calendar",
        "args": [1],
        "with": {"region": "eu"},
    },
    "{__or__: [{__and__: [{__type__: airflow.sdk.Asset, uri: s3://a}, s3://b]}, s3://c]}": {
        "any": [{"all": ["s3://a", "s3://b"]}, "s3://c"]
    },
    '{datasets: "((s3://x/a & s3://x/b) | s3://x/c)"}': {
        "any": [{"all": ["s3://x/a", "s3://x/b"]}, "s3://x/c"]
    },
    "!or [!and [s3://a, s3://b], s3://c]": {"any": [{"all": ["s3://a", "s3://b"]}, "s3://c"]},
    '{file: $ROOT/sets.yml, datasets: "one & two"}': {"all": ["s3://one", "two"]},
    "{callable: my.Calendar, params: {region: eu}}": {
        "timetable": "my.Calendar",
        "with": {"region": "eu"},
    },
}


@pytest.mark.parametrize(("written", "expected"), SCHEDULES.items(), ids=SCHEDULES)
@pytest.mark.parametrize("key", ["schedule", "schedule_interval"])
def test_a_schedule_says_the_same(key: str, written: str, expected: object) -> None:
    sets = {"sets.yml": "datasets: [{name: one, uri: s3://one}]"}
    dag = in_dag(f"start_date: 2024-01-01\n{key}: {written}", **sets)
    assert dag.data["schedule"] == expected
    assert dag.whole, dag.remarks


DATES = {
    ("start_date: 2024-03-05", ""): {"start_date": "2024-03-05"},
    ("start_date: 2024-03-05 06:30:00\ntimezone: Europe/Berlin", ""): {
        "start_date": "2024-03-05T06:30:00",
        "timezone": "Europe/Berlin",
    },
    ('start_date: "2 days"', "changed"): {"start_date": "2026-03-08"},
    ("default_args: {start_date: 2024-01-01, end_date: 2025-01-01}", "takes effect now"): {
        "start_date": "2024-01-01",
        "end_date": "2025-01-01",
    },
    ("timezone: Asia/Tokyo\ndefault_args: {start_date: 2024-01-01}", "dropped"): {
        "start_date": "2024-01-01"
    },
    ("start_date: soon", "gap"): {},
}


@pytest.mark.parametrize(("written", "expected"), DATES.items(), ids=[key[0] for key in DATES])
def test_dates_are_what_dag_factory_reads(written: tuple[str, str], expected: object) -> None:
    dag = in_dag(written[0])
    keys = ("start_date", "end_date", "timezone")
    assert {key: dag.data[key] for key in keys if key in dag.data} == expected
    assert [remark.outcome for remark in dag.remarks] == [written[1]] * bool(written[1])


CALLBACKS = {
    "on_failure_callback: alerts.page": {"callable": "alerts.page"},
    "on_failure_callback: {callback: alerts.page, team: data}": {
        "callable": "alerts.page",
        "with": {"team": "data"},
    },
    "on_failure_callback: {callback: airflow.providers.slack.notifications.slack."
    "send_slack_notification, text: late}": {
        "notifier": "airflow.providers.slack.notifications.slack.SlackNotifier",
        "with": {"text": "late"},
    },
    "on_failure_callback_name: page\non_failure_callback_file: $ROOT/include/alerts.py": {
        "callable": "alerts.page"
    },
    "on_failure_callback: [alerts.page, {callback: alerts.mail}]": [
        {"callable": "alerts.page"},
        {"callable": "alerts.mail"},
    ],
}


@pytest.mark.parametrize(("written", "expected"), CALLBACKS.items(), ids=CALLBACKS)
def test_callbacks_in_all_forms(written: str, expected: object) -> None:
    start = "default_args: {start_date: 2024-01-01}\n"
    assert in_dag(start + written).data["on_failure_callback"] == expected
    task = in_dag(start, task=written).data["tasks"][0]
    assert task["on_failure_callback"] == expected


TASKS: dict[str, dict[str, Any]] = {
    "operator: airflow.operators.python.PythonOperator\npython_callable: jobs.load": {
        "python_callable": "jobs.load"
    },
    "operator: airflow.operators.python.BranchPythonOperator\npython_callable_name: pick\n"
    "python_callable_file: /opt/jobs.py\nop_kwargs: {region: eu}": {
        "task_type": "branch",
        "python_callable": "jobs.pick",
        "with": {"region": "eu"},
    },
    "decorator: airflow.decorators.task\npython_callable: jobs.double\nnumber: +other": {
        "python_callable": "jobs.double",
        "with": {"number": {"$xcom": "other"}},
    },
    "decorator: airflow.sdk.definitions.decorators.task\npython_callable: jobs.double\n"
    "number: \"+other['rows']\"": {
        "python_callable": "jobs.double",
        "with": {"number": {"$xcom": "other", "key": "rows"}},
    },
    "operator: airflow.sensors.external_task_sensor.ExternalTaskSensor\nexternal_dag_id: up\n"
    "execution_delta: 1 hours": {
        "operator": "ExternalTaskSensor",
        "with": {"external_dag_id": "up", "execution_delta": "1h"},
    },
    "operator: my.Pod\nresources: {__type__: k8s.V1Resources, limits: {cpu: '1'}}": {
        "operator": "my.Pod",
        "resources": {"$new": "k8s.V1Resources", "with": {"limits": {"cpu": "1"}}},
    },
    "operator: my.Op\nitems: {__type__: builtins.list, items: [{__type__: my.A}, 2]}": {
        "operator": "my.Op",
        "with": {"items": [{"$new": "my.A"}, 2]},
    },
    "operator: my.Op\nwhen: 2024-01-01\nodd: {$x: 1}": {
        "operator": "my.Op",
        "with": {"when": {"$datetime": "2024-01-01"}, "odd": {"$const": {"$x": 1}}},
    },
    "operator: my.Op\nretry_delay: {__type__: datetime.timedelta, seconds: 90}\npool: p": {
        "operator": "my.Op",
        "retry_delay": "1m30s",
        "pool": "p",
    },
    "operator: my.Op\nexecution_timeout_secs: 60\nsla_secs: 5\nprovide_context: true": {
        "operator": "my.Op",
        "execution_timeout": "1m",
    },
    "operator: my.Op\ntext: {__join__: [a, {__join__: [b, 1]}]}": {
        "operator": "my.Op",
        "with": {"text": "ab1"},
    },
    "operator: my.Op\ntext: !join [a, !join [b, 1], {__join__: [c]}]\npool: !join [p, q]": {
        "operator": "my.Op",
        "with": {"text": "ab1c"},
        "pool": "pq",
    },
    "decorator: airflow.decorators.task\npython_callable: jobs.double\n"
    "partial: {label: true}\nexpand: {number: +other}": {
        "python_callable": "jobs.double",
        "with": {"label": True},
        "expand": {"number": {"$xcom": "other"}},
    },
    "operator: my.Op\nexpand: {part: other.output}\npartial: {size: 3}": {
        "operator": "my.Op",
        "with": {"size": 3},
        "expand": {"part": {"$xcom": "other"}},
    },
    "operator: my.Op\nexpand: {part: XcomArg(other)}\nmap_index_template: '{{ task.part }}'": {
        "operator": "my.Op",
        "expand": {"part": {"$xcom": "other"}},
        "map_index_template": "{{ task.part }}",
    },
    "operator: my.Op\nvariables_as_arguments: [{variable: bucket, attribute: to}]": {
        "operator": "my.Op",
        "with": {"to": "{{ var.value.bucket }}"},
    },
}


@pytest.mark.parametrize(("written", "expected"), TASKS.items(), ids=TASKS)
def test_tasks_say_the_same(written: str, expected: dict[str, Any]) -> None:
    lines = "".join(f"              {line}\n" for line in written.splitlines())
    dag = one(f"""
        orders:
          default_args: {{start_date: 2024-01-01}}
          tasks:
            other: {{operator: my.First}}
            load:
{lines}""")
    assert dag.data["tasks"][1] == {"task_id": "load"} | expected
    assert dag.whole, dag.remarks


def test_the_nearest_defaults_win_and_tags_are_joined() -> None:
    dag = in_dag(
        "tags: [own]",
        defaults={
            "defaults.yml": "{default_args: {owner: all, start_date: 2024-01-01}, tags: [x]}",
            "team/defaults.yml": "{default_args: {owner: team}, max_active_runs: 3, tags: [y]}",
        },
    )
    kept = {key: dag.data[key] for key in ("owner", "start_date", "max_active_runs", "tags")}
    assert kept == {
        "owner": "team",
        "start_date": "2024-01-01",
        "max_active_runs": 3,
        "tags": ["own"],
    }


GAPS = {
    "doc_md_file_path: /opt/doc.md": ("gap", "doc_md_file_path"),
    "default_view: tree": ("dropped", "default_view"),
    "colour: red": ("dropped", "colour"),
    "schedule: {__type__: dateutil.relativedelta.relativedelta, hour: 18}": ("gap", "schedule"),
    "concurrency: 4": ("changed", "concurrency"),
    "max_consecutive_failed_dag_runs: 2": (
        "takes effect now",
        "max_consecutive_failed_dag_runs",
    ),
    "default_args: {start_date: 2024-01-01, catchup: false}": ("dropped", "default_args.catchup"),
    "dagrun_timeout: {__type__: datetime.timedelta, microseconds: 3}": ("gap", "dagrun_timeout"),
    "dag_display_name: !!python/object/apply:os.system [ls]": ("gap", "dag_display_name"),
}


@pytest.mark.parametrize(("written", "expected"), GAPS.items(), ids=GAPS)
def test_what_is_not_kept_is_reported_at_its_line(written: str, expected: tuple[str, str]) -> None:
    dag = in_dag(f"start_date: 2024-01-01\n{written}")
    assert (expected[0], 3, expected[1]) in outcomes(dag)
    assert dag.whole is (expected[0] != Outcome.GAP)


def test_airflow_2_catches_up_where_nothing_is_said() -> None:
    assert in_dag("start_date: 2024-01-01", airflow="2").data["catchup"] is True
    assert "catchup" not in in_dag("start_date: 2024-01-01").data


ONLY_2 = "default_view: tree\norientation: TB\nsla_miss_callback: jobs.late"


def test_what_airflow_2_alone_has_is_kept_for_it_and_dropped_for_3() -> None:
    task = "operator: my.Op\nsla_secs: 5"
    dag = in_dag(ONLY_2, task=task, airflow="2")
    assert dag.whole
    assert dag.data["default_view"] == "grid"
    assert dag.data["orientation"] == "TB"
    assert dag.data["sla_miss_callback"] == {"callable": "jobs.late"}
    assert dag.data["tasks"][0]["sla"] == "5s"

    for_3 = in_dag(ONLY_2, task=task, airflow="3")
    assert for_3.data.keys().isdisjoint(("default_view", "orientation", "sla_miss_callback"))
    assert "sla" not in for_3.data["tasks"][0]
    dropped = [remark.subject for remark in for_3.remarks if remark.outcome == "dropped"]
    assert {"default_view", "orientation", "sla_miss_callback", "sla_secs"} <= {*dropped}


def test_an_error_of_the_spec_is_a_gap_at_the_line_of_its_task() -> None:
    dag = one("""
        orders:
          default_args: {start_date: 2024-01-01}
          tasks:
            ok: {operator: my.Op}
            load:
              operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor
              bucket_keys: x
    """)
    gaps = [remark for remark in dag.remarks if remark.outcome is Outcome.GAP]
    assert {remark.place.line for remark in gaps} == {6}
    assert any("bucket_key" in remark.text for remark in gaps)


BAD = {
    "no mapping": "- a\n- b\n",
    "no YAML": "a: [1\nb: 2\n",
    "bomb": "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
        for old, new in zip("abcdefg", "bcdefgh", strict=True)
    ),
    "endless": "a: &a [*a]\n",
    "long joins": f"a: &a {'x' * 100_000}\nb: !join [{', '.join(['*a'] * 50)}]\n",
    "deep": "a: " + "[" * 500 + "]" * 500,
    "very deep": "a: " + "[" * 20_000,
    "no date": "a: 2024-13-45\n",
    "control character": "a: \x01\n",
    "defaults for many": "default: {a: ["
    + "x, " * 5_000
    + "]}\n"
    + "".join(f"d{number}: {{}}\n" for number in range(1_000)),
    "large": "a: " + "x" * 2_000_001,
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_a_file_that_cannot_be_read_is_an_error_with_its_place(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        convert(text)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.file, bool(diagnostic.line)) == ("dags.yml", True)


@pytest.mark.parametrize(("count", "last"), [(4_000, ""), (2, "parent_group_name: g0")])
def test_groups_in_a_circle_or_too_deep_are_a_gap_and_lose_no_task(count: int, last: str) -> None:
    groups = "".join(f"    g{n}: {{parent_group_name: g{n + 1}}}\n" for n in range(count))
    dag = one(
        f"orders:\n  start_date: 2024-01-01\n  task_groups:\n{groups}    g{count}: {{{last}}}\n"
        "  tasks:\n    a: {operator: my.Op, task_group_name: g0}\n"
    )
    assert not dag.whole
    assert '"task_id": "a"' in json.dumps(dag.data)


def test_many_groups_with_arguments_take_the_time_of_their_tasks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not that of all tasks for each group."""
    copied: list[Fields] = []
    copy = Fields.copy

    def counted(fields: Fields) -> Fields:
        copied.append(fields)
        return copy(fields)

    monkeypatch.setattr(Fields, "copy", counted)
    groups = "".join(f"    g{n}: {{default_args: {{append_env: true}}}}\n" for n in range(50))
    bash = "operator: airflow.operators.bash.BashOperator, bash_command: x"
    tasks = "".join(f"    t{n}: {{{bash}, task_group_name: g{n}}}\n" for n in range(50))
    made = one(f"orders:\n  schedule: null\n  task_groups:\n{groups}  tasks:\n{tasks}")
    assert made.text.count("append_env: true") == 50
    assert len(copied) < 50 * 10
