"""What a conversion gives: a spec for each DAG, and what became of each line of the file."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from dagctl.frozen import frozen, mutable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Outcome(StrEnum):
    """What became of something that the other tool's file says."""

    CHANGED = "changed"
    """It is said in another way, and Airflow does the same."""
    NEW = "takes effect now"
    """The other tool ignored it; Airflow gets it now."""
    ASSUMED = "assumed"
    """The default that the file has was taken; another Airflow may give another value."""
    DROPPED = "dropped"
    """It is not in the spec, and nothing is missing without it."""
    GAP = "gap"
    """A spec has no word for it, or the result is wrong: a person must look at it."""


@frozen
class Place:
    """A line of a file; lines count from 1."""

    file: str
    line: int


@frozen
class Remark:
    """What became of one thing in the foreign file."""

    outcome: Outcome
    place: Place
    subject: str
    """What it is about: a key, as the file has it."""
    text: str
    """What was done, and why."""


def is_whole(remarks: Iterable[Remark]) -> bool:
    """Return whether nothing is missing: no gap is in the report."""
    return not any(remark.outcome is Outcome.GAP for remark in remarks)


@mutable
class Report:
    """Gathers the remarks on one DAG, in the order in which they are made."""

    remarks: list[Remark] = field(default_factory=list)

    def changed(self, place: Place, subject: str, text: str) -> None:
        """Say that something is said in another way."""
        self.remarks.append(Remark(Outcome.CHANGED, place, subject, text))

    def new(self, place: Place, subject: str, text: str) -> None:
        """Say that something has an effect from now on."""
        self.remarks.append(Remark(Outcome.NEW, place, subject, text))

    def assumed(self, place: Place, subject: str, text: str) -> None:
        """Say that a default was taken for what the file reads of its Airflow."""
        self.remarks.append(Remark(Outcome.ASSUMED, place, subject, text))

    def dropped(self, place: Place, subject: str, text: str) -> None:
        """Say that something was left out, and why that loses nothing."""
        self.remarks.append(Remark(Outcome.DROPPED, place, subject, text))

    def gap(self, place: Place, subject: str, text: str) -> None:
        """Say that something has no word in a spec."""
        self.remarks.append(Remark(Outcome.GAP, place, subject, text))

    def sorted(self) -> tuple[Remark, ...]:
        """Return the remarks by file and line, each once."""
        return tuple(
            sorted(
                dict.fromkeys(self.remarks),
                key=lambda remark: (remark.place.file, remark.place.line),
            )
        )


@frozen
class ConvertedDag:
    """One DAG of a foreign file as a spec."""

    dag_id: str
    data: Mapping[str, Any]
    """The spec, as a YAML document would hold it."""
    text: str
    """The same as YAML."""
    place: Place
    """Where the DAG begins in the foreign file."""
    remarks: tuple[Remark, ...]
    """What was changed or left out, in the order of the file."""

    @property
    def whole(self) -> bool:
        """Whether nothing is missing: no gap is in the report."""
        return is_whole(self.remarks)

    @property
    def is_certain(self) -> bool:
        """Whether it is whole, and no default was taken for what an Airflow may set."""
        return self.whole and not any(each.outcome is Outcome.ASSUMED for each in self.remarks)


@frozen
class Conversion:
    """The DAGs of one foreign file, in its order, and what concerns none of them alone."""

    dags: tuple[ConvertedDag, ...]
    remarks: tuple[Remark, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)
    """Modules that the DAG files need in the DAGs folder: texts by the names of the files."""
