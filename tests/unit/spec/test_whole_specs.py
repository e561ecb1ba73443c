"""Specs as teams write them, with what stands around them: right on both Airflows, as they are."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from dagctl import render
from dagctl.spec.load import check_spec
from dagctl.spec.resolution.around import Around
from dagctl.spec.resolution.defaults import read_defaults
from dagctl.spec.resolution.variables import variables_of

if TYPE_CHECKING:
    from dagctl.spec.checked import Checked

DEFAULTS = """\
owner: platform
start_date: 2025-09-01
tags: [shop]
task_defaults:
  all: {retries: 3, retry_delay: 10m}
  KubernetesPodOperator:
    with: {namespace: "${{ vars.namespace }}", in_cluster: true}
"""
FILES = {
    "sql/stage.sql": "insert into stage.sales\nselect * from raw.sales where day = '{{ ds }}'\n",
    "mail/review.html": "<p>The scores of {{ ds }} are low.</p>\n",
}
VARIABLES = {"namespace": "models", "stage": "test", "bucket": "shop-test", "every": "0 3 * * *"}

SALES = """\
# Waits for the day's sales, stages them, and builds the marts.
dag_name: Sales of a day
description: Stages the sales of a day and builds what depends on them
schedule: "45 5 * * *"
timezone: Europe/Madrid            # at the same hour in summer and winter
max_active_runs: 1
dagrun_timeout: 3h
tags: [sales]
params:
  rebuild: {type: boolean, default: false, description: Build every model anew}
on_failure_callback:
  notifier: SlackWebhookNotifier
  with: {slack_webhook_conn_id: slack, text: "{{ dag.dag_id }} failed: {{ ti.log_url }}"}
tasks:
  - task_id: sales_there
    operator: S3KeySensor
    with:
      bucket_key: s3://in/sales/{{ ds }}/*.csv
      wildcard_match: true
      deferrable: true
      timeout: 90m
    pool: s3
  - task_id: stage
    operator: SQLExecuteQueryOperator
    with: {conn_id: warehouse, sql: {$file: sql/stage.sql}}
    retries: 5
    dependencies: [sales_there]
  - group_id: models
    dependencies: [stage]
    default_args: {pool: dbt, execution_timeout: 30m}
    tasks:
      - task_id: base
        bash_command: dbt build --select base
        cwd: /srv/dbt
        env: {DBT_TARGET: "{{ var.value.dbt_target }}"}
        append_env: true
      - task_id: marts
        bash_command: dbt build --select marts {{ '--full-refresh' if params.rebuild }}
        cwd: /srv/dbt
        dependencies: [base]
  - task_id: rows
    python_code: |
      def rows(table, day):
          from airflow.providers.common.sql.hooks.sql import DbApiHook

          hook = DbApiHook.get_hook("warehouse")
          return hook.get_first(f"select count(*) from {table} where day = %s", [day])[0]
    with: {table: sales, day: "{{ ds }}"}
    dependencies: [models]
    outlets: [{$asset: "warehouse://sales"}]
"""
MODELS = """\
# One model a country, each in a pod, on a cluster that lives as long as the run.
dag_name: Models of the countries
schedule: {assets: ["warehouse://sales", "warehouse://stock"]}
default_args: {retry_exponential_backoff: true, max_retry_delay: 2h}
tasks:
  - task_id: cluster
    operator: airflow.providers.google.cloud.operators.kubernetes_engine.GKECreateClusterOperator
    with:
      project_id: "{{ var.value.project }}"
      location: europe-southwest1
      body: {name: fit, initial_node_count: 2}
    setup: true
  - {task_id: countries, python_callable: shop.countries.open_ones}
  - task_id: fit
    operator: KubernetesPodOperator
    with:
      image: registry.example.com/fit:2.0
      secrets:
        - $new: airflow.providers.cncf.kubernetes.secret.Secret
          with: {deploy_type: env, deploy_target: KEY, secret: fit, key: key}
      container_resources: {limits: {memory: 4Gi}}
    expand: {arguments: {$xcom: countries}}
    max_active_tis_per_dag: 3
    do_xcom_push: true
    dependencies: [cluster]
  - task_id: scores
    task_type: branch
    python_code: |
      def scores(values):
          return "release" if min(values) > 0.7 else "review"
    with: {values: {$xcom: fit}}
  - task_id: release
    operator: shop.operators.Release
    with: {stage: live}
    dependencies: [scores]
  - task_id: review
    operator: EmailOperator
    with:
      to: a@example.com
      subject: Scores of {{ ds }}
      html_content: {$file: mail/review.html}
    dependencies: [scores]
  - task_id: no_cluster
    operator: GKEDeleteClusterOperator
    with: {project_id: "{{ var.value.project }}", location: europe-southwest1, cluster_name: fit}
    teardown: [cluster]
    dependencies: [release, review]
"""
COPIES = """\
# One group a table, written once.
dag_name: Copies (${{ vars.stage }})
schedule: ${{ vars.every }}
tasks:
  - group_id: ${{ each.table }}
    for_each: {table: [sales, stock]}
    tasks:
      - task_id: out
        operator: PostgresToGCSOperator
        with:
          postgres_conn_id: shop
          sql: select * from ${{ each.table }} where changed >= '{{ data_interval_start }}'
          bucket: ${{ vars.bucket }}
          filename: ${{ each.table }}/{{ ds }}.json
      - task_id: into
        operator: GCSToBigQueryOperator
        with:
          bucket: ${{ vars.bucket }}
          source_objects: ["${{ each.table }}/{{ ds }}.json"]
          destination_project_dataset_table: shop.${{ each.table }}
          write_disposition: WRITE_TRUNCATE
        dependencies: [out]
  - {task_id: all_there, operator: EmptyOperator, dependencies: [sales, stock]}
"""


def checked(text: str, airflow: str) -> Checked:
    defaults = read_defaults(DEFAULTS)
    assert defaults is not None
    around = Around((defaults,), variables_of(VARIABLES), files=FILES.__getitem__)
    return check_spec(text, airflow=airflow, around=around)


@pytest.mark.parametrize("airflow", ["2", "2.9", "2.11", "3", "3.0", "3.3"])
@pytest.mark.parametrize("text", [SALES, MODELS, COPIES], ids=["sales", "models", "copies"])
def test_a_spec_as_teams_write_it_is_right_on_every_airflow(text: str, airflow: str) -> None:
    found = checked(text, airflow)
    said = [(each.code, each.message) for each in found.diagnostics if each.severity != "info"]

    assert said == []
    assert found.spec is not None
    ast.parse(render(found.spec, airflow=airflow))


def test_the_files_say_what_the_specs_say() -> None:
    sales, models, copies = (
        render(checked(text, "3.3").result(), airflow="3.3") for text in (SALES, MODELS, COPIES)
    )

    assert '"start_date": datetime(2025, 9, 1, tzinfo=ZoneInfo("Europe/Madrid"))' in sales
    assert 'tags=["shop", "sales"]' in sales
    assert "timeout=timedelta(minutes=90)" in sales
    assert "where day = '{{ ds }}'" in sales
    assert "stage_task >> models_group" in sales
    assert "KubernetesPodOperator.partial(" in models
    assert 'namespace="models"' in models
    assert ".expand(arguments=countries_task.output)" in models
    assert ").as_teardown(setups=cluster_task)" in models
    assert "scores_task >> [release_task, review_task]" in models
    assert copies.count("GCSToBigQueryOperator(") == 2
    assert "[sales_group, stock_group] >> all_there_task" in copies
