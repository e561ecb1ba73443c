"""Values for the parameters of a template: read from text by their types, checked all at once."""

from __future__ import annotations

import json
from shlex import quote
from typing import TYPE_CHECKING, Any

from dagctl.errors import Diagnostic, SpecError
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import nearest, question, quoted, shortened
from dagctl.spec.fields.param_rules import (
    MAX_WORK,
    changed_rules,
    default_problem,
    is_quick,
    patterns,
    work,
)
from dagctl.spec.fields.params import RULES
from dagctl.template.template_model import fits, keeps_format

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.template.template_model import Template, TemplateParameter

Values = dict[str, Any]
"""The value of each parameter, by its name."""

LONGEST = 10_000
"""Characters of a text that a parameter may have."""
_TEMPLATES = ("{{", "{%", "{#", "${{")
_WORDS = {"true": True, "false": False, "null": None}


def given(template: Template, texts: Mapping[str, str]) -> Values:
    """Return values as `--set name=text` gives them, each read as the type of its parameter.

    A text that is not of the type stays text: `values_of` says what is wrong with it.
    """
    return {
        name: _typed(template.by_name[name], text) if name in template.by_name else text
        for name, text in texts.items()
    }


def values_of(template: Template, some: Mapping[str, Any]) -> Values:
    """Return the value of every parameter: those given, and the defaults of the others.

    Raises:
        SpecError: With all that is wrong: unknown names, missing values, broken rules.
    """
    values, problems = checked(template, some)
    if problems:
        raise SpecError([_diagnostic(template, *each) for each in problems.items()])
    return values


def option_for(parameter: TemplateParameter) -> str:
    """Return how a command line gives a parameter its example as its value."""
    return f"--set {parameter.name}={quote(_shown(parameter.example))}"


def checked(template: Template, some: Mapping[str, Any]) -> tuple[Values, dict[str, Problem]]:
    """Return the value of every parameter, and what is wrong, by the names of parameters."""
    problems = dict(_problems(template, some))
    values = {
        parameter.name: _whole(parameter, some.get(parameter.name, parameter.rules.get("default")))
        for parameter in template.parameters
    }
    return values, problems


def value_problem(parameter: TemplateParameter, value: object) -> Problem | None:
    """Return why a parameter cannot have a value, or None."""
    rules = {"type": "string"} | {k: v for k, v in parameter.rules.items() if k in RULES}
    texts = list(_texts(value))
    longest = max(map(len, texts), default=0)
    tried = [each for _, each in patterns(rules) if isinstance(each, str)]
    if longest > LONGEST or not all(is_quick(each, longest) for each in tried):
        return Problem(Code.BAD_VALUE, "the text is too long", "write a shorter one")
    if work(rules, value) > MAX_WORK:
        return Problem(Code.BAD_VALUE, "the value is too large to be checked", "make it smaller")
    broken = default_problem(_from_end_to_end(rules), value)
    if broken is not None:
        rule = broken.message.split(": ", 1)[1]
        return Problem(Code.BAD_VALUE, f"the value breaks a rule: {rule}", _rule_hint(parameter))
    if not keeps_format(rules, value):
        message = f"the value is not written as a {rules.get('format', 'value')} is"
        return Problem(Code.BAD_VALUE, message, _rule_hint(parameter))
    pattern = rules.get("pattern")
    if isinstance(pattern, str) and isinstance(value, str) and not fits(pattern, value):
        message = f"the value does not fit the pattern {quoted(pattern)} from end to end"
        return Problem(Code.BAD_VALUE, message, _rule_hint(parameter))
    return _code_problem(value, texts)


def _from_end_to_end(rules: Values) -> Values:
    """Return rules whose patterns fit whole items, as the pattern of a text fits all of it."""

    def anchored(rule: Values) -> Values:
        pattern = rule.get("pattern")
        return {**rule, "pattern": rf"\A(?:{pattern})\Z"} if isinstance(pattern, str) else rule

    made = changed_rules(rules, anchored)
    return {key: rules[key] if key == "pattern" else item for key, item in made.items()}


