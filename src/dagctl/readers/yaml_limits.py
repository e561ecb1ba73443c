"""How large a YAML document is with its aliases written out: a few lines can stand for billions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

from dagctl.findings.codes import Code
from dagctl.readers.yaml_nodes import LimitError
from dagctl.text.lines import MAX_BYTES, MAX_DEPTH, MAX_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Size(NamedTuple):
    values: int
    characters: int
    height: int


def refuse_explosion(root: yaml.Node) -> None:
    """Raise for a document that is too large, too deep or endless when its aliases are written out.

    Nothing is written out for that: each node is measured once.

    Raises:
        LimitError: At the value that goes beyond the limit.
    """
    _measure(root, {})


def _measure(node: yaml.Node, known: dict[int, _Size | None]) -> _Size:
    if id(node) in known:
        size = known[id(node)]
        if size is None:
            raise LimitError(Code.YAML_ALIAS, node.start_mark.index)
        return size
    known[id(node)] = None
    size = _sum(node, [_measure(child, known) for child in _children(node)])
    if size.height > MAX_DEPTH:
        raise LimitError(Code.TOO_DEEP, node.start_mark.index)
    if size.values > MAX_VALUES or size.characters > MAX_BYTES:
        raise LimitError(Code.TOO_MANY_VALUES, node.start_mark.index)
    known[id(node)] = size
    return size


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _sum(node: yaml.Node, parts: list[_Size]) -> _Size:
    if isinstance(node, yaml.ScalarNode):
        return _Size(1, len(node.value), 1)
    return _Size(
        1 + sum(part.values for part in parts),
        sum(part.characters for part in parts),
        1 + max((part.height for part in parts), default=0),
    )
