"""YAML text as PyYAML nodes: the C parser where there is one, stopped before it goes too deep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from yaml._yaml import CParser
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from dagctl.findings.codes import Code
from dagctl.text.lines import MAX_DEPTH, MAX_VALUES

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN, TEXT, LIST, MAPPING = "plain", "text", "list", "mapping"
"""The tags that nodes get here; any other was written by the user."""

_TOO_DEEP = "maximum nesting depth"


class LimitError(Exception):
    """The text goes beyond what a spec may hold."""

    def __init__(self, code: Code, offset: int) -> None:
        super().__init__(code)
        self.code = code
        self.offset = offset


class _Guards:
    """What PyYAML's composers ask for the tag of a node, and call when a node begins or ends."""

    def __init__(self) -> None:
        self._depth = 0
        self._count = 0

    def descend_resolver(self, parent: yaml.Node | None, _index: object) -> None:
        """Note that a node begins."""
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH or self._count > MAX_VALUES:
            code = Code.TOO_DEEP if self._depth > MAX_DEPTH else Code.TOO_MANY_VALUES
            raise LimitError(code, parent.start_mark.index if parent else 0)

    def ascend_resolver(self) -> None:
        """Note that a node ends."""
        self._depth -= 1

    def resolve(self, kind: type[yaml.Node], _value: object, implicit: Any) -> str:  # noqa: ANN401 - PyYAML's
        """Return the tag of a node that has none."""
        if kind is yaml.ScalarNode:
            return PLAIN if implicit[0] else TEXT
        return LIST if kind is yaml.SequenceNode else MAPPING


class PureComposer(_Guards, Reader, Scanner, Parser, Composer):
    """The composer in Python, for where PyYAML comes without its C part."""

    def __init__(self, text: str) -> None:
        _Guards.__init__(self)
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)


def _fastest() -> Callable[[str], Any]:
    if not yaml.__with_libyaml__:
        return PureComposer

    class FastComposer(_Guards, CParser):
        """The composer in C."""

        def __init__(self, text: str) -> None:
            _Guards.__init__(self)
            CParser.__init__(self, text)

    return FastComposer


_COMPOSER = _fastest()


def compose(text: str, composer: Callable[[str], Any] = _COMPOSER) -> yaml.Node | None:
    """Return the root node of the only document, or None if there is none.

    Raises:
        yaml.MarkedYAMLError: The text is not YAML, or more than one document.
        LimitError: It is nested too deeply or has too many values.
    """
    try:
        node: yaml.Node | None = composer(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        if error.problem_mark is None or _TOO_DEEP not in (error.problem or ""):
            raise
        # libyaml 0.2.6 has a limit of its own, which its scanner meets far ahead; without what is
        # there, the composer comes to ours
        composer(text[: error.problem_mark.index]).get_single_node()
        raise LimitError(Code.TOO_DEEP, error.problem_mark.index) from error
    return node
