"""Puts variables, loops, templates and defaults in place, one after the other."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import MAX_PROBLEMS, Problem
from dagctl.spec.inputs import Input, digest_of_text
from dagctl.spec.resolution import TASK_DEFAULTS
from dagctl.spec.resolution.around import Resolved, may_have_some
from dagctl.spec.resolution.filling import Budget, Filler, TooMuchError
from dagctl.spec.resolution.inherit import inherit
from dagctl.spec.resolution.loops import Unroller
from dagctl.spec.resolution.own_defaults import with_own_defaults
from dagctl.spec.resolution.use import USE, WITH, used, uses_template
from dagctl.text.lines import MAX_VALUES, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dagctl.spec.resolution.around import Around
    from dagctl.spec.resolution.use import Used
    from dagctl.text.document import Document, Node


def resolved(document: Document, around: Around) -> Resolved:
    """Return a spec with its variables, loops and defaults in place."""
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
        if root is not document.root or may_have_some(document):
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
