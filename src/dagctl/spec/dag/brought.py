"""What the fields of a DAG bring for the templates of its tasks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dagctl.spec.walk import is_group, mapping_in, raw_entries
from dagctl.user_code.jinja.brought import BROUGHT, Brought

if TYPE_CHECKING:
    from collections.abc import Iterator

_SYNTAX = {
    "variable_start_string": "{{",
    "variable_end_string": "}}",
    "block_start_string": "{%",
    "block_end_string": "%}",
    "comment_start_string": "{#",
    "comment_end_string": "#}",
    "line_statement_prefix": None,
    "line_comment_prefix": None,
    "extensions": ["jinja2.ext.do"],
}
"""The options of Jinja that say what a template is, as Airflow has them."""
OPTIONS = frozenset(
    {*_SYNTAX, "trim_blocks", "lstrip_blocks", "newline_sequence", "keep_trailing_newline"}
    | {"optimized", "undefined", "finalize", "autoescape", "loader", "cache_size"}
    | {"auto_reload", "bytecode_cache", "enable_async"}
)
"""What `jinja2.Environment` takes."""


@contextmanager
def brought_by(data: object) -> Iterator[None]:
    """Let templates use the filters and macros that raw data of a DAG have."""
    token = BROUGHT.set(brings(data))
    try:
        yield
    finally:
        BROUGHT.reset(token)


def brings(data: object) -> Brought:
    """Return what raw data of a DAG bring for its templates."""
    options = mapping_in(data, "jinja_environment_kwargs")
    groups = (item for _, item, _ in raw_entries(data) if is_group(item))
    return Brought(
        _names(data, "user_defined_filters"),
        _names(data, "user_defined_macros"),
        frozenset().union(*(_names(item, key) for item in groups for key in ("expand", "with"))),
        is_usual=all(options.get(key, usual) == usual for key, usual in _SYNTAX.items()),
        is_lenient=bool(mapping_in(data, "template_undefined") or options.get("undefined")),
    )


def _names(data: object, key: str) -> frozenset[str]:
    return frozenset(name for name in mapping_in(data, key) if isinstance(name, str))
