"""What a DAG file reads at each parse: the template that reads it in the task, or a gap."""

from __future__ import annotations

import ast
from datetime import date
from textwrap import dedent

import pytest

from dagctl.codegen.render import render
from dagctl.convert import ConvertedDag, Outcome, convert_python
from dagctl.spec.model import DagSpec

HEAD = """
import os
from datetime import date, datetime, timedelta

import pendulum
from airflow import DAG
from airflow.hooks.base import BaseHook
from airflow.models import Variable
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.providers.amazon.aws.operators.glue_crawler import AwsGlueCrawlerOperator
from airflow.providers.mysql.operators.mysql import MySqlOperator
from airflow.providers.postgres.operators.postgres import PostgresOperator
from airflow.providers.snowflake.operators.snowflake import SnowflakeOperator
from airflow.utils.task_group import TaskGroup
from shop.tools import *

db = BaseHook.get_connection("shop")
cfg = Variable.get("cfg", deserialize_json=True)
now = datetime.now()


def f(**given):
    print(given)


with DAG("d", start_date=datetime(2024, 1, 1), default_args={"snowflake_conn_id": "snow"}):
"""

OUTPUT = "{{ task_instance.xcom_pull(task_ids='load', dag_id='d', key='return_value') }}"


def converted(line: str, airflow: str = "3") -> ConvertedDag:
    text = HEAD + "    " + dedent(line).replace("\n", "\n    ") + "\n"
    (dag,) = convert_python(text, "d.py", airflow=airflow, today=date(2026, 3, 10)).dags
    return dag


def gaps(dag: ConvertedDag) -> list[str]:
    return [remark.subject for remark in dag.remarks if remark.outcome is Outcome.GAP]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("db.host", "{{ conn.shop.host }}"),
        ('"%s/%s%%" % (db.host, 7)', "{{ conn.shop.host }}/7%"),
        ('"ls %s" % db.host', "ls {{ conn.shop.host }}"),
        ('f"{db.login}:{db.port}"', "{{ conn.shop.login }}:{{ conn.shop.port }}"),
        ('BaseHook.get_connection("a-b").password', "{{ conn.get('a-b').password }}"),
        ('db.extra_dejson["zone"]', "{{ conn.shop.extra_dejson['zone'] }}"),
        ('db.extra_dejson.get("zone", "x")', "{{ conn.shop.extra_dejson.get('zone', 'x') }}"),
        ("db.get_uri()", "{{ conn.shop.get_uri() }}"),
        ('cfg["bucket"]', "{{ var.json.cfg['bucket'] }}"),
        ("str(cfg)", "{{ var.json.cfg }}"),
        ('now.strftime("%Y-%m")', "{{ macros.datetime.now().strftime('%Y-%m') }}"),
        ('f"{now:%H}h"', "{{ macros.datetime.now().strftime('%H') }}h"),
        ("str(date.today())", "{{ macros.datetime.now().date() }}"),
        (
            '(now - timedelta(days=1)).strftime("%d")',
            "{{ (macros.datetime.now() + macros.timedelta(days=-1)).strftime('%d') }}",
        ),
        ('"{}".format(now.date())', "{{ macros.datetime.now().date() }}"),
        ('f"{now.year}"', "{{ macros.datetime.now().year }}"),
        ('f"x_{now.month:02}"', "x_{{ '{:02}'.format(macros.datetime.now().month) }}"),
        ('f"{now.day:02d}{7:3}"', "{{ '{:02d}'.format(macros.datetime.now().day) }}  7"),
        ("str(date(2024, 1, 2))", "2024-01-02"),
        ("datetime(2024, 1, 2).isoformat()", "2024-01-02T00:00:00"),
    ],
)
def test_a_text_that_is_read_becomes_its_template_where_airflow_renders_one(
    code: str, text: str
) -> None:
    dag = converted(f'BashOperator(task_id="a", bash_command="x", env={{"A": {code}}})')
    assert dag.whole
    assert dag.data["tasks"][0]["env"] == {"A": text}
    if "{{" in text:  # where nothing is rendered, a template would be another text
        assert "queue" in gaps(
            converted(f'BashOperator(task_id="a", bash_command="x", queue={code})')
        )


