"""The catalogue of Airflow's operators: what each takes, on which Airflow. Needs no Airflow.

The data (`data/`) is made from the wheels of Airflow and its official providers by
`python -m catalogue_builder`; it is read one provider at a time, when a name is looked up.
"""

from dagctl.operators.base_parameters import base_parameters, base_targets
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Deprecation, Need, Operator, Parameter, Reason, Unresolved
from dagctl.operators.targets import release, targets

__all__ = [
    "Deprecation",
    "Need",
    "Operator",
    "Parameter",
    "Reason",
    "Unresolved",
    "base_parameters",
    "base_targets",
    "lookup",
    "release",
    "targets",
]
