"""Constants of the project's own modules, and what stands in classes; nothing of them is run."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

import pytest

from dagctl.convert import ConvertedDag, Module, Modules, Outcome, convert_python

HEAD = """
from datetime import datetime, time, timedelta
from enum import Enum, StrEnum
from airflow import DAG
from airflow.operators.bash import BashOperator
"""
MODULES = {
    "settings": """
        from enum import Enum, StrEnum
        from datetime import timedelta
        from airflow.models import Variable
        from .more import NAMES

        class Color(Enum):
            RED = "red"

        class Tag(StrEnum):
            ORDERS = "orders"

        class Names(Enum):
            def __getattr__(self, item):
                return getattr(self.value, item).value

            class Team(Enum):
                sales = "team/sales"

        class Config:
            BUCKET: str = "landing"
            class Limits:
                HIGH = 5

        def alert(context):
            return 1

        DELAY = timedelta(minutes=5)
        FOLDER = Variable.get("folder")
        ARGS = {"retries": 2, "on_failure_callback": alert}
        open("/nothing/of/this/runs", "w")
    """,
    ".more": 'NAMES = ["a", "b"]',
    "factory": """
        from datetime import timedelta
        from airflow.decorators import task
        from airflow.operators.python import PythonOperator
        from settings import alert, DELAY as WAIT

        def make(name, function, given=None, delay=WAIT):
            if given is None:
                given = {}
            args = {"retries": 1}
            if delay and isinstance(given, dict):
                args["retry_delay"] = delay

            def run(**context):
                return function(**given)

            return PythonOperator(task_id=name, python_callable=run, **args)

        def changed(name, function):
            function = function or alert

            def run(**context):
                return function()

            return PythonOperator(task_id=name, python_callable=run)

        def counted(name, function):
            calls = []

            def run(**context):
                return calls

            calls.append(function)
            return PythonOperator(task_id=name, python_callable=run)

        @task
        def load():
            pass

        RUNS = []
        COUNT = 0

        def noted(name, function):
            global COUNT
            COUNT += 1
            RUNS.append(name)

            def run(**context):
                return COUNT if function else RUNS

            return PythonOperator(task_id=name, python_callable=run)

        def beside(name):
            def run(**context):
                return __file__

            return PythonOperator(task_id=name, python_callable=run)
    """,
    "lib.factory": """
        from airflow.decorators import task
        from airflow.operators.python import PythonOperator

        def make(name):
            from .env import send

            def run(**context):
                return send(RUNS)

            return PythonOperator(task_id=name, python_callable=run)

        RUNS = []
        RUNS.append(1)
    """,
    "lib": """
        from .env import Environment, send
        from . import env
        CHECKS = {"first": send}
        def make(task_id):
            return PythonOperator(task_id=task_id, python_callable=send)
        from airflow.operators.python import PythonOperator
    """,
    "lib.env": """
        class Environment:
            def __init__(self, name):
                self.url = name
        def send():
            from lib import CHECKS
            return CHECKS
        LIMIT = 3
    """,
    "circle": "from circle import X\nX = 1\nfrom circle import X as Y",
    "broken": "def (",
    "endless": "X = 1\nwhile True:\n    pass",
}


def convert(text: str, *, head: str = HEAD) -> ConvertedDag:
    def read(module: str, _importer: str) -> Module | None:
        text = MODULES.get(module)
        name = "lib/__init__" if module == "lib" else module.strip(".").replace(".", "/")
        return None if text is None else Module(f"{name}.py", dedent(text))

    code = head + dedent(text)
    today = date(2026, 3, 10)
    (dag,) = convert_python(
        code, "dags/etl.py", airflow="3", today=today, project=Modules(read)
    ).dags
    return dag


def task(imports: str, argument: str, *, head: str = HEAD) -> tuple[dict[str, object], list[str]]:
    dag = convert(
        f"{imports}\nwith DAG('etl', start_date=datetime(2024, 1, 1)):\n"
        f"    BashOperator(task_id='a', {argument})",
        head=head,
    )
    gaps = [remark.text for remark in dag.remarks if remark.outcome is Outcome.GAP]
    return dag.data["tasks"][0], gaps


@pytest.mark.parametrize(
    ("imports", "argument", "made"),
    [
        ("from settings import Config", "bash_command=f'ls {Config.BUCKET}'", "ls landing"),
        ("import settings", "bash_command=settings.Config.BUCKET", "landing"),
        ("from settings import Config", "bash_command=f'{Config.Limits.HIGH}'", "5"),
        ("from settings import Color", "bash_command=Color.RED.value", "red"),
        ("from settings import Color", "bash_command=Color.RED.name", "RED"),
        ("from settings import Tag", "bash_command=Tag.ORDERS", "orders"),
        ("from settings import Names", "bash_command=Names.Team.sales", "team/sales"),
        ("from settings import NAMES", "bash_command=' '.join(NAMES)", "a b"),
        ("from settings import FOLDER", "bash_command=f'ls {FOLDER}'", "ls {{ var.value.folder }}"),
        ("class C:\n    X = 'x'", "bash_command=C.X", "x"),
        ("class E(Enum):\n    X = 'x'", "bash_command=E.X.value", "x"),
    ],
)
def test_constants_have_their_values(imports: str, argument: str, made: str) -> None:
    own, gaps = task(imports, argument)
    assert (own["bash_command"], gaps) == (made, [])


def test_functions_of_a_module_stay_imports() -> None:
    dag = convert("""
        from settings import ARGS, DELAY
        with DAG("etl", start_date=datetime(2024, 1, 1), default_args=ARGS):
            BashOperator(task_id="a", bash_command="true", retry_delay=DELAY)
    """)
    assert dag.whole
    assert dag.data["default_args"] == {"on_failure_callback": {"callable": "settings.alert"}}
    assert dag.data["tasks"][0]["retry_delay"] == "5m"


def test_what_is_no_data_stays_an_import_path() -> None:
    own, gaps = task("from settings import Color, Missing", "env={'A': Color.RED, 'B': Missing}")
    assert own["env"] == {"A": {"$ref": "settings.Color.RED"}, "B": {"$ref": "settings.Missing"}}
    assert len(gaps) == 1  # the command is missing


def test_what_a_package_imports_by_a_relative_path_has_its_whole_path() -> None:
    dag = convert("""
        from airflow.operators.python import PythonOperator
        from lib import CHECKS, Environment, env, make, send
        ENV = Environment("prod")
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            PythonOperator(task_id="a", python_callable=send, op_kwargs={"of": ENV, "url": ENV.url})
            PythonOperator(task_id="b", python_callable=CHECKS["first"])
            PythonOperator(task_id="c", python_callable=env.send)
            make("d")
    """)
    assert dag.whole
    assert [one["python_callable"] for one in dag.data["tasks"]] == ["lib.env.send"] * 4
    made = {"$new": "lib.env.Environment", "args": ["prod"]}
    assert dag.data["tasks"][0]["with"] == {"of": made, "url": "prod"}


STARRED = """
    from airflow.operators.python import PythonOperator
    with DAG("etl", start_date=datetime(2024, 1, 1)):
        PythonOperator(task_id="a", python_callable=send, op_kwargs={"most": LIMIT})
