"""The catalogue of codes: what each one means and what to do about it."""

from collections.abc import Mapping

from dagctl.catalogue.code import CODE
from dagctl.catalogue.entry import Entry
from dagctl.catalogue.failures import FAILURES
from dagctl.catalogue.fields import FIELDS
from dagctl.catalogue.graph import GRAPH
from dagctl.catalogue.reading import READING
from dagctl.catalogue.tasks import TASKS

CATALOGUE: Mapping[str, Entry] = {
    **{
        code.value: entry
        for part in (READING, FIELDS, TASKS, GRAPH, CODE)
        for code, entry in part.items()
    },
    **FAILURES,
}
"""Every code that dagctl can show, in order."""

__all__ = ["CATALOGUE", "Entry"]
