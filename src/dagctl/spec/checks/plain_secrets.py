"""Warns of secrets that stand in a spec: the DAG file, git and the store would keep them. Pure.

The text is searched, not its values: so every field counts, and comments too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.places import in_order
from dagctl.findings.problem import MAX_IN_VALUE, Problem, warning
from dagctl.text.lines import Span
from dagctl.token_formats import find_tokens, hidden

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.text.document import Document

REVOKE = "revoke it; keep the new one in an Airflow connection or a secrets backend"
"""What to do about a secret that stands where it can be read."""


def with_secrets(document: Document, findings: Sequence[Problem]) -> Sequence[Problem]:
    """Return the findings and a warning for each secret; no finding quotes a secret."""
    tokens = sorted(find_tokens(document.text), key=lambda token: token.start)[:MAX_IN_VALUE]
    if not tokens:
        return findings
    warnings = [_warning(document, token.kind, Span(token.start, token.end)) for token in tokens]
    return sorted([*map(_without_secrets, findings), *warnings], key=in_order)


def _warning(document: Document, kind: str, span: Span) -> Problem:
    message = f"{kind} stands here in plain text: everyone who can read the DAG gets it"
    path = document.path_at(span)
    return warning(Code.PLAIN_CREDENTIAL, message, REVOKE, span=span, path=path)


def _without_secrets(finding: Problem) -> Problem:
    hint = None if finding.hint is None else hidden(finding.hint)
    return replace(finding, message=hidden(finding.message), hint=hint)
