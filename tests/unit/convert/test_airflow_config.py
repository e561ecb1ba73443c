"""What becomes of a configuration of airflow-config: the specs, and the report."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from dagctl.convert import Conversion, ConvertedDag, Outcome, convert_airflow_config
from dagctl.errors import SpecError

HEAD = "_target_: airflow_config.Configuration\n"


def convert(text: str) -> Conversion:
    today = date(2026, 3, 10)
    return convert_airflow_config(HEAD + dedent(text), "c.yaml", airflow="3", today=today)


def one(text: str) -> ConvertedDag:
    (dag,) = convert(text).dags
    return dag


def gaps(dag: ConvertedDag) -> set[tuple[int, str]]:
    return {(r.place.line, r.subject) for r in dag.remarks if r.outcome is Outcome.GAP}


def test_what_holds_for_all_is_laid_under_each_dag_and_task() -> None:
    dag = one("""
        default_args:
          _target_: airflow_config.TaskArgs
          owner: data
          retries: 2
        default_dag_args:
          _target_: airflow_config.DagArgs
          start_date: ["2024-01-01", "Europe/Berlin"]
          tags: [sales]
        default_operator_args:
          - {operator: airflow_config.BashTask, cwd: /tmp}
        dags:
          orders:
            default_args: {owner: orders}
            schedule: "0 3 * * *"
            tasks:
              load: {_target_: airflow_config.BashTask, bash_command: load}
              check:
                _target_: airflow_config.ShortCircuitTask
                python_callable: shop.checks.has_rows
                dependencies: [load]
              send:
                _target_: airflow_pydantic.BashOperator
                bash_command: send
                cwd: /opt
                dependencies: [check]
    """)
    assert dag.whole, dag.remarks
    keys = ("owner", "retries", "start_date", "timezone", "tags", "schedule")
    assert [dag.data[key] for key in keys] == [
        *("orders", 2, "2024-01-01", "Europe/Berlin", ["sales"], "0 3 * * *")
    ]
    assert dag.data["tasks"] == [
        {"task_id": "load", "bash_command": "load", "cwd": "/tmp"},
        {
            "task_id": "check",
            "task_type": "short_circuit",
            "python_callable": "shop.checks.has_rows",
            "dependencies": ["load"],
        },
        {"task_id": "send", "bash_command": "send", "cwd": "/opt", "dependencies": ["check"]},
    ]


def test_templates_are_written_out() -> None:
    dag = one("""
        templates:
          dag: {nightly: {_target_: airflow_config.DagArgs, schedule: "@daily", catchup: true}}
          task: {shell: {_target_: airflow_config.BashTaskArgs, env: {A: b}, retries: 3}}
        dags:
          orders:
            template: ${templates.dag.nightly}
            catchup: false
            tasks:
              load:
                _target_: airflow_config.BashTask
                template: ${templates.task.shell}
                bash_command: load
    """)
    assert dag.whole, dag.remarks
    assert (dag.data["schedule"], dag.data.get("catchup")) == ("@daily", False)
    assert dag.data["tasks"] == [
        {"task_id": "load", "bash_command": "load", "env": {"A": "b"}, "retries": 3}
    ]


def test_what_has_no_word_is_a_gap_at_its_line() -> None:
    made = convert("""
        defaults: [extensions/hosts]
        extensions: {hosts: 1}
        dags:
          empty: {schedule: "@daily"}
          orders:
            description: ${name}
            tasks:
              a: {_target_: shop.Task}
              b: {_target_: airflow_config.BashTask, bash_command: b, template: "${templates.no}"}
              c: {_target_: airflow_config.SSHOperator, command: c, ssh_hook: shop.hosts.hook}
              d: {_target_: airflow_config.BashTask, bash_command: d, dependencies: [z]}
              e: 5
    """)
    (dag,) = made.dags
    assert gaps(dag) >= {
        *((3, "defaults"), (8, "description"), (10, "_target_"), (11, "template")),
        *((13, "dependencies"), (14, "e")),
    }
    assert {(r.outcome, r.place.line, r.subject) for r in made.remarks} == {
        (Outcome.DROPPED, 4, "extensions"),
        (Outcome.DROPPED, 6, "empty"),
    }


def test_what_airflow_config_passes_over_is_said() -> None:
    dag = one("""
        default_args: {priority_weight: 3}
        dags:
          orders:
            dagrun_timeout: 60
            nonsense: 1
            tags: [shop]
            tasks:
              load: {_target_: airflow_config.BashTask, bash_command: load, weight_rule: absolute}
              wait: {_target_: airflow_config.BashSensor, bash_command: test, mode: poke}
    """)
    assert [(r.outcome, r.place.line, r.subject) for r in dag.remarks] == [
        (Outcome.NEW, 3, "default_args.priority_weight"),
        (Outcome.NEW, 6, "dagrun_timeout"),
        (Outcome.DROPPED, 7, "nonsense"),
        (Outcome.NEW, 10, "weight_rule"),
        (Outcome.NEW, 11, "mode"),
    ]
    assert (dag.data["tags"], dag.whole) == (["shop"], True)


def test_a_dag_that_is_not_enabled_is_a_gap_wherever_that_is_said() -> None:
    task = "tasks: {a: {_target_: airflow_config.EmptyTask}}"
    own = one(f"dags: {{a: {{enabled: false, {task}}}}}")
    pair = f"dags: {{a: {{{task}}}, b: {{enabled: true, {task}}}}}"
    first, second = convert(f"default_dag_args: {{enabled: false}}\n{pair}").dags
    assert gaps(own) == {(2, "enabled")} == gaps(first)
    assert second.whole


def test_the_id_of_a_task_goes_before_its_key() -> None:
    dag = one("""
        dags:
          orders:
            tasks:
              a: {_target_: airflow_config.EmptyTask, task_id: load}
              b: {_target_: airflow_config.EmptyTask, dependencies: [a]}
    """)
    assert [task["task_id"] for task in dag.data["tasks"]] == ["load", "b"]
    assert dag.data["tasks"][1]["dependencies"] == ["load"]


def test_lengths_of_time_are_those_of_pydantic() -> None:
    dag = one("""
        default_args: {retry_delay: PT10M}
        dags:
          orders:
            tasks:
              a: {_target_: airflow_config.EmptyTask, execution_timeout: "01:00:00"}
              b: {_target_: airflow_config.EmptyTask, max_retry_delay: 90}
    """)
    a, b = dag.data["tasks"]
    assert (a["execution_timeout"], b["max_retry_delay"]) == ("1h", "1m30s")
    assert (dag.data["default_args"], dag.whole) == ({"retry_delay": "10m"}, True)


def test_mappings_of_a_template_and_a_task_are_joined() -> None:
    dag = one("""
        templates: {task: {sh: {_target_: airflow_config.BashTaskArgs, env: {A: a, B: b}}}}
        dags:
          orders:
            tasks:
              a:
                _target_: airflow_config.BashTask
                template: ${templates.task.sh}
                bash_command: a
                env: {B: own}
    """)
    assert dag.data["tasks"][0]["env"] == {"A": "a", "B": "own"}


def test_what_a_resolver_gives_is_a_gap_however_deep_it_stands() -> None:
    dag = one(r"""
        dags:
          orders:
            tasks:
              a: {_target_: airflow_config.BashTask, bash_command: "echo ${oc.env:HOME}"}
              b: {_target_: airflow_config.BashTask, bash_command: b, env: {A: "${env}"}}
              c: {_target_: airflow_config.BashTask, bash_command: 'echo $HOME \${x}'}
    """)
    assert gaps(dag) == {(6, "bash_command"), (7, "env")}
    assert dag.data["tasks"][2]["bash_command"] == "echo $HOME ${x}"


def _templates_that_explode() -> str:
    keys = ", ".join(f"k{n}: 1" for n in range(2_000))
    tasks = "".join(f"      t{n}: {{template: '${{templates.x}}'}}\n" for n in range(300))
    return f"templates: {{x: {{{keys}}}}}\ndags:\n  a:\n    tasks:\n{tasks}"


@pytest.mark.parametrize(
    "text", ["a: [", "x: " + "[" * 200, _templates_that_explode()], ids=range(3)
)
def test_hostile_files_are_refused(text: str) -> None:
    with pytest.raises(SpecError):
        convert(text)


def test_an_argument_of_a_dag_is_reported_once_and_a_zone_alone_is_dropped() -> None:
    dag = one("""
        dags:
          orders:
            schedule: null
            fail_fast: true
            timezone: CET
            default_args: {sla: 3}
            tasks:
              load: {_target_: airflow_config.BashTask, bash_command: load}
    """)
    assert [(r.outcome, r.subject) for r in dag.remarks] == [
        (Outcome.NEW, "fail_fast"),
        (Outcome.DROPPED, "timezone"),
        (Outcome.DROPPED, "sla"),
    ]
    assert "timezone" not in dag.data


@pytest.mark.parametrize(
    ("schedule", "made"),
    [
        ("'01:10'", {"every": "1h10m"}),
        ("PT1H", {"every": "1h"}),
        ("3600", {"every": "1h"}),
        ("'0 3 * * *'", "0 3 * * *"),
        ("'@daily'", "@daily"),
        ("null", None),
    ],
)
def test_a_schedule_is_a_length_of_time_where_airflow_config_reads_one(
    schedule: str, made: object
) -> None:
    dag = one(f"""
        default_dag_args: {{schedule: '@hourly'}}
        dags:
          orders:
            schedule: {schedule}
            tasks:
              load: {{_target_: airflow_config.BashTask, bash_command: load}}
    """)
    assert (dag.data["schedule"], dag.whole) == (made, True)


OBJECTS = {
    "retry_delay: {_target_: datetime.timedelta, minutes: 7}": {"retry_delay_minutes": 7},
    "bash_command: [date, 'echo 1']": {"bash_command": "bash -lc 'set -ex\ndate\necho 1'"},
    "bash_command: {_target_: airflow_pydantic.BashCommands, commands: [a], login: false, "
    "quote: null, escape: true, cwd: /x y, env: {A: b}}": {
        "bash_command": "bash -c export A=\"b\"\n'cd '\"'\"'/x y'\"'\"'\nset -ex\na'"
    },
    "pool: {_target_: airflow_pydantic.Pool, pool: few, slots: 3}": {"pool": "few"},
    "env: {A: {_target_: shop.secrets.Secret, name: x, _args_: [1]}}": {
        "env": {"A": {"$new": "shop.secrets.Secret", "args": [1], "with": {"name": "x"}}}
    },
}


@pytest.mark.parametrize(("line", "expected"), OBJECTS.items(), ids=OBJECTS)
def test_an_object_is_what_airflow_config_makes_of_it(line: str, expected: dict[str, Any]) -> None:
    command = "" if line.startswith("bash_command") else "bash_command: date, "
    task = f"{{_target_: airflow_config.BashTask, {command}{line}}}"
    other = "{_target_: airflow_config.EmptyTask}"
    dag = one(f"dags: {{orders: {{tasks: {{load: {task}, other: {other}}}}}}}")
    made = dag.data["tasks"][0]
    assert {key: made[key] for key in expected} == expected
    assert dag.whole, dag.remarks


TIMES = {
    "{_target_: datetime.timedelta, hours: 5}": {"every": "5h"},
    "{_target_: airflow_pydantic.CronTriggerTimetable, cron: 0 4 * * *, timezone: UTC}": {
        "cron": "0 4 * * *",
        "timezone": "UTC",
        "data_interval": False,
    },
    "{_target_: airflow_pydantic.MultipleCronTriggerTimetable, crons: [0 4 * * *, 0 6 * * *], "
    "timezone: UTC, interval: {_target_: datetime.timedelta, hours: 1}}": {
        "timetable": "airflow.timetables.trigger.MultipleCronTriggerTimetable",
        "args": ["0 4 * * *", "0 6 * * *"],
        "with": {"timezone": "UTC", "interval": {"$duration": "1h"}},
    },
    "{_target_: shop.times.Weekdays, hour: 4}": {
        "timetable": "shop.times.Weekdays",
        "with": {"hour": 4},
    },
}


@pytest.mark.parametrize(("written", "expected"), TIMES.items(), ids=TIMES)
def test_a_schedule_may_be_an_object(written: str, expected: dict[str, Any]) -> None:
    dag = one(f"""
        dags:
          orders:
            schedule: {written}
            tasks: {{load: {{_target_: airflow_config.BashTask, bash_command: date}}}}
    """)
    assert dag.data["schedule"] == expected
    assert dag.whole, dag.remarks


@pytest.mark.parametrize(
    ("lines", "gap"),
    [
        ("schedule: ['01:00', '02:00']", (4, "schedule")),
        ("params: {_target_: airflow_pydantic.Params}", (4, "params")),
        ("start_date: [2024-01-01, UTC]\n    end_date: [2025-01-01, Asia/Tokyo]", (5, "end_date")),
    ],
)
def test_an_object_without_a_word_in_a_spec_is_a_gap(lines: str, gap: tuple[int, str]) -> None:
    dag = one(
        f"dags:\n  orders:\n    {lines}\n"
        "    tasks: {load: {_target_: airflow_config.BashTask, bash_command: date}}\n"
    )
    assert gap in gaps(dag)


FILES = {
    "owners.yaml": "# @package _global_\ndefault_args: {owner: team, retries: 7}\n",
    "lib/one.yaml": "name: one\nsame: ${.name}!\n",
    "lib/two.yaml": "# @package shared.two\ndefaults: [three]\nname: two\n",
    "lib/three.yaml": "# a note\n# @package shared.three\nname: three\n",
    "circle.yaml": "defaults: [circle]\n",
}
HEADED = """\
# @package _global_
_target_: airflow_config.Configuration
defaults: {defaults}
default_args: {{owner: own}}
default_dag_args: {{start_date: "2024-01-01"}}
env: prod
dags:
  orders:
    schedule: "@daily"
    {line}
    tasks: {{load: {{_target_: airflow_config.BashTask, bash_command: date}}}}