@pytest.mark.parametrize(
    "code",
    [
        *("now.replace(hour=0)", "now.year", "db"),  # no texts
        *('f"{now.day:x}"', 'f"{now.day!r:02}"', 'f"{db.host:02}"'),
        *("pendulum.now().strftime('%Y')", "now.timestamp()", "str(pendulum.datetime(2024, 1, 1))"),
    ],
)
def test_what_no_template_gives_as_it_is_becomes_a_gap(code: str) -> None:
    dag = converted(f'PythonOperator(task_id="a", python_callable=f, op_kwargs={{"x": {code}}})')
    assert gaps(dag) == ["x"]
    assert "with" not in dag.data["tasks"][0]


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("now", "now()"),
        ("date.today()", "today()"),
        ("now.date()", "today()"),
        ("now - timedelta(days=2)", "add(datetime.now(), timedelta(days=-2))"),
    ],
)
def test_a_moment_is_worked_out_at_each_parse_where_a_task_gets_it(code: str, made: str) -> None:
    dag = converted(f'PythonOperator(task_id="a", python_callable=f, op_kwargs={{"x": {code}}})')
    assert dag.whole
    assert made in render(DagSpec.from_data(dag.data))


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("db.host", 'getattr(BaseHook.get_connection(conn_id="shop"), "host")'),
        ("str(db.port)", 'str(getattr(BaseHook.get_connection(conn_id="shop"), "port"))'),
        (
            'f"{db.host}:{db.port}"',
            'mod("%(part_1)s:%(part_2)s", {"part_1": getattr(BaseHook.get_connection(',
        ),
        (
            'db.extra_dejson["zone"]',
            'getitem(getattr(BaseHook.get_connection(conn_id="shop"), "extra_dejson"), "zone")',
        ),
        ('cfg["bucket"]', 'getitem(Variable.get(key="cfg", deserialize_json=True), "bucket")'),
        ('"s3://" + db.host', 'mod("s3://%(part_1)s", {"part_1": getattr('),
    ],
)
def test_what_is_read_stays_a_call_where_airflow_renders_no_template(code: str, made: str) -> None:
    line = f'Job.RunOperator(task_id="a", box={code})'
    dag = converted(f"from outside import Job\n{line}")
    assert "box" not in gaps(dag)
    source = render(DagSpec.from_data(dag.data))
    assert made in ast.unparse(ast.parse(source)).replace("'", '"').replace("builtins_", "")


@pytest.mark.parametrize(
    ("code", "made"),
    [
        (
            'json.dumps({"id": f"{load.output}", "n": [1, "é"]})',
            '{"id": "' + OUTPUT + '", "n": [1, "\\u00e9"]}',
        ),
        ('json.dumps(["{{ ds }}"])', '["{{ ds }}"]'),
    ],
)
def test_json_has_the_templates_of_the_file(code: str, made: str) -> None:
    dag = converted(f"""
        import json
        load = BashOperator(task_id="load", bash_command="x")
        BashOperator(task_id="a", bash_command="x", env={{"A": {code}}})
    """)
    assert dag.whole
    assert dag.data["tasks"][1]["env"] == {"A": made}


@pytest.mark.parametrize(
    "code",
    [
        *("db.host", "load.output", 'now.strftime("%Y")'),  # its signs would have to be escaped
        "f\"{load.output['ä']}\"",
    ],
)
def test_json_of_what_only_the_task_knows_is_a_gap(code: str) -> None:
    dag = converted(f"""
        import json
        load = BashOperator(task_id="load", bash_command="x")
        BashOperator(task_id="a", bash_command="x", env={{"A": json.dumps([{code}])}})
    """)
    assert gaps(dag) == ["env"]


