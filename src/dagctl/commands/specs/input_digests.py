"""What the inputs of a recorded spec are today: files with defaults, variables, templates, files.

Light: files are read as text only, and a template only where a spec is linked to one.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dagctl.commands.files.spec_files import read_below
from dagctl.findings.problem import Problem
from dagctl.paths import is_path
from dagctl.spec.inputs import digest_of_text
from dagctl.text.lines import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from dagctl.spec.inputs import Input
    from dagctl.spec.resolution.variables import Variable, Variables


def digests_now(
    root: Path, inputs: Sequence[Input], environments: Iterable[Variables]
) -> dict[Input, str | None]:
    """Return the digest that each input has now; None: it is gone, or cannot be read.

    Args:
        root: The workspace.
        inputs: What a spec was made of.
        environments: The variables that count, then those of each environment. Those are taken
            that are most like they were: `create --env prod` may have made the DAG.
    """
    now = {each: _digest(root, each) for each in inputs if each.kind != "variable"}
    variables = [each for each in inputs if each.kind == "variable"]
    if not variables:
        return now
    return now | max(_of_variables(variables, environments), key=_likeness)


def alike_first(inputs: Iterable[Input], environments: Sequence[Variables]) -> list[int]:
    """Return the places of environments, those first that are most like they were.

    Args:
        inputs: What a spec was made of.
        environments: The variables of each environment.
    """
    variables = [each for each in inputs if each.kind == "variable"]
    likeness = list(map(_likeness, _of_variables(variables, environments)))
    return sorted(range(len(likeness)), key=likeness.__getitem__, reverse=True)


def _likeness(now: dict[Input, str | None]) -> tuple[int, int]:
    """Return how many variables are as they were, and how many have a value at all."""
    same = sum(digest == each.digest for each, digest in now.items())
    return same, sum(digest is not None for digest in now.values())


def _of_variables(
    inputs: Sequence[Input], environments: Iterable[Variables]
) -> Iterator[dict[Input, str | None]]:
    """Yield the digests in each environment. A variable that they share is read once."""
    known: dict[int, tuple[Variable, str]] = {}
    for environment in environments:
        yield {each: _of_value(environment.values.get(each.name), known) for each in inputs}


def _of_value(variable: Variable | None, known: dict[int, tuple[Variable, str]]) -> str | None:
    if variable is None:
        return None
    if id(variable) not in known:
        digest = digest_of_text(json.dumps(variable.value, sort_keys=True))
        known[id(variable)] = variable, digest
    return known[id(variable)][1]


def _digest(root: Path, item: Input) -> str | None:
    if item.kind == "template":
        return _of_template(root, item.name)
    if not is_path(item.name):  # of a record: nothing outside of the workspace is read
        return None
    try:
        data = read_below(root, PurePosixPath(item.name).parts, MAX_BYTES + 1)
        return digest_of_text(data.decode("utf-8-sig"))
    except (OSError, ValueError):
        return None


def _of_template(root: Path, name: str) -> str | None:
    from dagctl.commands.templates.listing import template_reader

    plain, _, version = name.rpartition("@")
    if not (version.isascii() and version.isdigit() and len(version) < 8):  # noqa: PLR2004
        return None
    template = template_reader(root)(plain, int(version))
    return None if isinstance(template, Problem) else digest_of_text(template.document.text)
