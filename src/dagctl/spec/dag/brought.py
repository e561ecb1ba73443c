"""What the fields of a DAG bring for the templates of its tasks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.patterns import lazy_pattern
from dagctl.spec.walk import is_group, mapping_in, raw_entries
from dagctl.text.template_signs import USUAL, Signs, signs_set
from dagctl.user_code.jinja.brought_names import BROUGHT, Brought

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_EXTENSIONS = {
    **dict.fromkeys(("do", "ExprStmtExtension"), "jinja2.ext.do"),
    **dict.fromkeys(("loopcontrols", "LoopControlExtension"), "jinja2.ext.loopcontrols"),
    **dict.fromkeys(("i18n", "InternationalizationExtension"), "jinja2.ext.i18n"),
    **dict.fromkeys(("debug", "DebugExtension"), "jinja2.ext.debug"),
}
"""What Jinja brings with it; others are code of a user."""
_SIGN = lazy_pattern(r"[!-/:-@\[-`{-~]{1,20}")
"""Signs that are looked for. With others, such as blanks, Jinja may read a text without end."""
_STARTS = ("block_start_string", "variable_start_string", "comment_start_string")
OPTIONS = frozenset(
    {*Signs.__annotations__, "newline_sequence", "keep_trailing_newline"}
    | {"optimized", "undefined", "finalize", "autoescape", "loader", "cache_size"}
    | {"auto_reload", "bytecode_cache", "enable_async"}
)
"""What `jinja2.Environment` takes."""


@contextmanager
def brought_by(data: object) -> Iterator[None]:
    """Let templates have the signs, filters and macros that raw data of a DAG bring."""
    token = BROUGHT.set(brings(data))
    try:
        with signs_set(signs_of(mapping_in(data, "jinja_environment_kwargs"))):
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
        is_read=signs_of(options) is not None,
        is_lenient=bool(mapping_in(data, "template_undefined") or options.get("undefined")),
    )


def signs_of(options: Mapping[str, Any]) -> Signs | None:
    """Return how Jinja reads templates with these options; None: that is not known."""
    given = {name: options[name] for name in Signs.__annotations__ if name in options}
    if "extensions" in given:
        known = [_extension(item) for item in _listed(given["extensions"])]
        if None in known:
            return None
        given["extensions"] = tuple(known)
    for name, value in given.items():
        if name.endswith(("_string", "_prefix")):
            is_none = value is None and name.endswith("_prefix")
            if not is_none and not (isinstance(value, str) and _SIGN.fullmatch(value)):
                return None
        elif name.endswith("_blocks") and not isinstance(value, bool):
            return None
    made = Signs(**given)
    starts = {getattr(made, name) for name in _STARTS}
    return made if len(starts) == len(_STARTS) else None


def signs_problems(options: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what Jinja refuses of the signs of templates."""
    for name, value in options.items():
        if name.endswith("_string") and (value == "" or isinstance(value, int | float | None)):
            message, hint = f"{quoted(name)} takes signs", "write a text such as `[[`, in quotes"
            yield Problem(Code.WRONG_TYPE, message, hint).at("jinja_environment_kwargs", name)
            return
    block, variable, comment = (options.get(name, getattr(USUAL, name)) for name in _STARTS)
    if variable in (block, comment):
        other = _STARTS[0] if variable == block else _STARTS[2]
        name = next((name for name in (_STARTS[1], other) if name in options), other)
        message = f"{quoted(_STARTS[1])} and {quoted(other)} are the same: Jinja refuses that"
        problem = Problem(Code.BAD_ARGUMENT, message, "give each of them signs of its own")
        yield problem.at("jinja_environment_kwargs", name)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [None]


def _extension(value: object) -> str | None:
    """Return the name of an extension that is Jinja's own, or None."""
    path = value.get("$ref") if isinstance(value, dict) else value
    module, _, name = path.rpartition(".") if isinstance(path, str) else ("", "", "")
    return _EXTENSIONS.get(name) if module == "jinja2.ext" else None


def _names(data: object, key: str) -> frozenset[str]:
    return frozenset(name for name in mapping_in(data, key) if isinstance(name, str))