"""


def composed(defaults: str, line: str, **environment: str) -> ConvertedDag:
    conversion = convert_airflow_config(
        HEADED.format(defaults=defaults, line=line),
        "config/c.yaml",
        airflow="3",
        today=date(2026, 3, 10),
        beside=FILES.get,
        environment=environment,
    )
    (dag,) = conversion.dags
    return dag


@pytest.mark.parametrize(
    ("defaults", "line", "description"),
    [
        ("[lib/one]", "description: '${lib.name}, ${lib.same}'", "one, one!"),
        ("[{lib: one}]", "description: ${lib.name}", "one"),
        ("[lib/one@a.b]", "description: ${a.b.same}", "one!"),
        ("[{lib@a: [one]}]", "description: ${a.same}", "one!"),
        ("[lib/two]", "description: '${shared.two.name} ${shared[three].name}'", "two three"),
        ("[optional lib/none, /lib/one@x]", "description: ${x.name}", "one"),
        ("[]", "description: '${env} \\${env}'", "prod ${env}"),
        ("[]", "description: ${dags.orders.schedule}", "@daily"),
        ("[]", "description: ${...env}", "prod"),
        ("[lib/one]", "description: ${l${oc.env:I}b.${oc.env:KEY}}${env}", "oneprod"),
        ("[]", "description: ${oc.env:REGION}", "us"),
    ],
)
def test_other_files_and_values_are_taken_in(defaults: str, line: str, description: str) -> None:
    dag = composed(defaults, line, REGION="us", I="i", KEY="name")
    assert dag.data["description"] == description
    assert dag.is_certain, dag.remarks


def test_a_file_goes_before_its_defaults_unless_they_stand_behind_it() -> None:
    before, after = composed("[owners]", ""), composed("[_self_, owners]", "")
    assert [before.data["owner"], after.data["owner"]] == ["own", "team"]
    assert before.data["retries"] == 7


@pytest.mark.parametrize(
    ("written", "is_loaded"), [("eq:${env},prod", True), ('neq:${env}, "prod"', False)]
)
def test_a_value_may_be_a_comparison(written: str, *, is_loaded: bool) -> None:
    dag = composed("[]", f"enabled: ${{{written}}}")
    assert ((10, "enabled") not in gaps(dag)) is is_loaded


def test_a_default_of_the_environment_is_assumed() -> None:
    dag = composed("[]", "description: ${oc.env:REGION,eu}")
    assert dag.data["description"] == "eu"
    assert [(r.outcome, r.subject) for r in dag.remarks if r.place.line == 10] == [
        (Outcome.ASSUMED, "REGION")
    ]


@pytest.mark.parametrize("defaults", ["[none]", "[{lib: none}]", "[override lib/one]"])
def test_a_file_that_is_not_there_is_a_gap(defaults: str) -> None:
    assert (3, "defaults") in gaps(composed(defaults, ""))


@pytest.mark.parametrize(
    "line",
    [
        "description: ${none}",
        "description: ${hydra:runtime}",
        "description: '${dags.orders.description}'",
        "tags: ['${dags.orders.tags}']",
    ],
)
def test_what_is_not_known_is_a_gap(line: str) -> None:
    assert (10, line.partition(":")[0]) in gaps(composed("[]", line))


@pytest.mark.parametrize(
    ("defaults", "line"),
    [("[circle]", ""), ("[]", "doc_md: '${dags.orders.doc_md}${dags.orders.doc_md}'")],
)
def test_what_would_not_end_is_refused(defaults: str, line: str) -> None:
    with pytest.raises(SpecError):
        composed(defaults, line)


def test_a_path_where_a_task_takes_an_object_is_that_object() -> None:
    dag = one("""
        default_dag_args: {start_date: "2024-01-01", catchup: false}
        dags:
          orders:
            tasks:
              a: {_target_: airflow_config.SSHOperator, command: c, ssh_hook: shop.hosts.hook}
              b: {_target_: airflow_config.BashTask, bash_command: b, output_processor: shop.first}
              c:
                _target_: airflow_config.ExternalTaskSensor
                external_dag_id: x
                execution_date_fn: shop.days.before
    """)
    assert dag.whole, dag.remarks
    first, second, third = dag.data["tasks"]
    assert first["with"]["ssh_hook"] == {"$new": "shop.hosts.hook"}
    assert second["with"]["output_processor"] == {"$ref": "shop.first"}
    assert third["with"]["execution_date_fn"] == {"$ref": "shop.days.before"}
