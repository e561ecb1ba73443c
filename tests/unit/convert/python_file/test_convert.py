"""What becomes of a DAG file in Python: the spec, and the report. Nothing of it is run."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from dagctl.codegen.render import render
from dagctl.convert import ConvertedDag, Outcome, convert_python
from dagctl.errors import SpecError
from dagctl.spec.load import check_spec
from dagctl.spec.model import DagSpec

TODAY = date(2026, 3, 10)
HEAD = """
from datetime import datetime, timedelta
import json
import os

import pendulum
from airflow import DAG, Dataset
from airflow.decorators import dag, task, task_group
from airflow.models import Variable
from airflow.models.baseoperator import chain, cross_downstream
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import BranchPythonOperator, PythonOperator
from airflow.utils.dates import days_ago
from airflow.utils.edgemodifier import Label
from airflow.utils.task_group import TaskGroup
from airflow.utils.trigger_rule import TriggerRule
"""
LINES = HEAD.count("\n")


def convert(text: str, *, head: str = HEAD, airflow: str = "3") -> list[ConvertedDag]:
    done = convert_python(head + dedent(text), "dags/etl.py", airflow=airflow, today=TODAY)
    return list(done.dags)


def one(text: str, **more: Any) -> ConvertedDag:  # noqa: ANN401 - as `convert` takes it
    (dag,) = convert(text, **more)
    return dag


def in_dag(lines: str, call: str = 'DAG("etl", start_date=datetime(2024, 1, 1))') -> ConvertedDag:
    """Return a DAG with some statements in its `with`."""
    body = "".join(f"    {line}\n" for line in dedent(lines).strip().splitlines())
    return one(f"with {call} as dag:\n{body}")


def gaps(dag: ConvertedDag) -> list[tuple[int, str]]:
    return [
        (remark.place.line - LINES, remark.text)
        for remark in dag.remarks
        if remark.outcome is Outcome.GAP
    ]


def edges(dag: ConvertedDag) -> dict[str, list[str]]:
    return {task["task_id"]: task.get("dependencies", []) for task in dag.data["tasks"]}


def test_a_file_as_people_write_it_comes_over_whole() -> None:
    dag = one(
        '''
        BUCKET = "landing"
        TABLES = ["orders", "prices"]
        default_args = {
            "owner": "data",
            "retries": 2,
            "retry_delay": timedelta(minutes=10),
            "email": ["data@example.com"],
            "email_on_retry": False,
        }

        def check(table, least=1, **context):
            """Stops where a table is short."""
            rows = json.loads(context["ti"].xcom_pull(task_ids=f"load_{table}"))
            if len(rows) < least:
                raise ValueError(BUCKET)

        with DAG(
            dag_id="Nightly-ETL",
            description="Copies",
            schedule_interval="0 3 * * *",
            start_date=pendulum.datetime(2024, 1, 1, tz="Europe/Berlin"),
            catchup=False,
            tags=["sales"],
            default_args=default_args,
            doc_md=__doc__,
        ) as dag:
            start = EmptyOperator(task_id="start")
            for name in TABLES:
                load = BashOperator(
                    task_id=f"load_{name}",
                    bash_command=f"load s3://{BUCKET}/{name} {{{{ ds }}}}",
                    execution_timeout=timedelta(hours=1),
                )
                test = PythonOperator(
                    task_id=f"check_{name}", python_callable=check, op_args=[name]
                )
                start >> load >> test
    ''',
        head=f'"""Copies the orders."""{HEAD}',
    )
    assert gaps(dag) == []
    assert dag.data["dag_id"] == "Nightly-ETL"
    expected = {
        "schedule": "0 3 * * *",
        "start_date": "2024-01-01",
        "timezone": "Europe/Berlin",
        "owner": "data",
        "retries": 2,
        "default_args": {"retry_delay": "10m"},
        "doc_md": "Copies the orders.",
        "email": ["data@example.com"],
        "email_on_failure": True,
        "email_on_retry": False,
    }
    assert {key: dag.data[key] for key in expected} == expected
    start, load, test, *_ = dag.data["tasks"]
    assert start == {"task_id": "start", "operator": "EmptyOperator"}
    assert load == {
        "task_id": "load_orders",
        "bash_command": "load s3://landing/orders {{ ds }}",
        "execution_timeout": "1h",
        "dependencies": ["start"],
    }
    assert test["with"] == {"table": "orders"}
    assert test["python_code"].splitlines() == [
        "def check(table, least=1, **context):",
        '    """Stops where a table is short."""',
        "    import json",
        "    BUCKET = 'landing'",
        '    rows = json.loads(context["ti"].xcom_pull(task_ids=f"load_{table}"))',
        "    if len(rows) < least:",
        "        raise ValueError(BUCKET)",
    ]
    assert check_spec(dag.text).spec is not None


def test_taskflow_comes_over_with_its_outputs() -> None:
    dag = one('''
        @dag(schedule="@daily", start_date=datetime(2024, 1, 1), catchup=True)
        def orders(region: str = "emea"):
            """Orders of a region."""

            @task
            def extract() -> list:
                return [1, 2]

            @task(retries=3, trigger_rule=TriggerRule.ALL_DONE)
            def load(rows, region, unit="EUR"):
                """Loads *rows*."""
                print(rows, region, unit)

            @task.branch(task_id="choose")
            def pick(n):
                return "load"

            @task_group(group_id="out", tooltip="Sends")
            def send(rows):
                @task
                def mail(rows):
                    print(rows)

                return mail(rows)

            rows = extract()
            done = load(rows, region, unit="USD")
            pick(rows) >> done
            load.override(task_id="again")([rows], region)
            send(rows) >> EmptyOperator(task_id="end")
            extract()

        orders()
    ''')
    assert gaps(dag) == []
    assert dag.data["doc_md"] == "Orders of a region."
    assert dag.data["params"] == {"region": "emea"}
    by_id = {entry.get("task_id", entry.get("group_id")): entry for entry in dag.data["tasks"]}
    assert list(by_id) == ["extract", "load", "choose", "again", "out", "end", "extract__1"]
    assert by_id["load"]["with"] == {
        "rows": {"$xcom": "extract"},
        "region": "{{ params.region }}",
        "unit": "USD",
    }
    assert by_id["load"]["retries"] == 3
    assert by_id["load"]["trigger_rule"] == "all_done"
    assert by_id["load"]["doc_md"] == "Loads *rows*."
    assert by_id["load"]["dependencies"] == ["choose"]
    assert by_id["choose"]["task_type"] == "branch"
    assert by_id["again"]["with"]["rows"] == [{"$xcom": "extract"}]
    assert by_id["out"]["tasks"][0]["with"] == {"rows": {"$xcom": "extract"}}
    assert by_id["end"]["dependencies"] == ["out.mail"]


EDGES = {
    "a >> b >> c": {"a": [], "b": ["a"], "c": ["b"]},
    "c << [a, b]": {"a": [], "b": [], "c": ["a", "b"]},
    "a.set_downstream([b, c])": {"a": [], "b": ["a"], "c": ["a"]},
    "c.set_upstream(a)": {"a": [], "b": [], "c": ["a"]},
    "chain(a, [b, c])": {"a": [], "b": ["a"], "c": ["a"]},
    "cross_downstream([a, b], [c])": {"a": [], "b": [], "c": ["a", "b"]},
    "for x, y in zip([a, b], [b, c]):\n    x >> y": {"a": [], "b": ["a"], "c": ["b"]},
    "before = None\nfor x in [a, b, c]:\n    if before:\n        before >> x\n    before = x": {
        "a": [],
        "b": ["a"],
        "c": ["b"],
    },
    "a >> [x for x in (b, c)]": {"a": [], "b": ["a"], "c": ["a"]},
    "dag << a >> b\na << dag\nb >> c": {"a": [], "b": ["a"], "c": ["b"]},
    "def wire(*all_of):\n    chain(*all_of)\nwire(a, b, c)": {"a": [], "b": ["a"], "c": ["b"]},
}


@pytest.mark.parametrize(("lines", "expected"), EDGES.items(), ids=map(repr, EDGES))
def test_edges_in_all_their_forms(lines: str, expected: dict[str, list[str]]) -> None:
    dag = in_dag(f"a, b, c = [EmptyOperator(task_id=name) for name in 'abc']\n{lines}")
    assert (edges(dag), gaps(dag)) == (expected, [])


@pytest.mark.parametrize("line", ["first << a", "a >> first", "first >> a", "a << first"])
def test_a_shift_puts_a_task_into_a_dag_as_in_airflow_1(line: str) -> None:
    start = "a = EmptyOperator(task_id='a')\nfirst = DAG('first', start_date=datetime(2024, 1, 1))"
    (dag,) = convert(f"{start}\n{line}")
    assert dag.whole
    assert [each["task_id"] for each in dag.data["tasks"]] == ["a"]
    assert "Airflow 1" in next(remark.text for remark in dag.remarks if remark.subject == line)
    start += "\nsecond = DAG('second', start_date=datetime(2024, 1, 1))"
    taken = convert(f"{start}\nsecond << a\n{line}")
    assert not any(each.whole for each in taken)


def test_groups_nest_and_are_named_from_outside_by_their_path() -> None:
    dag = in_dag("""
        with TaskGroup("outer", default_args={"pool": "small"}) as outer:
            first = EmptyOperator(task_id="first")
            with TaskGroup("inner", tooltip="In", prefix_group_id=False) as inner:
                second = EmptyOperator(task_id="second")
            first >> inner
        last = EmptyOperator(task_id="last")
        [outer, second] >> last
    """)
    assert gaps(dag) == []
    outer, last = dag.data["tasks"]
    assert outer["default_args"] == {"pool": "small"}
    assert outer["tasks"][1]["dependencies"] == ["first"]
    assert outer["tasks"][1]["prefix_group_id"] is False
    assert last["dependencies"] == ["outer", "outer.inner.second"]


def test_mapping_stays_mapping() -> None:
    dag = in_dag("""
        @task
        def regions(before=None):
            return ["emea"]
        @task
        def train(region, depth):
            "Airflow shows the text of a mapped task nowhere."
            print(region, depth)
        train.partial(depth=3).expand(region=regions())
        BashOperator.partial(task_id="copy", append_env=True).expand(bash_command=["a", "b"])
        PythonOperator.partial(task_id="say", python_callable=print).expand(op_args=[["a"]])
        def say(word): print(word)
        PythonOperator.partial(task_id="tell_it", python_callable=say).expand(op_args=[["a"]])
        @task_group
        def publish(region):
            return train.override(task_id="again")(region, 1)
        regions.override(task_id="after")(publish.expand(region=["emea", "amer"]))
    """)
    assert gaps(dag) == []
    _, train, copy, say, by_name, publish, after = dag.data["tasks"]
    assert "doc_md" not in train
    assert (train["with"], train["expand"]) == ({"depth": 3}, {"region": {"$xcom": "regions"}})
    assert copy["operator"] == "BashOperator"
    assert copy["expand"] == {"bash_command": ["a", "b"]}
    assert say["operator"] == "PythonOperator"
    assert say["with"] == {"python_callable": {"$ref": "builtins.print"}}
    assert by_name["expand_kwargs"] == [{"word": "a"}]
    assert publish["expand"] == {"region": ["emea", "amer"]}
    assert publish["tasks"][0]["with"] == {"region": {"$arg": "region"}, "depth": 1}
    assert after["with"] == {"before": {"$xcom": "publish.again"}}


def test_outputs_that_are_joined_and_changed_stay_so() -> None:
    dag = in_dag("""
        from jobs.names import clean
        @task
        def files():
            return ["a"]
        def command(file):
            return f"cat {file}"
        @task
        def use(x):
            return x
        f = files()
        copy = BashOperator.partial(task_id="copy").expand(bash_command=f.map(command).map(clean))
        use.expand(x=f.zip(copy.output, fillvalue=None).map(lambda pair: pair[0]))
        use.override(task_id="joined").expand(x=f.concat(f).zip(f))
        use.override(task_id="sets").expand_kwargs(f.map(lambda one: {"x": one}))
    """)
    assert gaps(dag) == []
    _, copy, use, joined, sets = dag.data["tasks"]
    files, clean = {"$xcom": "files"}, {"$ref": "jobs.names.clean"}
    inner = copy["expand"]["bash_command"]["$map"]
    assert copy["expand"]["bash_command"]["function"] == clean
    assert inner["$map"] == files
    assert inner["function"]["$python_code"].startswith("def command(file):")
    assert use["expand"]["x"]["$map"] == {"$zip": [files, {"$xcom": "copy"}], "fillvalue": None}
    assert "return pair[0]" in use["expand"]["x"]["function"]["$python_code"]
    assert joined["expand"] == {"x": {"$zip": [{"$concat": [files, files]}, files]}}
    assert sets["expand_kwargs"]["$map"] == files


SCHEDULES = {
    '"@hourly"': "@hourly",
    "timedelta(hours=2)": {"every": "2h"},
    '[Dataset("s3://a"), Dataset("s3://b")]': {"assets": ["s3://a", "s3://b"]},
    '(Dataset("a") | Dataset("b")) & Dataset("c")': {"all": [{"any": ["a", "b"]}, "c"]},
    'CronTriggerTimetable("0 1 * * *", timezone="Asia/Tokyo")': {
        "cron": "0 1 * * *",
        "timezone": "Asia/Tokyo",
        "data_interval": False,
    },
    "DeltaDataIntervalTimetable(timedelta(hours=2))": {
        "timetable": "airflow.timetables.interval.DeltaDataIntervalTimetable",
        "with": {"delta": {"$duration": "2h"}},
    },
}


@pytest.mark.parametrize(("code", "expected"), SCHEDULES.items(), ids=map(str, SCHEDULES))
def test_schedules(code: str, expected: object) -> None:
    head = f"{HEAD}from airflow.timetables.trigger import CronTriggerTimetable\n"
    head += "from airflow.timetables.interval import DeltaDataIntervalTimetable\n"
    call = f'DAG("etl", schedule={code}, start_date=datetime(2024, 1, 1))'
    dag = one(f'with {call}:\n    EmptyOperator(task_id="a")\n', head=head)
    assert (dag.data["schedule"], gaps(dag)) == (expected, [])


@pytest.mark.parametrize(
    ("call", "airflow", "expected"),
    [
        ('DAG("etl", start_date=datetime(2024, 1, 1))', "2", {"every": "1d"}),
        ('DAG("etl", start_date=datetime(2024, 1, 1))', "3", None),
        ('DAG("etl", start_date=datetime(2024, 1, 1), schedule=None)', "2", None),
        (
            'DAG("etl", start_date=datetime(2024, 1, 1), schedule="0 */4  * * * ")',
            "2",
            "0 */4 * * *",
        ),
        ('DAG("etl")', "2", None),
    ],
)
def test_a_file_that_says_no_schedule_has_that_of_its_airflow(
    call: str, airflow: str, expected: object
) -> None:
    dag = one(f'with {call}:\n    BashOperator(task_id="a", bash_command="a")', airflow=airflow)
    assert dag.data["schedule"] == expected
    assert not gaps(dag)


def test_runs_begin_with_the_first_task_where_the_dag_has_no_date() -> None:
    task = 'BashOperator(task_id="{0}", bash_command="a", start_date=datetime(202{0}, 1, 1))'
    dag = one(f'with DAG("etl"):\n    {task.format(5)}\n    {task.format(4)}', airflow="2")
    assert (dag.data["start_date"], dag.data["schedule"]) == ("2024-01-01", {"every": "1d"})


def test_an_old_name_of_an_argument_is_kept_as_the_new_one() -> None:
    dag = in_dag('BashOperator(task_id="a", bash_command="a", task_concurrency=1, xcom_push=True)')
    assert dag.data["tasks"][0]["max_active_tis_per_dag"] == 1
    assert dag.data["tasks"][0]["do_xcom_push"] is True


@pytest.mark.parametrize(("beside", "made"), [("None", 3), ("4", 4)])
def test_an_argument_under_both_its_names_is_said_once(beside: str, made: int) -> None:
    both = f"task_concurrency=3, max_active_tis_per_dag={beside}"
    task = in_dag(f'BashOperator(task_id="a", bash_command="a", {both})').data["tasks"][0]
    assert task["max_active_tis_per_dag"] == made
    assert "with" not in task


def test_what_airflow_2_alone_has_is_kept_for_it_and_dropped_for_3() -> None:
    head = f"{HEAD}from jobs import late\n"
    text = """
