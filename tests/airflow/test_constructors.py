"""The catalogue and the real classes: names, required parameters, template fields."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.operators.base_parameters import base_parameters
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Need, Operator
from dagctl.operators.package_data import keys, line
from dagctl.operators.provider_file import provider, provider_name
from dagctl.operators.value_kinds import (
    CALLABLE,
    CLOCK,
    DURATION,
    LIST,
    MAPPING,
    NUMBER,
    TEXT,
    TIME,
    TRUTH,
    WHOLE,
)
from tests.airflow.conftest import ROOT, Airflow

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.operators.model import Parameter

LARGE = ("amazon", "cncf-kubernetes", "docker", "postgres", "slack")
"""Providers of the environment that `make operators-check` sets up."""

SHAPES: list[tuple[str, Any]] = [
    (TEXT, "x"),
    (WHOLE, 1),
    (NUMBER, 1.5),
    (MAPPING, {"a": "b"}),
    (LIST, ["x"]),
    (TRUTH, True),
    (DURATION, "<duration>"),
    (TIME, "<time>"),
    (CLOCK, "<clock>"),
    (CALLABLE, "<function>"),
]


def plausible(parameter: Parameter) -> Any:  # noqa: ANN401 - any JSON
    """Return a value that the constructor may like; the shape of the type decides."""
    if parameter.name in ("op_args", "op_kwargs"):
        return [] if parameter.name == "op_args" else {}
    if "callable" in parameter.name:
        return "<function>"
    kind = parameter.kind
    if kind.values:
        return kind.values[0]
    return next((value for shape, value in SHAPES if shape in kind.shapes), "x")


def made_of_text(parameter: Parameter) -> list[Any]:
    """Return what a DAG file has where a spec has text for a length of time, or a time."""
    meant = parameter.kind.reads_text_as
    if meant == "duration":
        return ["<duration>", *([90] if NUMBER in parameter.kind.shapes else [])]
    clock = ["<clock>"] if parameter.kind.takes_clock("06:00") else []
    return [*clock, "<time>"] if meant == "time" else clock


def installed(airflow: Airflow) -> dict[str, str]:
    """Return the providers of an environment: short name, then version."""
    prefix = "apache_airflow_providers_"
    folders = airflow.environment.glob(f"lib/python3.*/site-packages/{prefix}*.dist-info")
    pairs = (folder.name.removesuffix(".dist-info").rsplit("-", 1) for folder in folders)
    return {name.removeprefix(prefix).replace("_", "-"): version for name, version in pairs}


def operators_of(target: str, providers: dict[str, str]) -> dict[str, Operator]:
    """Return the operators that an environment has, as the catalogue says of its versions."""
    paths = [path for name in keys("_names") for path in _lines(name)]
    results = {
        path: lookup(path, target, providers)
        for path in paths
        if provider_name(path) in ("airflow", *providers)
    }
    return {
        path: result
        for path, result in results.items()
        if isinstance(result, Operator) and result.path == path
    }


def _lines(name: str) -> list[str]:
    return (line("_names", name) or "").split()


def question(operator: Operator) -> dict[str, Any]:
    """Return what to ask the real class."""
    names = set(operator.parameters) | operator.fixed | set(operator.absent)
    if operator.takes_base:
        names |= set(base_parameters("operator", operator.target))
    required = [p for p in operator.parameters.values() if p.need is Need.REQUIRED]
    return {
        "kind": operator.kind,
        "values": {parameter.name: plausible(parameter) for parameter in required},
        "typed": {
            parameter.name: values
            for parameter in operator.parameters.values()
            if (values := made_of_text(parameter)) and parameter.name not in operator.fixed
        },
        "names": sorted(names - {"task_id"}),
    }


def compare(
    operators: dict[str, Operator], answers: dict[str, Any], *, optional: bool
) -> tuple[Counter[str], list[str]]:
    """Return figures, and a line for each disagreement.

    With `optional`, a class may need a package that the environment does not have.
    """
    figures: Counter[str] = Counter()
    wrong: list[str] = []
    for path, operator in operators.items():
        said = answers[path]
        if "failed" in said and "No module named" in said["failed"] and optional:
            figures["without a package that is not installed"] += 1
            continue
        if "failed" in said:
            wrong.append(f"{path}: cannot be imported: {said['failed']}")
            continue
        figures["classes"] += 1
        wrong += [f"{path}: {text}" for text in _disagreements(operator, said, figures)]
    return figures, wrong


def _disagreements(operator: Operator, said: dict[str, Any], figures: Counter[str]) -> list[str]:
    wrong = []
    known = set(operator.parameters) - operator.fixed
    if operator.takes_base:
        known |= set(base_parameters("operator", operator.target)) - operator.fixed
    for name, verdict in said["verdicts"].items():
        figures[f"names {verdict}"] += 1
        if verdict == "accepted" and name not in known and not operator.open:
            wrong.append(f"takes {name}, the catalogue refuses it")
        if verdict == "refused" and name in known:
            wrong.append(f"refuses {name}, the catalogue takes it")
    figures["lengths and times"] += len(said["typed"])
    wrong += [f"{name}: {text}" for name, texts in said["typed"].items() for text in texts]
    for name, verdict in said["required"].items():
        figures[f"required {verdict}"] += 1
        if verdict == "not missed":
            wrong.append(f"does not need {name}")
    if said["plain"].startswith("TypeError") and "missing" in said["plain"]:
        wrong.append(f"needs more: {said['plain']}")
    if operator.template_fields is not None and said["template_fields"] is not None:
        figures["template_fields"] += 1
        if sorted(operator.template_fields) != said["template_fields"]:
            wrong.append(f"renders {said['template_fields']}")
    return wrong


def check(airflow: Airflow, target: str, tmp_path: Path) -> tuple[Counter[str], list[str]]:
    providers = installed(airflow)
    known = {name: version for name, version in providers.items() if provider(name)}
    operators = operators_of(target, known)
    questions = tmp_path / "questions.json"
    questions.write_text(json.dumps({p: question(o) for p, o in operators.items()}), "utf-8")
    answers = airflow.ask("constructors.py", str(questions))
    return compare(operators, answers, optional=bool(airflow.folder))


def test_the_catalogue_agrees_with_the_real_classes(airflow: Airflow, tmp_path: Path) -> None:
    figures, wrong = check(airflow, {"2": "2.11", "3": "3.3"}[airflow.version], tmp_path)
    assert wrong == []
    assert figures["classes"] > 40


@pytest.mark.sweep
def test_the_catalogue_agrees_with_large_providers(tmp_path: Path) -> None:
    environment = ROOT / ".venv-operators"
    if not (environment / ".stamp").exists():
        pytest.skip("`make operators-check` sets the environment up")
    airflow = Airflow("3", tmp_path, environment.name)
    assert set(LARGE) <= set(installed(airflow))
    figures, wrong = check(airflow, "3.3", tmp_path)
    assert figures["classes"] > 300
    print(dict(figures))  # noqa: T201 - the figures of a sweep
    assert wrong == []
