"""`use: NAME@VERSION` with `with: {...}`: a spec that stays linked to a template.

The keys of the template become those of the spec, its parameters in place; what the spec says
itself goes before them. Each value keeps the file and the line that said it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.patterns import lazy_pattern
from dagctl.spec.resolution.variables import scalar_text
from dagctl.text.data_document import node_of
from dagctl.text.document import Node
from dagctl.text.lines import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dagctl.text.document import Document

USE, WITH = "use", "with"
HEAD = "template"
"""The key that makes a template of a spec."""
PARAMETER = lazy_pattern(
    r"(?<!\$)\$\{\{[ \t]{0,20}params\.([A-Za-z_][A-Za-z0-9_]{0,99})[ \t]{0,20}\}\}"
)
"""What stands for the value of a parameter; `$${{` stands for the characters themselves."""
_NAME = lazy_pattern(
    r"(?P<name>(?:[a-z]{1,20}/)?[A-Za-z0-9_-]{1,100})@(?P<version>[1-9][0-9]{0,6})"
)


class Used(Protocol):
    """A template that a spec uses."""

    @property
    def document(self) -> Document:
        """Its text; each value in it knows the document, which has a name."""

    def checked(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, Problem]]:
        """Return the value of every parameter, or what is wrong, by the names of parameters."""


def no_templates(name: str, version: int) -> Problem:
    """Return that there are none: for a text that stands in no workspace."""
    message = f"the template {quoted(f'{name}@{version}')} cannot be read here"
    return Problem(Code.BAD_USE, message, "templates are read where a workspace is")


class Pin(NamedTuple):
    """The template that a spec is linked to, and where its version stands in the text."""

    name: str
    """With its source, if the spec says it."""
    version: int
    span: Span | None
    """The digits of the version; None: a variable says them, or they are not in this place."""


def pin_of(document: Document) -> Pin | None:
    """Return which template a spec says that it uses; None: none, or no name of a template."""
    entry = document.root.keys.get(USE)
    value = entry[1].value if entry else None
    match = _NAME.fullmatch(value) if isinstance(value, str) else None
    if entry is None or match is None:
        return None
    start, end = entry[1].span
    written = document.text[start:end]
    at = start + written.find(f"@{match['version']}") + 1
    is_there = written.count("@") == 1 and at > start
    span = Span(at, at + len(match["version"])) if is_there else None
    return Pin(match["name"], int(match["version"]), span)


def uses_template(root: Node) -> bool:
    """Return whether a spec says that it uses a template."""
    return USE in root.keys


def used(
    root: Node, template_of: Callable[[str, int], Used | Problem]
) -> tuple[Node, list[Problem]]:
    """Return the root of a spec with what its template says; itself if that cannot be known.

    Args:
        root: The spec, its variables in place.
        template_of: Returns the template with a name and a version, or why there is none.
    """
    where, name = root.keys[USE]
    match = _NAME.fullmatch(name.value) if isinstance(name.value, str) else None
    if match is None:
        message = f"`{USE}` names a template and its version"
        alone = isinstance(name.value, str) and _NAME.fullmatch(f"{name.value}@1")
        hint = f"write `use: {name.value if alone else 'elt_dbt'}@1`"
        return root, [_refused(Code.BAD_USE, message, hint, name)]
    template = template_of(match["name"], int(match["version"]))
    if isinstance(template, Problem):
        return root, [_refused(template.code, template.message, template.hint or "", name)]
    given = root.keys[WITH][1] if WITH in root.keys else Node({}, where, "mapping")
    if given.kind != "mapping":
        message = f"`{WITH}` is a mapping of the template's parameters to their values"
        return root, [_refused(Code.BAD_USE, message, "write `with: {name: value}`", given)]
    values, problems = template.checked(given.value)
    if problems:
        return root, list(_problems(problems, given, name))
    return _joined(root, template.document.root, values, given), []


def _joined(root: Node, template: Node, values: Mapping[str, Any], given: Node) -> Node:
    said = frozenset(given.keys)
    keys = {
        key: (span, with_parameters(node, values, said))
        for key, (span, node) in template.keys.items()
        if key != HEAD
    }
    keys |= {key: entry for key, entry in root.keys.items() if key not in {USE, WITH}}
    return root.with_keys(keys)


def _problems(problems: Mapping[str, Problem], given: Node, use: Node) -> Iterator[Problem]:
    for parameter, problem in problems.items():
        node = given.keys[parameter][1] if parameter in given.keys else use
        yield _refused(problem.code, problem.message, problem.best_hint or "", node)


def _refused(code: str, message: str, hint: str, node: Node) -> Problem:
    return Problem(code, message, hint or None, span=node.span, document=node.document)


def with_parameters(node: Node, values: Mapping[str, Any], said: frozenset[str]) -> Node:
    """Return a value of a template with the values of its parameters; itself if it has none.

    Args:
        node: The value.
        values: The values, by parameter.
        said: The parameters that the spec gives; the others have their defaults.
    """
    if isinstance(node.value, str):
        return _text(node, values, said) if PARAMETER.search(node.value) else node
    if node.kind == "list":
        items = [with_parameters(item, values, said) for item in node.items]
        if all(new is old for new, old in zip(items, node.items, strict=True)):
            return node
        return node.with_items(items)
    if node.kind == "mapping":
        keys = {
            key: (span, with_parameters(inner, values, said))
            for key, (span, inner) in node.keys.items()
        }
        if all(keys[key][1] is entry[1] for key, entry in node.keys.items()):
            return node
        return node.with_keys(keys)
    return node


def _text(node: Node, values: Mapping[str, Any], said: frozenset[str]) -> Node:
    from dagctl.spec.resolution.filled_text import Replacement, with_replacements

    text: str = node.value
    whole = PARAMETER.fullmatch(text.strip())
    if whole is not None:
        filled_in = node_of(values[whole[1]], node.span, node.document)
        filled_in.said = _said([whole[1]], said)
        return filled_in
    matches = [*PARAMETER.finditer(text)]
    replaced = [Replacement(*match.span(), as_text(values[match[1]])) for match in matches]
    by = _said([match[1] for match in matches], said)
    return with_replacements(node, replaced, node.document, by)


def _said(names: Sequence[str], given: frozenset[str]) -> str | None:
    """Return which parameters in a value the spec gives; None: none of them."""
    named = (f"{quoted(f'params.{name}')} is set by `{WITH}`" for name in names if name in given)
    return ", ".join(dict.fromkeys(named)) or None


def as_text(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return a value as it stands inside of a text: text as it is, any other as JSON."""
    text = scalar_text(value)
    return json.dumps(value, ensure_ascii=False) if text is None else text
