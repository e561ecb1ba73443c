"""The rules of a param, in JSON Schema: whether they are valid, and whether its default is.

What jsonschema says, Airflow says too: it uses the same package. Left out is what could take long:
a pattern whose repeats can be tried in many ways, and whether many items are unique. Nothing that a
rule refers to is fetched.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import did_you_mean, in_json, quoted, shortened
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jsonschema import ValidationError

LONGEST_PATTERN = 500
_STEPS = 10_000_000
"""So many steps a pattern may take."""
_MOST = 20
"""Repeats, and alternatives, of a pattern that is tried."""
_TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
_PYTHON_TYPES = {
    "str": "string",
    "text": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
    "mapping": "object",
    "none": "null",
}
"""What other languages call the types of JSON."""
_FORMATS = ("date", "time", "email", "ipv4", "ipv6", "uuid")
"""The formats that jsonschema checks wherever it is installed."""


MAX_WORK = 100_000
"""Rules times values: so often a rule may have to look at a value."""
_TEXT = 1_000
"""Characters of a text that count as one value."""
_WIDE = 1_000
"""What a range of letters beyond ASCII counts: Python looks at each of them when it compiles it."""
_MOST_UNIQUE = 2_000
"""Values among which equal ones are looked for: where Python cannot sort, each by each other."""
_MANY = 100
"""Items of a list that may be looked at each by each other."""
_OF_NAMES = frozenset({"required", "type", "dependentRequired", "dependencies"})
"""The keywords whose lists hold names, each of them once."""
_DATA = frozenset({"enum", "const", "default", "examples"})
"""The keywords whose values are no rules."""
_NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
"""The keywords whose value is a mapping of names to rules: a property may be called `enum`."""


def work(rules: object, values: object) -> int:
    """Return how many steps it takes to check values by rules, at most."""
    wide = sum(_wide_ranges(pattern) for _, pattern in patterns(rules) if isinstance(pattern, str))
    return _count(rules) * _count(values) + wide * _WIDE


def _count(value: object) -> int:
    number, stack = 0, [value]
    while stack:
        item = stack.pop()
        number += 1 + (len(item) // _TEXT if isinstance(item, str) else 0)
        stack += item.values() if isinstance(item, dict) else ()
        stack += item if isinstance(item, list | tuple) else ()
    return number


def _wide_ranges(pattern: str) -> int:
    return pattern.count("-") if _BEYOND_ASCII.search(pattern) else 0


def rule_problem(rules: Mapping[str, Any]) -> Problem | None:
    """Return what is wrong with rules, at its path in them, or None."""
    from jsonschema import Draft202012Validator

    for path, pattern in patterns(rules):
        if not _is_pattern(pattern):
            message = f"{quoted(str(pattern))} is not a regular expression"
            hint = f"correct it; it has at most {LONGEST_PATTERN} characters"
            return Problem(Code.BAD_PARAM, message, hint).at(*path)
    wrong = _odd_place(rules)
    if wrong is not None:
        message = "the rule is not valid in JSON Schema, or refers to another one"
        return Problem(Code.BAD_PARAM, message, "write out the rule; see json-schema.org").at(
            *wrong
        )
    of_rules = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    error = next(of_rules.iter_errors(rules), None)
    if error is None:
        return None
    path = tuple(error.absolute_path)
    if _is_type(path):
        given = error.instance if isinstance(error.instance, list) else [error.instance]
        if None in given:
            message = "`null` is not the name of a type"
            return Problem(Code.BAD_PARAM, message, 'write "null", in quotes').at(*path)
        for word in given:
            if isinstance(word, str) and word not in _TYPES:
                return _unknown_type(word).at(*path)
    message = f"the rule is not valid in JSON Schema: {_said(error)}"
    problem = Problem(Code.BAD_PARAM, message, "correct the rule; see json-schema.org")
    return problem.at(*path)


def _said(error: ValidationError) -> str:
    """Return what jsonschema says, with the value as JSON has it; there it is as in Python."""
    given = repr(error.instance)
    message = error.message
    if message.startswith(given) and not isinstance(error.instance, str):
        message = in_json(error.instance) + message.removeprefix(given)
    return shortened(message)


def _is_type(path: tuple[str | int, ...]) -> bool:
    """Return whether the word of a `type` stands at a path in rules, or one of a list of them."""
    words = [step for step in path if isinstance(step, str)]
    return words[-1:] == ["type"] and words[-2:-1] != ["properties"]


def _unknown_type(word: str) -> Problem:
    if word.casefold() in {"date", "time", "datetime", "date-time"}:
        form = "date-time" if "date" in word.casefold() and "time" in word.casefold() else word
        hint = f"write `type: string, format: {form.casefold()}`"
        return Problem(Code.BAD_PARAM, f"JSON Schema has no type {quoted(word)}", hint)
    meant = _PYTHON_TYPES.get(word.casefold())
    hint = did_you_mean(meant or word, _TYPES) or f"the types are: {', '.join(_TYPES)}"
    return Problem(Code.BAD_PARAM, f"JSON Schema has no type {quoted(word)}", hint)


def default_problem(rules: Mapping[str, Any], default: object) -> Problem | None:
    """Return why a default breaks valid rules, or None."""
    from jsonschema import Draft202012Validator, FormatChecker
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    tried = _quick(rules, _longest(default))
    if _count(default) > _MOST_UNIQUE:
        tried = _without("uniqueItems", tried)
    validator = Draft202012Validator(
        tried,
        format_checker=FormatChecker(_FORMATS),
        registry=Registry(),  # else jsonschema would fetch what a rule refers to, from anywhere
    )
    try:
        error = next(validator.iter_errors(default), None)
    except Unresolvable:
        message = "a rule of the param refers to another one, which is not fetched"
        return Problem(Code.BAD_PARAM, message, "write out the rule")
    if error is None:
        return None
    message = f"the default breaks a rule of the param: {_said(error)}"
    return Problem(Code.BAD_PARAM, message, "correct the default, or the rule")


def patterns(rules: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:  # noqa: ANN401 - JSON
    """Yield each pattern in the rules, with its path."""
    stack: list[tuple[tuple[str | int, ...], Any]] = [((), rules)]
    while stack:
        path, item = stack.pop()
        if isinstance(item, dict):
            if "pattern" in item and not isinstance(item["pattern"], dict):
                yield (*path, "pattern"), item["pattern"]
            named = item.get("patternProperties")
            for name in named if isinstance(named, dict) else ():
                yield (*path, "patternProperties", name), name
            stack += [((*path, str(key)), inner) for key, inner in item.items()]
        elif isinstance(item, list | tuple):
            stack += [((*path, place), inner) for place, inner in enumerate(item)]


def _odd_place(rules: object) -> tuple[str | int, ...] | None:
    """Return where rules have what is not to be tried, or None.

    That is a reference, which may lead in a circle or to a server, or a long list of names that are
    no text: whether they are unique, jsonschema sees by comparing each with each other.
    """
    stack: list[tuple[tuple[str | int, ...], Any, str]] = [((), rules, "")]
    while stack:
        path, item, keyword = stack.pop()
        if isinstance(item, dict):
            named = (str(key) for key in item)
            reference = next((key for key in named if key.startswith("$")), None)
            if reference is not None:
                return (*path, reference)
            for key, inner in item.items():
                below = keyword if keyword in _OF_NAMES else "" if keyword in _NAMED else key
                if below not in _DATA:
                    stack.append(((*path, str(key)), inner, below))
        elif isinstance(item, list | tuple):
            below = keyword if keyword in _OF_NAMES else ""
            if below and len(item) > _MANY and not all(isinstance(x, str) for x in item):
                return path
            stack += [((*path, place), inner, below) for place, inner in enumerate(item)]
    return None


def changed_rules(rules: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:  # noqa: ANN401 - JSON
    """Return rules in which each mapping of keywords is changed, the innermost first."""
    if isinstance(rules, list | tuple):
        return [changed_rules(item, change) for item in rules]
    if not isinstance(rules, dict):
        return rules
    made: dict[str, Any] = {}
    for key, item in rules.items():
        if key in _NAMED and isinstance(item, dict):
            made[key] = {name: changed_rules(inner, change) for name, inner in item.items()}
        else:
            made[key] = item if key in _DATA else changed_rules(item, change)
    return change(made)


def _is_pattern(pattern: object) -> bool:
    if not isinstance(pattern, str) or len(pattern) > LONGEST_PATTERN:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)  # noqa: TID251 - to see whether it can be
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _quick(rules: Mapping[str, Any], longest: int) -> Any:  # noqa: ANN401 - JSON
    """Return the rules without the patterns that could take long on a text of a length."""

    def quick(rule: dict[str, Any]) -> dict[str, Any]:
        named = rule.get("patternProperties", ())
        left_out = {"patternProperties", "additionalProperties"}
        if isinstance(named, dict) and all(is_quick(name, longest) for name in named):
            left_out = set()
        if isinstance(rule.get("pattern"), str) and not is_quick(rule["pattern"], longest):
            left_out.add("pattern")
        return {key: item for key, item in rule.items() if key not in left_out}

    return changed_rules(rules, quick)


def _without(keyword: str, rules: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the rules without a keyword, wherever it stands."""
    return changed_rules(
        rules, lambda rule: {key: item for key, item in rule.items() if key != keyword}
    )


