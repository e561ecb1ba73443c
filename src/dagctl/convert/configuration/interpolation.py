"""Values that a configuration takes from elsewhere: `${shared.owner}`, `${oc.env:NAME}`.

OmegaConf replaces them when it is read: by a value of the same configuration, by its path from the
top (`a.b[0]`) or from where it stands (`.b`, `..b`), or by what a resolver gives.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dagctl.convert.foreign_yaml.reader import Fields, refused, size_of
from dagctl.convert.outcome.report import Outcome, Remark
from dagctl.findings.codes import Code
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

_INNERMOST = lazy_pattern(r"(?<!\\)\$\{([^${}]{1,500})\}")
_PATH = lazy_pattern(r"(\.*)([\w$@-]+(?:\.[\w$@-]+|\[[\w-]+\])*)", re.ASCII)
_STEP = lazy_pattern(r"[^.\[\]]+")
_MOST_WRITTEN_OUT = 300_000
"""Values, counted each time that one is taken."""
_DEEPEST = 30
"""Values that lead to one another."""
UNKNOWN = object()
"""What is taken from elsewhere, and is not known."""


def interpolated(
    document: Fields, environment: Mapping[str, str]
) -> tuple[Fields, tuple[Remark, ...]]:
    """Return a configuration with the values that it takes from elsewhere, and what was assumed.

    What is not known stays as it is written.

    Args:
        document: The configuration.
        environment: The variables of the environment that are known.

    Raises:
        SpecError: With these values the configuration is too large.
    """
    reading = _Interpolation(document, environment)
    made = reading.written_out(document, (), 0)
    return (made if isinstance(made, Fields) else document), tuple(dict.fromkeys(reading.assumed))


class _Interpolation:
    def __init__(self, document: Fields, environment: Mapping[str, str]) -> None:
        self._document = document
        self._environment = environment
        self._written = 0
        self._place = document.place
        self.assumed: list[Remark] = []
        """The defaults that were taken for variables which are not known."""

    def written_out(self, value: Any, path: tuple[str, ...], depth: int) -> Any:  # noqa: ANN401 - what stands in the file
        """Return a value that stands at a path, with what it takes from elsewhere."""
        if isinstance(value, Fields):
            made = value.copy()
            for key, item in value.items():
                self._place = value.at(key)
                made.put(key, self.written_out(item, (*path, key), depth), value.at(key))
            return made
        if isinstance(value, list):
            inner = enumerate(value)
            return [self.written_out(item, (*path, str(at)), depth) for at, item in inner]
        return self._text(value, path, depth) if isinstance(value, str) else value

    def _text(self, text: str, path: tuple[str, ...], depth: int) -> Any:  # noqa: ANN401 - as above
        """Return what a text stands for; a value of any kind, where it holds nothing else."""
        start = floor = 0  # before the floor, nothing begins that a value stands in
        while match := _INNERMOST.search(text, start):
            value = UNKNOWN if depth > _DEEPEST else self._value(match[1], path, depth + 1)
            if value is UNKNOWN:
                start = floor = match.end()
            elif match.span() == (0, len(text)):
                return value
            elif isinstance(value, Fields | list) or "${" in str(value):
                start = floor = match.end()
            else:
                self._charge(1 + len(text) // 64)
                text = f"{text[: match.start()]}{value}{text[match.end() :]}"
                around = text.rfind("${", floor, match.start())
                start = around if around >= 0 else match.start()
                floor = floor if around >= 0 else start
        return text

    def _value(self, words: str, path: tuple[str, ...], depth: int) -> Any:  # noqa: ANN401 - as above
        resolver, colon, given = words.partition(":")
        if colon:
            return self._resolved(resolver.strip(), given)
        match = _PATH.fullmatch(words.strip())
        if match is None:
            return UNKNOWN
        dots, named = match.groups()
        if len(dots) > len(path):
            return UNKNOWN
        whole = (*(path[: len(path) - len(dots)] if dots else ()), *_STEP.findall(named))
        value: Any = self._document
        for step in whole:
            value = _inside(value, step)
        if value is UNKNOWN:
            return UNKNOWN
        self._charge(size_of(value))
        return self.written_out(value, whole, depth)

    def _resolved(self, resolver: str, given: str) -> Any:  # noqa: ANN401 - as above
        """Return what a resolver gives: that of OmegaConf, and the two of airflow-config."""
        if resolver == "oc.env":
            name, comma, default = given.partition(",")
            known = self._environment.get(name.strip())
            if known is None and comma:
                text = f"{_plain(default)[:60]!r} is taken; give another value with --environ"
                self.assumed.append(Remark(Outcome.ASSUMED, self._place, name.strip()[:60], text))
                return _plain(default)
            return UNKNOWN if known is None else known
        left, comma, right = given.partition(",")
        if not comma or resolver not in {"eq", "neq"}:
            return UNKNOWN
        return (_plain(left) == _plain(right)) is (resolver == "eq")

    def _charge(self, values: int) -> None:
        self._written += values
        if self._written > _MOST_WRITTEN_OUT:
            place, message = self._document.place, "the values that it takes, written out, are many"
            raise refused(place.file, place.line, Code.TOO_MANY_VALUES, message)


def _inside(value: object, step: str) -> Any:  # noqa: ANN401 - what stands in the file
    if isinstance(value, Fields):
        return value.get(step, UNKNOWN)
    is_number = step.isascii() and step.isdigit() and len(step) < 9  # noqa: PLR2004 - digits
    if isinstance(value, list) and is_number and int(step) < len(value):
        return value[int(step)]
    return UNKNOWN


def _plain(text: str) -> str:
    """Return an argument of a resolver without its quotes."""
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
