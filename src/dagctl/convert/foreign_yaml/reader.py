"""The YAML of other tools: what PyYAML makes of it, with the line of each key and item.

Other tools load YAML 1.1 with merge keys and tags of their own, so this is not the strict reader
of specs. Nothing is imported and no object is built: a Python tag becomes a `Tagged`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import yaml

from dagctl.convert.outcome.report import Place
from dagctl.errors import Diagnostic, SpecError
from dagctl.findings.codes import Code
from dagctl.frozen import frozen
from dagctl.readers.yaml_limits import refuse_explosion
from dagctl.readers.yaml_nodes import LimitError
from dagctl.text.lines import MAX_BYTES, Lines

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

_MOST_DOCUMENTS = 1_000
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)
"""What PyYAML raises for a date such as 2024-13-45, `!!bool x`, a number of too many digits."""


class Fields(dict[str, Any]):
    """A mapping that knows where it and each of its keys stands."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.places: dict[str, Place] = {}
        self.not_text: set[str] = set()
        """The keys that were a number or a truth, and are text here."""

    def put(self, key: str, value: object, place: Place) -> None:
        """Set a value that stands at a place."""
        self[key] = value
        self.places[key] = place

    def at(self, key: str) -> Place:
        """Return where a key stands; for one that is absent, where the mapping begins."""
        return self.places.get(key, self.place)

    def copy(self) -> Fields:
        """Return a copy whose keys can be changed."""
        copy = Fields(self.place)
        copy.update(self)
        copy.places.update(self.places)
        copy.not_text.update(self.not_text)
        return copy


@frozen
class Tagged:
    """A value with a tag that only the other tool understands."""

    tag: str
    value: Any


def read_foreign_yaml(text: str, file: str) -> Fields:
    """Return the mapping that a YAML text holds.

    Raises:
        SpecError: The text is no YAML, no mapping, or larger than a spec may be.
    """
    documents = read_foreign_documents(text, file)
    if len(documents) != 1:
        line = documents[1].place.line if documents else 1
        message = "it must hold one document that is a mapping"
        raise refused(file, line, Code.NOT_A_MAPPING, message)
    return documents[0]


def read_foreign_documents(text: str, file: str, *, unique: bool = False) -> list[Fields]:
    """Return the mappings that the documents of a YAML text hold; an empty document is left out.

    Args:
        text: The text.
        file: Its name, for the messages.
        unique: Whether a key that stands twice in a mapping is an error; else the last one counts.

    Raises:
        SpecError: The text is no YAML, a document is no mapping, or it is larger than a spec may
            be.
    """
    with _as_messages(text, file):
        return list(_documents(_Loader(text, file, unique=unique)))
    raise AssertionError  # the block returns or raises


@contextmanager
def _as_messages(text: str, file: str) -> Iterator[None]:
    """Turn what the reading of a YAML text raises into errors with a line."""
    if len(text) > MAX_BYTES:
        raise refused(file, 1, Code.FILE_TOO_LARGE, f"more than {MAX_BYTES:,} characters")
    try:
        yield
    except LimitError as error:
        line, _ = Lines(text).position(error.offset)
        raise refused(file, line, error.code, "the document is too deep or too large") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise refused(file, line, Code.YAML_SYNTAX, error.problem or "no valid YAML") from error
    except yaml.YAMLError as error:
        raise refused(file, 1, Code.YAML_SYNTAX, "the text has a character no YAML has") from error
    except RecursionError as error:
        raise refused(file, 1, Code.TOO_DEEP, "the document is too deep") from error
    except _UNREADABLE as error:
        raise refused(file, 1, Code.YAML_SYNTAX, f"a value cannot be read: {error}") from error


def plain_data(text: str) -> Any:  # noqa: ANN401 - what stands in the text
    """Return what a YAML text of one document holds: mappings, lists, texts, numbers, truths.

    Raises:
        SpecError: It is no YAML, larger than a spec may be, or holds more than such data.
    """
    with _as_messages(text, ""):
        loader = _Loader(text, "", unique=False)
        node = loader.get_single_node()
        if node is not None:
            refuse_explosion(node)
        return _plain(None if node is None else loader.construct_document(node))
    raise AssertionError  # the block returns or raises


