"""What dag-factory refuses, ignores or leaves to Airflow, and a spec says all the same."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

import pytest

from dagctl.convert import ConvertedDag, Factory, Outcome, convert_dag_factory

TODAY = date(2026, 3, 10)
TASK = "{task_id: a, operator: airflow.operators.bash.BashOperator, bash_command: echo 1}"
DOCUMENTED = f"""
orders:
  doc_md_file_path: $DAGS/docs/orders.md
  tasks: [{TASK}]
"""


def one(text: str, **named: str) -> ConvertedDag:
    factory = Factory(dedent(text), "dags.yml", {}, lambda name: named.get(name.split("/")[-1]))
    (dag,) = convert_dag_factory(factory, airflow="3", today=TODAY).dags
    return dag


def outcomes(dag: ConvertedDag) -> list[tuple[str, int, str]]:
    return [(remark.outcome.value, remark.place.line, remark.subject) for remark in dag.remarks]


def test_a_task_without_an_operator_is_joined_with_that_of_the_defaults() -> None:
    dag = one("""
        default:
          tasks:
            - {task_id: get, operator: airflow.operators.bash.BashOperator, bash_command: echo 1}
            - {task_id: put, operator: airflow.operators.bash.BashOperator, dependencies: [get]}
        orders:
          tasks: [{task_id: put, bash_command: echo 2}]
    """)
    assert dag.data["tasks"] == [
        {"task_id": "get", "bash_command": "echo 1"},
        {"task_id": "put", "bash_command": "echo 2", "dependencies": ["get"]},
    ]
    assert ("takes effect now", 7, "tasks") in outcomes(dag)
    assert dag.whole


def test_a_dag_without_tasks_is_dropped_with_a_line_in_the_report() -> None:
    factory = Factory("a: {schedule: null}\nb: {tasks: []}", "dags.yml")
    made = convert_dag_factory(factory, airflow="3", today=TODAY)
    assert made.dags == ()
    assert [(r.outcome, r.place.line, r.subject) for r in made.remarks] == [
        (Outcome.DROPPED, 1, "a"),
        (Outcome.DROPPED, 2, "b"),
    ]


def test_documentation_in_a_file_is_read_where_the_file_is_there() -> None:
    dag = one(DOCUMENTED, **{"orders.md": "# Orders"})
    assert (dag.whole, dag.data["doc_md"]) == (True, "# Orders")
    gone = one(DOCUMENTED)
    assert ("gap", 3, "doc_md_file_path") in outcomes(gone)


def test_a_dag_that_ends_before_it_starts_has_no_schedule() -> None:
    dag = one(f"""
        orders:
          default_args: {{start_date: 2 days, end_date: 2018-03-05}}
          schedule: "@daily"
          tasks: [{TASK}]
    """)
    assert (dag.whole, dag.data["schedule"]) == (True, None)
    assert "end_date" not in dag.data
    assert ("changed", "end_date") in [(outcome, subject) for outcome, _, subject in outcomes(dag)]


def test_mappings_are_objects_where_a_pod_takes_no_mappings() -> None:
    dag = one("""
        orders:
          tasks:
            load:
              operator: airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator
              image: busybox
              volumes: [{name: data}, {__type__: kubernetes.client.models.V1Volume, name: b}]
              full_pod_spec: {kind: Pod}
    """)
    volume = "kubernetes.client.models.V1Volume"
    given = dag.data["tasks"][0]["with"]
    assert given["volumes"] == [{"$new": volume, "with": {"name": name}} for name in ("data", "b")]
    assert given["full_pod_spec"]["$new"] == "kubernetes.client.models.V1Pod"
    assert [o for o in outcomes(dag) if o[0] == "takes effect now"] == [
        ("takes effect now", 7, "volumes"),
        ("takes effect now", 8, "full_pod_spec"),
    ]
    assert dag.whole


def test_what_0x_made_of_mappings_of_a_pod_is_made_still() -> None:
    dag = one("""
        orders:
          default_args:
            start_date: {__type__: datetime.datetime, year: 2025, month: 1, day: 1}
          tasks:
            load:
              operator: airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator
              image: busybox
              volumes: [{name: v, configs: {persistentVolumeClaim: {claimName: c}}}]
              pod_runtime_info_envs: [{name: IP, field_path: status.podIP}]
    """)
    (volume,), (variable,) = (
        dag.data["tasks"][0]["with"][key] for key in ("volumes", "pod_runtime_info_envs")
    )
    assert volume["with"] == {"name": "v", "persistent_volume_claim": {"claimName": "c"}}
    (source,) = variable["with"].pop("value_from")["with"].values()
    assert (variable["with"], source["with"]) == ({"name": "IP"}, {"field_path": "status.podIP"})
    assert (dag.whole, dag.data["start_date"]) == (True, "2025-01-01T00:00:00")


MADE_DOCUMENTATION = f"""
orders:
  doc_md_python_callable_file: $DAGS/docs.py
  doc_md_python_callable_name: made
  doc_md_python_arguments: {{owner: sales}}
  tasks: [{TASK}]
