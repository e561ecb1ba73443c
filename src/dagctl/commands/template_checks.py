"""What is wrong with a template: with itself, and with the spec that it makes of sample values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dagctl.errors import Diagnostic, Severity, SpecError
from dagctl.spec.codes import Code
from dagctl.spec.load import check_data
from dagctl.spec.resolution.resolve import Around
from dagctl.spec.resolution.use import USE
from dagctl.spec.wording import quoted
from dagctl.template import read_template, value_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.spec.problem import Problem
    from dagctl.spec.readers.document import Document
    from dagctl.spec.resolution.variables import Variables
    from dagctl.template import Parameter, Template

_TEXTS = (
    *("example", "a", "A", "Example", "abc", "example_name", "1", "12", "2026-01-01", "12:00:00"),
    *("@daily", "0 6 * * *", "/data/example", "s3://example/data", "https://example.com", "a.b"),
    *("a@example.com", "5m", "UTC", "127.0.0.1", "00000000-0000-4000-8000-000000000000"),
)
_SAMPLES: dict[str, tuple[Any, ...]] = {
    "string": _TEXTS,
    "integer": (1, 0, 2, 5, 10, 24, 100, 1000, -1),
    "number": (1, 0.5, 0, 10, 100, -1),
    "boolean": (True, False),
    "array": ([], ["example"], ["a", "b"], [1], [1, 2]),
    "object": ({}, {"name": "example"}),
    "null": (None,),
}
"""Values that a parameter without an example may have, by its JSON type."""


@dataclass(frozen=True, slots=True)
class _Sampled:
    """A template as a spec uses it that leaves all values to the template."""

    template: Template
    values: dict[str, Any]

    @property
    def document(self) -> Document:
        """Its text."""
        return self.template.document

    def checked(self, _given: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, Problem]]:
        """Return the sample value of every parameter."""
        return self.values, {}


@dataclass(frozen=True, slots=True)
class TemplateVerdict:
    """A template, unless its own text has errors, and all that is wrong with it."""

    template: Template | None
    findings: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings are allowed."""
        return all(each.severity is not Severity.ERROR for each in self.findings)


def template_verdict(
    text: str | bytes, name: str, *, variables: Variables, airflow: str
) -> TemplateVerdict:
    """Return what is wrong with a template, and with the spec that it makes.

    The spec is made with an example of each parameter, its default or its first choice; where the
    template says none of them, with a value that its rules allow.

    Args:
        text: The template.
        name: Its file.
        variables: What `${{ vars.x }}` stands for in it.
        airflow: The Airflow that the DAGs are for.
    """
    try:
        template = read_template(text, name)
    except SpecError as error:
        return TemplateVerdict(None, tuple(error.diagnostics))
    values = {each.name: list(_samples(each)) for each in template.parameters}
    lacking = [parameter for parameter, known in values.items() if not known]
    if lacking:
        return TemplateVerdict(template, (_not_checked(lacking, template),))
    given = {parameter: known[0] for parameter, known in values.items()}
    return TemplateVerdict(template, tuple(_of_spec(template, given, variables, airflow)))


def _samples(parameter: Parameter) -> Iterator[Any]:
    """Yield values that a parameter may have, the best one first."""
    known = [parameter.example] if parameter.example is not None else []
    known += [parameter.rules["minimum"]] if "minimum" in parameter.rules else []
    tried = [*known, *(value for kind in parameter.types for value in _SAMPLES.get(kind, ()))]
    return (value for value in tried if value_problem(parameter, value) is None)


def _of_spec(
    template: Template, given: dict[str, Any], variables: Variables, airflow: str
) -> Iterator[Diagnostic]:
    """Yield what is wrong with the spec that some values make, at the lines of the template."""
    sampled = _Sampled(template, given)

    def template_of(_name: str, _version: int) -> _Sampled | Problem:
        return sampled

    data = {USE: f"{template.name}@{template.version}"}
    checked = check_data(data, airflow=airflow, around=Around((), variables, template_of))
    for finding in checked.diagnostics:
        yield finding if finding.file else replace(finding, file=template.origin)


def _not_checked(names: list[str], template: Template) -> Diagnostic:
    shown = ", ".join(map(quoted, names[:3]))
    return Diagnostic(
        code=Code.BAD_TEMPLATE_HEAD,
        message=f"the spec that it makes was not checked: no value is known for {shown}",
        severity=Severity.WARNING,
        hint="add `examples: [...]` to the parameter",
        file=template.origin,
    )
