"""Types as text, and which values are certainly wrong for them.

Only what is certain is refused: what may be a class, `Any`, or Jinja is let through. A value is
what YAML has (text, number, true or false, list, mapping, null) or a function in `$python_code`;
every other object, and a mapping with another `$` key, stands for something that is made later,
and is let through too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from dagctl.patterns import lazy_pattern
from dagctl.text.template_signs import has_code

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = lazy_pattern(r"""\s*([\w.]+|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[-\[\],|])""")

_CLOCK_TEXT = lazy_pattern(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")

TEXT, WHOLE, NUMBER, TRUTH, NULL, LIST, MAPPING = (
    *("text", "whole number", "number", "true or false", "null"),
    *("list", "mapping"),
)
"""Shapes that a document has."""
DURATION, TIME, DATE, CLOCK, CALLABLE, BYTES = (
    *("duration", "time", "date", "time of day"),
    *("function", "bytes"),
)
"""Shapes that a document has no word for."""

_SHAPES: dict[str, frozenset[str]] = {
    "str": frozenset({TEXT}),
    "int": frozenset({WHOLE}),
    "float": frozenset({NUMBER, WHOLE}),
    "Decimal": frozenset({NUMBER, WHOLE}),
    "bool": frozenset({TRUTH}),
    "None": frozenset({NULL}),
    "bytes": frozenset({BYTES}),
    **dict.fromkeys(("list", "tuple", "set", "frozenset", "MutableSequence"), frozenset({LIST})),
    # text is a sequence of letters for Python, and some operators take it for one item
    **dict.fromkeys(
        ("Sequence", "Iterable", "Collection", "Container", "AbstractSet", "MutableSet"),
        frozenset({LIST, TEXT}),
    ),
    **dict.fromkeys(("dict", "Mapping", "MutableMapping"), frozenset({MAPPING})),
    "timedelta": frozenset({DURATION}),
    "relativedelta": frozenset({DURATION}),
    "datetime": frozenset({TIME}),
    "date": frozenset({DATE}),
    "time": frozenset({CLOCK}),
    "Callable": frozenset({CALLABLE}),
    "Path": frozenset({TEXT}),
    "PathLike": frozenset({TEXT}),
}

_NOT_GIVEN = "ArgNotSet"
"""The class of Airflow's default for a parameter that is not given: no value of a spec is of it."""
_DATA_TEXT = lazy_pattern(r"\s*[\[{]|[\w./-]+\.\w+\s*\Z")
"""JSON, or the name of a file, which Airflow may read."""
_NUMBERS = frozenset({WHOLE, NUMBER, NULL})
_CHECKED_AFTER_TEXT = frozenset({"Literal", "Enum"})


class Kind(NamedTuple):
    """What values a parameter takes."""

    shapes: frozenset[str] = frozenset()
    values: tuple[object, ...] = ()
    """The values of `Literal[...]` and of enumerations."""
    silent: bool = False
    """A class or `Any` is among the types: nothing is certain."""
    items: Kind | None = None
    """What the items of a list are; None where nothing is known."""
    members: Kind | None = None
    """What the values of a mapping are; None where nothing is known."""
    classes: frozenset[str] = frozenset()
    """Classes among the types, by their short names."""

    @property
    def reads_text_as(self) -> Literal["duration", "time", "date", "clock"] | None:
        """What text means for this parameter where it is not text itself."""
        if TEXT in self.shapes or self.silent or self.values:
            return None
        if DURATION in self.shapes:
            return "duration"
        if TIME in self.shapes:
            return "time"
        if CLOCK in self.shapes:
            return "clock"
        return "date" if DATE in self.shapes else None

    def takes_clock(self, text: str) -> bool:
        """Return whether a text is meant as a time of day, where that is taken."""
        return CLOCK in self.shapes and looks_like_clock(text)

    @property
    def words(self) -> str:
        """What it takes in words, as `text, or a list`."""
        shapes = [name for name in _WORDS if name in self.shapes]
        if NUMBER in shapes and WHOLE in shapes:
            shapes.remove(WHOLE)
        words = [_WORDS[name] for name in shapes]
        words += [f"one of {', '.join(map(str, self.values))}"] if self.values else []
        return ", or ".join(words) or "something else"


