"""The YAML of other tools: what PyYAML makes of it, with the line of each key and item.

Other tools load YAML 1.1 with merge keys and tags of their own, so this is not the strict reader
of specs. Nothing is imported and no object is built: a Python tag becomes a `Tagged`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from dagctl.convert.report import Place
from dagctl.errors import Diagnostic, SpecError
from dagctl.spec.codes import Code
from dagctl.spec.lines import Lines
from dagctl.spec.readers.limits import MAX_BYTES
from dagctl.spec.readers.yaml_limits import refuse_explosion
from dagctl.spec.readers.yaml_nodes import LimitError

if TYPE_CHECKING:
    from collections.abc import Hashable


class Fields(dict[str, Any]):
    """A mapping that knows where it and each of its keys stands."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.places: dict[str, Place] = {}

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
        return copy


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value with a tag that only the other tool understands."""

    tag: str
    value: Any


def read_foreign_yaml(text: str, file: str) -> Fields:
    """Return the mapping that a YAML text holds.

    Raises:
        SpecError: The text is no YAML, no mapping, or larger than a spec may be.
    """
    if len(text) > MAX_BYTES:
        raise _refused(file, 1, Code.FILE_TOO_LARGE, f"more than {MAX_BYTES:,} characters")
    try:
        loader = _Loader(text, file)
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise _refused(file, 1, Code.NOT_A_MAPPING, "the document is not a mapping")
        refuse_explosion(node)
        return loader.construct_document(node)  # type: ignore[no-any-return] # a mapping, see above
    except LimitError as error:
        line, _ = Lines(text).position(error.offset)
        raise _refused(file, line, error.code, "the document is too deep or too large") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise _refused(file, line, Code.YAML_SYNTAX, error.problem or "no valid YAML") from error
    except yaml.YAMLError as error:
        raise _refused(file, 1, Code.YAML_SYNTAX, "the text has a character no YAML has") from error
    except RecursionError as error:
        raise _refused(file, 1, Code.TOO_DEEP, "the document is too deep") from error
    except ValueError as error:  # a date such as 2024-13-45, a number of too many digits
        raise _refused(file, 1, Code.YAML_SYNTAX, f"a value cannot be read: {error}") from error


def _refused(file: str, line: int, code: Code, message: str) -> SpecError:
    return SpecError((Diagnostic(code=code, message=message, file=file, line=line, column=1),))


class _Loader(yaml.SafeLoader):
    def __init__(self, text: str, file: str) -> None:
        super().__init__(text)
        self.file = file

    def place_of(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1)

    def fields(self, node: yaml.MappingNode) -> Fields:
        fields = Fields(self.place_of(node))
        self.flatten_mapping(node)
        for key_node, value_node in node.value:
            key: Hashable = self.construct_object(key_node, deep=True)
            value = self.construct_object(value_node, deep=True)
            fields.put(_text_of(key), value, self.place_of(key_node))
        return fields

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
