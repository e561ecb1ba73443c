"""A text as a template: its tree, and what keeps Airflow from rendering it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from jinja2 import Environment, TemplateError, nodes

from dagctl.patterns import lazy_pattern
from dagctl.spec.codes import Code
from dagctl.spec.lines import Lines, TextRange
from dagctl.spec.problem import Problem
from dagctl.spec.wording import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_TEMPLATE_DEPTH = 150
"""Levels of a template. Jinja makes Python of it, and Python takes no 200 nested brackets."""

MARKS = ("{{", "{%", "{#")
"""What a text needs to be a template."""
_CLOSES = ("}}", "%}", "#}")
_BEGINS, _ENDS = ("variable_begin", "block_begin"), ("variable_end", "block_end")
"""The kinds of tokens between which there is code."""
_NO_LINE_FEED = lazy_pattern(r"[^\n]")
_NO_LINE_END = lazy_pattern(r"[^\r\n]+")
_SHORT = 300
"""Characters of a template whose nodes are kept for the next tasks."""
# It only parses. Compiling would already compute constants, and `{{ 9**9**9 }}` takes forever.
AIRFLOW = Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701 - nothing is rendered
"""Jinja as Airflow sets it up; for parsing."""

_KNOWN = {
    "filter": {*AIRFLOW.filters, "ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz"},
    "test": set(AIRFLOW.tests),
}
FAILURES = (TemplateError, RecursionError, MemoryError, ValueError, OverflowError)
"""What reading a text that is no template raises."""


class TooDeepError(ValueError):
    """A template is nested more deeply than Jinja can compile."""


def is_template(text: str) -> bool:
    """Return whether Jinja would change a text, or refuse it."""
    return any(mark in text for mark in MARKS)


def template_nodes(text: str) -> list[nodes.Node]:
    """Return the nodes of a text that is a template, outermost first; not to be changed.

    Of the text before the first tag and behind the last one little more than the line ends is kept.

    Raises:
        TemplateError: It is none; of a hostile one also what Python's own limits raise.
        TooDeepError: It is nested too deeply.
    """
    tags = _tags(text)
    return _nodes(tags) if len(tags) > _SHORT else _nodes_of_short(tags)


def _tags(text: str) -> str:
    """Return a template without what stands around its tags: many tasks have the same tags."""
    start = min((at for mark in MARKS if (at := text.find(mark)) >= 0), default=len(text))
    end = max(text.rfind(close) + len(close) for close in _CLOSES)
    if end < start + len(MARKS[0]) or is_template(text[end:]):
        end = len(text)
    # behind `{% raw %}` Jinja takes no text without an end
    return _NO_LINE_END.sub("", text[:start]) + text[start:end] + _NO_LINE_END.sub(".", text[end:])


@lru_cache(maxsize=128)
def _nodes_of_short(text: str) -> list[nodes.Node]:
    return _parsed(text)


@lru_cache(maxsize=1)  # the checks of one text ask one after the other
def _nodes(text: str) -> list[nodes.Node]:
    return _parsed(text)


def _parsed(text: str) -> list[nodes.Node]:
    level: list[nodes.Node] = [AIRFLOW.parse(text)]
    every: list[nodes.Node] = []
    for _ in range(MAX_TEMPLATE_DEPTH):
        every += level
        level = [child for node in level for child in node.iter_child_nodes()]
        if not level:
            return every
    raise TooDeepError


def tokens(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield where each token of a template begins, its kind and its text.

    The text must be one that Jinja can read.
    """
    # as Jinja reads it, with each place as before; it leaves out a line end at the end
    unix = text.rstrip("\r\n").replace("\r\n", " \n").replace("\r", "\n")
    at = 0
    for _, kind, value in AIRFLOW.lex(unix):
        at = unix.index(value, at)  # before a `{%-` Jinja leaves blanks out
        yield at, kind, value
        at += len(value)


def code_of(text: str) -> str:
    """Return a template with blanks for what is no code: all around its tags, and its texts.

    Each place in it is the same as before. The text of a subscript, as in `var['x']`, is kept.
    """
    kept: list[str] = []
    end, is_code, before = 0, False, ""
    for start, kind, value in tokens(text):
        is_code = (is_code or kind in _BEGINS) and kind not in _ENDS
        if is_code and (kind != "string" or before == "["):
            blank, end = _NO_LINE_FEED.sub(" ", text[end:start]), start + len(value)
            kept += (blank, text[start:end])
        before = before if kind == "whitespace" else value
    return "".join((*kept, _NO_LINE_FEED.sub(" ", text[end:])))


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
        yield _bad(lines, what, str(error.message), getattr(error, "lineno", 1))
    except FAILURES:
        yield _bad(lines, what, "it is nested too deeply or contains too large a number", 1)
    else:
        for line, kind, name in unknown:
            near = did_you_mean(name, _KNOWN[kind])
            yield _bad(lines, what, f"there is no {kind} {quoted(name)}", line, near)


def _unknown_names(
    tree: list[nodes.Node], filters: frozenset[str]
) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the kind and the name of each filter and test that Airflow does not have."""
    for node in tree:
        if isinstance(node, nodes.Filter | nodes.Test):
            kind = "filter" if isinstance(node, nodes.Filter) else "test"
            if node.name not in _KNOWN[kind] and (kind == "test" or node.name not in filters):
                yield node.lineno, kind, node.name


def _bad(lines: Lines, what: str, reason: str, line: int, hint: str | None = None) -> Problem:
    if hint is None:
        hint = "put what is no template between {% raw %} and {% endraw %}"
        if what == "the command":
            hint = "put what is meant for the shell between {% raw %} and {% endraw %}"
    return Problem(
        Code.BAD_TEMPLATE,
        f"Airflow cannot render {what}: {reason[:200]}",
        hint,
        _line(lines, line),
    )


def _line(lines: Lines, number: int) -> TextRange:
    number = min(max(number, 1), len(lines))
    line = lines.line(number).rstrip()
    start = len(line) - len(line.lstrip())
    return TextRange(number, start + 1, number, max(len(line), start + 1) + 1)