_WORDS = {
    TEXT: "text",
    WHOLE: "a whole number",
    NUMBER: "a number",
    TRUTH: "true or false",
    LIST: "a list",
    MAPPING: "a mapping",
    DURATION: "a duration such as 5m",
    TIME: "a time such as 2024-01-31T06:00",
    DATE: "a date",
    CLOCK: "a time of day",
    CALLABLE: "a function ({$ref: package.module.name})",
    BYTES: "bytes",
}


def looks_like_clock(text: str) -> bool:
    """Return whether a text has the form of a time of day, such as `06:00`."""
    return _CLOCK_TEXT.fullmatch(text) is not None


_HOLDERS = (dict, list, tuple)
ANYTHING = Kind(silent=True)


class Wrong(NamedTuple):
    """A value that a parameter certainly does not take."""

    path: tuple[str | int, ...]
    """Where in the value it is."""
    given: str
    """What it is, in words."""
    expected: Kind
    value: object


@lru_cache(maxsize=4096)
def kind(text: str) -> Kind:
    """Return what a type's text says; a text that cannot be read says nothing."""
    try:
        return _TypeReader(text).union()
    except (IndexError, ValueError):
        return ANYTHING


def wrong(expected: Kind, value: object, *, rendered: bool) -> Wrong | None:
    """Return what is certainly wrong about a value, or None.

    Args:
        expected: What the parameter takes.
        value: The value, as a document has it.
        rendered: Airflow renders the parameter, so text may become anything.
    """
    return _wrong(expected, value, (), rendered=rendered)


