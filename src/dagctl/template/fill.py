"""A template with values: the text of a spec, its comments and its layout as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.readers.yaml_reader import read_yaml
from dagctl.spec.resolution.use import HEAD, as_text
from dagctl.spec.yaml_writer import inline, written_to_yaml
from dagctl.template.parameter_references import replaced, uses, whole, with_values

if TYPE_CHECKING:
    from dagctl.template.parameter_references import Use
    from dagctl.template.parameter_values import Values
    from dagctl.template.template_model import Template


def filled(template: Template, values: Values) -> str:
    """Return the text of the spec: the template without its head, each reference replaced.

    Comments and layout stay. A value is written as YAML that is read back as this very value:
    where that cannot be in the layout of the template, the spec is written again, without comments.
    """
    expected = with_values(template.data, values)
    text = _in_place(template, values)
    document = read_yaml(text).document
    return text if document and document.root.value == expected else written_to_yaml(expected)


def _in_place(template: Template, values: Values) -> str:
    text = template.document.text
    parts: list[str] = []
    at = 0
    edits = [(use.node.span, _written(use, text, values)) for use in uses(template.document, HEAD)]
    for span, new in sorted([*edits, (_head(template), "")], key=lambda edit: edit[0]):
        parts += [text[at : span[0]], new]
        at = span[1]
    parts.append(text[at:])
    return "".join(parts).lstrip("\n")


def _head(template: Template) -> tuple[int, int]:
    """Return the stretch of the head, up to the next line that is not a part of it."""
    document = template.document
    start = document.root.keys[HEAD][0].start
    later = [span.start for span, _ in document.root.keys.values() if span.start > start]
    end = min(later, default=len(document.text))
    return start, _without_comments(document.text, start, end)


def _without_comments(text: str, start: int, end: int) -> int:
    """Return where the comments begin that stand before the next key: they are about that key."""
    lines = text[start:end].split("\n")
    last = len(lines) - 1
    while last > 1 and (not lines[last - 1].strip() or lines[last - 1].startswith("#")):
        last -= 1
    return start + sum(len(line) + 1 for line in lines[:last])


def _written(use: Use, text: str, values: Values) -> str:
    """Return a text with references as the document shall have it."""
    node, source = use.node, text[use.node.span.start : use.node.span.end]
    name = whole(node.value)
    if name is not None and node.kind != "block":
        return inline(values[name])
    if node.kind == "block":
        return _block(source, values)
    return inline(replaced(node.value, values))


def _block(source: str, values: Values) -> str:
    """Return a block of lines: a value of several lines gets the indentation of its first."""
    indents = [len(line) - len(line.lstrip()) for line in source.split("\n")[1:] if line.strip()]
    indent = " " * min(indents, default=0)
    lines = {name: as_text(value).replace("\n", f"\n{indent}") for name, value in values.items()}
    return replaced(source, lines)
