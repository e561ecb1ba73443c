"""Templates of specs: a spec with typed parameters, which `dagctl new` fills in."""

from dagctl.template.fill import filled
from dagctl.template.parameter_references import uses
from dagctl.template.parameter_values import (
    Values,
    checked,
    given,
    option_for,
    value_problem,
    values_of,
)
from dagctl.template.read_template import read_template
from dagctl.template.stamp import DamagedStampError, Stamp, digest_of, stamp_for, stamp_of, stamped
from dagctl.template.template_model import Template, TemplateParameter

__all__ = [
    "DamagedStampError",
    "Stamp",
    "Template",
    "TemplateParameter",
    "Values",
    "checked",
    "digest_of",
    "filled",
    "given",
    "option_for",
    "read_template",
    "stamp_for",
    "stamp_of",
    "stamped",
    "uses",
    "value_problem",
    "values_of",
]
