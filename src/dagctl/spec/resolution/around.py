"""What stands around a spec and counts for it, and the spec that is meant. Pure."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from dagctl.frozen import frozen
from dagctl.spec.resolution import FOR_EACH
from dagctl.spec.resolution.placeholders import BEGIN
from dagctl.spec.resolution.use import no_templates
from dagctl.spec.resolution.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dagctl.findings.problem import Problem
    from dagctl.spec.inputs import Input
    from dagctl.spec.resolution.defaults import Defaults
    from dagctl.spec.resolution.file_texts import Files
    from dagctl.spec.resolution.filling import Filler
    from dagctl.spec.resolution.inherit import Inherited
    from dagctl.spec.resolution.use import Used
    from dagctl.text.document import Document, Node


@frozen
class Around:
    """What stands around a spec, and counts for it. One serves all specs of a folder.

    Args:
        defaults: The files with defaults above the specs, the nearest first.
        variables: The variables of the workspace.
        template_of: Returns the template with a name and a version, or why there is none.
        files: Reads a file that a spec names by `$file`; None: none is read.
    """

    defaults: tuple[Defaults, ...] = ()
    variables: Variables = field(default_factory=Variables)
    template_of: Callable[[str, int], Used | Problem] = no_templates
    files: Files | None = None
    _filled: dict[int, tuple[Node, Node, tuple[Problem, ...], frozenset[str]]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _joined: list[Inherited] = field(default_factory=list, repr=False, compare=False)

    @property
    def inherited(self) -> Inherited:
        """What the files say together, made once."""
        if not self._joined:
            from dagctl.spec.resolution.inherit import joined

            self._joined.append(joined(self.defaults))
        return self._joined[0]

    def fill(self, node: Node, filler: Filler) -> Node:
        """Return a value of a file with its variables in place; made once for all specs."""
        if id(node) not in self._filled:
            filler.findings, filler.used = [], set()
            made = filler.fill(node, {})
            seen = (tuple(filler.findings), frozenset(filler.used))
            self._filled[id(node)] = (node, made, *seen)
        return self._filled[id(node)][1]

    def findings(self, nodes: Sequence[Node]) -> list[Problem]:
        """Return what is wrong with the variables in values of the files."""
        return [finding for node in nodes for finding in self._filled[id(node)][2]]

    def used(self, nodes: Sequence[Node]) -> Iterator[str]:
        """Yield the names of the variables in values of the files."""
        return (name for node in nodes for name in self._filled[id(node)][3])


NOTHING = Around()
"""No defaults, no variables, no templates, no files."""


@frozen
class Resolved:
    """A spec as it is meant."""

    document: Document
    findings: tuple[Problem, ...] = ()
    """What is wrong with variables, loops and files with defaults."""
    is_whole: bool = True
    """Whether it can be checked; not if a file or a template could not be read."""
    has_all_entries: bool = True
    """Whether all tasks and groups are there; those of a loop that is wrong are not."""
    inputs: tuple[Input, ...] = ()
    """What else it was made of: files with defaults, variables, a template."""


def may_have_some(document: Document) -> bool:
    """Return whether a spec may have variables or loops; an escape may hide one in its text."""
    text = document.text
    return BEGIN in text or FOR_EACH in text or "\\" in text
