"""airflow-config: DAGs in the YAML of Hydra, with defaults, templates and `_target_`."""

from dagctl.convert.airflow_config.convert import convert_airflow_config, is_configuration

__all__ = ["convert_airflow_config", "is_configuration"]
