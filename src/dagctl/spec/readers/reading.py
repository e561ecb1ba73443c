"""What a reader of one syntax returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.spec.problem import Problem
    from dagctl.spec.readers.document import Document


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader got out of a text: the document, if any, and what is wrong with the text."""

    document: Document | None
    findings: Sequence[Problem] = ()
