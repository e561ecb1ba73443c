"""What is wrong with a template: with itself, and with the spec that it makes of sample values."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from dagctl.errors import Diagnostic, Severity, SpecError
from dagctl.findings.codes import Code
from dagctl.findings.wording import quoted
from dagctl.frozen import frozen
from dagctl.spec.load import check_data
from dagctl.spec.resolution.around import Around
from dagctl.spec.resolution.use import HEAD, USE
from dagctl.template import read_template, uses, value_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from dagctl.findings.problem import Problem
    from dagctl.spec.resolution.variables import Variables
    from dagctl.template import Template, TemplateParameter
    from dagctl.text.document import Document

_TEXTS = (
    *("a", "A", "Example", "abc", "example_name", "1", "12", "2026-01-01", "12:00:00"),
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
_ALL = "the spec that it makes was not checked"
_PART = "a part of the spec that it makes was not checked"
_MOST_TRIES = 32
"""Times that a template is checked with other samples."""
_MOST_CHARACTERS = 1_000_000
"""Of a template, times the number of tries; two are made of a long one."""
_AGAIN = 3
"""Tries in which an error must come again that does not stand at a sample."""


@frozen
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


@frozen
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

    The spec is made with an example of each parameter, its default or its first choice. Where the
    template says none of them, values are tried that its rules allow: such a value makes no error.

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
    given = {each.name: value for each in template.parameters for value in _given(each)}
    samples = {
        each.name: list(_samples(each)) for each in template.parameters if each.name not in given
    }
    lacking = [parameter for parameter, some in samples.items() if not some]
    if lacking:
        return TemplateVerdict(template, (_not_checked(lacking, template),))

    def check(sampled: Mapping[str, Any]) -> list[Diagnostic]:
        return list(_of_spec(template, {**given, **sampled}, variables, airflow))

    return TemplateVerdict(template, tuple(_Trial(template, samples).findings(check)))


def _given(parameter: TemplateParameter) -> list[Any]:
    """Return a value that the template itself gives: an example, or a bound; empty without one."""
    rules = parameter.rules
    known = [parameter.example] if parameter.example is not None else []
    known += [rules[key] for key in ("const", "minimum", "maximum") if key in rules]
    known += [True] if parameter.types == ("boolean",) else []
    return [value for value in known if value_problem(parameter, value) is None][:1]


def _samples(parameter: TemplateParameter) -> Iterator[Any]:
    """Yield values that a parameter may have where the template gives none, the best one first."""
    of_text = ("example", f"example_{parameter.name}")
    for kind in parameter.types:
        for value in (*(of_text if kind == "string" else ()), *_SAMPLES.get(kind, ())):
            if value_problem(parameter, value) is None:
                yield value


class _Trial:
    """The samples that are tried, one after the other, until the spec has no error with them."""

    def __init__(self, template: Template, samples: Mapping[str, Sequence[Any]]) -> None:
        self._template = template
        self._samples = samples
        self._at = dict.fromkeys(samples, 0)
        self._places = sorted(_places(template, samples.keys()), key=lambda place: place.start)
        self._starts = [place.start for place in self._places]

    def findings(self, check: Callable[[Mapping[str, Any]], list[Diagnostic]]) -> list[Diagnostic]:
        """Return what is wrong with the spec, whatever samples are taken.

        Errors that other samples do not make, or that stand at a sample, are no errors of the
        template: one warning says what could not be checked.
        """
        tries = min(_MOST_TRIES, _MOST_CHARACTERS // (len(self._template.document.text) + 1))
        sampled = self._distinct()
        best = check(sampled)
        sure = {_place(each) for each in _errors(best)}
        last = best
        for number in range(1, max(tries, 2)):
            blamed = self._blamed(last)
            if not (self._samples and _errors(last)) or (not blamed and number > _AGAIN):
                break
            if not self._advance(blamed or self._samples.keys()):
                break
            last = check(self._distinct())
            sure &= {_place(each) for each in _errors(last)}
            best = min(best, last, key=lambda some: len(_errors(some)))
        doubtful = [
            each
            for each in _errors(best)
            if _place(each) not in sure or (self._samples and self._names_at(each))
        ]
        if not doubtful:
            return best
        names = self._blamed(doubtful) or self._samples.keys()
        return [
            *(each for each in best if each not in doubtful),
            _not_checked([each for each in self._samples if each in names], self._template, _PART),
        ]

    def _blamed(self, findings: Sequence[Diagnostic]) -> set[str]:
        """Return the parameters whose samples stand where there are errors."""
        return {name for each in _errors(findings) for name in self._names_at(each)}

    def _names_at(self, finding: Diagnostic) -> frozenset[str]:
        here = (finding.line or 0, finding.column or 0)
        at = bisect_right(self._starts, here) - 1
        is_there = at >= 0 and here < self._places[at].end
        return self._places[at].names if is_there else frozenset()

    def _advance(self, names: Collection[str]) -> bool:
        """Go on to the next sample of some parameters; return whether one has another."""
        left = [name for name in names if self._at[name] + 1 < len(self._samples[name])]
        for name in left:
            self._at[name] += 1
        return bool(left)

    def _distinct(self) -> dict[str, Any]:
        """Return a sample for each parameter, another one for each where there is another."""
        taken: set[str] = set()
        made: dict[str, Any] = {}
        for name, some in self._samples.items():
            left = some[self._at[name] :]
            made[name] = next((each for each in left if _key(each) not in taken), left[0])
            taken.add(_key(made[name]))
        return made


class _Place(NamedTuple):
    """A text of the template with samples in it, from a line and column to another."""

    start: tuple[int, int]
    end: tuple[int, int]
    names: frozenset[str]


def _places(template: Template, names: Collection[str]) -> Iterator[_Place]:
    position = template.document.lines.position
    for use in uses(template.document, HEAD):
        here = frozenset(use.names).intersection(names)
        if here:
            yield _Place(position(use.node.span.start), position(use.node.span.end), here)


def _errors(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    return [each for each in findings if each.severity is Severity.ERROR]


def _place(finding: Diagnostic) -> tuple[str, int | None, int | None]:
    return finding.code, finding.line, finding.column


def _key(value: object) -> str:
    """Return what of a sample is the same where a spec must not have it twice."""
    return str(value).casefold()


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


def _not_checked(names: list[str], template: Template, what: str = _ALL) -> Diagnostic:
    shown = ", ".join(map(quoted, names[:3]))
    return Diagnostic(
        code=Code.BAD_TEMPLATE_HEAD,
        message=f"{what}: no value is known for {shown}",
        severity=Severity.WARNING,
        hint="add `examples: [...]` to the parameter",
        file=template.origin,
    )
