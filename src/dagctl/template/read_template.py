"""The text of a template, read and checked: its head, its parameters, and what refers to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.errors import Severity, SpecError
from dagctl.findings.codes import Code
from dagctl.findings.places import first_findings, place_findings
from dagctl.findings.problem import MAX_PROBLEMS, Problem
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.readers.source_text import decode
from dagctl.readers.text_findings import not_a_mapping
from dagctl.readers.yaml_reader import read_yaml
from dagctl.spec.fields.param_rules import (
    LONGEST_PATTERN,
    MAX_WORK,
    is_quick,
    patterns,
    rule_problem,
    work,
)
from dagctl.spec.fields.params import RULES
from dagctl.spec.load import diagnostics_of
from dagctl.spec.resolution.use import HEAD, USE
from dagctl.template.parameter_references import uses
from dagctl.template.parameter_values import value_problem
from dagctl.template.template_model import Template, TemplateParameter
from dagctl.text.document import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.template.parameter_references import Path
    from dagctl.text.document import Document

MAX_PARAMETERS = 100
_HEAD_KEYS = ("name", "version", "description", "parameters")
_OF_SCHEMAS = {
    "required": "leave it out: a parameter without `default` must be given",
    "properties": "write `parameters`",
}
"""What a JSON Schema of several values has, and what says it here."""
_ABOUT = ("description", "default", "examples", "title")
_KEYWORDS = (*RULES, *_ABOUT)
_HIGHEST = 1_000_000
"""Version of a template."""
_SHORT_TEXT = 60
"""Characters that a pattern must be able to try in little time."""


def read_template(text: str | bytes, origin: str) -> Template:
    """Return the template that a YAML text holds.

    Args:
        text: A spec with `template:` in it. Bytes are UTF-8.
        origin: The name of the file, for diagnostics.

    Raises:
        SpecError: With every problem, each at its line.
    """
    source, findings = decode(text)
    if findings:
        raise SpecError(diagnostics_of(source, findings, origin))
    reading = read_yaml(source)
    document = reading.document
    if document is None:
        raise SpecError(diagnostics_of(source, reading.findings, origin))
    if document.root.kind != "mapping":
        raise SpecError(diagnostics_of(source, [not_a_mapping(document)], origin))
    problems = list(_problems(document))
    placed = first_findings(place_findings(document, reading.findings, problems[:MAX_PROBLEMS]))
    if any(finding.severity is Severity.ERROR for finding in placed):
        raise SpecError(diagnostics_of(source, placed, origin))
    return _template(document, origin)


def _template(document: Document, origin: str) -> Template:
    head = document.root.value[HEAD]
    parameters = (head.get("parameters") or {}).items()
    return Template(
        name=head["name"],
        version=head["version"],
        description=head.get("description", ""),
        parameters=tuple(TemplateParameter(name, rules) for name, rules in parameters),
        document=named(document, origin),
        origin=origin,
    )


def _problems(document: Document) -> Iterator[Problem]:
    data = document.root.value
    if not isinstance(data.get(HEAD), dict):
        message = f"this is no template: `{HEAD}` is missing, or no mapping"
        hint = f"add `{HEAD}: {{name: ..., version: 1, description: ...}}`"
        yield Problem(Code.BAD_TEMPLATE_HEAD, message, hint).at(HEAD)
        return
    head = data[HEAD]
    yield from _head_problems(head)
    if USE in data:
        message = "a template uses no other template"
        yield Problem(Code.BAD_TEMPLATE_HEAD, message, "write out what that one says").at(USE)
    parameters = head.get("parameters")
    names = parameters if isinstance(parameters, dict) else {}
    yield from _parameter_problems(parameters)
    yield from _reference_problems(document, names)


def _head_problems(head: Mapping[str, Any]) -> Iterator[Problem]:
    for key in head:
        if key not in _HEAD_KEYS:
            keys = f"its keys are {', '.join(_HEAD_KEYS)}"
            hint = _OF_SCHEMAS.get(key) or did_you_mean(key, _HEAD_KEYS) or keys
            message = f"{quoted(key)} is no key of a template's head"
            yield Problem(Code.UNKNOWN_KEY, message, hint).at(HEAD, key)
    name, version = head.get("name"), head.get("version")
    if not isinstance(name, str) or not _is_name(name):
        message = "the name of a template has letters, digits, `_` and `-`, at most 100"
        yield _of_head("name", message, "write `name: orders_elt`")
    if type(version) is not int or not 1 <= version <= _HIGHEST:
        yield _of_head("version", "the version of a template is a number from 1", "`version: 1`")
    if not isinstance(head.get("description", ""), str):
        yield _of_head("description", "the description is no text", "write it in quotes")


def _is_name(name: str) -> bool:
    plain = name.replace("_", "").replace("-", "")
    return plain.isascii() and plain.isalnum() and len(name) <= 100  # noqa: PLR2004 - as it says


def _of_head(key: str, message: str, hint: str) -> Problem:
    return Problem(Code.BAD_TEMPLATE_HEAD, message, hint).at(HEAD, key)


def _parameter_problems(parameters: object) -> Iterator[Problem]:
    here = (HEAD, "parameters")
    if parameters is None:
        return
    if not isinstance(parameters, dict) or len(parameters) > MAX_PARAMETERS:
        message = f"`parameters` is a mapping of at most {MAX_PARAMETERS} names to their rules"
        yield Problem(Code.BAD_TEMPLATE_HEAD, message, "`bucket: {type: string}`").at(*here)
        return
    if sum(map(_work, parameters.values())) > MAX_WORK:
        message = "the rules and the values of `parameters` are too many to be checked"
        yield Problem(Code.TOO_MANY_VALUES, message, "make them fewer").at(*here)
        return
    for name, rules in parameters.items():
        yield from _rules_problems(name, rules, (*here, name))


def _work(rules: object) -> int:
    """Return how many steps it takes to check the default and the examples of a parameter."""
    if not isinstance(rules, dict):
        return 1
    of_schema = {key: item for key, item in rules.items() if key in RULES}
    data = ("default", "examples", "enum", "const")
    return work(of_schema, {key: rules[key] for key in data if key in rules})


def _rules_problems(name: str, rules: object, path: Path) -> Iterator[Problem]:
    if not name.isidentifier() or not name.isascii() or len(name) > 100:  # noqa: PLR2004 - likewise
        message = f"{quoted(name)} cannot be the name of a parameter"
        yield Problem(Code.BAD_TEMPLATE_HEAD, message, "use letters, digits and `_`").at(*path)
    if not isinstance(rules, dict):
        message = "the rules of a parameter are a mapping of JSON Schema"
        yield Problem(Code.BAD_TEMPLATE_HEAD, message, "write `{type: string}`").at(*path)
        return
    for key in rules:
        if key not in _KEYWORDS:
            message = f"{quoted(key)} is no keyword of a parameter"
            hint = did_you_mean(key, _KEYWORDS) or "the keywords are those of JSON Schema"
            yield Problem(Code.UNKNOWN_KEY, message, hint).at(*path, key)
    if isinstance(rules.get("required"), bool):
        message = "`required` names keys of a mapping"
        hint = _OF_SCHEMAS["required"]
        yield Problem(Code.BAD_PARAM, message, hint).at(*path, "required")
        return
    of_schema = {key: item for key, item in rules.items() if key in RULES}
    wrong = rule_problem(of_schema) or _slow_pattern(of_schema)
    if wrong is not None:
        yield wrong.under(*path)
        return
    for key, values in (("default", [rules.get("default")]), ("examples", rules.get("examples"))):
        for value in values if key in rules and isinstance(values, list) else ():
            problem = value_problem(TemplateParameter(name, rules), value)
            if problem is not None:
                yield problem.at(*path, key)


def _slow_pattern(rules: Mapping[str, Any]) -> Problem | None:
    for path, pattern in patterns(rules):
        if isinstance(pattern, str) and not is_quick(pattern, _SHORT_TEXT):
            message = "the pattern could take long to try"
            most = f"at most {LONGEST_PATTERN} characters"
            hint = f"use no group with a repeat, and few repeats; {most}"
            return Problem(Code.BAD_PARAM, message, hint).at(*path)
    return None


def _reference_problems(document: Document, parameters: Mapping[str, Any]) -> Iterator[Problem]:
    unused = set(parameters)
    for use in uses(document, HEAD):
        if use.is_broken:
            message = "this looks like a reference to a parameter, and is not"
            hint = "write `${{ params.name }}`, or `$${{` for the characters themselves"
            yield Problem(Code.BAD_REFERENCE, message, hint).at(*use.path)
        for name in dict.fromkeys(use.names):
            unused.discard(name)
            problem = _reference_problem(name, parameters, is_code=use.is_code)
            if problem is not None:
                yield problem.at(*use.path)
    for name in parameters:
        if name in unused:
            message = f"the parameter {quoted(name)} is used nowhere"
            hint = f"use `${{{{ params.{name} }}}}` in the spec, or remove it"
            yield Problem(Code.BAD_REFERENCE, message, hint).at(HEAD, "parameters", name)


def _reference_problem(
    name: str, parameters: Mapping[str, Any], *, is_code: bool
) -> Problem | None:
    if name not in parameters:
        hint = did_you_mean(name, parameters) or f"add it to `parameters`: `{name}: {{...}}`"
        return Problem(Code.BAD_REFERENCE, f"there is no parameter {quoted(name)}", hint)
    rules = parameters[name]
    if not is_code or not isinstance(rules, dict) or TemplateParameter(name, rules).is_bounded:
        return None
    message = f"the parameter {quoted(name)} is free text, and stands where text becomes code"
    hint = "bound it: `enum: [...]`, or a `pattern` such as `^[A-Za-z0-9_./-]+$`"
    return Problem(Code.UNBOUNDED_PARAMETER, message, hint)
