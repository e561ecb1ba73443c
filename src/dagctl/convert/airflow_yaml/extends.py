"""Tasks with the templates of their document that they extend, written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.convert.foreign_yaml.reader import Fields, refused, size_of
from dagctl.findings.codes import Code

if TYPE_CHECKING:
    from dagctl.convert.outcome.report import Place, Report

_DEEPEST = 50
"""Templates that extend one another in a row."""
_MOST_WRITTEN_OUT = 300_000
"""Values of templates, counted once for each task and template that has them."""
_JOINED = ("with", "run")
"""Keys whose mappings are joined; any other key of a task replaces that of its template."""


class Extends:
    """Writes out the templates of one document."""

    def __init__(self, templates: object, report: Report) -> None:
        self._templates: dict[str, object] = templates if isinstance(templates, Fields) else {}
        self._report = report
        self._known: dict[str, Fields | None] = {}
        self._written = 0

    def task(self, task: Fields) -> Fields:
        """Return a task with the keys of its templates; its own come first.

        Raises:
            SpecError: The templates, written out, are too large.
        """
        return self._laid_over_parents(task, ())

    def _laid_over_parents(self, entry: Fields, above: tuple[str, ...]) -> Fields:
        merged = Fields(entry.place)
        for name in self._names(entry):
            template = self._template(name, entry.at("extends"), above)
            if template is not None:
                self._count(template)
                _merge(merged, template)
        own = entry.copy()
        own.pop("extends", None)
        _merge(merged, own)
        return merged

    def _template(self, name: str, place: Place, above: tuple[str, ...]) -> Fields | None:
        if name in above or len(above) >= _DEEPEST:
            text = f"the template {name[:60]} extends itself, or more than {_DEEPEST} in a row"
            self._report.gap(place, "extends", text)
            return None
        if name not in self._known:
            written = self._templates.get(name)
            if not isinstance(written, Fields):
                self._report.gap(place, "extends", f"there is no template {name[:60]!r}")
                return None
            self._known[name] = self._laid_over_parents(written, (*above, name))
        return self._known[name]

    def _names(self, entry: Fields) -> list[str]:
        value = entry.get("extends")
        names = [value] if isinstance(value, str) else value or []
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            text = "it must be the name of a template, or a list of names"
            self._report.gap(entry.at("extends"), "extends", text)
            return []
        return names

    def _count(self, template: Fields) -> None:
        self._written += size_of(template)
        if self._written > _MOST_WRITTEN_OUT:
            place = template.place
            message = "the templates, written out for the tasks that extend them, are too large"
            raise refused(place.file, place.line, Code.TOO_MANY_VALUES, message)


def _merge(target: Fields, source: Fields) -> None:
    """Lay one entry over another: `with` and `run` are joined, any other key is replaced."""
    for key, value in source.items():
        known = target.get(key)
        if key in _JOINED and isinstance(value, Fields) and isinstance(known, Fields):
            joined = known.copy()
            for name, item in value.items():
                joined.put(name, item, value.at(name))
            target.put(key, joined, source.at(key))
        else:
            target.put(key, value, source.at(key))
