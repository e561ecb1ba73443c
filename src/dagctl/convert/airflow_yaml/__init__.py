"""Airflow's own YAML form of a DAG, which Airflow 3.4 reads (schema 2026-10-30)."""

from dagctl.convert.airflow_yaml.convert import AirflowYaml, convert_airflow_yaml
from dagctl.convert.airflow_yaml.yaml_documents import names_the_schema

__all__ = ["AirflowYaml", "convert_airflow_yaml", "names_the_schema"]
