"""From the spec that was written to the spec that is meant, in one step. Pure."""

from __future__ import annotations

import json
from dataclasses import field, replace
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import MAX_PROBLEMS, Problem
from dagctl.frozen import frozen
from dagctl.spec.inputs import Input, digest_of_text
from dagctl.spec.resolution.defaults import TASK_DEFAULTS
from dagctl.spec.resolution.expressions import BEGIN
from dagctl.spec.resolution.filling import Budget, Filler, TooMuchError
from dagctl.spec.resolution.inherit import Inherited, inherit, joined
from dagctl.spec.resolution.loops import FOR_EACH, Unroller
from dagctl.spec.resolution.own_defaults import with_own_defaults
from dagctl.spec.resolution.use import USE, WITH, no_templates, used, uses_template
from dagctl.spec.resolution.variables import Variables
from dagctl.text.limits import MAX_VALUES
from dagctl.text.lines import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dagctl.spec.resolution.defaults import Defaults
    from dagctl.spec.resolution.files import Files
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


def resolve(document: Document, around: Around) -> Resolved:
    """Return a spec with its variables, loops and defaults in place.

    Args:
        document: What its author wrote: a mapping.
        around: The defaults and variables that count for it.
    """
    filler = Filler(document, around.variables, Budget())
    root = document.root
    template: list[Input] = []
    of_template: list[Problem] = []
    try:
        if uses_template(root):
            root = _with_given(root, filler)
            of_template = list(filler.findings)
            if not of_template:
                root, of_template = used(root, _noting(around.template_of, template))
        if root is not document.root or _may_have_some(document):
            root = Unroller(filler).root(root)
        findings = list(dict.fromkeys((*of_template, *filler.findings)))
        if TASK_DEFAULTS in root.keys:
            root, more = with_own_defaults(root, document, filler.budget)
            findings += more
        if around.defaults:
            root, more, named = _with_defaults(root, around, filler)
            findings += more
            filler.used |= named
    except TooMuchError:
        findings = [*filler.findings, _too_much()]
        return Resolved(document, tuple(findings), is_whole=False)
    unreadable = not all(defaults.is_read for defaults in around.defaults)
    made = document if root is document.root else replace(document, root=root)
    whole = not (unreadable or of_template)
    inputs = (*template, *_inputs(around, filler.used))
    return Resolved(
        made,
        tuple(findings),
        is_whole=whole,
        has_all_entries=not filler.is_broken,
        inputs=inputs,
    )


def _inputs(around: Around, names: set[str]) -> Iterator[Input]:
    """Yield the files with defaults around a spec, and its variables."""
    for each in around.defaults:
        if each.path:
            yield Input("defaults", each.path, each.digest)
    values = around.variables.values
    for name in names & values.keys():
        canonical = json.dumps(values[name].value, sort_keys=True)
        yield Input("variable", name, digest_of_text(canonical))


def _noting(
    template_of: Callable[[str, int], Used | Problem], template: list[Input]
) -> Callable[[str, int], Used | Problem]:
    """Return the same, which also notes what it gave."""

    def read(name: str, version: int) -> Used | Problem:
        given = template_of(name, version)
        if not isinstance(given, Problem):
            digest = digest_of_text(given.document.text)
            template.append(Input("template", f"{name}@{version}", digest))
        return given

    return read


def _with_given(root: Node, filler: Filler) -> Node:
    """Return a spec with the variables in what it gives to its template."""
    keys = {
        key: filler.entry(key, entry, {}) if key in {USE, WITH} else entry
        for key, entry in root.keys.items()
    }
    return filler.made_mapping(root, keys)


def _may_have_some(document: Document) -> bool:
    """Return whether a spec may have variables or loops; an escape may hide one in its text."""
    text = document.text
    return BEGIN in text or FOR_EACH in text or "\\" in text


def _with_defaults(
    root: Node, around: Around, filler: Filler
) -> tuple[Node, list[Problem], set[str]]:
    """Return the root with defaults, what is wrong with these, and the variables in them."""
    used: list[Node] = []

    def fill(node: Node) -> Node:
        used.append(node)
        return around.fill(node, of_files)

    of_files = Filler(filler.document, around.variables, filler.budget)
    made = inherit(root, around.inherited, fill)
    of_all = [finding for defaults in around.defaults for finding in defaults.findings]
    findings = [*of_all, *around.findings(used)][: 2 * MAX_PROBLEMS]
    return made, findings, set(around.used(used))


def _too_much() -> Problem:
    message = (
        f"with its loops and variables the spec has too many values (over {MAX_VALUES:,}), or too "
        "much text"
    )
    return Problem(Code.TOO_MANY_VALUES, message, "split it into several DAGs", span=Span(0, 1))
