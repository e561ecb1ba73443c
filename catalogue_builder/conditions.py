"""Conditions that Airflow's sources decide names by: its version, and type checking."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Version = tuple[int, ...]
"""A release: major, minor, patch."""

_FLAG = re.compile(r"_?AIRFLOW_V_(\d+)_(\d+)(?:_(\d+))?_PLUS")
"""How providers name the fact that this Airflow is at least of that version."""

_COMPARED: dict[type[ast.cmpop], Callable[[Version, Version], bool]] = {
    ast.GtE: lambda left, right: left >= right,
    ast.Gt: lambda left, right: left > right,
    ast.LtE: lambda left, right: left <= right,
    ast.Lt: lambda left, right: left < right,
    ast.Eq: lambda left, right: left == right,
}


def truth(test: ast.expr, airflow: Version) -> bool | None:
    """Return what a condition is on this Airflow, or None where it is about something else."""
    match test:
        case ast.Constant():
            return bool(test.value)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _flag(name, airflow)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = truth(operand, airflow)
            return None if inner is None else not inner
        case ast.BoolOp():
            return _joined(test, airflow)
        case ast.Compare(ops=[_]):
            return _comparison(test, airflow)
    return None


def _flag(name: str, airflow: Version) -> bool | None:
    if name == "TYPE_CHECKING":
        return False
    match = _FLAG.fullmatch(name)
    return airflow >= tuple(int(part or 0) for part in match.groups()) if match else None


def _joined(test: ast.BoolOp, airflow: Version) -> bool | None:
    parts = [truth(value, airflow) for value in test.values]
    decisive = isinstance(test.op, ast.Or)  # what decides the whole, whatever the rest is
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _comparison(test: ast.Compare, airflow: Version) -> bool | None:
    """Return the truth of `Version(airflow_version) >= Version("2.10")` and its like."""
    source = ast.unparse(test.left).lower()
    if "airflow" not in source or "version" not in source or "provider" in source:
        return None
    numbers = re.findall(r"\d+", ast.unparse(test.comparators[0]))[:3]
    compared = _COMPARED.get(type(test.ops[0]))
    return compared(airflow, padded(numbers)) if compared else None


def padded(numbers: list[str]) -> Version:
    """Return three numbers, the missing ones as 0."""
    given = tuple(int(number) for number in numbers)
    return given + (0,) * (3 - len(given))