def _plain(value: object) -> Any:  # noqa: ANN401 - what stands in the text
    if isinstance(value, Fields) and not value.not_text:
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str | int | float | bool | None):
        return value
    raise refused("", 1, Code.YAML_SYNTAX, "it holds more than plain data")


def _documents(loader: _Loader) -> Iterator[Fields]:
    count = 0
    while loader.check_node():
        node = loader.get_node()
        if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
            continue
        count += 1
        if not isinstance(node, yaml.MappingNode):
            line = node.start_mark.line + 1
            raise refused(loader.file, line, Code.NOT_A_MAPPING, "the document is not a mapping")
        if count > _MOST_DOCUMENTS:
            raise LimitError(Code.TOO_MANY_VALUES, node.start_mark.index)
        refuse_explosion(node)
        document = loader.construct_document(node)
        if not isinstance(document, Fields):  # a tag such as `!!set` makes something else of it
            line = node.start_mark.line + 1
            raise refused(loader.file, line, Code.NOT_A_MAPPING, "the document is not a mapping")
        yield document


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - what stands in the file
    """Return the items of a list; what stands where a list should is its only item."""
    if value is None or value is False:
        return []
    return value if isinstance(value, list) else [value]


def size_of(value: object) -> int:
    """Return how many values there are in a value."""
    if isinstance(value, Fields):
        return 1 + sum(map(size_of, value.values()))
    return 1 + sum(map(size_of, value)) if isinstance(value, list) else 1


def refused(file: str, line: int, code: Code, message: str) -> SpecError:
    """Return the error that a file cannot be read at a line."""
    return SpecError((Diagnostic(code=code, message=message, file=file, line=line, column=1),))


class _Loader(yaml.SafeLoader):
    def __init__(self, text: str, file: str, *, unique: bool) -> None:
        super().__init__(text)
        self.file = file
        self.unique = unique

    def place_of(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1)

    def fields(self, node: yaml.MappingNode) -> Fields:
        fields = Fields(self.place_of(node))
        if self.unique:
            self.refuse_repeated(node)
        self.flatten_mapping(node)
        for key_node, value_node in node.value:
            key: Hashable = self.construct_object(key_node, deep=True)
            value = self.construct_object(value_node, deep=True)
            fields.put(_text_of(key), value, self.place_of(key_node))
            if not isinstance(key, str):
                fields.not_text.add(_text_of(key))
        return fields

    def refuse_repeated(self, node: yaml.MappingNode) -> None:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    line, message = key.start_mark.line + 1, f"the key `{key.value[:60]}` is there"
                    raise refused(self.file, line, Code.DUPLICATE_KEY, f"{message} already")
                seen.add(key.value)

    def tagged(self, suffix: str, node: yaml.Node) -> Tagged:
        if isinstance(node, yaml.ScalarNode):
            return Tagged(suffix, node.value)
        if isinstance(node, yaml.SequenceNode):
            return Tagged(suffix, self.construct_sequence(node, deep=True))
        return Tagged(suffix, self.fields(node) if isinstance(node, yaml.MappingNode) else None)


def _text_of(key: object) -> str:
    """Return a key as text, as JSON writes it: another tool may have numbers and truths there."""
    if isinstance(key, bool):
        return "true" if key else "false"
    return key if isinstance(key, str) else str(key)


def _tuple(loader: _Loader, node: yaml.SequenceNode) -> list[Any]:
    return loader.construct_sequence(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _Loader.fields)
_Loader.add_constructor("tag:yaml.org,2002:python/tuple", _tuple)
_Loader.add_multi_constructor("tag:yaml.org,2002:python/", _Loader.tagged)
_Loader.add_multi_constructor("!", _Loader.tagged)
