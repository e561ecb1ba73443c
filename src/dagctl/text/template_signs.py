"""The signs by which Jinja knows a template: its own, or those of the DAG at hand.

Whatever looks for a template in a text asks here.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator
    from re import Pattern


@frozen
class Signs:
    """The options of Jinja that say what a template is, as Airflow has them."""

    variable_start_string: str = "{{"
    variable_end_string: str = "}}"
    block_start_string: str = "{%"
    block_end_string: str = "%}"
    comment_start_string: str = "{#"
    comment_end_string: str = "#}"
    line_statement_prefix: str | None = None
    line_comment_prefix: str | None = None
    trim_blocks: bool = False
    lstrip_blocks: bool = False
    extensions: tuple[str, ...] = ("jinja2.ext.do",)

    @cached_property
    def code(self) -> tuple[str, ...]:
        """What begins an expression or a statement."""
        prefix = (self.line_statement_prefix,) if self.line_statement_prefix else ()
        return (self.variable_start_string, self.block_start_string, *prefix)

    @cached_property
    def begins(self) -> tuple[str, ...]:
        """What a text needs to be a template."""
        prefix = (self.line_comment_prefix,) if self.line_comment_prefix else ()
        return (*self.code, self.comment_start_string, *prefix)

    @cached_property
    def ends(self) -> tuple[str, ...]:
        """What ends an expression, a statement or a comment."""
        return (self.variable_end_string, self.block_end_string, self.comment_end_string)

    @property
    def has_lines(self) -> bool:
        """Whether the beginning of a line may make it a statement or a comment."""
        return bool(self.line_statement_prefix or self.line_comment_prefix)


USUAL = Signs()
_SIGNS: ContextVar[Signs] = ContextVar("the signs of templates", default=USUAL)
_SHOWN = lazy_pattern(r"(?<!\$)\{\{(?P<printed>.*?)\}\}|\{%(?P<done>.*?)%\}")
"""A template in a hint; `${{ vars.NAME }}` is none."""


@contextmanager
def signs_set(own: Signs | None) -> Iterator[None]:
    """Let templates have the signs of a DAG in the block; None: Jinja's own."""
    token = _SIGNS.set(own or USUAL)
    try:
        yield
    finally:
        _SIGNS.reset(token)


def signs() -> Signs:
    """Return the signs of the DAG at hand."""
    return _SIGNS.get()


def is_template(text: str) -> bool:
    """Return whether Jinja would change a text, or refuse it."""
    return any(mark in text for mark in signs().begins)


def has_code(text: str) -> bool:
    """Return whether a text has an expression or a statement of Jinja, rather than comments."""
    return any(mark in text for mark in signs().code)


def in_signs(hint: str) -> str:
    """Return a hint whose templates are written with the signs of the DAG at hand."""
    own = signs()
    if own == USUAL:
        return hint
    return _SHOWN.sub(
        lambda shown: (
            f"{own.block_start_string}{shown['done']}{own.block_end_string}"
            if shown["printed"] is None
            else f"{own.variable_start_string}{shown['printed']}{own.variable_end_string}"
        ),
        hint,
    )


def printed(inside: str, *, whole: bool = False) -> Pattern[str]:
    """Return what finds an expression that begins with, or `whole` is, a regular expression."""
    return _printed(signs(), inside, whole)


@lru_cache(maxsize=16)
def _printed(own: Signs, inside: str, whole: bool) -> Pattern[str]:  # noqa: FBT001 - a key of the cache
    begin = re.escape(own.variable_start_string)
    first = rf"(?<!{re.escape(own.variable_start_string[0])})"
    end = rf"\s*+-?{re.escape(own.variable_end_string)}" if whole else ""
    return lazy_pattern(rf"{first}{begin}-?\s*+{inside}{end}", re.ASCII)
