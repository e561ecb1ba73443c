"""What error codes mean, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagctl.explanations import Explanation


class ExplanationData(TypedDict):
    """What a code means, and what to do about it."""

    code: str
    title: str
    explanation: str
    bad: str | None
    """What causes it; empty if it cannot be shown in a few lines."""
    good: str | None
    """The same, put right."""
    fix: str


class ExplainData(TypedDict):
    """What `explain` says."""

    codes: list[ExplanationData]


def explain_data(entries: Iterable[tuple[str, Explanation]]) -> ExplainData:
    """Return what each code means."""
    return {"codes": [_explanation_data(code, entry) for code, entry in entries]}


def _explanation_data(code: str, entry: Explanation) -> ExplanationData:
    return {
        "code": code,
        "title": entry.title,
        "explanation": entry.explanation,
        "bad": entry.bad,
        "good": entry.good,
        "fix": entry.fix,
    }
