"""Specs with what stands around them, from texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.errors import Severity
from dagctl.spec.load import check_spec
from dagctl.spec.resolution.around import Around
from dagctl.spec.resolution.defaults import read_defaults
from dagctl.spec.resolution.variables import variables_of

if TYPE_CHECKING:
    from dagctl.errors import Diagnostic
    from dagctl.spec.model import DagSpec

BASH = "tasks: [{task_id: a, bash_command: ls}]"


def around_of(*texts: str, **variables: Any) -> Around:  # noqa: ANN401 - JSON
    names = [f"{'../' * level}defaults.yaml" for level in range(len(texts))]
    read = [read_defaults(text, name) for text, name in zip(texts, names, strict=True)]
    return Around(tuple(each for each in read if each), variables_of(variables))


def spec_of(text: str, *defaults: str, **variables: Any) -> DagSpec:  # noqa: ANN401 - JSON
    whole = text if "tasks:" in text else f"{text}\n{BASH}"
    whole = whole if "dag_name:" in whole else f"dag_name: Report\n{whole}"
    return check_spec(whole, around=around_of(*defaults, **variables)).result()


def errors_in(text: str, *defaults: str, **variables: Any) -> list[Diagnostic]:  # noqa: ANN401 - JSON
    whole = text if "tasks:" in text else f"{text}\n{BASH}"
    whole = whole if "dag_name:" in whole else f"{whole}\ndag_name: Report"
    around = around_of(*defaults, **variables)
    found = check_spec(whole, origin="specs/a.yaml", around=around).diagnostics
    return [each for each in found if each.severity is Severity.ERROR]


def places_of(found: list[Diagnostic]) -> list[tuple[str, str | None, int | None]]:
    return [(each.code, each.file, each.line) for each in found]