@pytest.mark.parametrize("airflow", ["2.11", "3"])
def test_operators_of_single_databases_become_the_one_for_all(airflow: str) -> None:
    dag = converted(
        """
        PostgresOperator(
            task_id="a", sql="a.sql", postgres_conn_id="pg", database="shop", autocommit=True
        )
        with TaskGroup("g", default_args={"warehouse": "w"}):
            SnowflakeOperator(task_id="b", sql="select 1", role="loader")
        MySqlOperator.partial(task_id="c").expand(sql=["select 1", "select 2"])
        AwsGlueCrawlerOperator(task_id="d", config={"Name": "x"})
        """,
        airflow,
    )
    first, group, third, last = dag.data["tasks"]
    query = {"operator": "SQLExecuteQueryOperator"}
    given = {"sql": "a.sql", "conn_id": "pg", "database": "shop", "autocommit": True}
    assert first == {"task_id": "a"} | query | {"with": given}
    hook = {"warehouse": "w", "role": "loader"}
    given = {"sql": "select 1", "conn_id": "snow", "hook_params": hook}
    assert group["tasks"] == [{"task_id": "b"} | query | {"with": given}]
    assert third == {"task_id": "c"} | query | {
        "with": {"conn_id": "mysql_default"},
        "expand": {"sql": ["select 1", "select 2"]},
    }
    assert last["operator"] == "GlueCrawlerOperator"
    assert gaps(dag) == []  # what the group says stands in `hook_params`


def test_an_operator_that_is_mapped_over_its_own_arguments_stays_a_gap() -> None:
    dag = converted('MySqlOperator.partial(task_id="a", sql="x").expand(mysql_conn_id=["a", "b"])')
    assert "operator" in gaps(dag)


def test_the_environment_is_read_at_each_parse_as_the_file_does() -> None:
    line = 'BashOperator(task_id="a", bash_command="x", env={"A": os.environ.get("A", "b")})'
    dag = converted(line)
    assert dag.whole
    read = {"$new": "os.getenv", "with": {"key": "A", "default": "b"}}
    assert dag.data["tasks"][0]["env"] == {"A": read}
    assert 'getenv(key="A", default="b")' in render(DagSpec.model_validate(dag.data), airflow="3")
    for code in ("os.environ[chr(1)]", 'f"{os.getenv(chr(1))}"'):
        dag = converted(f'BashOperator(task_id="a", bash_command="x", env={{"A": {code}}})')
        assert gaps(dag) == ["env"]


def test_an_item_of_the_environment_is_read_at_each_parse_and_the_difference_is_named() -> None:
    dag = converted('BashOperator(task_id="a", bash_command="x", env={"A": os.environ["A"]})')
    assert dag.whole
    assert dag.data["tasks"][0]["env"] == {"A": {"$new": "os.getenv", "with": {"key": "A"}}}
    assert any("Airflow gets None" in remark.text for remark in dag.remarks)


@pytest.mark.parametrize(
    ("value", "call", "code"),
    [
        (
            "cfg",
            {"key": "cfg", "deserialize_json": True},
            "Variable.get(key='cfg', deserialize_json=True)",
        ),
        ("Variable.get('a', 'b')", {"key": "a", "default_var": "b"}, None),
    ],
)
def test_a_variable_is_read_at_each_parse_where_no_template_gives_it(
    value: str, call: dict[str, object], code: str | None
) -> None:
    dag = converted(f"BashOperator(task_id='a', bash_command='x', output_encoding={value})")
    assert gaps(dag) == []
    read = {"$new": "airflow.models.Variable.get", "with": call}
    assert read in dag.data["tasks"][0]["with"].values()
    text = render(DagSpec.model_validate(dag.data), airflow="3")
    assert "import Variable" in text
    assert code is None or code in text.replace('"', "'")


def test_what_a_function_can_have_from_one_import_star_alone_is_imported_by_its_name() -> None:
    line = "PythonOperator(task_id='a', python_callable=lambda: fetch(len([1])))"
    dag = converted(line)
    assert dag.whole
    assert "from shop.tools import fetch\n" in dag.data["tasks"][0]["python_code"]
    assert "import len" not in dag.data["tasks"][0]["python_code"]


