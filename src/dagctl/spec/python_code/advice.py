"""Warnings about Python code: what is allowed, and yet fails when the task runs or one day will."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.spec.codes import Code
from dagctl.spec.problem import Place
from dagctl.spec.python_code.checks import runs_at_import, signature_annotations
from dagctl.spec.python_code.findings import finding, place_of_node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from warnings import WarningMessage

    from dagctl.spec.problem import Problem
    from dagctl.spec.python_code.source import Source

CONTEXT_KEYS = frozenset(
    """conn conf dag dag_run data_interval_end data_interval_start ds ds_nodash exception
    execution_date expanded_ti_count inlet_events inlets logical_date macros map_index_template
    next_ds next_ds_nodash next_execution_date outlet_events outlets params
    prev_data_interval_end_success prev_data_interval_start_success prev_ds prev_ds_nodash
    prev_end_date_success prev_execution_date prev_execution_date_success
    prev_start_date_success reason run_id start_date task task_instance task_instance_key_str
    task_reschedule_count templates_dict test_mode ti tomorrow_ds tomorrow_ds_nodash
    triggering_asset_events triggering_dataset_events try_number ts ts_nodash
    ts_nodash_with_tz var yesterday_ds yesterday_ds_nodash""".split()  # noqa: SIM905 - a table, not code
)
"""What Airflow 2.9 to 3 may pass to a function by name (their `Context` types)."""


def lint(caught: Iterable[WarningMessage], source: Source) -> list[Problem]:
    """Return what Python itself warns of, once each."""
    found = {(str(each.message), each.lineno - source.shift): None for each in caught}
    return [
        finding(
            Code.PYTHON_LINT,
            f"Python warns: {message}",
            "a later Python may refuse it",
            Place(line, 1, line, len(source.line(line)) + 1),
            Severity.WARNING,
        )
        for message, line in found
    ]


def unfilled(function: ast.FunctionDef, source: Source) -> list[Problem]:
    """Return a warning for each required parameter that Airflow has no value for."""
    return [
        finding(
            Code.PYTHON_PARAMETER,
            f"Airflow passes no `{parameter.arg}` to this function, so the task would fail",
            "give it a default, or read what you need from `**context`",
            place_of_node(parameter, source),
            Severity.WARNING,
        )
        for parameter, by_name in _required(function.args)
        if not by_name or parameter.arg not in CONTEXT_KEYS
    ]


def unresolved(function: ast.FunctionDef, source: Source) -> list[Problem]:
    """Return a warning for each annotation that names what is unknown when the task runs."""
    return [
        finding(
            Code.PYTHON_ANNOTATION,
            "Python evaluates this annotation when the task runs, and nothing is imported by then",
            "quote the annotation, or leave it out",
            place_of_node(annotation, source),
            Severity.WARNING,
        )
        for annotation in signature_annotations(function)
        if runs_at_import(annotation)
    ]


def context_missing(nodes: Sequence[ast.AST], source: Source) -> list[Problem]:
    """Return a warning if the code reads `context`, which nothing gives it."""
    names = [node for node in nodes if isinstance(node, ast.Name) and node.id == "context"]
    bound = any(isinstance(node, ast.arg) and node.arg == "context" for node in nodes)
    if not names or bound or any(isinstance(name.ctx, ast.Store) for name in names):
        return []
    return [
        finding(
            Code.PYTHON_CONTEXT,
            "the code reads `context`, which it only gets with `provide_context: true`",
            "set `provide_context: true`",
            place_of_node(names[0], source),
            Severity.WARNING,
        )
    ]


def _required(arguments: ast.arguments) -> Iterator[tuple[ast.arg, bool]]:
    """Yield the parameters without a default, each with whether it can be passed by name."""
    positional = [*arguments.posonlyargs, *arguments.args]
    for index, parameter in enumerate(positional[: len(positional) - len(arguments.defaults)]):
        yield parameter, index >= len(arguments.posonlyargs)
    for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is None:
            yield parameter, True