"""


def test_what_has_no_other_value_comes_from_the_one_import_of_everything() -> None:
    dag = convert(f"from lib.env import *\n{dedent(STARRED)}")
    assert dag.whole
    (own,) = dag.data["tasks"]
    assert (own["python_callable"], own["with"]) == ("lib.env.send", {"most": 3})


def test_of_two_imports_of_everything_only_python_knows_which_has_a_name() -> None:
    dag = convert(f"from lib.env import *\nfrom elsewhere import *\n{dedent(STARRED)}")
    assert not dag.whole


@pytest.mark.parametrize("name", ["__path__", "_send", "ord('a')", "bytes"])
def test_an_import_of_everything_gives_no_private_names_and_no_built_in_ones(name: str) -> None:
    dag = convert(f"from lib.env import *\n{dedent(STARRED).replace('LIMIT', name)}")
    assert not dag.whole


@pytest.mark.parametrize("module", ["broken", "endless", "absent", "circle.deeper"])
def test_a_module_that_cannot_be_followed_gives_import_paths(module: str) -> None:
    own, _ = task(f"from {module} import X", "env={'A': X}")
    assert own["env"] == {"A": {"$ref": f"{module}.X"}}


def test_the_report_says_which_values_were_taken() -> None:
    def read(module: str, _importer: str) -> Module | None:
        return Module("settings.py", "A = 1\nB = 2") if module == "settings" else None

    code = f"{HEAD}from settings import A, B\nDAG('x')\n"
    made = convert_python(code, "x.py", airflow="3", today=date(2026, 1, 1), project=Modules(read))
    assert [(r.outcome, r.place.line, r.subject) for r in made.remarks] == [
        (Outcome.CHANGED, 6, "settings")
    ]
    assert "A, B" in made.remarks[0].text


def test_arguments_for_some_tasks_stand_in_these() -> None:
    dag = convert("""
        args = {"cwd": "/tmp", "no_such": 1, "retries": 1}
        with DAG("etl", start_date=datetime(2024, 1, 1), default_args=args):
            BashOperator(task_id="a", bash_command="true")
            BashOperator(task_id="b", bash_command="true", cwd="/opt")
    """)
    assert [own["cwd"] for own in dag.data["tasks"]] == ["/tmp", "/opt"]
    assert dag.whole
    reported = {(remark.outcome, remark.subject) for remark in dag.remarks}
    assert (Outcome.CHANGED, "default_args.cwd") in reported
    assert (Outcome.DROPPED, "default_args.no_such") in reported


def test_arguments_of_a_group_for_some_tasks_come_before_those_of_the_dag() -> None:
    """Airflow takes the value of the innermost group that has one."""
    dag = convert("""
        from airflow.utils.task_group import TaskGroup
        with DAG("etl", start_date=datetime(2024, 1, 1), default_args={"cwd": "/dag"}):
            BashOperator(task_id="a", bash_command="true")
            with TaskGroup("g", default_args={"cwd": "/g", "append_env": True, "pool": "small"}):
                BashOperator(task_id="b", bash_command="true")
                with TaskGroup("h", default_args={"cwd": "/h", "no_such": 1}):
                    BashOperator(task_id="c", bash_command="true")
    """)
    a, group = dag.data["tasks"]
    b, inner = group["tasks"]
    (c,) = inner["tasks"]
    assert [each["cwd"] for each in (a, b, c)] == ["/dag", "/g", "/h"]
    assert [each.get("append_env") for each in (a, b, c)] == [None, True, True]
    assert (group["default_args"], "default_args" in inner) == ({"pool": "small"}, False)
    assert dag.whole


@pytest.mark.parametrize(
    ("over", "command"),
    [
        ('expand(bash_command=["a", "b"])', ""),
        ('expand_kwargs([{"bash_command": "a", "cwd": "/a"}, {"bash_command": "b"}])', ""),
        ('expand_kwargs([{"env": {}}])', ', bash_command="x"'),
    ],
)
def test_what_a_task_is_mapped_over_goes_before_what_all_tasks_have(
    over: str, command: str
) -> None:
    text = """
        args = {{"append_env": True, "cwd": "/tmp"{more}}}
        with DAG("etl", start_date=datetime(2024, 1, 1), default_args=args):
            BashOperator.partial(task_id="a"{command}).{over}
    """
    dag = convert(text.format(over=over, command=command, more=""))
    assert dag.data["default_args"] == {"with": {"append_env": True, "cwd": "/tmp"}}
    (task,) = dag.data["tasks"]
    assert (task["operator"], "cwd" in task.get("with", {}), dag.whole) == (
        "BashOperator",
        False,
        True,
    )
    for_all = convert(text.format(over=over, command=command, more=', "bash_command": "x"'))
    assert not for_all.whole  # a command belongs to one task


@pytest.mark.parametrize("rows", ['[{"cwd": "/a"}, {}]', "a.output"])
def test_what_only_some_runs_may_have_is_a_gap(rows: str) -> None:
    dag = convert(f"""
        with DAG("etl", start_date=datetime(2024, 1, 1), default_args={{"cwd": "/tmp"}}):
            a = BashOperator(task_id="a", bash_command="x")
            BashOperator.partial(task_id="b", bash_command="x").expand_kwargs({rows})
    """)
    gaps = [remark.subject for remark in dag.remarks if remark.outcome is Outcome.GAP]
    assert gaps == ["default_args.cwd"]


@pytest.mark.parametrize(
    ("call", "made"),
    [
        ("delta=timedelta(minutes=-5)", {"days": -1, "seconds": 86_100}),
        ("delta=timedelta(milliseconds=500)", {"microseconds": 500_000}),
    ],
)
def test_a_length_of_time_that_no_text_says_is_an_object(call: str, made: object) -> None:
    dag = convert(f"""
        from shop import Wait
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            Wait(task_id="a", {call})
    """)
    given = dag.data["tasks"][0]["with"]
    assert given == {"delta": {"$new": "datetime.timedelta", "with": made}}


def test_small_things_that_came_over_with_gaps_before() -> None:
    dag = convert("""
        import sys
        from alerts import make_alert
        from airflow.sensors.time_sensor import TimeSensor
        sys.path.insert(0, "/opt/jobs")
        with DAG("etl", start_date=datetime.min, on_failure_callback=make_alert(level=2)):
            TimeSensor(task_id="a", target_time=time(6, 30))
    """)
    assert dag.whole, dag.remarks
    assert dag.data["start_date"] == "1900-01-01"
    assert dag.data["on_failure_callback"] == {
        "notifier": "alerts.make_alert",
        "with": {"level": 2},
    }
    given = dag.data["tasks"][0]["with"]
    assert given == {"target_time": {"$new": "datetime.time", "with": {"hour": 6, "minute": 30}}}


FACTORY = """
import os
from airflow.decorators import task
from factory import beside, changed, counted, load, make, noted
from settings import alert

