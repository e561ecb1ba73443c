"""Where a DAG file reads what its Airflow has: variables, and the environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagctl.convert.outcome.report import Place, Report

GIVEN = "its value is the one that was given; the file reads it at each parse"


@dataclass(slots=True, eq=False)
class ParseRead:
    """A place where the file reads what the caller of the conversion gave."""

    place: Place
    subject: str
    report: Report
    is_used: bool = False
    """Whether anything but a template came of it."""
    is_default: bool = False
    """Whether the file's own default stands for it, as no value was given."""

    def write(self, report: Report) -> None:
        """Say in a report that the value was taken."""
        if not self.is_default:
            report.changed(self.place, self.subject, GIVEN)
            return
        option = "--environ" if self.subject.startswith("os.") else "--variables"
        text = "its default was taken, and the file reads it at each parse: where your Airflow"
        report.assumed(self.place, self.subject, f"{text} sets it, give the value with {option}")
