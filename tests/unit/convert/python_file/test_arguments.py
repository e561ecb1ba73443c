"""Arguments of tasks under older names and forms, and defaults of their functions."""

from __future__ import annotations

from datetime import date
from textwrap import dedent, indent

import pytest

from dagctl.convert import ConvertedDag, Outcome, convert_python

HEAD = """
import os
from datetime import datetime

from airflow import DAG
from airflow.datasets import Dataset
from airflow.decorators import task
from airflow.models import Variable
from airflow.models.param import Param
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator

PLACE = os.getenv("PLACE", "north")
"""
READ = {"$new": "os.getenv", "with": {"key": "PLACE", "default": "north"}}


def converted(body: str, *, airflow: str = "3", call: str = "") -> ConvertedDag:
    lines = indent(dedent(body).strip(), "    ")
    text = f'{HEAD}with DAG("d", start_date=datetime(2024, 1, 1), schedule=None{call}) as dag:\n'
    (dag,) = convert_python(
        f"{text}{lines}\n", "d.py", airflow=airflow, today=date(2026, 3, 10)
    ).dags
    return dag


def gaps(dag: ConvertedDag) -> list[str]:
    return [remark.subject for remark in dag.remarks if remark.outcome is Outcome.GAP]


def test_a_param_of_a_task_that_is_a_mapping_is_a_default() -> None:
    dag = converted(
        """
        BashOperator(
            task_id="a",
            bash_command="x",
            params={"box": {"default": 1}, "n": 3, "p": Param(5, type="integer", minimum=1)},
        )
        """
    )
    assert dag.whole
    assert dag.data["tasks"][0]["params"] == {
        "box": {"default": {"default": 1}},
        "n": 3,
        "p": {"default": 5, "type": "integer", "minimum": 1},
    }


def test_a_param_that_each_parse_works_out_stays_so() -> None:
    dag = converted(
        """
        BashOperator(
            task_id="a",
            bash_command="{{ params.box }}",
            params={"box": PLACE, "n": Param(Variable.get("n", 2), minimum=1), "l": [PLACE]},
        )
        """,
        call=', params={"day": Variable.get("day"), "at": os.path.dirname(__file__) + "/a.sql"}',
    )
    assert dag.whole
    key = {"key": "n", "default_var": 2}
    assert dag.data["tasks"][0]["params"] == {
        "box": {"default": READ},
        "n": {"default": {"$new": "airflow.models.Variable.get", "with": key}, "minimum": 1},
        "l": {"default": [READ]},
    }
    day = {"$new": "airflow.models.Variable.get", "with": {"key": "day"}}
    assert dag.data["params"]["day"] == {"default": day}


def test_a_folder_of_templates_that_each_parse_works_out_stays_so() -> None:
    dag = converted(
        'BashOperator(task_id="a", bash_command="run.sh")',
        call=", template_searchpath=[os.path.join(PLACE, 'sql'), '/opt/sql']",
    )
    assert dag.whole
    joined = {"$new": "os.path.join", "args": [READ, "sql"]}
    assert dag.data["template_searchpath"] == [joined, "/opt/sql"]


def remarks(text: str) -> list[tuple[str, str]]:
    (dag,) = convert_python(HEAD + dedent(text), "d.py", airflow="3", today=date(2026, 3, 10)).dags
    return [(remark.outcome.name, remark.subject) for remark in dag.remarks]


def test_the_default_of_a_start_that_is_read_is_assumed() -> None:
    text = """
    with DAG("d", schedule=None, start_date=Variable.get("start", "2024-08-01")):
        BashOperator(task_id="a", bash_command="x")
    """
    (dag,) = convert_python(HEAD + dedent(text), "d.py", airflow="3", today=date(2026, 3, 10)).dags
    assert dag.data["start_date"] == "2024-08-01"
    assert [outcome for outcome, _ in remarks(text)] == ["ASSUMED"]


@pytest.mark.parametrize(
    ("key", "month", "is_said"),
    [
        ("start_date", 3, True),
        ("start_date", 1, False),
        ("end_date", 3, False),
        ("end_date", 1, True),
    ],
)
def test_a_second_date_for_the_tasks_is_named(key: str, month: int, *, is_said: bool) -> None:
    text = f"""
    shared = {{"{key}": datetime(2024, {month}, 1)}}
    with DAG("d", schedule=None, {key}=datetime(2024, 2, 1), default_args=shared):
        BashOperator(task_id="a", bash_command="x")
    """
    assert (("NEW", f"default_args.{key}") in remarks(text)) is is_said


