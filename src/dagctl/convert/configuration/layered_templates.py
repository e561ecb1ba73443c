"""Templates of DAGs and tasks: `template: ${templates.dag.nightly}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.convert.foreign_yaml.reader import Fields
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.convert.outcome.report import Report

_INTERPOLATION = lazy_pattern(r"(?<!\\)\$\{[^{}]{1,1000}\}")
"""What airflow-config replaces: a value of the file, or what a resolver such as `oc.env` gives."""


class LayeredTemplates:
    """Lays DAGs and tasks over the templates that they name."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def laid_under(self, own: Fields) -> Fields:
        """Return a DAG or a task with the keys of its template below its own."""
        said = own.copy()
        template, place = said.pop("template", None), own.at("template")
        self._report_interpolations(said)
        for key in [*said.keys() - {"tasks"}]:
            said.put(key, _unescaped(said[key]), said.at(key))
        if template is None:
            return said
        if not isinstance(template, Fields):
            self._report.gap(place, "template", f"there is no template {str(template)[:60]!r}")
            return said
        made = template.copy()
        made.pop("_target_", None)
        for key, value in said.items():
            below = made.get(key)
            if isinstance(below, Fields) and isinstance(value, Fields):
                made.put(key, joined(below, value), said.at(key))
            else:
                made.put(key, value, said.at(key))
        return made

    def _report_interpolations(self, said: Fields) -> None:
        """Report what is not followed; tasks of a DAG are looked at one by one."""
        for key, value in said.items():
            text = None if key == "tasks" else next(_interpolated(value), None)
            if text is not None:
                why = f"{text[:60]!r} is not followed: write what it stands for"
                self._report.gap(said.at(key), key, why)


def joined(below: Fields, own: Fields) -> Fields:
    """Return a mapping of a template with that of a DAG or a task over it."""
    made = below.copy()
    for key, value in own.items():
        made.put(key, value, own.at(key))
    return made


def _unescaped(value: object) -> object:
    r"""Return a value with `${` in the place of `\${`, which airflow-config takes as it is."""
    if isinstance(value, Fields):
        made = value.copy()
        for key, item in value.items():
            made.put(key, _unescaped(item), value.at(key))
        return made
    if isinstance(value, list):
        return [_unescaped(item) for item in value]
    return value.replace("\\${", "${") if isinstance(value, str) else value


def _interpolated(value: object) -> Iterator[str]:
    """Yield the texts in a value in which airflow-config replaces something."""
    if isinstance(value, Fields):
        for item in value.values():
            yield from _interpolated(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _interpolated(item)
    elif isinstance(value, str) and _INTERPOLATION.search(value):
        yield value
