"""What a conversion of a spec into another format gives: its text, and what was lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dagctl.convert.outcome.report import Place, Remark, Report, is_whole
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from dagctl.spec.dependencies.outline import Outline
    from dagctl.spec.walk import Path

MISSING: Any = object()
"""Stands for a value that the other format has no word for."""
MINUTES = "retry_delay_minutes"
Places = Callable[["Path"], Place]
"""Returns where the value at a path of a spec stands in its file."""


def nowhere(_path: Path) -> Place:
    """Return the place in a spec that was read from no file."""
    return Place("", 1)


@frozen
class ExportedSpec:
    """One spec in the format of another tool."""

    dag_id: str
    form: str
    text: str
    """The file of the other tool."""
    beside: Mapping[str, str]
    """Files that it needs beside itself: texts by name."""
    place: Place
    """Where the spec begins in its file."""
    remarks: tuple[Remark, ...]
    """What is said in another way, and what the other format has no word for."""
    lost: frozenset[Path] = frozenset()
    """The paths of the spec that the remarks are about."""

    @property
    def whole(self) -> bool:
        """Whether nothing is missing: no gap is in the report."""
        return is_whole(self.remarks)


class Losses:
    """Gathers what becomes of the values of a spec, each at its path."""

    def __init__(self, places: Places) -> None:
        """Begin with nothing lost.

        Args:
            places: Where the values stand.
        """
        self._places = places
        self._report = Report()
        self._paths: set[Path] = set()

    def gap(self, path: Path, text: str) -> None:
        """Say that the other format has no word for a value."""
        self._paths.add(path)
        self._report.gap(self._places(path), _subject(path), text)

    def changed(self, path: Path, text: str) -> None:
        """Say that a value is said in another way."""
        self._paths.add(path)
        self._report.changed(self._places(path), _subject(path), text)

    def dropped(self, path: Path, text: str) -> None:
        """Say that a value is left out, and why that loses nothing."""
        self._paths.add(path)
        self._report.dropped(self._places(path), _subject(path), text)

    def new(self, subject: str, text: str) -> None:
        """Say what the other tool does besides."""
        self._report.new(self._places(()), subject, text)

    def exported(
        self, dag_id: str, form: str, text: str, beside: Mapping[str, str] | None = None
    ) -> ExportedSpec:
        """Return the result, with all that was said until now."""
        place, remarks = self._places(()), self._report.sorted()
        return ExportedSpec(
            dag_id, form, text, beside or {}, place, remarks, frozenset(self._paths)
        )


def _subject(path: Path) -> str:
    """Return what a remark calls a value: its key, behind the key that it stands under."""
    names = [step for step in path if isinstance(step, str) and step != "tasks"]
    return ".".join(names[-2:]) or "tasks"


def without_missing(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what has a word in the other format."""
    return {key: value for key, value in values.items() if value is not MISSING}


def task_id_of(name: str, path: Path, outline: Outline) -> str:
    """Return the id that Airflow knows a task by, which is named at a path."""
    here = outline.around(path)
    task = outline.resolve(name, here and here.group)
    return task.id if task else name


def value_at(data: Any, path: Path) -> Any:  # noqa: ANN401 - JSON data
    """Return the value at a path of JSON data that has it."""
    for step in path:
        data = data[step]
    return data
