"""A spec as a YAML file of dag-factory 1.x."""

from dagctl.convert.to_dag_factory.dag_for_factory import to_dag_factory

__all__ = ["to_dag_factory"]