"""


def test_a_function_that_makes_the_documentation_is_followed() -> None:
    code = 'def made(owner, team="data"):\n    return f"# Of {owner}, {team}"\n'
    dag = one(MADE_DOCUMENTATION, **{"docs.py": code})
    assert dag.whole
    assert dag.data["doc_md"] == "# Of sales, data"
    assert ("changed", 4, "doc_md_python_callable_name") in outcomes(dag)


@pytest.mark.parametrize(
    "code",
    [
        "import os\ndef made(owner):\n    return os.listdir('/')[0]\n",
        "def made(owner):\n    if ask(owner):\n        return 'a'\n    return 'b'\n",
        "def made(owner):\n    return {'a': owner}\n",
        "def other(owner):\n    return owner\n",
        "def made(owner):\n    while True:\n        owner += 'x'\n",
        "def (",
    ],
)
def test_documentation_that_only_python_knows_stays_a_gap(code: str) -> None:
    dag = one(MADE_DOCUMENTATION, **{"docs.py": code})
    assert "doc_md" not in dag.data
    assert ("gap", 4, "doc_md_python_callable_name") in outcomes(dag)


def test_arguments_of_some_operators_in_default_args_are_for_the_tasks_that_take_them() -> None:
    dag = one("""
        orders:
          default_args: {mode: reschedule, bash_command: echo 1, catchup: false, nonsense: 1}
          tasks:
            wait: {operator: airflow.sensors.filesystem.FileSensor, filepath: /data}
            load: {operator: airflow.operators.bash.BashOperator}
            own: {operator: airflow.operators.bash.BashOperator, bash_command: echo 2}
    """)
    wait, load, own = dag.data["tasks"]
    assert wait["with"] == {"filepath": "/data"}
    assert dag.data["default_args"] == {"with": {"mode": "reschedule"}}
    assert (load["bash_command"], own["bash_command"]) == ("echo 1", "echo 2")
    assert dag.whole
    assert [(outcome, subject) for outcome, _, subject in outcomes(dag)[:4]] == [
        ("changed", "default_args.mode"),
        ("changed", "default_args.bash_command"),
        ("dropped", "default_args.catchup"),
        ("dropped", "default_args.nonsense"),
    ]


def test_an_argument_of_a_group_comes_before_that_of_the_dag() -> None:
    """Airflow takes the value of the innermost group that has one."""
    dag = one("""
        orders:
          default_args: {fs_conn_id: of_dag, filepath: /data}
          task_groups:
            outer: {default_args: {fs_conn_id: of_outer, pool: small, mode: reschedule}}
            inner: {parent_group_name: outer, default_args: {fs_conn_id: of_inner, nonsense: 1}}
          tasks:
            a: {operator: airflow.sensors.filesystem.FileSensor}
            b: {operator: airflow.sensors.filesystem.FileSensor, task_group_name: outer}
            c: {operator: airflow.sensors.filesystem.FileSensor, task_group_name: inner}
            d:
              operator: airflow.sensors.filesystem.FileSensor
              task_group_name: inner
              fs_conn_id: own
    """)
    a, outer = dag.data["tasks"]
    b, inner = outer["tasks"]
    assert [task.get("with") for task in (a, b, inner["tasks"][0])] == [None] * 3
    assert inner["tasks"][1]["with"] == {"fs_conn_id": "own"}
    assert dag.data["default_args"] == {"with": {"fs_conn_id": "of_dag", "filepath": "/data"}}
    given = {"fs_conn_id": "of_outer", "mode": "reschedule"}
    assert outer["default_args"] == {"pool": "small", "with": given}
    assert inner["default_args"] == {"with": {"fs_conn_id": "of_inner"}}
    assert ("dropped", 6, "default_args.nonsense") in outcomes(dag)
    assert dag.whole


def test_an_argument_that_a_task_is_mapped_over_keeps_its_values() -> None:
    dag = one("""
        orders:
          default_args: {bash_command: echo A, cwd: /data}
          tasks:
            a: {operator: airflow.operators.bash.BashOperator, expand: {bash_command: [a, b]}}
    """)
    (task,) = dag.data["tasks"]
    assert (task.get("with"), task["expand"]) == (None, {"bash_command": ["a", "b"]})
    assert dag.data["default_args"] == {"with": {"cwd": "/data"}}
    assert dag.whole


def test_an_argument_that_an_unknown_operator_may_take_stays_for_all_tasks() -> None:
    dag = one("""
        orders:
          default_args: {cwd: /dwh, amount: 3, tags: [a], schedule: daily}
          task_groups: {g: {default_args: {cwd: /other, page: 1}}}
          tasks:
            pay: {operator: shop.Pay}
            run: {operator: airflow.operators.bash.BashOperator, bash_command: a}
            refund: {operator: shop.Refund, task_group_name: g}
    """)
    assert dag.whole
    assert dag.data["default_args"] == {"with": {"cwd": "/dwh", "amount": 3}}
    group = dag.data["tasks"][2]
    assert group["default_args"] == {"with": {"cwd": "/other", "page": 1}}
    assert "cwd" not in dag.data["tasks"][1]  # Airflow gives it


def test_what_dagctl_makes_itself_of_an_unknown_operator_is_a_gap() -> None:
    dag = one("""
        orders:
          default_args: {op_kwargs: {a: 1}}
          tasks: {pay: {operator: shop.Pay}}
    """)
    assert outcomes(dag) == [("gap", 3, "default_args.op_kwargs")]


def test_an_operator_that_is_gone_takes_what_it_took() -> None:
    dag = one("""
        orders:
          default_args: {snowflake_conn_id: dwh, warehouse: large}
          tasks:
            own: {operator: shop.Pay}
            sql: {operator: airflow.providers.snowflake.operators.snowflake.SnowflakeOperator, sql: a}
    """)  # noqa: E501 - as it was called
    given = {"sql": "a", "conn_id": "dwh", "hook_params": {"warehouse": "large"}}
    assert dag.data["tasks"][1]["with"] == given
    assert dag.data["default_args"] == {"with": {"snowflake_conn_id": "dwh", "warehouse": "large"}}
    assert dag.whole


GONE = {
    "insert": "airflow.providers.google.cloud.operators.bigquery.BigQueryInsertJobOperator",
    "bucket": "airflow.providers.google.cloud.operators.gcs.GCSCreateBucketOperator",
    "key": "airflow.providers.amazon.aws.sensors.s3.S3KeySensor",
    "load": "airflow.contrib.operators.gcs_to_bq.GoogleCloudStorageToBigQueryOperator",
    "list": "airflow.contrib.operators.gcs_list_operator.GoogleCloudStorageListOperator",
    "seen": "airflow.contrib.sensors.gcs_sensor.GoogleCloudStorageObjectSensor",
    "sql": "airflow.providers.postgres.operators.postgres.PostgresOperator",
}
NEEDS = {
    "insert": "configuration: {}",
    "bucket": "bucket_name: b",
    "key": "bucket_key: k",
    "load": "bucket: b, source_objects: [x], destination_project_dataset_table: a.b",
    "list": "bucket: b",
    "seen": "bucket: b, object: o",
    "sql": "sql: x",
}


@pytest.mark.parametrize(
    ("defaults", "task", "key", "value"),
    [
        ("bigquery_conn_id: b", "insert", "gcp_conn_id", None),
        ("bigquery_conn_id: b", "bucket", "gcp_conn_id", None),
        ("gcp_conn_id: g, bigquery_conn_id: b", "insert", "gcp_conn_id", "g"),
        ("bigquery_conn_id: b, gcp_conn_id: g", "insert", "gcp_conn_id", "g"),
        ("aws_conn_id: aw, s3_conn_id: s3", "key", "aws_conn_id", "aw"),
        ("s3_conn_id: s3", "key", "aws_conn_id", None),
        ("bigquery_conn_id: b", "load", "gcp_conn_id", "b"),
        ("google_cloud_storage_conn_id: b", "list", "gcp_conn_id", "b"),
        ("google_cloud_conn_id: b", "seen", "google_cloud_conn_id", "b"),
        ("google_cloud_conn_id: b", "list", "gcp_conn_id", None),
        ("conn_id: c", "sql", "conn_id", "postgres_default"),
        ("postgres_conn_id: pg, conn_id: c", "sql", "conn_id", "pg"),
        ("conn_id: c, postgres_conn_id: pg", "sql", "conn_id", "pg"),
    ],
)
def test_a_connection_goes_to_the_tasks_that_airflow_gives_it(
    defaults: str, task: str, key: str, value: str | None
) -> None:
    dag = one(f"""
        orders:
          default_args: {{{defaults}}}
          tasks: {{a: {{operator: {GONE[task]}, {NEEDS[task]}}}}}
    """)
    assert dag.whole
    shared = dag.data.get("default_args", {}).get("with", {})
    assert {**shared, **dag.data["tasks"][0]["with"]}.get(key) == value


def test_an_old_and_a_new_name_for_an_operator_that_is_gone_are_a_gap() -> None:
    dag = one(f"""
        orders:
          default_args: {{bigquery_conn_id: b, gcp_conn_id: g}}
          tasks: {{a: {{operator: {GONE["load"]}, {NEEDS["load"]}}}}}
    """)
    assert ("gap", 3, "default_args.bigquery_conn_id") in outcomes(dag)


def test_what_every_task_takes_and_a_spec_says_for_each_is_written_into_all() -> None:
    dag = one("""
        orders:
          default_args: {doc_md: text}
          tasks: {a: {operator: shop.Pay}, b: {operator: shop.Pay, doc_md: own}}
    """)
    assert dag.whole
    assert [task["doc_md"] for task in dag.data["tasks"]] == ["text", "own"]


def test_arguments_of_an_object_without_names_are_kept() -> None:
    dag = one("""
        orders:
          tasks:
            a:
              operator: shop.Pay
              to: {__type__: shop.Path, __args__: [{__type__: shop.Root}, 2], sep: /}
    """)
    assert dag.whole
    made = {"$new": "shop.Path", "args": [{"$new": "shop.Root"}, 2], "with": {"sep": "/"}}
    assert dag.data["tasks"][0]["with"] == {"to": made}


def test_variables_of_the_environment_that_are_given_stand_in_the_file() -> None:
    text = dedent("""
        orders:
          default_args: {retries: $RETRIES, owner: "${TEAM}", pool: $POOL}
          tasks: [{task_id: a, operator: airflow.operators.bash.BashOperator, bash_command: $RUN x}]
    """)
    given = {"RETRIES": "3", "TEAM": "data", "RUN": "echo", "PO": "no", "RETRIES}": "no"}
    factory = Factory(text, "dags.yml", {}, lambda _: None, given)
    made = convert_dag_factory(factory, airflow="3", today=TODAY)
    (dag,) = made.dags
    assert (dag.data["retries"], dag.data["owner"]) == (3, "data")
    assert dag.data["tasks"][0]["bash_command"] == "echo x"
    assert outcomes(dag) == [("gap", 3, "pool")]
    assert [(each.outcome, each.place.line, each.subject) for each in made.remarks[:3]] == [
        (Outcome.CHANGED, 3, "$RETRIES"),
        (Outcome.CHANGED, 3, "$TEAM"),
        (Outcome.CHANGED, 4, "$RUN"),
    ]


def test_mail_is_sent_where_only_a_task_has_an_address_as_airflow_does() -> None:
    address = TASK.replace("}", ", email: ann@example.com}")
    dag = one(f"orders: {{tasks: [{address}]}}")
    assert dag.data["email_on_failure"] is dag.data["email_on_retry"] is True
    silent = one(f"orders: {{default_args: {{email_on_failure: false}}, tasks: [{address}]}}")
    assert "email_on_failure" not in silent.data
    assert "email_on_failure" not in one(f"orders: {{tasks: [{TASK}]}}").data


def test_waits_of_a_python_sensor_are_seconds() -> None:
    dag = one("""
        orders:
          tasks:
            wait:
              operator: airflow.sensors.python.PythonSensor
              python_callable: shop.ready
              poke_interval: 30
              timeout: 7200
            odd:
              operator: airflow.sensors.python.PythonSensor
              python_callable: shop.ready
              poke_interval: 0.5
    """)
    wait, odd = dag.data["tasks"]
    assert (wait["poke_interval"], wait["timeout"]) == ("30s", "2h")
    assert (odd["operator"], odd["with"]["poke_interval"]) == ("PythonSensor", 0.5)
    assert dag.whole


def test_partial_may_hold_what_every_task_has() -> None:
    dag = one("""
        orders:
          tasks:
            a:
              operator: airflow.operators.bash.BashOperator
              partial: {bash_command: echo 1, retries: 4}
              expand: {env: [{A: "1"}]}
    """)
    (task,) = dag.data["tasks"]
    assert (task["retries"], task["with"], dag.whole) == (4, {"bash_command": "echo 1"}, True)


def test_a_decorator_takes_templates_dict_and_a_mapped_one_loses_nothing() -> None:
    dag = one("""
        orders:
          tasks:
            a:
              decorator: airflow.sdk.task
              python_callable: shop.load
              templates_dict: {q: "{{ ds }}"}
              table: orders
            b:
              decorator: airflow.sdk.task
              python_callable: shop.load
              show_return_value_in_logs: false
              table: orders
              expand: {region: [emea]}
    """)
    plain, mapped = dag.data["tasks"]
    assert plain["with"]["templates_dict"] == {"q": "{{ ds }}"}
    assert plain["with"]["op_kwargs"] == {"table": "orders"}
    assert (mapped["with"], mapped["show_return_value_in_logs"]) == ({"table": "orders"}, False)
    assert dag.whole


def test_the_body_of_a_request_is_the_json_that_is_sent() -> None:
    dag = one("""
        orders:
          tasks:
            post:
              operator: airflow.providers.http.operators.http.HttpOperator
              headers: {Content-Type: application/json}
              data: {day: "{{ ds }}", n: 1}
    """)
    assert dag.data["tasks"][0]["with"]["data"] == '{"day": "{{ ds }}", "n": 1}'
    assert outcomes(dag) == [("takes effect now", 7, "data"), ("changed", 7, "data")]


def test_variables_of_the_environment_are_a_gap_but_in_what_a_shell_reads() -> None:
    dag = one(
        """
        orders:
          doc_md_file_path: $DAGS/orders.md
          description: costs $5, $HOME
          tasks:
            a: {operator: airflow.operators.bash.BashOperator, bash_command: "ls ${DATA} $1 $$ $x"}
            b: {operator: airflow.sensors.filesystem.FileSensor, filepath: $DATA/x}
    """,
        **{"orders.md": "# Orders"},
    )
    assert outcomes(dag) == [
        ("changed", 3, "doc_md_file_path"),
        ("changed", 4, "description"),
        ("changed", 6, "bash_command"),
        ("gap", 7, "filepath"),
    ]


def test_an_empty_list_of_assets_says_nothing() -> None:
    dag = one(f"orders: {{tasks: [{TASK.replace('}', ', inlets: [], outlets: []}')}]}}")
    assert (dag.whole, dag.data["tasks"]) == (True, [{"task_id": "a", "bash_command": "echo 1"}])


def test_tags_that_are_kept_are_in_no_line_of_the_report() -> None:
    dag = one(f"orders: {{tags: [shop], tasks: [{TASK}]}}")
    assert (dag.data["tags"], outcomes(dag)) == (["shop"], [])


def test_a_dag_without_a_schedule_runs_every_day_on_airflow_2() -> None:
    made = [
        convert_dag_factory(Factory(text, "dags.yml"), airflow=airflow, today=TODAY).dags[0]
        for text in (f"orders: {{tasks: [{TASK}]}}", f"orders: {{schedule: null, tasks: [{TASK}]}}")
        for airflow in ("2.11", "3")
    ]
    assert [dag.data["schedule"] for dag in made] == [{"every": "1d"}, None, None, None]
    assert [[each for each in outcomes(dag) if each[2] == "schedule"] for dag in made] == [
        *([("changed", 1, "schedule")], [], [("takes effect now", 1, "schedule")], []),
    ]


def test_a_dag_without_a_start_that_runs_by_time_starts_now() -> None:
    daily = one(f"orders: {{schedule: '@daily', tasks: [{TASK}]}}")
    never = one(f"orders: {{schedule: null, tasks: [{TASK}]}}")
    assert outcomes(daily) == [("takes effect now", 1, "start_date")]
    assert outcomes(never) == []


@pytest.mark.parametrize(
    ("named", "written"),
    [
        ("python_callable: shop.load.all_orders", "shop/load.py"),
        (
            "{python_callable_name: all_orders, python_callable_file: $DAGS/load.py}",
            "$DAGS/load.py",
        ),
    ],
)
def test_the_docstring_of_a_decorated_function_documents_its_task(named: str, written: str) -> None:
    function = "\n              ".join(named.strip("{}").split(", "))
    text = f"""
        orders:
          tasks:
            a:
              decorator: airflow.sdk.task
              {function}
    """
    code = 'def all_orders():\n    """Loads them.\n\n    All.\n    """\n'
    dag = one(text, **{"load.py": code})
    assert dag.data["tasks"][0]["doc_md"] == "Loads them.\n\nAll."
    assert ("changed", 5, "doc_md") in outcomes(dag)
    assert ("changed", 5, "doc_md") in outcomes(one(text)), f"{written} is not there"
    own = one(f"{text}          doc_md: Mine\n", **{"load.py": code})
    assert own.data["tasks"][0]["doc_md"] == "Mine"
    assert "doc_md" not in one(text, **{"load.py": "def all_orders(: oops"}).data["tasks"][0]


@pytest.mark.parametrize(
    ("airflow", "path"),
    [("3", "airflow.sdk.AssetAlias"), ("2", "airflow.datasets.DatasetAlias")],
)
def test_a_class_of_datasets_has_the_name_of_the_target(airflow: str, path: str) -> None:
    outlet = "{__type__: airflow.datasets.DatasetAlias, name: rows}"
    text = f"orders: {{schedule: null, tasks: [{TASK[:-1]}, outlets: [{outlet}]}}]}}"
    (dag,) = convert_dag_factory(Factory(text, "dags.yml"), airflow=airflow, today=TODAY).dags
    assert dag.data["tasks"][0]["outlets"] == [{"$new": path, "with": {"name": "rows"}}]
    assert dag.whole


def test_arguments_have_the_names_and_the_form_of_today() -> None:
    dag = one("""
        orders:
          dag_id: another
          tasks:
            again:
              operator: airflow.operators.trigger_dagrun.TriggerDagRunOperator
              trigger_dag_id: x
              execution_date: "{{ ds }}"
              task_concurrency: 2
              executor_config: {__type__: builtins.dict, a: 1}
    """)
    (task,) = dag.data["tasks"]
    assert task["with"] == {"trigger_dag_id": "x", "logical_date": "{{ ds }}"}
    assert (task["max_active_tis_per_dag"], task["executor_config"]) == (2, {"a": 1})
    assert (dag.whole, dag.dag_id, "dag_id" in dag.data) == (True, "orders", False)
    assert outcomes(dag) == [
        *(("dropped", 3, "dag_id"), ("changed", 8, "execution_date")),
        ("changed", 9, "task_concurrency"),
    ]


def test_texts_of_default_args_that_become_assets_are_in_the_report() -> None:
    dag = one(f"""
        orders:
          default_args:
            inlets: [s3://landing/orders]
          tasks: [{TASK}]
    """)
    assert dag.data["default_args"]["inlets"] == [{"$asset": "s3://landing/orders"}]
    assert outcomes(dag) == [("takes effect now", 4, "inlets")]
