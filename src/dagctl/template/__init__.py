"""Templates of specs: a spec with typed parameters, which `dagctl new` fills in."""

from dagctl.template.fill import filled
from dagctl.template.model import Template, TemplateParameter
from dagctl.template.read import read_template
from dagctl.template.references import uses
from dagctl.template.stamp import DamagedStampError, Stamp, digest_of, stamp_for, stamp_of, stamped
from dagctl.template.values import Values, checked, given, option_for, value_problem, values_of

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