with DAG(
    "etl", start_date=datetime(2024, 1, 1), default_view="tree", orientation="TB",
    sla_miss_callback=late,
):
    BashOperator(task_id="a", bash_command="a", sla=timedelta(hours=2))
"""
    dag = one(text, head=head, airflow="2")
    assert dag.whole
    assert dag.data["default_view"] == "grid"
    assert dag.data["orientation"] == "TB"
    assert dag.data["sla_miss_callback"] == {"callable": "jobs.late"}
    assert dag.data["tasks"][0]["sla"] == "2h"

    for_3 = one(text, head=head)
    dropped = [remark.subject for remark in for_3.remarks if remark.outcome == "dropped"]
    assert {*dropped} == {"default_view", "orientation", "sla_miss_callback", "sla"}


def test_arguments_without_names_stay_so() -> None:
    dag = in_dag("""
    from outside import Box, JobOperator, make
    JobOperator(task_id="a", box=Box(1, Box("b"), size=timedelta(days=1)), other=make("a"))
    """)
    assert not gaps(dag)
    assert 'box=Box(1, Box("b"), size=timedelta(days=1))' in render(DagSpec.from_data(dag.data))
    assert dag.data["tasks"][0]["with"]["other"] == {"$new": "outside.make", "args": ["a"]}


def test_dates_that_move_are_frozen_and_said() -> None:
    dag = in_dag('EmptyOperator(task_id="a")', 'DAG("etl", start_date=days_ago(2))')
    assert dag.data["start_date"] == "2026-03-08"
    assert any("frozen as 2026-03-08" in remark.text for remark in dag.remarks)
    assert dag.whole


def test_variables_are_read_when_the_task_runs() -> None:
    dag = in_dag("""
        bucket = Variable.get("bucket", default_var="x")
        BashOperator(task_id="a", bash_command=f"ls {bucket}", cwd=Variable.get("folder"))
        BashOperator(task_id="b", bash_command="ls " + bucket, env={"A": "{}/x".format(bucket)})
    """)
    task, other = dag.data["tasks"]
    assert other["env"] == {"A": "{{ var.value.get('bucket', 'x') }}/x"}
    assert other["bash_command"] == task["bash_command"]
    assert task["bash_command"] == "ls {{ var.value.get('bucket', 'x') }}"
    assert task["cwd"] == "{{ var.value.folder }}"
    assert any("not at each parse" in remark.text for remark in dag.remarks)


def test_callbacks_of_the_file_by_import_and_as_notifiers() -> None:
    head = f"{HEAD}from alerts import page\nfrom airflow.providers.slack.notifications.slack"
    dag = one(
        """
        def note(context):
            print(context["ti"])
        with DAG("etl", start_date=datetime(2024, 1, 1), on_failure_callback=page):
            BashOperator(
                task_id="a",
                bash_command="true",
                on_failure_callback=[note, SlackNotifier(text="failed", channel="data")],
            )
        """,
        head=f"{head} import SlackNotifier\n",
    )
    assert gaps(dag) == []
    assert dag.data["on_failure_callback"] == {"callable": "alerts.page"}
    first, second = dag.data["tasks"][0]["on_failure_callback"]
    assert first["python_code"].startswith("def note(context):")
    assert second["with"] == {"text": "failed", "channel": "data"}


def test_decorators_of_providers_sensors_and_other_pythons_come_over() -> None:
    dag = in_dag("""
        @task.docker(image="python:3.12", retries=2)
        def train(depth: int) -> dict[str, int]:
            return {"rows": depth}
        @task.sensor(poke_interval=60, timeout=timedelta(hours=1), mode="reschedule")
        def there():
            return True
        @task.virtualenv(requirements=["pandas"])
        def apart():
            return 1
        there() >> train(3)
        apart()
    """)
    assert gaps(dag) == []
    there, train, apart = dag.data["tasks"]
    assert (there["poke_interval"], there["timeout"]) == ("1m", "1h")
    assert (train["decorator"], train["with"]) == ("task.docker", {"image": "python:3.12"})
    assert (train["op_kwargs"], train["retries"]) == ({"depth": 3}, 2)
    assert (apart["task_type"], apart["requirements"]) == ("virtualenv", ["pandas"])


def test_what_stands_in_a_class_is_named_through_it() -> None:
    head = f"{HEAD}from airflow.utils.weekday import WeekDay\n"
    dag = one(
        """
        from airflow.providers.standard.sensors.weekday import DayOfWeekSensor
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            DayOfWeekSensor(task_id="a", week_day=WeekDay.MONDAY)
        """,
        head=head,
    )
    assert dag.data["tasks"][0]["with"] == {
        "week_day": {"$ref": "airflow.providers.standard.utils.weekday.WeekDay.MONDAY"}
    }
    source = render(DagSpec.from_data(dag.data), airflow="3")
    assert "from airflow.providers.standard.utils.weekday import WeekDay" in source
    assert "week_day=WeekDay.MONDAY" in source


def test_setups_and_teardowns() -> None:
    dag = in_dag("""
        make = BashOperator(task_id="make", bash_command="make").as_setup()
        drop = BashOperator(task_id="drop", bash_command="drop").as_teardown(setups=make)
        make >> drop
        with drop:
            first, second = EmptyOperator(task_id="first"), EmptyOperator(task_id="second")
            first >> second
    """)
    assert gaps(dag) == []
    assert dag.data["tasks"][0]["setup"] is True
    assert dag.data["tasks"][1]["teardown"] == ["make"]
    assert edges(dag)["first"] == ["make"]
    assert edges(dag)["drop"] == ["make", "second"]


def test_several_dags_of_a_loop_and_of_a_function() -> None:
    dags = convert("""
        def make(name, hour):
            start = datetime(2024, 1, 1)
            with DAG(f"copy_{name}", schedule=f"0 {hour} * * *", start_date=start) as d:
                EmptyOperator(task_id=name)
            return d
        for number, name in enumerate(["a", "b"]):
            globals()[name] = make(name, number)
        last = DAG("last", start_date=datetime(2024, 1, 1))
        EmptyOperator(task_id="x", dag=last)
    """)
    assert [dag.dag_id for dag in dags] == ["copy_a", "copy_b", "last"]
    assert [dag.data["schedule"] for dag in dags] == ["0 0 * * *", "0 1 * * *", None]
    assert all(dag.whole for dag in dags)


def test_labels_of_edges_stay() -> None:
    dag = in_dag("""
        a, b, c, d, e, f = [EmptyOperator(task_id=x) for x in "abcdef"]
        with TaskGroup("g") as g:
            inner = [EmptyOperator(task_id="x"), EmptyOperator(task_id="y")]
            inner[0] >> Label("inside") >> inner[1]
        a >> Label("yes") >> [b, g] >> c
        c << Label("back") << d
        chain(a, [Label("left"), Label("right")], [e, f], Label("end"), c)
        a >> b
    """)
    assert dag.whole
    made = {each.get("task_id", "g"): each for each in dag.data["tasks"]}
    labels = {name: each["edge_labels"] for name, each in made.items() if "edge_labels" in each}
    assert labels == {
        "b": {"a": "yes"},
        "g": {"a": "yes"},
        "c": {"d": "back", "e": "end", "f": "end"},
        "e": {"a": "left"},
        "f": {"a": "right"},
    }
    assert made["g"]["tasks"][1]["edge_labels"] == {"x": "inside"}
    assert made["b"]["dependencies"] == ["a"]


GAPS = {
    'BashOperator(task_id="a", bash_command=os.environ[chr(1)])': "environment",
    'BashOperator(task_id="a", bash_command=f"{os.getenv(1)}")': "environment",
    'for row in open("tables.txt"):\n    EmptyOperator(task_id=row)': "the loop over",
    'if os.path.exists("/x"):\n    EmptyOperator(task_id="a")': "only when Python runs",
    'a, b = [EmptyOperator(task_id=x) for x in "ab"]\na >> Label(input()) >> b': "its text is",
    'EmptyOperator(task_id="a")\nEmptyOperator(task_id="a")': "the id is taken",
    'EmptyOperator(task_id="a", nonsense=1)': "nonsense",
    'class Mine(BashOperator):\n    at = dag\nMine(task_id="a")': "class of this file",
    'def f(c):\n    print(dag)\nEmptyOperator(task_id="a", on_failure_callback=f)': "needs `dag`",
    "@task\nasync def f():\n    pass\nf()": "async",
    "@task.unheard\ndef f():\n    return 1\nf()": "task.unheard",
    "EmptyOperator(**os.environ)": "not known",
    'EmptyOperator(task_id="a", pool=Variable.get("p"))': "renders no template here",
    'try:\n    x = asked()\nexcept OSError:\n    x = 2\nEmptyOperator(task_id="a")': "raised",
    "@task\ndef f(): return [1]\nf.override(task_id='g').expand(x=f().map(f))": "no word here",
    'os.remove("x")\nEmptyOperator(task_id="a")': "runs at each parse",
}


@pytest.mark.parametrize(("lines", "expected"), GAPS.items(), ids=map(repr, GAPS))
def test_what_has_no_word_is_a_gap_at_its_line(lines: str, expected: str) -> None:
    dag = in_dag(lines)
    assert not dag.whole
    found = [text for line, text in gaps(dag) if expected in text and line > 1]
    assert found, gaps(dag)


def test_a_task_of_no_dag_is_a_gap() -> None:
    dag = one("""
        stray = EmptyOperator(task_id="stray")
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            EmptyOperator(task_id="a")
    """)
    assert {remark.subject for remark in dag.remarks} == {"stray"}
    assert not dag.whole


ASSETS = """
@asset(schedule="@daily", uri="s3://lake/orders")
def orders():
    return 1

