"""A spec as YAML that `readers.yaml_reader` reads back equal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from dagctl.patterns import lazy_pattern
from dagctl.readers.yaml_reader import REFUSED_RAW
from dagctl.readers.yaml_words import meaning
from dagctl.spec.resolution.placeholders import escaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from dagctl.spec.model import DagSpec

HIDDEN = lazy_pattern(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""Characters that cannot be seen, or that reorder what stands around them. They are escaped, so
that a document shows what it says, in a pipe too."""
_FIVE_DIGITS = 0x10000
_LINES_OF_AN_ANCHOR = 2
"""Line ends of a text that is worth an anchor."""
_LONGEST_LINE = 60
"""Characters of a list that stands in one line."""
_FUNCTION = lazy_pattern(r"^(?:async )?def ([A-Za-z_][A-Za-z0-9_]{0,60})\(", re.MULTILINE)


def to_yaml(spec: DagSpec) -> str:
    """Return the spec as a YAML document, text of several lines as blocks where YAML allows it."""
    return data_to_yaml(spec.to_data())


def data_to_yaml(data: Mapping[str, Any]) -> str:
    """Return JSON data as a YAML document, in the order of the keys."""
    return _dumped(data, _Dumper)


def data_to_short_yaml(data: Mapping[str, Any]) -> str:
    """Return JSON data as a YAML document that is as short as people write it.

    Lists of few words stand in one line. A text of several lines stands once: where it is needed
    again stands an alias, `python_code: *load`.
    """
    return _dumped(_with_same_objects(data, {}), _ShortDumper)


def _with_same_objects(value: Any, texts: dict[str, str]) -> Any:  # noqa: ANN401 - JSON data
    """Return data in which equal texts of several lines are one object."""
    if isinstance(value, dict):
        return {key: _with_same_objects(item, texts) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_same_objects(item, texts) for item in value]
    return texts.setdefault(value, value) if _is_long(value) else value


def _is_long(value: object) -> bool:
    return isinstance(value, str) and value.count("\n") >= _LINES_OF_AN_ANCHOR


def written_to_yaml(data: Mapping[str, Any]) -> str:
    """Return data of a spec as its author wrote it: variables in its texts stay variables."""
    return _dumped(data, _AsWritten)


def inline(value: JsonValue) -> str:
    """Return one value in one line, as it is written behind `key: ` or in a list."""
    return _dumped([value], _AsWritten, in_one_line=True).strip()[1:-1]


def _dumped(value: object, dumper: type[yaml.SafeDumper], *, in_one_line: bool = False) -> str:
    text: str = yaml.dump(
        value,
        Dumper=dumper,
        allow_unicode=True,
        sort_keys=False,
        width=2**31,
        default_flow_style=in_one_line,
    )
    return escaped_in_quotes(text)


def escaped_in_quotes(text: str) -> str:
    """Return a document with escapes for what hides or reorders text.

    Each text that has such a character must stand in double quotes.
    """
    return HIDDEN.sub(lambda match: _escape(ord(match[0])), text)


def _escape(number: int) -> str:
    return f"\\u{number:04X}" if number < _FIVE_DIGITS else f"\\U{number:08X}"


class _AsWritten(yaml.SafeDumper):
    """Writes texts as an author writes them: what stands for a variable stays one."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=_style(data))


class _Dumper(_AsWritten):
    """Writes texts that stand for themselves."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        return super().represent_str(escaped(data))


class _ShortDumper(_Dumper):
    """Writes lists of few words in one line, and a text of several lines once.

    That text has an anchor if the same object comes again.
    """

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as of PyYAML
        super().__init__(*args, **options)
        self._named: dict[str, int] = {}

    def ignore_aliases(self, data: object) -> bool:
        return not _is_long(data)

    def represent_short_list(self, data: list[Any]) -> yaml.SequenceNode:
        words = all(isinstance(item, str | int | float | bool) for item in data)
        is_short = words and sum(len(str(item)) + 2 for item in data) <= _LONGEST_LINE
        return self.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=is_short)

    def generate_anchor(self, node: yaml.ScalarNode) -> str:
        """Return what the text is called: as its function, if it is one."""
        match = _FUNCTION.search(node.value)
        name = match[1] if match else "text"
        self._named[name] = number = self._named.get(name, 0) + 1
        return name if number == 1 else f"{name}-{number}"


_AsWritten.add_representer(str, _AsWritten.represent_str)
_Dumper.add_representer(str, _Dumper.represent_str)
_ShortDumper.add_representer(list, _ShortDumper.represent_short_list)


def _style(text: str) -> str | None:
    """Return how a text is written: None leaves the choice to PyYAML.

    PyYAML quotes what YAML 1.1 would misread. The reader refuses what any version misreads.
    """
    if REFUSED_RAW.search(text) or HIDDEN.search(text):
        return '"'
    if "\n" in text:
        return "|"
    return None if meaning(text) == (text, None) else "'"
