"""What a reader of one syntax returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.findings.problem import Problem
    from dagctl.text.document import Document


@frozen
class Reading:
    """What a reader got out of a text: the document, if any, and what is wrong with the text."""

    document: Document | None
    findings: Sequence[Problem] = ()
