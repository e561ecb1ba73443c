"""From the spec that was written to the spec that is meant, in one step. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.spec.resolution import TASK_DEFAULTS
from dagctl.spec.resolution.around import Resolved, may_have_some
from dagctl.spec.resolution.use import uses_template

if TYPE_CHECKING:
    from dagctl.spec.resolution.around import Around
    from dagctl.text.document import Document


def resolve(document: Document, around: Around) -> Resolved:
    """Return a spec with its variables, loops and defaults in place.

    Args:
        document: What its author wrote: a mapping.
        around: The defaults and variables that count for it.
    """
    root = document.root
    is_plain = not (around.defaults or TASK_DEFAULTS in root.keys or uses_template(root))
    if is_plain and not may_have_some(document):
        return Resolved(document)
    from dagctl.spec.resolution.steps import resolved

    return resolved(document, around)