def test_asynchronous_functions_and_generators_come_over_where_the_target_runs_them() -> None:
    lines = """
    from airflow.decorators import task
    @task
    async def fetch(rows: Rows = 1):
        await rows
    fetch()
    @task(outlets=[])
    def given():
        yield Metadata(1)
    given()
    """
    assert converted(lines, "3.3").whole
    dag = converted(lines, "3.1")
    assert gaps(dag) == ["tasks.0.python_code"]
    dag = converted(lines, "2.9")
    assert gaps(dag) == ["tasks.0.python_code", "tasks.1.python_code"]


@pytest.mark.parametrize(
    ("call", "made"),
    [
        ("docker.DockerOperator(image='x', auto_remove=True", {"auto_remove": "success"}),
        ("docker.DockerOperator(image='x', auto_remove=False", {"auto_remove": "never"}),
        ("docker.DockerOperator(image='x', auto_remove='force'", {"auto_remove": "force"}),
        ("docker.DockerOperator(image='x', tty=1", {"tty": True}),
        (
            "trigger_dagrun.TriggerDagRunOperator(trigger_dag_id='b', execution_date='{{ ds }}'",
            {"logical_date": "{{ ds }}"},
        ),
        (
            "kubernetes_engine.GKEDeleteClusterOperator(location='x', name='b'",
            {"cluster_name": "b"},
        ),
    ],
)
def test_an_argument_has_its_name_and_form_of_now(call: str, made: dict[str, object]) -> None:
    module = call.partition(".")[0]
    package = {
        "docker": "airflow.providers.docker.operators",
        "trigger_dagrun": "airflow.operators",
        "kubernetes_engine": "airflow.providers.google.cloud.operators",
    }[module]
    dag = converted(f"from {package} import {module}\n{call}, task_id='a')")
    assert gaps(dag) == []
    given = dag.data["tasks"][0]["with"]
    assert {key: given[key] for key in made} == made
    assert [type(given[key]) for key in made] == [type(value) for value in made.values()]


def test_only_the_operator_gives_templates_dict_to_its_function() -> None:
    dag = converted("""
        def g(n, templates_dict=None):
            return n, templates_dict
        given = {"day": "{{ ds }}"}
        PythonOperator(task_id="a", python_callable=g, op_args=[1], templates_dict=given)
        PythonOperator(task_id="b", python_callable=f, templates_dict=None)
    """)
    assert gaps(dag) == []
    with_it, without = dag.data["tasks"]
    assert with_it["operator"] == "PythonOperator"
    code = {"$python_code": "def g(n, templates_dict=None):\n    return n, templates_dict\n"}
    given = {"day": "{{ ds }}"}
    assert with_it["with"] == {"python_callable": code, "op_args": [1], "templates_dict": given}
    assert "operator" not in without
    assert "python_code" in without


def test_two_old_arguments_with_one_new_name_stay_a_gap() -> None:
    dag = converted("""
        from airflow.providers.google.cloud.transfers.gcs_to_bigquery import GCSToBigQueryOperator
        GCSToBigQueryOperator(task_id="a", bucket="b", source_objects=["x"],
            destination_project_dataset_table="t", bigquery_conn_id="one", s3_conn_id="two",
            google_cloud_storage_conn_id="three")
    """)
    given = dag.data["tasks"][0]["with"]
    assert given["gcp_conn_id"] == "one"
    assert sorted(gaps(dag)) == [
        "tasks.0.with.google_cloud_storage_conn_id",
        "tasks.0.with.s3_conn_id",
    ]


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("str(date.today())", {"default": "2026-03-10"}),
        ("(datetime.today() - timedelta(days=7)).isoformat()", {"default": "2026-03-03T00:00:00"}),
        ("date.today().isoformat()", {"default": "2026-03-10"}),
        ("f'to {date.today()} at {now:%H}'", {"default": "to 2026-03-10 at 00"}),
    ],
)
def test_a_param_that_moves_with_each_parse_is_frozen(code: str, made: dict[str, str]) -> None:
    head = HEAD.replace("with DAG(", f"with DAG(params={{'a': Param({code})}}, dag_id=")
    body = "    BashOperator(task_id='a', bash_command='true')\n"
    text = f"from airflow.models.param import Param\n{head}{body}"
    (dag,) = convert_python(text, "d.py", airflow="3", today=date(2026, 3, 10)).dags
    assert gaps(dag) == []
    assert dag.data["params"] == {"a": made}
    assert any("it is frozen as" in remark.text for remark in dag.remarks)