def _longest(value: object) -> int:
    """Return the length of the longest text in a value."""
    longest, stack = 0, [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            longest = max(longest, len(item))
        elif isinstance(item, dict):
            stack += [*item, *item.values()]
        elif isinstance(item, list | tuple):
            stack += item
    return longest


_BEYOND_ASCII = lazy_pattern(r"[^\x00-\x7f]|\\[uUN]")
_OPEN_REPEAT = lazy_pattern(r"[*+?]|\{[0-9]*,[0-9]*\}")
_ESCAPE = lazy_pattern(r"\\.", re.DOTALL)
_SET = lazy_pattern(r"\[\^?\]?[^\]]*\]")


def is_quick(pattern: str, length: int) -> bool:
    """Return whether a pattern certainly takes little time on a text of so many characters.

    That is one without repeated groups, references to groups and look-arounds, whose repeats and
    alternatives leave few ways to try.
    """
    plain = _ESCAPE.sub(lambda match: "\\" if match[0][1].isdigit() else "x", pattern)
    plain = _SET.sub("x", plain).replace("(?:", "(")
    if "\\" in plain or "(?" in plain or re.search(r"\)[*+?{]", plain):
        return False
    repeats, ways = len(_OPEN_REPEAT.findall(plain)), plain.count("|")
    return repeats <= _MOST and ways <= _MOST and 2**ways * (length + 1) ** (repeats + 1) <= _STEPS