def _whole(parameter: TemplateParameter, value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a value as it is written into a text: JSON Schema takes `1.0` for a whole number."""
    is_whole = isinstance(value, float) and value.is_integer()
    return int(value) if is_whole and "number" not in parameter.types else value


def _code_problem(value: object, texts: list[str]) -> Problem | None:
    """Return why a value could become code: a template of Jinja, a marker, a control character."""
    if not _is_finite(value):
        return Problem(Code.BAD_VALUE, "the value is no number of JSON", "write a finite number")
    if any(mark in text for text in texts for mark in _TEMPLATES):
        message = "the value has braces that Airflow or dagctl would read as a template"
        return Problem(Code.BAD_VALUE, message, "write it into the spec by hand, afterwards")
    if any(not char.isprintable() and char not in "\n\t" for text in texts for char in text):
        return Problem(Code.BAD_VALUE, "the value has a control character", "remove it")
    if any(key.startswith("$") for key in _keys(value)):
        message = "the value has a key that begins with `$`, which would be a marker"
        return Problem(Code.BAD_VALUE, message, "write it into the spec by hand, afterwards")
    return None


def _problems(template: Template, some: Mapping[str, Any]) -> Iterator[tuple[str, Problem]]:
    misspelt: set[str] = set()
    for name in some:
        if name not in template.by_name:
            near = nearest(name, template.by_name)
            misspelt |= {near} if near else set()
            names = ", ".join(template.by_name) or "none"
            hint = question(near) or f"its parameters: {names}"
            message = f"the template {template.name} has no parameter {quoted(name)}"
            yield name, Problem(Code.BAD_VALUE, message, hint)
    for parameter in template.parameters:
        if parameter.name in some:
            problem = value_problem(parameter, some[parameter.name])
            if problem is not None:
                yield parameter.name, problem
        elif parameter.is_required and parameter.name not in misspelt:
            about = f": {shortened(parameter.description)}" if parameter.description else ""
            message = f"the parameter {quoted(parameter.name)} has no value{about}"
            hint = f"add `{parameter.name}: {_shown(parameter.example)}` to `with`"
            yield parameter.name, Problem(Code.MISSING_VALUE, message, hint)


def _diagnostic(template: Template, name: str, problem: Problem) -> Diagnostic:
    hint, message = problem.hint, problem.message
    if problem.code == Code.MISSING_VALUE:
        hint = f"add `{option_for(template.by_name[name])}`"
    elif name in template.by_name:  # there is no line that could show which value is meant
        message = f"parameter {quoted(name)}: {message}"
    return Diagnostic(
        code=problem.code,
        message=shortened(message),
        hint=hint and shortened(hint),
        path=("params", shortened(name)),
        file=f"values for {template.name}",
    )


def _rule_hint(parameter: TemplateParameter) -> str:
    if "enum" in parameter.rules:
        return f"choose from {', '.join(map(str, parameter.rules['enum'][:20]))}"
    return f"for example {_shown(parameter.example)}" if parameter.example is not None else ""


def _shown(value: object) -> str:
    if value is None:
        return "..."
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _typed(parameter: TemplateParameter, text: str) -> Any:  # noqa: ANN401 - JSON
    types = set(parameter.types)
    if text in _WORDS and types & {"boolean" if text != "null" else "null"}:
        return _WORDS[text]
    for name, read in (("integer", int), ("number", float)):
        if name in types:
            try:
                return read(text)
            except ValueError:
                pass
    if types & {"array", "object"}:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text.split(",") if "array" in types and text else text
    return text


def _is_finite(value: object) -> bool:
    """Return whether JSON can write all numbers in a value."""
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


def _texts(value: object) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            stack += [*item, *item.values()]
        elif isinstance(item, list | tuple):
            stack += item


def _keys(value: object) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            yield from item
            stack += item.values()
        elif isinstance(item, list | tuple):
            stack += item
