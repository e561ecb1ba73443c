"""YAML as a document: plain data only, every key once, no surprises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from dagctl.findings.characters import is_visible
from dagctl.findings.codes import Code
from dagctl.findings.problem import MAX_PROBLEMS, Problem
from dagctl.findings.wording import quoted
from dagctl.patterns import lazy_pattern
from dagctl.readers.source_text import Reading
from dagctl.readers.text_findings import (
    duplicate_key,
    empty_document,
    key_not_text,
    limit_finding,
)
from dagctl.readers.yaml_nodes import LIST, MAPPING, PLAIN, TEXT, LimitError, compose
from dagctl.readers.yaml_words import meaning
from dagctl.text.document import Document, Kind, Node
from dagctl.text.lines import MAX_BYTES, Lines, Span
from dagctl.text.spelling import read_spelling

if TYPE_CHECKING:
    import re

_REPAIRS = 20
"""So many slips of one line each are repaired, to find what else is wrong after them."""
_READ_AGAIN = 2 * MAX_BYTES
"""Characters that are read again after repairs: a large text is repaired less often."""
REFUSED_RAW = lazy_pattern("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|\r(?!\n)")
"""What may not stand in YAML except as an escape between double quotes."""
_ALIAS = lazy_pattern(r"\*[\w-]")
"""Where there may be an alias: its name is of ASCII letters, digits, `_` and `-`."""
_CONFLICT = lazy_pattern(r"(?m)^<<<<<<< [^\n]*+$")
"""The first line of what git could not merge."""
_BEFORE_DOCUMENT = lazy_pattern(r"(?:[ \t]*+(?:#[^\n]*+)?\n|%[^\n]*+\n)*+")
"""Comments, blank lines and directives."""
_MOST_DIRECTIVES = 10
"""More than any text needs; the parser takes the square of their number."""
MERGE = "<<"
"""The key that takes the keys of another mapping in; quoted it is a key like any other."""
_SEVERAL = "write the names in one list: `<<: [*first, *second]`"
_KINDS: dict[str | None, Kind] = {"|": "block", ">": "block", '"': "quoted", "'": "quoted"}


def read_yaml(text: str) -> Reading:
    """Return the document that a YAML text holds, and what is wrong with the text."""
    raw = None if is_visible(text) else REFUSED_RAW.search(text)
    if raw:
        return Reading(None, [_raw_character(raw)])
    if _directives(text) > _MOST_DIRECTIVES:
        return Reading(None, [_too_many_directives(text)])
    findings: list[Problem] = []
    repaired = text
    for _ in range(min(_REPAIRS, 1 + _READ_AGAIN // (len(text) + 1))):
        try:
            root = compose(repaired)
        except LimitError as error:
            return Reading(None, [*findings, limit_finding(error.code, error.offset)])
        except yaml.MarkedYAMLError as error:
            from dagctl.readers.yaml_mistakes import explain

            conflict = _CONFLICT.search(text)
            finding, again = (_conflict(conflict), None) if conflict else explain(repaired, error)
            findings.append(finding)
            if again is None:
                return Reading(None, findings)
            repaired = again
        else:
            return _document(text, root, findings)
    return Reading(None, findings)


def _conflict(match: re.Match[str]) -> Problem:
    message = "this is a merge conflict: both sides of it stand here"
    hint = "keep what is right, and remove the three lines with marks"
    return Problem(Code.YAML_SYNTAX, message, hint, span=Span(*match.span()))


def _raw_character(match: re.Match[str]) -> Problem:
    char = match.group()
    if char == "\r":
        message = "a carriage return alone is not a line ending"
        return Problem(
            Code.RAW_CHARACTER,
            message,
            "save the file with LF line endings",
            span=Span(*match.span()),
        )
    message = f"the character U+{ord(char):04X} must be escaped in YAML"
    hint = f"remove it, or write it as {quoted(char)[1:-1]} in double quotes"
    return Problem(Code.RAW_CHARACTER, message, hint, span=Span(*match.span()))


def _directives(text: str) -> int:
    """Return how many directives stand before the document."""
    before = _BEFORE_DOCUMENT.match(text)
    return f"\n{before.group()}".count("\n%") if before else 0


def _too_many_directives(text: str) -> Problem:
    start = text.find("%")
    message, hint = "there are too many directives before the document", "remove them"
    return Problem(Code.YAML_SYNTAX, message, hint, span=Span(start, start + 1))


def _document(text: str, root: yaml.Node | None, findings: list[Problem]) -> Reading:
    if root is None:
        return Reading(None, [*findings, empty_document()])
    try:
        if "&" in text and _ALIAS.search(text):
            from dagctl.readers.yaml_limits import refuse_explosion

            refuse_explosion(root)
    except LimitError as error:
        return Reading(None, [*findings, limit_finding(error.code, error.offset)])
    builder = _Builder(text, findings)
    try:
        built = builder.build(root)
    except _EnoughError:
        return Reading(None, findings)
    if not builder.is_indented:  # what is missing, and where, would be said of another text
        return Reading(None, findings)
    return Reading(Document(text, built, read_spelling), findings)


class _EnoughError(Exception):
    """There are as many findings as are shown."""


class _Builder:
    """Turns PyYAML's nodes into ours; an alias becomes what it stands for."""

    def __init__(self, text: str, findings: list[Problem]) -> None:
        self._text = text
        self._findings = findings
        self._lines: Lines | None = None
        self.is_indented = True
        """Whether each key is where its author sees it."""

    def build(self, node: yaml.Node) -> Node:
        """Return our node for PyYAML's."""
        span = Span(node.start_mark.index, node.end_mark.index)
        # PyYAML takes a lone "!" for no tag at all, though it makes a text of `! 1`
        if node.tag not in {PLAIN, TEXT, LIST, MAPPING} or self._text.startswith("!", span.start):
            message = f"the tag {quoted(_written(node))} is not allowed"
            self._note(Code.YAML_TAG, message, "quote the text, or remove the tag", span)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, span)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, span)
        items = [self.build(item) for item in node.value]
        return Node([item.value for item in items], span, "list", items)

    def _scalar(self, node: yaml.ScalarNode, span: Span) -> Node:
        kind = _KINDS.get(node.style, "plain")
        if node.tag != PLAIN:
            return Node(node.value, span, kind)
        value, surprise = meaning(node.value)
        if surprise:
            self._note(*surprise, span)
        return Node(value, span, kind)

    def _mapping(self, node: yaml.MappingNode, span: Span) -> Node:
        if self._text.startswith("{{", span.start):
            message, hint = "to YAML, `{{` begins a mapping", 'quote the text: "{{ ... }}"'
            self._note(Code.YAML_QUOTE_JINJA, message, hint, span)
            return Node(self._text[span.start : span.end], span, "plain")
        built = Node({}, span, "mapping")
        merged: list[Node] = []
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag == PLAIN and key.value == MERGE:
                merged += self._merged(key, value, is_second=bool(merged))
            else:
                self._entry(built, key, value)
        for other in merged:
            for name, entry in other.keys.items():
                if name not in built.keys:
                    built.keys[name] = entry
                    built.value[name] = entry[1].value
        return built

    def _merged(self, key: yaml.Node, value: yaml.Node, *, is_second: bool) -> list[Node]:
        """Return the mappings that `<<` brings in, the first of which wins."""
        where = Span(key.start_mark.index, key.end_mark.index)
        if is_second:
            self._note(Code.YAML_MERGE, "`<<` stands here twice", _SEVERAL, where)
            return []
        built = self.build(value)
        parts = built.items if built.kind == "list" else [built]
        good = [part for part in parts if part.kind == "mapping"]
        if good and len(good) == len(parts):
            return good
        message = "`<<` takes the keys of a mapping, or of a list of mappings"
        self._note(Code.YAML_MERGE, message, "write `<<: *name`, where `&name` marks one", where)
        return good

    def _entry(self, built: Node, key: yaml.Node, value: yaml.Node) -> None:
        where = Span(key.start_mark.index, key.end_mark.index)
        name = self._key(key, where)
        if name is None:
            return
        if name in built.keys:
            self._add(duplicate_key(self._line(built.keys[name][0].start), name, where))
            return
        child = self.build(value)
        built.keys[name] = (where, child)
        built.value[name] = child.value

    def _key(self, key: yaml.Node, where: Span) -> str | None:
        if not isinstance(key, yaml.ScalarNode):
            self._add(key_not_text(self._text, where))
            return None
        built = self.build(key)
        name = built.value
        if isinstance(name, str):
            wrong = len(name) - len(name.lstrip("\u00a0"))
            if wrong and built.kind == "plain":
                from dagctl.readers.yaml_layout import no_break_space

                self._add(no_break_space(Span(where.start, where.start + wrong)))
                self.is_indented = False
            return name
        self._add(key_not_text(self._text, where))
        return None

    def _note(self, code: Code, message: str, hint: str, span: Span) -> None:
        self._add(Problem(code, message, hint, span=span))

    def _add(self, finding: Problem) -> None:
        self._findings.append(finding)
        if len(self._findings) >= MAX_PROBLEMS:
            raise _EnoughError

    def _line(self, offset: int) -> int:
        self._lines = self._lines or Lines(self._text)
        return self._lines.position(offset)[0]


def _written(node: yaml.Node) -> str:
    tag: Any = "!" if node.tag in {PLAIN, TEXT, LIST, MAPPING} else node.tag
    return str(tag).replace("tag:yaml.org,2002:", "!!")
