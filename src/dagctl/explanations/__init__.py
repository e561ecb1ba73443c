"""What each code means, and what to do about it."""

from collections.abc import Mapping

from dagctl.explanations.explanation import Explanation
from dagctl.explanations.failures import FAILURES, RECORDED
from dagctl.explanations.fields import FIELDS
from dagctl.explanations.graph import GRAPH
from dagctl.explanations.python_and_bash import CODE
from dagctl.explanations.reading import READING
from dagctl.explanations.resolution import RESOLUTION
from dagctl.explanations.tasks import TASKS
from dagctl.explanations.templates import TEMPLATES

EXPLANATIONS: Mapping[str, Explanation] = {
    **{
        code.value: entry
        for part in (READING, FIELDS, TASKS, RESOLUTION, GRAPH, CODE, RECORDED, TEMPLATES)
        for code, entry in part.items()
    },
    **FAILURES,
}
"""Every code that dagctl can show, in order."""

__all__ = ["EXPLANATIONS", "Explanation"]
