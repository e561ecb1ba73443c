"""A text as a template: its tree, and what keeps Airflow from rendering it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from jinja2 import TemplateError, nodes

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.patterns import lazy_pattern
from dagctl.text.lines import Lines, TextRange
from dagctl.text.template_signs import Signs, is_template, signs
from dagctl.user_code.jinja.words import AIRFLOW, Words, environment, stopped_at

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_TEMPLATE_DEPTH = 150
"""Levels of a template. Jinja makes Python of it, and Python takes no 200 nested brackets."""

_NO_LINE_END = lazy_pattern(r"[^\r\n]+")
_SHORT = 300
"""Characters of a template whose nodes are kept for the next tasks."""
_KNOWN = {
    "filter": {*AIRFLOW.filters, "ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz"},
    "test": set(AIRFLOW.tests),
}
_TAG = lazy_pattern(r"\w{1,30}")
_MISSING_END = lazy_pattern(r"^Unexpected end of template\..* '(end\w{1,20})'\.")
_TAGS = ("if", "elif", "else", "endif", "for", "endfor", "set", "endset", "macro", "raw", "filter")
FAILURES = (TemplateError, RecursionError, MemoryError, ValueError, OverflowError)
"""What reading a text that is no template raises."""


_GUARDS = {"default", "d", "defined", "undefined"}
"""Filters and tests that accept a name that is not there."""


class TooDeepError(ValueError):
    """A template is nested more deeply than Jinja can compile."""


def template_nodes(text: str) -> list[nodes.Node]:
    """Return the nodes of a text that is a template, outermost first; not to be changed.

    Of the text before the first tag and after the last one, only the line ends are kept.

    Raises:
        TemplateError: The text is no template. A hostile text may raise any other of `FAILURES`.
        TooDeepError: It is nested too deeply.
    """
    own = signs()
    tags = _tags(text, own)
    return _nodes(tags, own) if len(tags) > _SHORT else _nodes_of_short(tags, own)


def _tags(text: str, own: Signs) -> str:
    """Return a template without what stands around its tags: many tasks have the same tags."""
    if own.has_lines:
        return text
    start = min((at for mark in own.begins if (at := text.find(mark)) >= 0), default=len(text))
    end = max(text.rfind(close) + len(close) for close in own.ends)
    if end < start + min(map(len, own.begins)) or is_template(text[end:]):
        end = len(text)
    # behind `{% raw %}` Jinja takes no text without an end
    return _NO_LINE_END.sub("", text[:start]) + text[start:end] + _NO_LINE_END.sub(".", text[end:])


@lru_cache(maxsize=128)
def _nodes_of_short(text: str, own: Signs) -> list[nodes.Node]:
    return _parsed(text, own)


@lru_cache(maxsize=1)  # the checks of one text ask one after the other
def _nodes(text: str, own: Signs) -> list[nodes.Node]:
    return _parsed(text, own)


def is_guard(node: nodes.Node) -> bool:
    """Return whether a node accepts that what it is applied to is not there."""
    return isinstance(node, nodes.Filter | nodes.Test) and node.name in _GUARDS


def _parsed(text: str, own: Signs) -> list[nodes.Node]:
    level: list[nodes.Node] = [environment(own).parse(text)]
    every: list[nodes.Node] = []
    for _ in range(MAX_TEMPLATE_DEPTH):
        every += level
        level = [child for node in level for child in node.iter_child_nodes()]
        if not level:
            return every
    raise TooDeepError


def template_problems(
    text: str, what: str = "the command", filters: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    """Yield why Airflow cannot render a text.

    Args:
        text: The text.
        what: What the message calls it.
        filters: Filters that the DAG brings.
    """
    lines = Lines(text)
    try:
        unknown = sorted({*_unknown_names(template_nodes(text), filters)})
    except TemplateError as error:
        message = str(error.message)
        at = stopped_at(text)
        place = _line(lines, getattr(error, "lineno", 1)) if at is None else lines.place(at)
        yield _bad(place, what, message, _meant(text, at, message))
    except FAILURES:
        reason = "it is nested too deeply or contains too large a number"
        yield _bad(_line(lines, 1), what, reason)
    else:
        places = Words(lines).applied() if unknown else {}
        for line, kind, name in unknown:
            near = did_you_mean(name, {*_KNOWN[kind], *(filters if kind == "filter" else ())})
            place = places.get((kind, line, name)) or _line(lines, line)
            yield _bad(place, what, f"there is no {kind} {quoted(name)}", near)


def _meant(text: str, at: int | None, message: str) -> str | None:
    """Return what to write in place of some usual slips, or None."""
    if at is None:
        missing = _MISSING_END.search(message)
        return f"write `{{% {missing[1]} %}}` where it ends" if missing else None
    here, before = text[at:], text[:at].rstrip()
    if message == "unexpected '}'":
        return "write `}}`; put what is no template between {% raw %} and {% endraw %}"
    if here.startswith("if") and before.endswith("else"):
        return "write `elif`"
    if here.startswith("=") and "print statement" in message:
        return "write `{% set NAME = ... %}`, or `==` to compare"
    unknown = _TAG.match(here) if message.startswith("Encountered unknown tag") else None
    return did_you_mean(unknown[0], _TAGS) if unknown else None


def _unknown_names(
    tree: list[nodes.Node], filters: frozenset[str]
) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the kind and the name of each filter and test that Airflow does not have."""
    for node in tree:
        if isinstance(node, nodes.Filter | nodes.Test):
            kind = "filter" if isinstance(node, nodes.Filter) else "test"
            if node.name not in _KNOWN[kind] and (kind == "test" or node.name not in filters):
                yield node.lineno, kind, node.name


def _bad(place: TextRange, what: str, reason: str, hint: str | None = None) -> Problem:
    if hint is None:
        hint = "put what is no template between {% raw %} and {% endraw %}"
        if what == "the command":
            hint = "put what is meant for the shell between {% raw %} and {% endraw %}"
    message = f"Airflow cannot render {what}: {reason[:200]}"
    return Problem(Code.BAD_TEMPLATE, message, hint, place)


def _line(lines: Lines, number: int) -> TextRange:
    number = min(max(number, 1), len(lines))
    line = lines.line(number).rstrip()
    start = len(line) - len(line.lstrip())
    return TextRange(number, start + 1, number, max(len(line), start + 1) + 1)