@asset(schedule=None)
def prices(context, orders):
    return 2

@asset.multi(schedule="@hourly", outlets=[Asset("a"), Asset("b")])
def several():
    return 3

with DAG("reads", schedule=[orders], start_date=datetime(2024, 1, 1)):
    EmptyOperator(task_id="read")
"""


def test_a_decorated_asset_is_a_dag_and_its_gaps_are_those_of_no_other() -> None:
    head = f"{HEAD}from airflow.sdk import Asset, asset\n"
    dags = convert(ASSETS, head=head)
    assert [(dag.dag_id, dag.whole) for dag in dags] == [
        ("orders", True),
        ("prices", False),
        ("several", True),
        ("reads", True),
    ]
    assert "`context`, `orders`" in gaps(dags[1])[0][1]
    lake = {"$new": "airflow.sdk.Asset", "with": {"name": "orders", "uri": "s3://lake/orders"}}
    assert dags[0].data["tasks"][0]["outlets"] == [lake]
    assert (dags[0].data["schedule"], dags[0].data["catchup"]) == ("@daily", False)
    assert dags[2].data["tasks"][0]["outlets"] == [{"$asset": "a"}, {"$asset": "b"}]
    assert dags[3].data["schedule"] == {"assets": [lake]}


def test_what_changes_nothing_of_a_dag_is_no_gap() -> None:
    dag = one("""
        import sys
        import warnings
        if "/opt/jobs" not in sys.path:
            sys.path.append("/opt/jobs")
        with warnings.catch_warnings():
            with DAG("etl", start_date=datetime(2024, 1, 1), default_args={"catchup": False}):
                EmptyOperator(task_id="a", start_date=datetime(2024, 2, 1))
    """)
    assert dag.whole, gaps(dag)
    assert dag.data["tasks"][0]["start_date"] == "2024-02-01"
    dropped = {remark.subject for remark in dag.remarks if remark.outcome is Outcome.DROPPED}
    assert dropped == {"default_args.catchup"}


def test_what_stands_below_a_class_has_no_import_path() -> None:
    dag = one("""
        from teams.groups import DATA
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            BashOperator(task_id="a", bash_command="x", env={"CHANNEL": DATA.team.channel})
    """)
    assert "stands in a class" in gaps(dag)[0][1]


HOSTILE = {
    "no python": "def (",
    "deep": "x = " + "[" * 500 + "]" * 500,
    "brackets": "x = " + "(" * 100_000,
    "negations": "x = " + "-" * 20_000 + "1",
    "null": "x = 1\0",
    "long": "x = 1\n" * 90_000,
    "loops": "for a in range(9999):\n    for b in range(9999):\n        pass",
    "endless": "while True:\n    pass",
    "recursion": "def f(): return f()\nf()\nwhile 1: f()",
    "tasks": 'with DAG("x"):\n    for i in range(19999):\n        EmptyOperator(task_id=f"t{i}")',
    "groups": "g = DAG('x')\nfor i in range(9999):\n    g = TaskGroup(f'g{i}', parent_group=g)",
}


@pytest.mark.parametrize("code", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_refused(code: str) -> None:
    with pytest.raises(SpecError):
        convert(f"{HEAD}{code}", head="")


BOMBS = {
    "power": "x = 10 ** 10 ** 10",
    "shift": "x = 1\nfor i in range(500):\n    x = x * x",
    "text": "x = 'a' * 10 ** 12",
    "width": "x = f'{1:999999999}'",
    "percent": "x = '%999999999d' % 1",
    "format": "x = '{:>999999999}'.format(1)",
    "replace": "x = ('a' * 100000).replace('a', 'b' * 100000)",
    "range": "x = list(range(10 ** 12))",
    "doubling": "x = 'a'\nfor i in range(9999):\n    x = x + x",
    "circle": "x = []\nx.append(x)",
    "shared": "x = ['a']\nfor i in range(60):\n    x = [x, x]",
}


@pytest.mark.parametrize("code", BOMBS.values(), ids=BOMBS)
def test_what_would_grow_without_end_is_a_gap(code: str) -> None:
    try:
        dag = in_dag(f'{code}\nBashOperator(task_id="a", bash_command="true", env={{"A": x}})')
    except SpecError:
        return
    assert not dag.whole


def test_a_dag_of_long_texts_many_times_has_a_bound() -> None:
    dag = in_dag("""
        text = "x" * 400_000
        for number in range(2_000):
            EmptyOperator(task_id=f"t{number}", doc_md=text)
    """)
    assert len(dag.text) < 1_000
    assert any("longer than a spec may be" in text for _, text in gaps(dag))


def test_nothing_of_the_file_runs(tmp_path: Any) -> None:  # noqa: ANN401 - a Path
    mark = tmp_path / "ran"
    convert(f'open({str(mark)!r}, "w").write("x")\nimport antigravity\nexit(1)\n')
    assert not mark.exists()


def test_airflow_2_catches_up_unless_it_is_said() -> None:
    text = 'with DAG("etl", start_date=datetime(2024, 1, 1)):\n    EmptyOperator(task_id="a")\n'
    assert one(text, airflow="2").data["catchup"] is True
    assert "catchup" not in one(text).data


def test_a_call_has_what_its_list_held_when_it_was_called() -> None:
    dag = in_dag("""
    from outside import make
    given = [1]
    made = make(given)
    given.append(2)
    BashOperator(task_id="a", bash_command="a", env={"A": made})
    """)
    assert dag.data["tasks"][0]["env"] == {"A": {"$new": "outside.make", "args": [[1]]}}


@pytest.mark.parametrize("airflow", ["2", "3"])
def test_names_that_a_module_of_airflow_2_hands_on_are_those_of_python(airflow: str) -> None:
    head = """
