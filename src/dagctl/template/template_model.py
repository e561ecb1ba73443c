"""What a template is: a name, a version, typed parameters, and the text of a spec."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern
from dagctl.spec.resolution.use import HEAD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagctl.text.document import Document

_ABSENT = object()
_BOUNDED_TYPES = frozenset({"integer", "number", "boolean", "null"})
"""Whose values are no text, so they can be no code."""
_BOUNDED_FORMATS = frozenset({"date", "time", "ipv4", "ipv6", "uuid"})
_IN_A_FORMAT = lazy_pattern(r"[0-9A-Za-z.:+-]*")
_CODE = ("; id", "a; id", "a && b", "a | b", "a > b", "$(id)", "`id`", "a\nb", "'a", 'a"', "a()")
"""What a shell, Python or SQL would run: a pattern that fits one of them bounds nothing."""


@frozen
class TemplateParameter:
    """A parameter: its name, and its rules in JSON Schema."""

    name: str
    rules: Mapping[str, Any]
    """With `description`, `default` and `examples`, if the template has them."""

    @property
    def description(self) -> str:
        """What it is for, in one line; empty if the template does not say."""
        return str(self.rules.get("description", ""))

    @property
    def is_required(self) -> bool:
        """Whether it has no default."""
        return "default" not in self.rules

    @property
    def default(self) -> Any:  # noqa: ANN401 - JSON
        """Its value where none is given; only if it is not required."""
        return self.rules["default"]

    @property
    def example(self) -> Any:  # noqa: ANN401 - JSON
        """A value that it may have: its first example, its default, or its first choice."""
        for values in (self.rules.get("examples"), [self.rules.get("default", _ABSENT)]):
            if values and values[0] is not _ABSENT:
                return values[0]
        choices = self.rules.get("enum")
        return choices[0] if choices else None

    @property
    def types(self) -> tuple[str, ...]:
        """The JSON types that it may have; text where the template does not say."""
        types = self.rules.get("type", "string")
        return (types,) if isinstance(types, str) else tuple(types)

    @property
    def is_bounded(self) -> bool:
        """Whether its rules leave no room for free text, which could be code where it stands."""
        return is_bounded(self.rules)


@frozen
class Template:
    """A template, read and good in itself."""

    name: str
    version: int
    description: str
    parameters: tuple[TemplateParameter, ...]
    document: Document
    """The whole text, with the values in it and where they stand."""
    origin: str

    @cached_property
    def by_name(self) -> dict[str, TemplateParameter]:
        """The parameters by their names."""
        return {parameter.name: parameter for parameter in self.parameters}

    @property
    def data(self) -> dict[str, Any]:
        """The spec below the head, with its references to parameters."""
        return {key: value for key, value in self.document.root.value.items() if key != HEAD}


def is_bounded(rules: Mapping[str, Any]) -> bool:
    """Return whether the rules of JSON Schema leave no room for free text.

    That are choices, numbers, dates, texts whose whole has a pattern that no code fits, and lists
    of such. A pattern or a format says nothing of a value that is no text.
    """
    if "enum" in rules or "const" in rules:
        return True
    types = rules.get("type", "string")
    left = set([types] if isinstance(types, str) else types) - _BOUNDED_TYPES
    if "string" in left and _is_bounded_text(rules):
        left.remove("string")
    if "array" in left and all(map(_is_bounded_rule, [rules.get("items"), *_of_places(rules)])):
        left.remove("array")
    return not left


def _is_bounded_text(rules: Mapping[str, Any]) -> bool:
    pattern = rules.get("pattern")
    is_plain = isinstance(pattern, str) and not any(fits(pattern, code) for code in _CODE)
    return is_plain or rules.get("format") in _BOUNDED_FORMATS


def _is_bounded_rule(rules: object) -> bool:
    return isinstance(rules, dict) and is_bounded(rules)


def _of_places(rules: Mapping[str, Any]) -> Sequence[object]:
    """Return the rules of the first items, which `items` does not count for."""
    places = rules.get("prefixItems", ())
    return places if isinstance(places, list | tuple) else ()


def keeps_format(rules: Mapping[str, Any], value: object) -> bool:
    """Return whether texts that a format bounds have only what can stand in such a value.

    Python takes a line break or a `_` in a UUID for nothing.
    """
    if isinstance(value, list | tuple):
        items = rules.get("items")
        by_place = [*_of_places(rules), *[items] * len(value)]
        return all(
            keeps_format(rule, item)
            for rule, item in zip(by_place, value, strict=False)
            if isinstance(rule, dict)
        )
    if not isinstance(value, str) or rules.get("format") not in _BOUNDED_FORMATS:
        return True
    return _IN_A_FORMAT.fullmatch(value) is not None


def fits(pattern: str, text: str) -> bool:
    """Return whether a pattern fits the whole of a text, not only a part as in JSON Schema."""
    return re.fullmatch(pattern, text) is not None
