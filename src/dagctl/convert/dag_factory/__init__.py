"""dag-factory, 0.x and 1.x: YAML files that it loads at each parse."""

from dagctl.convert.dag_factory.convert import Factory, convert_dag_factory

__all__ = ["Factory", "convert_dag_factory"]
