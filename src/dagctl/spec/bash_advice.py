"""Warnings about shell commands: what Airflow takes, and what yet fails when the task runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jinja2 import nodes

from dagctl.errors import Severity
from dagctl.spec.airflow_context import CONTEXT_KEYS
from dagctl.spec.bash_command import AIRFLOW, MARKS, parse_template
from dagctl.spec.bash_parameters import parameter_warnings
from dagctl.spec.codes import Code
from dagctl.spec.fields.text import place_of
from dagctl.spec.problem import Place, Problem
from dagctl.spec.wording import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

REPLACEMENTS = {
    "execution_date": "logical_date",
    "next_execution_date": "data_interval_end",
    "prev_execution_date": "prev_data_interval_start_success or logical_date",
    "prev_execution_date_success": "prev_data_interval_start_success",
    "next_ds": "data_interval_end | ds",
    "next_ds_nodash": "data_interval_end | ds_nodash",
    "prev_ds": "(prev_data_interval_start_success or logical_date) | ds",
    "prev_ds_nodash": "(prev_data_interval_start_success or logical_date) | ds_nodash",
    "tomorrow_ds": "macros.ds_add(ds, 1)",
    "tomorrow_ds_nodash": "macros.ds_add(ds, 1) | replace('-', '')",
    "yesterday_ds": "macros.ds_add(ds, -1)",
    "yesterday_ds_nodash": "macros.ds_add(ds, -1) | replace('-', '')",
}
"""Variables that Airflow 3 no longer has, and what to write instead.

Before the first success there is no `prev_data_interval_start_success`, and `None | ds` fails.
"""
_GUARDS = {"default", "d", "defined", "undefined"}
"""Filters and tests that bear a variable that is not there."""
_BRANCHES = (
    *(nodes.If, nodes.For, nodes.CondExpr, nodes.And, nodes.Or),
    *(nodes.Macro, nodes.CallBlock, nodes.Block),
)
"""What may leave a part of a template out."""
_IN_BLOCKS = {"caller", "kwargs", "loop", "self", "super", "varargs"}
_KNOWN = CONTEXT_KEYS | REPLACEMENTS.keys() | AIRFLOW.globals.keys() | _IN_BLOCKS


def bash_warnings(command: str) -> Iterator[Problem]:
    """Yield warnings about a command that passed the check."""
    if "\r" in command:
        yield _carriage_return(command)
    if any(mark in command for mark in MARKS):
        tree = parse_template(command)
        names = _read_names(tree)
        yield from _gone_variables(command, tree, names)
        yield from _unknown_variables(command, tree, names - _KNOWN)
        yield from parameter_warnings(command)


def _gone_variables(command: str, tree: nodes.Template, names: set[str]) -> Iterator[Problem]:
    fails_in = ("3",) if _is_straight(tree) else ()
    for name in sorted(names & REPLACEMENTS.keys()):
        place = _first(command, name)
        message = f"Airflow 3 has no variable `{name}`: the task would fail"
        hint = f"write {{{{ {REPLACEMENTS[name]} }}}}"
        yield Problem(Code.GONE_VARIABLE, message, hint, place, Severity.WARNING, fails_in=fails_in)


def _unknown_variables(command: str, tree: nodes.Template, strange: set[str]) -> Iterator[Problem]:
    if not strange:
        return
    asked = tree.find_all((nodes.Filter, nodes.Test))
    guarded = {name for node in asked if node.name in _GUARDS for name in _read_names(node)}
    for name in sorted(strange - _bound_names(tree) - guarded):
        message = f"templates have no variable {quoted(name)}: the task would fail"
        hint = did_you_mean(name, CONTEXT_KEYS) or "write `params.NAME` or `var.value.NAME`"
        place = _first(command, name)
        fails_in = ("2", "3") if _is_straight(tree) else ()
        yield Problem(
            Code.UNKNOWN_VARIABLE, message, hint, place, Severity.WARNING, fails_in=fails_in
        )


def _is_straight(tree: nodes.Template) -> bool:
    """Return whether every expression of a template is evaluated, and none bears a missing name."""
    guards = (node for node in tree.find_all((nodes.Filter, nodes.Test)) if node.name in _GUARDS)
    return not any(tree.find_all(_BRANCHES)) and not any(guards)


def _read_names(part: nodes.Node) -> set[str]:
    return {node.name for node in part.find_all(nodes.Name) if node.ctx == "load"}


def _bound_names(tree: nodes.Template) -> set[str]:
    """Return the names that a template gives itself, anywhere in it."""
    bound = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}
    bound |= {node.name for node in tree.find_all(nodes.Macro)}
    bound |= {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        bound |= {name if isinstance(name, str) else name[1] for name in node.names}
    return bound


def _first(command: str, name: str) -> Place | None:
    found = re.search(rf"\b{name}\b", command)
    return place_of(command, found.start(), found.end()) if found else None


def _carriage_return(command: str) -> Problem:
    at = command.index("\r")
    return Problem(
        Code.CARRIAGE_RETURN,
        "the command has a carriage return, which bash reads as part of the word before it",
        "save the spec with LF line endings",
        place_of(command, at),
        Severity.WARNING,
    )