from airflow import DAG
from airflow.operators.python import PythonOperator
from airflow.utils.dates import datetime, days_ago, timedelta as length


def run():
    print(datetime.now(), length(days=1))

"""
    text = """
with DAG("etl", start_date=datetime(2024, 9, 10), default_args={"retry_delay": length(hours=1)}):
    PythonOperator(task_id="a", python_callable=run)
"""
    dag = one(text, head=head, airflow=airflow)
    assert gaps(dag) == []
    assert (dag.data["start_date"], dag.data["default_args"]) == (
        "2024-09-10",
        {"retry_delay": "1h"},
    )
    code = dag.data["tasks"][0]["python_code"]
    assert "from datetime import datetime\n" in code
    assert "from datetime import timedelta as length\n" in code


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("isinstance('a', str)", "True"),
        ("isinstance(None, (list, dict))", "False"),
        ("isinstance(True, int)", "True"),
        ("isinstance(timedelta(1), (str, int))", "False"),
        ("isinstance({'a': 1}.items(), list)", None),
        ("isinstance(range(3), list)", None),
        ("isinstance('a', Label)", None),
        ("isinstance(datetime.now(), str)", None),
        ("'yes' if timedelta(0) else 'no'", "no"),
        ("'yes' if timedelta(1) else 'no'", "yes"),
        ("'yes' if datetime(2024, 1, 1) else 'no'", "yes"),
    ],
)
def test_types_and_truth_of_plain_data_are_known(code: str, made: str | None) -> None:
    dag = in_dag(f"value = {code}\nBashOperator(task_id='a', bash_command=str(value))")
    assert dag.whole == (made is not None)
    assert made in (None, dag.data["tasks"][0].get("bash_command"))


@pytest.mark.parametrize(
    ("test", "is_whole"),
    [("hasattr(dag, 'doc_md')", True), ("hasattr(dag, 'odd')", False), ("hasattr(x, 'y')", False)],
)
def test_a_dag_has_the_attributes_that_each_dag_has(test: str, *, is_whole: bool) -> None:
    made = one(f"""
        import x
        dag = DAG("etl", start_date=datetime(2024, 1, 1))
        if {test}:
            dag.doc_md = "Loads"
        EmptyOperator(task_id="a", dag=dag)
    """)
    assert made.whole is is_whole
    assert made.data["doc_md"] == "Loads"
