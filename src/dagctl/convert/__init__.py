"""Other tools' DAGs as specs, with a report of what each line became."""

from dagctl.convert.conversion import Conversion, ConvertedDag
from dagctl.convert.dag_factory import Factory, convert_dag_factory
from dagctl.convert.report import Outcome, Place, Remark

__all__ = [
    "Conversion",
    "ConvertedDag",
    "Factory",
    "Outcome",
    "Place",
    "Remark",
    "convert_dag_factory",
]