def test_a_template_file_above_the_folder_is_a_gap() -> None:
    dag = converted("BashOperator(task_id='a', bash_command='../load.sh')")
    assert gaps(dag) == ["bash_command"]


def test_a_param_of_a_task_that_moves_is_frozen_too() -> None:
    dag = converted("BashOperator(task_id='a', bash_command='x', params={'g': str(date.today())})")
    assert (dag.data["tasks"][0]["params"], gaps(dag)) == ({"g": "2026-03-10"}, [])


@pytest.mark.parametrize(
    ("command", "made"),
    [
        ("load.sh", "{% include 'load.sh' %}"),
        ("./scripts/load-all.bash", "{% include './scripts/load-all.bash' %}"),
        ("bash /opt/load.sh", "bash /opt/load.sh "),
        ("/opt/load.sh", "/opt/load.sh "),
        ("{{ params.folder }}/load.sh", "{{ params.folder }}/load.sh "),
        ("load.sh ", "load.sh "),
    ],
)
def test_a_command_that_names_a_template_file_is_that_file(command: str, made: str) -> None:
    dag = converted(
        f'BashOperator(task_id="a", bash_command="{command}", params={{"folder": "/"}})'
    )
    assert gaps(dag) == []
    assert dag.data["tasks"][0]["bash_command"] == made
    assert any(remark.subject == "bash_command" for remark in dag.remarks) == (command != made)


@pytest.mark.parametrize(
    ("call", "made"),
    [
        ("re.sub('[^a-z0-9]+', '_', 'a b-(c)')", "a_b_c_"),
        (r"re.sub(r'\s', '', 'a b')", "ab"),
        (r"re.sub('[.|,|:]', '-', 'a.b:c')", "a-b-c"),
        (r"re.sub(r'[\w]+', 'x', 'ab-c')", "x-x"),
        ("re.sub('(a+)+$', '_', 'aaab')", None),
        ("re.sub('[a-z]*[a-z]*', '_', 'aaab')", None),
        (r"re.sub('a', r'\g<0>', 'aaab')", None),
        ("re.sub('[z-a]', '_', 'aaab')", None),
        ("re.sub('a', '_', 'aaab', 1)", None),
        ("re.sub('[a--b]', '_', 'aaab')", None),
        ("re.sub('a', 'a' * 9999, 'a' * 9999)", None),
    ],
)
def test_one_character_is_replaced_by_another(call: str, made: str | None) -> None:
    dag = converted(f"import re\nBashOperator(task_id='a', bash_command='true', doc_md={call})")
    assert dag.data["tasks"][0].get("doc_md") == made
    assert gaps(dag) == ([] if made else ["doc_md"])


def test_a_parameter_of_the_dags_function_is_a_template_where_it_is_a_text() -> None:
    text = """
    from datetime import datetime
    from airflow.decorators import dag, task
    from airflow.operators.bash import BashOperator

    @task
    def show(value): print(value)

    @dag(start_date=datetime(2024, 1, 1){more})
    def shop(region="emea", number=3):
        show({name})
        BashOperator(task_id="a", bash_command=f"load {{region}}")

    shop()
    """

    def with_(name: str, more: str = "") -> ConvertedDag:
        source = dedent(text).format(name=name, more=more)
        (dag,) = convert_python(source, "d.py", airflow="3", today=date(2026, 3, 10)).dags
        return dag

    for dag, name in (
        (with_("region"), "region"),
        (with_("number", ", render_template_as_native_obj=True"), "number"),
    ):
        first, second = dag.data["tasks"]
        assert (first["with"]["value"], dag.whole) == (f"{{{{ params.{name} }}}}", True)
        assert second["bash_command"] == "load {{ params.region }}"
        assert Outcome.NEW in [
            each.outcome for each in dag.remarks if each.subject == "bash_command"
        ]
    assert gaps(with_("number")) == ["value"]
