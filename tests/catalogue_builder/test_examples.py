"""The checks on the example DAGs that providers ship: no false alarm, and planted mistakes.

The examples are in the source distributions of the providers, in the versions of the lock. They are
read with `ast`; nothing of them runs.
"""

from __future__ import annotations

import ast
import random
import subprocess
import sys
import tarfile
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from catalogue_builder.lock import PREFIX, read_lock
from dagctl.operators.base_parameters import base_parameters
from dagctl.operators.call_checks import OperatorCall, check_call
from dagctl.operators.call_findings import CallCheck, CallFinding, CallLevel
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".wheels" / "sources"
PROVIDERS = (
    *("amazon", "google", "microsoft-azure", "cncf-kubernetes", "snowflake", "databricks"),
    *("common-sql", "standard", "docker", "http", "postgres", "slack"),
)
TARGET = "3"
TYPOS = 3
"""Misspellings of a kind that are planted at most for each parameter of a class."""


class Later:
    """A value that is made when the file runs."""


@dataclass(frozen=True)
class Example:
    """A call of an operator in a DAG file."""

    operator: Operator
    arguments: dict[str, Any]
    beside: frozenset[str]
    defaults: frozenset[str]
    whole: bool
    """All that is given is there to read: no `**kwargs`, no mapping."""
    place: str

    def check(self, arguments: dict[str, Any] | None = None) -> list[CallFinding]:
        given = self.arguments if arguments is None else arguments
        call = OperatorCall(
            arguments=given, beside=self.beside, defaults=self.defaults, more=not self.whole
        )
        return check_call(self.operator, call)


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    """Return the calls of the examples of all providers."""
    names = [f"{PREFIX}{name}" for name in PROVIDERS]
    wheels = {name: list(dict.fromkeys(read_lock().providers[name].values()))[-1] for name in names}
    missing = [f"{n}=={v}" for n, v in wheels.items() if not list(KEPT.glob(f"{_stem(n)}-{v}*"))]
    if missing:
        KEPT.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", ":all:", "--dest", str(KEPT), *missing]
        subprocess.run(command, check=True)
    archives = [next(KEPT.glob(f"{_stem(n)}-{v}*.tar.gz")) for n, v in wheels.items()]
    return [example for archive in archives for example in _of_archive(archive)]


def _stem(name: str) -> str:
    return name.replace("-", "_")


def _of_archive(archive: Path) -> Iterator[Example]:
    with tarfile.open(archive) as files:
        for member in files:
            if member.name.endswith(".py") and "example" in member.name:
                file = files.extractfile(member)
                text = file.read().decode() if file else ""
                yield from _of_file(member.name, ast.parse(text))


def _of_file(place: str, tree: ast.Module) -> Iterator[Example]:
    operators = dict(_operators(tree))
    defaults = _default_args(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name) if name in operators:
                yield _example(operators[name], node, f"{place}:{node.lineno}", defaults)
            case ast.Attribute(value=ast.Name(id=name), attr="partial") if name in operators:
                made = _example(operators[name], node, f"{place}:{node.lineno}", defaults)
                yield Example(**{**_fields(made), "whole": False})


def _fields(example: Example) -> dict[str, Any]:
    return {name: getattr(example, name) for name in Example.__dataclass_fields__}


def _operators(tree: ast.Module) -> Iterator[tuple[str, Operator]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("airflow"):
            for alias in node.names:
                result = _looked_up(f"{node.module}.{alias.name}")
                if isinstance(result, Operator):
                    yield alias.asname or alias.name, result


@cache
def _looked_up(path: str) -> Any:  # noqa: ANN401 - either result
    return lookup(path, TARGET)


def _default_args(tree: ast.Module) -> frozenset[str]:
    return frozenset(
        str(key.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword | ast.Assign)
        and isinstance(node.value, ast.Dict)
        and "default_args" in ast.unparse(node)
        for key in node.value.keys
        if isinstance(key, ast.Constant)
    )


def _example(operator: Operator, call: ast.Call, place: str, defaults: frozenset[str]) -> Example:
    given = {k.arg: _value(k.value) for k in call.keywords if k.arg}
    every_task = set(base_parameters("operator", operator.target)) - set(operator.parameters)
    return Example(
        operator=operator,
        arguments={name: value for name, value in given.items() if name not in every_task},
        beside=frozenset(given) & every_task,
        defaults=defaults,
        whole=not call.args and all(k.arg for k in call.keywords),
        place=place,
    )


def _value(node: ast.expr) -> Any:  # noqa: ANN401, PLR0911 - a form of literal each
    """Return what a document would have there."""
    match node:
        case ast.Constant(value=bytes()):
            return Later()
        case ast.Constant(value=value):
            return value
        case ast.JoinedStr():
            return "text"
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return [_value(item) for item in items]
        case ast.Dict(keys=keys, values=values):
            names = [
                k.value if isinstance(k, ast.Constant) else f"key{i}" for i, k in enumerate(keys)
            ]
            return dict(zip(map(str, names), map(_value, values), strict=True))
    return Later()


def _errors(findings: list[CallFinding]) -> list[CallFinding]:
    return [finding for finding in findings if finding.level is CallLevel.ERROR]


@pytest.mark.sweep
def test_no_alarm_on_the_examples_as_they_are(examples: list[Example]) -> None:
    counts = Counter(f.check for e in examples for f in e.check())
    alarms = [f"{e.place}: {f.message}" for e in examples for f in _errors(e.check())]
    classes = len({e.operator.path for e in examples})
    print(f"\n{len(examples)} calls of {classes} classes:", dict(counts))  # noqa: T201
    assert len(examples) > 1_500
    assert alarms == []


def misspelt(name: str, chance: random.Random) -> Iterator[str]:
    """Yield misspellings of a name: as people make them when they type, or from another habit."""
    place = chance.randrange(1, max(2, len(name) - 1))
    yield name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :]
    yield name[:place] + name[place + 1 :]
    yield name[:place] + name[place] + name[place:]
    if "_" in name:
        first, *rest = name.split("_")
        yield name.replace("_", "", 1)
        yield name[:-1] if name.endswith("s") else name + "s"
        yield first + "".join(word.title() for word in rest)


@pytest.mark.sweep
def test_planted_misspellings_are_reported_with_the_right_name(examples: list[Example]) -> None:
    chance = random.Random(7)
    planted = reported = suggested = 0
    seen: set[tuple[str, str]] = set()
    for example in examples:
        for name, value in example.arguments.items():
            if example.operator.open or (example.operator.path, name) in seen:
                continue
            seen.add((example.operator.path, name))
            others = {k: v for k, v in example.arguments.items() if k != name}
            for typo in misspelt(name, chance):
                if typo in example.arguments:
                    continue
                planted += 1
                unknown = [
                    finding
                    for finding in example.check({**others, typo: value})
                    if finding.check is CallCheck.UNKNOWN_PARAMETER and finding.path == (typo,)
                ]
                reported += bool(unknown)
                suggested += any(f.hint == f"did you mean `{name}`?" for f in unknown)
    print(f"\n{planted} planted, {reported} reported, {suggested} with the right name")  # noqa: T201
    assert reported >= 0.99 * planted
    assert suggested >= 0.98 * reported
