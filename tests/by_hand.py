"""A DAG file as a person writes it, for tests that adopt one."""

DAG = """\
from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("etl", schedule="@daily", start_date=datetime(2024, 1, 1)):
    BashOperator(task_id="load", bash_command="echo 1")
"""