@pytest.mark.parametrize(
    ("old", "new"),
    [("none_failed_or_skipped", "none_failed_min_one_success"), ("dummy", "always")],
)
def test_a_trigger_rule_has_its_name_of_now(old: str, new: str) -> None:
    dag = converted(f'BashOperator(task_id="a", bash_command="x", trigger_rule="{old}")')
    assert dag.whole
    assert dag.data["tasks"][0]["trigger_rule"] == new


def test_a_notifier_has_its_path_of_now() -> None:
    module = "airflow.providers.slack.notifications"
    dag = converted(
        f"""
        from {module}.slack_notifier import SlackNotifier
        BashOperator(task_id="a", bash_command="x", on_failure_callback=SlackNotifier(text="a"))
        """
    )
    assert dag.whole
    callback = dag.data["tasks"][0]["on_failure_callback"]
    assert callback == {"notifier": f"{module}.slack.SlackNotifier", "with": {"text": "a"}}


@pytest.mark.parametrize(
    ("airflow", "path"), [("3", "airflow.sdk.Asset"), ("2", "airflow.datasets.Dataset")]
)
def test_a_dataset_with_more_than_a_uri_is_what_the_target_calls_it(
    airflow: str, path: str
) -> None:
    dag = converted(
        """
        places = [Dataset("s3://box/a", extra={"team": "b"})]
        BashOperator(task_id="a", bash_command="x", outlets=places)
        """,
        airflow=airflow,
    )
    assert dag.whole
    made = {"uri": "s3://box/a", "extra": {"team": "b"}}
    assert dag.data["tasks"][0]["outlets"] == [{"$new": path, "with": made}]


def test_assets_or_a_timetable_of_a_class_of_its_own_stay_the_one_timetable() -> None:
    dag = converted(
        """
        from airflow.sdk import Asset
        from airflow.timetables.assets import AssetOrTimeSchedule
        from shop.times import Odd
        dag.schedule = AssetOrTimeSchedule(timetable=Odd(hour=3), assets=[Asset("box")])
        BashOperator(task_id="a", bash_command="x")
        """
    )
    assert dag.whole
    assert dag.data["schedule"] == {
        "timetable": "airflow.timetables.assets.AssetOrTimeSchedule",
        "with": {
            "timetable": {"$new": "shop.times.Odd", "with": {"hour": 3}},
            "assets": [{"$asset": "box"}],
        },
    }


@pytest.mark.parametrize(
    ("lines", "given", "header"),
    [
        ("@task\ndef f(a, b=PLACE): ...\nf(1)", {"a": 1, "b": READ}, "def f(a, b=None)"),
        ("@task\ndef f(a=PLACE): ...\nf(a=2)", {"a": 2}, "def f(a=None)"),
        ("@task.bash\ndef f(b=PLACE): ...\nf()", {"b": READ}, "def f(b=None)"),
        (
            "def f(a=3, b=PLACE): ...\nPythonOperator(task_id='t', python_callable=f)",
            {"b": READ},
            "def f(a=3, b=None)",
        ),
    ],
)
def test_a_default_that_each_parse_works_out_is_given_as_an_argument(
    lines: str, given: object, header: str
) -> None:
    dag = converted(lines)
    assert dag.whole
    (item,) = dag.data["tasks"]
    assert item["python_code"].startswith(header)
    assert item.get("op_kwargs", item.get("with")) == given


def test_a_default_stays_a_gap_where_a_mapped_call_may_give_it() -> None:
    dag = converted("@task\ndef f(a, b=PLACE): ...\nf.expand_kwargs([{'a': 1}])")
    assert not dag.whole


def test_a_group_that_is_not_known_is_a_gap() -> None:
    dag = converted(
        "from shop import box\nBashOperator(task_id=1, task_group=box(), bash_command='x')"
    )
    assert "task_group" in gaps(dag)


@pytest.mark.parametrize("mark", ["@other.task", "@other.task(retries=0)"])
def test_the_decorator_of_a_dag_puts_its_task_there(mark: str) -> None:
    text = f"""
    other = DAG("other", start_date=datetime(2024, 1, 1), schedule=None)
    {mark}
    def load(n): ...
    load(3)
    """
    (dag,) = convert_python(HEAD + dedent(text), "d.py", airflow="3", today=date(2026, 3, 10)).dags
    assert dag.whole
    assert [(task["task_id"], task["with"]) for task in dag.data["tasks"]] == [("load", {"n": 3})]