def own():
    return 1

@task
def local():
    pass

with DAG("etl", start_date=datetime(2024, 1, 1)):
    runs = [{}]
"""


def test_a_task_that_a_function_of_a_module_makes_has_what_the_function_was_given() -> None:
    runs = "make('a', alert, {'context': 1}), make('b', alert, delay=timedelta(0))"
    dag = convert(FACTORY.replace("{}", runs))
    assert dag.whole
    first, second = dag.data["tasks"]
    assert (first["task_id"], first["retry_delay"], first["retries"]) == ("a", "5m", 1)
    assert "from settings import alert as function\n" in first["python_code"]
    assert "given = {'context': 1}\n" in first["python_code"]
    assert (second["task_id"], second.get("retry_delay")) == ("b", None)
    assert "given = {}\n" in second["python_code"]


def test_a_relative_import_in_a_function_of_a_module_has_its_whole_path() -> None:
    dag = convert(
        FACTORY.replace("from factory import", "from lib.factory import make\n#").replace(
            "{}", "make('a')"
        )
    )
    assert dag.whole
    code = dag.data["tasks"][0]["python_code"]
    assert "from lib.env import send\n" in code
    assert "from lib.factory import RUNS\n" in code


@pytest.mark.parametrize(
    "run",
    [
        "make('a', os.getcwd)",
        "make('a', own)",
        "make('a', load)",
        "changed('a', alert)",
        "counted('a', alert)",
        "noted('a', alert)",
        "noted('a', None)",
        "beside('a')",
    ],
)
def test_a_function_whose_values_are_not_known_stays_a_call(run: str) -> None:
    dag = convert(FACTORY.replace("{}", run))
    assert dag.whole
    (made,) = dag.data["tasks"]
    assert made["group_callable"] == "factory." + run.partition("(")[0]
    assert made["without_group"]


def test_a_function_that_gets_a_task_of_the_file_as_a_function_is_a_gap() -> None:
    assert not convert(FACTORY.replace("{}", "make('a', local)")).whole


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("from airflow.operators import Load", "operators.load.Load"),
        ("from airflow.operators.my_plugin import Load", "operators.load.Load"),
        ("from airflow.operators.my_plugin import Load as Load", "operators.load.Load"),
        ("from airflow.operators import BashOperator as Load", "BashOperator"),
        ("from airflow.operators.bash_operator import BashOperator as Load", "BashOperator"),
        ("from airflow.operators import Absent as Load", "airflow.operators.Absent"),
    ],
)
def test_a_class_of_a_plugin_of_airflow_1_is_imported_from_the_folder_of_plugins(
    line: str, path: str
) -> None:
    modules = {
        "operators": "from operators.load import Load\nfrom airflow.operators import BashOperator",
        "operators.load": "class Load:\n    pass\nclass BashOperator:\n    pass",
    }

    def read(module: str, _importer: str) -> Module | None:
        code = modules.get(module)
        return None if code is None else Module(module, code)

    text = f"{line}\nwith DAG('etl'):\n    Load(task_id='a', bash_command='x')\n"
    made = convert_python(
        HEAD + text, "etl.py", airflow="2", today=date(2026, 3, 10), project=Modules(read)
    )
    (own,) = made.dags[0].data["tasks"]
    assert own.get("operator", "BashOperator") == path
    said = [each for each in made.remarks if "no class of a plugin" in each.text]
    assert bool(said) == path.startswith("operators.")
