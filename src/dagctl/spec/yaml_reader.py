"""YAML as a document: plain data only, every key once, no surprises."""

from __future__ import annotations

import re
from typing import Any

import yaml

from dagctl.spec.codes import Code
from dagctl.spec.document import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_VALUES,
    Document,
    Finding,
    Kind,
    Node,
    Reading,
    Span,
)
from dagctl.spec.findings import duplicate_key, empty_document, key_not_text, limit_finding
from dagctl.spec.wording import shown
from dagctl.spec.yaml_mistakes import explain
from dagctl.spec.yaml_nodes import LIST, MAPPING, PLAIN, TEXT, LimitError, compose
from dagctl.spec.yaml_places import inside
from dagctl.spec.yaml_values import meaning

_MENDED = 20
"""So many slips of one line each are mended, to find what else is wrong behind them."""
_RAW = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|\r(?!\n)")
_KINDS: dict[str | None, Kind] = {"|": "block", ">": "block", '"': "quoted", "'": "quoted"}


def read_yaml(text: str) -> Reading:
    """Return the document that a YAML text holds, and what is wrong with the text."""
    raw = _RAW.search(text)
    if raw:
        return Reading(None, [_raw_character(raw)])
    findings: list[Finding] = []
    mended = text
    for _ in range(_MENDED):
        try:
            root = compose(mended)
        except LimitError as error:
            return Reading(None, [*findings, limit_finding(error.code, error.offset)])
        except yaml.MarkedYAMLError as error:
            finding, again = explain(mended, error)
            findings.append(finding)
            if again is None:
                return Reading(None, findings)
            mended = again
        else:
            return _document(text, root, findings)
    return Reading(None, findings)


def _raw_character(found: re.Match[str]) -> Finding:
    char = found.group()
    if char == "\r":
        message = "a carriage return alone is no line end"
        return Finding(
            Code.RAW_CHARACTER, message, "save the file with LF line ends", Span(*found.span())
        )
    message = f"the character U+{ord(char):04X} may not stand in YAML as it is"
    hint = f"remove it, or write it as {shown(char)[1:-1]} between double quotes"
    return Finding(Code.RAW_CHARACTER, message, hint, Span(*found.span()))


def _document(text: str, root: yaml.Node | None, findings: list[Finding]) -> Reading:
    if root is None:
        return Reading(None, [*findings, empty_document()])
    builder = _Builder(text, findings)
    try:
        node = builder.build(root, 1)
    except LimitError as error:
        return Reading(None, [*findings, limit_finding(error.code, error.offset)])
    return Reading(Document(text, node, inside), findings)


class _Builder:
    """Turns PyYAML's nodes into ours; an alias becomes what it stands for, within the limits."""

    def __init__(self, text: str, findings: list[Finding]) -> None:
        self._text = text
        self._findings = findings
        self._open: set[int] = set()
        self._values = 0
        self._characters = 0

    def build(self, node: yaml.Node, depth: int) -> Node:
        """Return our node for PyYAML's."""
        span = Span(node.start_mark.index, node.end_mark.index)
        self._count(node, span, depth)
        if node.tag not in {PLAIN, TEXT, LIST, MAPPING}:
            self._tell(
                Code.YAML_TAG,
                f"the tag {shown(_written(node))} is not allowed",
                "quote the text, or remove the tag",
                span,
            )
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, span)
        if id(node) in self._open:
            raise LimitError(Code.YAML_ALIAS, span.start)
        self._open.add(id(node))
        built = (
            self._mapping(node, span, depth)
            if isinstance(node, yaml.MappingNode)
            else self._list(node, span, depth)
        )
        self._open.discard(id(node))
        return built

    def _count(self, node: yaml.Node, span: Span, depth: int) -> None:
        self._values += 1
        if depth > MAX_DEPTH:
            raise LimitError(Code.TOO_DEEP, span.start)
        if isinstance(node, yaml.ScalarNode):
            self._characters += len(node.value)
        if self._values > MAX_VALUES or self._characters > MAX_BYTES:
            raise LimitError(Code.TOO_MANY_VALUES, span.start)

    def _scalar(self, node: yaml.ScalarNode, span: Span) -> Node:
        kind = _KINDS.get(node.style, "plain")
        if node.tag != PLAIN:
            return Node(node.value, span, kind)
        value, surprise = meaning(node.value)
        if surprise:
            self._tell(*surprise, span)
        return Node(value, span, kind)

    def _list(self, node: yaml.Node, span: Span, depth: int) -> Node:
        items = [self.build(item, depth + 1) for item in node.value]
        return Node([item.value for item in items], span, "list", items)

    def _mapping(self, node: yaml.MappingNode, span: Span, depth: int) -> Node:
        if self._text.startswith("{{", span.start):
            self._tell(
                Code.YAML_QUOTE_JINJA,
                "to YAML, `{{` begins a mapping",
                'quote the text: "{{ ... }}"',
                span,
            )
            return Node(self._text[span.start : span.end], span, "plain")
        built = Node({}, span, "mapping")
        for key, value in node.value:
            self._entry(built, key, value, depth)
        return built

    def _entry(self, built: Node, key: yaml.Node, value: yaml.Node, depth: int) -> None:
        where = Span(key.start_mark.index, key.end_mark.index)
        name = self._key(key, where, depth)
        if name is None:
            return
        if name in built.keys:
            self._findings.append(duplicate_key(self._text, name, built.keys[name][0], where))
            return
        child = self.build(value, depth + 1)
        built.keys[name] = (where, child)
        built.value[name] = child.value

    def _key(self, key: yaml.Node, where: Span, depth: int) -> str | None:
        if isinstance(key, yaml.ScalarNode) and key.tag == PLAIN and key.value == "<<":
            self._tell(
                Code.YAML_MERGE,
                "merging mappings with `<<` is not supported",
                "write the keys out",
                where,
            )
            return None
        told = len(self._findings)
        name = self.build(key, depth + 1).value
        if isinstance(name, str) and isinstance(key, yaml.ScalarNode):
            return name
        if len(self._findings) == told:
            self._findings.append(key_not_text(self._text, where))
        return None

    def _tell(self, code: Code, message: str, hint: str, span: Span) -> None:
        self._findings.append(Finding(code, message, hint, span))


def _written(node: yaml.Node) -> str:
    tag: Any = node.tag
    return str(tag).replace("tag:yaml.org,2002:", "!!")
