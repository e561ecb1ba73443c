"""Other tools' DAGs as specs, with a report of what each line became."""

from dagctl.convert.airflow_config import convert_airflow_config
from dagctl.convert.airflow_yaml import AirflowYaml, convert_airflow_yaml
from dagctl.convert.dag_factory import Factory, convert_dag_factory
from dagctl.convert.formats import FORMATS, LOADERS, format_of, loaded_by, may_be, may_have_dags
from dagctl.convert.gusty import GustyFolder, convert_gusty, is_task_file
from dagctl.convert.outcome.report import Conversion, ConvertedDag, Outcome, Place, Remark
from dagctl.convert.python_file import Deployment, FilesBeside, Module, Modules, convert_python

__all__ = [
    "FORMATS",
    "LOADERS",
    "AirflowYaml",
    "Conversion",
    "ConvertedDag",
    "Deployment",
    "Factory",
    "FilesBeside",
    "GustyFolder",
    "Module",
    "Modules",
    "Outcome",
    "Place",
    "Remark",
    "convert_airflow_config",
    "convert_airflow_yaml",
    "convert_dag_factory",
    "convert_gusty",
    "convert_python",
    "format_of",
    "is_task_file",
    "loaded_by",
    "may_be",
    "may_have_dags",
]
