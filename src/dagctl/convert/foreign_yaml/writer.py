"""The YAML of other tools as a person writes it: blocks for text of several lines, no anchors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from dagctl.patterns import lazy_pattern
from dagctl.spec.yaml_writer import HIDDEN, escaped_in_quotes

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

_VARIABLE = lazy_pattern(r"\$(?=[A-Za-z0-9_{])")
"""The dollar of what may be a variable of the environment."""
_NAMED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_UNSEEN = lazy_pattern(r'[\\"\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]')
_BREAKS = lazy_pattern("[\x85\u2028\u2029\ufeff\r]")
"""What YAML 1.1 takes for the end of a line, or for no text."""
_BYTE, _PLANE = 0xFF, 0xFFFF


def foreign_yaml(data: Mapping[str, Any], *, expands_variables: bool = False) -> str:
    """Return JSON data as a YAML document that PyYAML reads back equal.

    Args:
        data: The document; the order of its keys is kept.
        expands_variables: Whether the other tool puts variables of the environment into the text
            of the whole file before it reads it. Then the dollar of a shell variable is escaped.
    """
    dumper = _Expanded if expands_variables else _Plain
    text = yaml.dump(data, Dumper=dumper, allow_unicode=True, sort_keys=False, width=2**31)
    return escaped_in_quotes(text)


class _Plain(yaml.SafeDumper):
    """Writes each value where it stands: nothing refers to another place."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - of PyYAML
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - of PyYAML
        """Indent the items of a list below their key."""
        super().increase_indent(flow, indentless=False)

    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = "|" if "\n" in text.rstrip("\n") else None
        style = '"' if _BREAKS.search(text) or HIDDEN.search(text) else style
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


class _Expanded(_Plain):
    """Writes no text that a tool which expands variables would change."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        if not _VARIABLE.search(text):
            return super().represent_text(text)
        return self.represent_scalar("tag:yaml.org,2002:str", text, style='"')

    def write_double_quoted(self, text: str, split: bool = True) -> None:  # noqa: FBT001, FBT002 - of PyYAML
        """Write a text in double quotes, each of its lines on a line of its own."""
        self.write_indicator('"', True)
        lines = text.splitlines(keepends=True) if split else [text]
        for number, line in enumerate(_joined(lines)):
            if number:
                self._put("\\")
                self.write_indent()
                self._put("\\" if line.startswith(" ") else "")
            self._put(_escaped(line))
        self.write_indicator('"', False)

    def _put(self, text: str) -> None:
        self.column += len(text)
        self.stream.write(text)


_Plain.add_representer(str, _Plain.represent_text)
_Expanded.add_representer(str, _Expanded.represent_text)


def _joined(lines: list[str]) -> list[str]:
    """Return the lines, so that each but the last ends with a line feed."""
    made: list[str] = []
    for line in lines:
        if made and not made[-1].endswith("\n"):
            made[-1] += line
        else:
            made.append(line)
    return made or [""]


def _escaped(line: str) -> str:
    """Return a line as it stands in double quotes."""
    return _VARIABLE.sub(r"\\x24", _UNSEEN.sub(_escape, line))


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    if code <= _BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _PLANE else f"\\U{code:08x}"
