"""A spec as a file of Airflow's own YAML, which Airflow 3.4 reads."""

from dagctl.convert.to_airflow_yaml.dag_for_yaml import to_airflow_yaml

__all__ = ["to_airflow_yaml"]
