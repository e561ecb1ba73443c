"""Templates of DAGs and tasks: `template: ${templates.dag.nightly}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.convert.foreign_yaml import Fields, refused, size_of
from dagctl.patterns import lazy_pattern
from dagctl.spec.codes import Code

if TYPE_CHECKING:
    from dagctl.convert.report import Report

_REFERENCE = lazy_pattern(r"\$\{([\w.-]+)\}")
_MOST_WRITTEN_OUT = 300_000
"""Values of templates, counted once for each DAG and task that has them."""


class LayeredTemplates:
    """Lays DAGs and tasks over the templates that they name."""

    def __init__(self, document: Fields, report: Report) -> None:
        self._document = document
        self._report = report
        self._written = 0

    def laid_under(self, own: Fields) -> Fields:
        """Return a DAG or a task with the keys of its template below its own.

        Raises:
            SpecError: The templates, written out, are too large.
        """
        said = own.copy()
        name, place = said.pop("template", None), own.at("template")
        for key, value in said.items():
            if isinstance(value, str) and _REFERENCE.search(value):
                text = f"{value[:60]!r} is not followed: write what it stands for"
                self._report.gap(said.at(key), key, text)
        if name is None:
            return said
        template = self._named(name)
        if template is None:
            self._report.gap(place, "template", f"there is no template {str(name)[:60]!r}")
            return said
        self._written += size_of(template)
        if self._written > _MOST_WRITTEN_OUT:
            message = "the templates, written out, are too large"
            raise refused(place.file, place.line, Code.TOO_MANY_VALUES, message)
        made = template.copy()
        made.pop("_target_", None)
        for key, value in said.items():
            made.put(key, value, said.at(key))
        return made

    def _named(self, name: object) -> Fields | None:
        match = _REFERENCE.fullmatch(name) if isinstance(name, str) else None
        value: object = self._document
        for part in match[1].split(".") if match else ():
            value = value.get(part) if isinstance(value, Fields) else None
        return value if match and isinstance(value, Fields) else None
