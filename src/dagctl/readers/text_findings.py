"""Findings about the text that both readers make, in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.patterns import lazy_pattern
from dagctl.text.lines import MAX_DEPTH, MAX_VALUES, Span

if TYPE_CHECKING:
    from dagctl.text.document import Document

_GLUED = lazy_pattern(r"([A-Za-z_]\w*):(\S.{,60})")
_TOOLS = {
    frozenset({"apiVersion", "kind"}): "a manifest of Kubernetes",
    frozenset({"on", "jobs"}): "a workflow of GitHub Actions",
    frozenset({"services"}): "a file of Docker Compose",
    frozenset({"stages"}): "a pipeline of another tool",
    frozenset({"entrypoint", "work_pool"}): "a deployment of Prefect",
}
"""The keys by which files of other tools are known."""
_SHOWN = 100
"""Characters of a key, of which a message shows fewer."""
_LIMITS = {
    Code.TOO_DEEP: (
        f"the document is nested more than {MAX_DEPTH} levels deep",
        "a spec needs four levels",
    ),
    Code.TOO_MANY_VALUES: (
        f"the document has too many values (over {MAX_VALUES:,}, counting each alias in full)",
        "split it into several DAGs",
    ),
    Code.YAML_ALIAS: ("the alias is part of what it refers to", "write the value out"),
}


def limit_finding(code: Code, offset: int) -> Problem:
    """Return the finding for a limit that was exceeded at an offset."""
    message, hint = _LIMITS[code]
    return Problem(code, message, hint, span=Span(offset, offset + 1))


def of_another_tool(document: Document) -> Problem | None:
    """Return the finding for a mapping that is no spec but a file of another tool, or None."""
    keys = document.root.keys.keys()
    if not keys.isdisjoint({"dag_name", "dag_id", "tasks", "use"}):
        return None
    kind = next((kind for needed, kind in _TOOLS.items() if needed <= keys), None)
    if kind is None:
        return None
    hint = "a spec has `dag_name` and `tasks`: `dagctl help spec` shows an example"
    return Problem(Code.NOT_A_MAPPING, f"{kind} is not a spec", hint, span=Span(0, 0))


def data_beyond_limits(data: object) -> Problem | None:
    """Return the problem of data that no text could hold: nested too deep, or too many values.

    Data of a program may stand in themselves: what stands in several places counts at each.
    """
    values, stack = 0, [(data, 1)]
    while stack:
        value, depth = stack.pop()
        values += 1
        code = Code.TOO_DEEP if depth > MAX_DEPTH else Code.TOO_MANY_VALUES
        if depth > MAX_DEPTH or values > MAX_VALUES:
            return Problem(code, *_LIMITS[code])
        if isinstance(value, dict):
            stack += [(item, depth + 1) for item in value.values()]
        elif isinstance(value, list | tuple):
            stack += [(item, depth + 1) for item in value]
    return None


def duplicate_key(line: int, key: str, second: Span) -> Problem:
    """Return the finding for a key that a mapping has twice, first on this line."""
    message = f"duplicate key {quoted(key)}; the first is on line {line}"
    return Problem(Code.DUPLICATE_KEY, message, "remove one of them", span=second, path=(key,))


def key_not_text(text: str, span: Span) -> Problem:
    """Return the finding for a key that is a number, a truth value, null or a collection."""
    written = text[span.start : min(span.end, span.start + _SHOWN)]
    message = f"the key {quoted(written)} is not text"
    return Problem(Code.KEY_NOT_TEXT, message, "quote it", span=span)


def empty_document() -> Problem:
    """Return the finding for a text with no document in it."""
    return Problem(
        Code.EMPTY_DOCUMENT,
        "there is no spec: the document is empty",
        "`dagctl help spec` shows an example",
        span=Span(0, 0),
    )


def not_a_mapping(document: Document) -> Problem:
    """Return the finding for a document that is something else than a mapping."""
    root = document.root
    if root.value is None:
        return empty_document()
    kind = "a list" if root.kind == "list" else "a single value"
    message = f"a spec is a mapping of keys to values, not {kind}"
    span = document.first_line(root.span)
    return Problem(Code.NOT_A_MAPPING, message, _begin(document), span=span)


def _begin(document: Document) -> str:
    root = document.root
    if root.kind == "list" and len(root.items) == 1 and "dag_name" in root.items[0].keys:
        return (
            "remove the brackets `[` and `]`" if document.is_json else "remove the `- ` before it"
        )
    glued = _GLUED.fullmatch(root.value) if isinstance(root.value, str) else None
    if glued and root.kind == "plain":
        return f"write a space after the colon: `{glued[1]}: {glued[2]}`"
    return 'begin with `{"dag_name": ...`' if document.is_json else "begin with `dag_name: ...`"
