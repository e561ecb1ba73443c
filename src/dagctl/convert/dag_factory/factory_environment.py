"""Variables of the environment: dag-factory puts their values into a file before it reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.convert.foreign_yaml.reader import Fields, Tagged
from dagctl.convert.outcome.report import Outcome, Place, Remark
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from re import Match

    from dagctl.convert.outcome.report import Report

_VARIABLE = lazy_pattern(r"\$(?:([A-Z_][A-Z0-9_]{0,99})\b|\{([A-Za-z_]\w{0,99})\})")
_WRITTEN = lazy_pattern(r"(?a)\$(?:(\w{1,200})|\{([^{}\n]{1,200})\})")
"""A variable as `os.path.expandvars` of Python knows it, with which dag-factory reads a file."""
_FILES = ("_file", "file_path")
"""How the names of keys end whose files are read, or become modules."""
_SHELL = frozenset({"bash_command"})
_PROSE = frozenset({"doc_md", "description", "tooltip", "doc"})


def with_values(
    text: str, file: str, environment: Mapping[str, str]
) -> tuple[str, tuple[Remark, ...]]:
    """Return the text of a file with the values that are known, as dag-factory reads it.

    The remarks say which variables that were, each at the line where it stands first.
    """
    first: dict[str, int] = {}

    def value(match: Match[str]) -> str:
        name = match[1] or match[2]
        if name not in environment:
            return match[0]
        first.setdefault(name, match.start())
        return environment[name]

    made = _WRITTEN.sub(value, text) if environment else text
    said = "its value is the one that was given; dag-factory reads it at each parse"
    remarks = (
        Remark(Outcome.CHANGED, Place(file, text.count("\n", 0, start) + 1), f"${name}", said)
        for name, start in first.items()
    )
    return made, tuple(remarks)


def report_variables(dag: Fields, report: Report) -> None:
    """Report each variable of the environment in the values of a DAG, which keeps its name."""
    for key, text, place in dict.fromkeys(_texts(dag, "", dag.place)):
        for name in dict.fromkeys(bare or braced for bare, braced in _VARIABLE.findall(text)):
            if key in _SHELL:
                said = "the shell of the task reads it when it runs, not dag-factory at each parse"
                report.changed(place, key, f"${name}: {said}")
            elif key in _PROSE:
                report.changed(place, key, f"${name} stands in the text as it is written")
            else:
                said = "dag-factory puts a variable of the environment here; write its value, or"
                report.gap(place, key, f"${name}: {said} `${{{{ vars.{name.lower()} }}}}`")


def _texts(value: object, key: str, place: Place) -> Iterator[tuple[str, str, Place]]:
    if isinstance(value, Fields):
        for inner, item in value.items():
            if not inner.endswith(_FILES) and inner != "file":
                yield from _texts(item, inner, value.at(inner))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, key, place)
    elif isinstance(value, Tagged):
        yield from _texts(value.value, key, place)
    elif isinstance(value, str) and "$" in value:
        yield key, value, place