def shape_of(value: object) -> str | None:
    """Return the shape of a value, or None for what is known later."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return TRUTH
    if isinstance(value, dict):
        if "$python_code" in value:
            return CALLABLE
        marked = any(isinstance(key, str) and key.startswith("$") for key in value)
        return None if marked else MAPPING
    shapes = {str: TEXT, int: WHOLE, float: NUMBER, list: LIST, tuple: LIST}
    return shapes.get(type(value))


def _wrong(
    expected: Kind, value: object, path: tuple[str | int, ...], *, rendered: bool
) -> Wrong | None:
    shape = shape_of(value)
    if expected.silent or shape is None or shape == NULL:
        return None
    if isinstance(value, str):
        return _wrong_text(expected, value, path, rendered=rendered)
    if _takes(expected, shape, value):
        return _wrong_inside(expected, value, path, rendered=rendered) if not path else None
    return Wrong(path, _GIVEN[shape], expected, value)


_GIVEN = _WORDS | {NULL: "null", CALLABLE: "a function"}


def in_words(value: object) -> str:
    """Return what a value of a document is, as `a list`."""
    shape = shape_of(value)
    return _GIVEN[shape] if shape else "an object"


def _takes(expected: Kind, shape: str, value: object) -> bool:
    """Return whether a value that is no text fits; what Airflow does not mind fits too."""
    shapes = expected.shapes
    if shape in shapes or value in expected.values:
        return True
    numbers = {WHOLE, NUMBER}
    if shape == TRUTH:  # `retry_exponential_backoff: false`
        return bool(shapes & numbers)
    if shape == NUMBER and isinstance(value, float) and value.is_integer():
        return WHOLE in shapes
    return shape in numbers and DURATION in shapes


def _wrong_text(
    expected: Kind, value: str, path: tuple[str | int, ...], *, rendered: bool
) -> Wrong | None:
    jinja = has_code(value)
    is_wrong = expected.values or _is_no_number(expected, value) or _is_no_data(expected, value)
    if rendered and (jinja or not is_wrong):
        return None
    if TEXT in expected.shapes or expected.reads_text_as or value in expected.values:
        return None
    if expected.shapes & {CLOCK, BYTES}:
        return None
    return Wrong(path, _GIVEN[TEXT], expected, value)


def _is_no_data(expected: Kind, text: str) -> bool:
    """Return whether lists and mappings alone are taken, and a text is neither JSON nor a file."""
    shapes = expected.shapes - {NULL}
    return bool(shapes) and shapes <= {LIST, MAPPING} and not _DATA_TEXT.match(text)


def _is_no_number(expected: Kind, text: str) -> bool:
    """Return whether only numbers are taken, and a text spells none: as a text some take one."""
    if not expected.shapes <= _NUMBERS:
        return False
    try:
        float(text)
    except ValueError:
        return True
    return False


def _wrong_inside(
    expected: Kind, value: object, path: tuple[str | int, ...], *, rendered: bool
) -> Wrong | None:
    """Return what is wrong one level deep."""
    inner: Kind | None = None
    is_mapping = isinstance(value, dict)
    pairs: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner, pairs = expected.members, [(str(key), item) for key, item in value.items()]
    elif isinstance(value, (list, tuple)):
        inner, pairs = expected.items, list(enumerate(value))
    if inner is None:
        return None
    # `dict[str, str]` is often said of mappings that Airflow hands on with whatever is in them
    if is_mapping and WHOLE in inner.shapes:  # `dict[str, int]` of thresholds and factors
        inner = inner._replace(shapes=inner.shapes | {NUMBER})
    if is_mapping and TEXT in inner.shapes:
        pairs = [(key, item) for key, item in pairs if not isinstance(item, _HOLDERS)]
    results = (_wrong(inner, item, (*path, key), rendered=rendered) for key, item in pairs)
    return next((result for result in results if result), None)


class _TypeReader:
    """Reads the text of a type: names, brackets and bars."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._place = 0

    def union(self) -> Kind:
        members = [self._member()]
        while self._next() == "|":
            self._place += 1
            members.append(self._member())
        return _joined(members)

    def _next(self) -> str | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _take(self) -> str:
        token: str = self._tokens[self._place]
        self._place += 1
        return token

    def _member(self) -> Kind:
        name = self._take()
        if name == "[":  # the arguments of a Callable
            self._place -= 1
            self._arguments()
            return ANYTHING
        if name in _CHECKED_AFTER_TEXT:
            return self._values(name)
        arguments = self._arguments() if self._next() == "[" else []
        shapes = _SHAPES.get(name)
        if name.rpartition(".")[2] == _NOT_GIVEN:
            return Kind()
        if shapes is None:
            return Kind(silent=True, classes=frozenset({name.rpartition(".")[2]}))
        first = arguments[0] if arguments else None
        last = arguments[-1] if len(arguments) == 2 else None  # noqa: PLR2004 - key and value
        return Kind(
            shapes=shapes,
            items=first if LIST in shapes and name != "tuple" else None,
            members=last if MAPPING in shapes else None,
        )

    def _arguments(self) -> list[Kind]:
        self._take()
        arguments = []
        while self._next() != "]":
            if self._next() in (",", "..."):
                self._take()
            else:
                arguments.append(self.union())
        self._take()
        return arguments

    def _values(self, name: str) -> Kind:
        self._take()
        values: list[object] = []
        sign = ""
        while (token := self._take()) != "]":
            if token == "-":  # noqa: S105 - a sign
                sign = "-"
            elif token != ",":  # noqa: S105 - a comma
                values.append(_literal(sign + token))
                sign = ""
        # an enumeration's own members, as `{$ref: ...}`, are no values of a document
        return Kind(values=tuple(values), silent=name == "Enum" and not values)


def _tokens(text: str) -> Iterator[str]:
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ValueError(text)
        yield match[1]
        place = match.end()


def _literal(token: str) -> object:
    """Return the value that a literal in a type is: text, a whole number, or a word of Python."""
    if token[0] in "'\"":
        return token[1:-1].replace(f"\\{token[0]}", token[0])
    words = {"True": True, "False": False, "None": None}
    return words[token] if token in words else int(token)


def _joined(members: list[Kind]) -> Kind:
    return Kind(
        shapes=frozenset().union(*(m.shapes for m in members)),
        values=tuple(value for m in members for value in m.values),
        silent=any(m.silent for m in members),
        items=_same([m.items for m in members if LIST in m.shapes]),
        members=_same([m.members for m in members if MAPPING in m.shapes]),
        classes=frozenset().union(*(m.classes for m in members)),
    )


def _same(kinds: list[Kind | None]) -> Kind | None:
    """Return what all agree on, or None."""
    return kinds[0] if kinds and all(item == kinds[0] for item in kinds) else None
