"""Warns of secrets that stand in a spec: the DAG file, git and the store would keep them. Pure.

The text is searched, not its values: so every field counts, and comments too.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.places import in_order
from dagctl.findings.problem import MAX_IN_VALUE, Problem, warning
from dagctl.findings.wording import quoted
from dagctl.patterns import lazy_pattern
from dagctl.text.lines import Span
from dagctl.text.template_signs import has_code
from dagctl.token_formats import find_tokens, hidden

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.text.document import Document, Node

REVOKE = "revoke it; keep the new one in an Airflow connection or a secrets backend"
"""What to do about a secret that stands where it can be read."""
_NAMED = lazy_pattern(
    r"(?i)(?:password|passwd|passphrase|pwd|(?:client|access)_?secret|(?:secret|api)_?key"
    r"|(?:access|auth|api|bot)_?token)\Z"
)
"""Keys whose value is a secret; `secret` and `token` alone are often the name of one."""
_NO_SECRET = lazy_pattern(
    r"[^\w]*\Z|[$<{/%:]|.*(?:\}|\$\{?\w)|(?i:xxx|.{0,9}change_?me|none\Z|.{0,40}secret\Z|.{0,40}pass"
    r"word\Z|.{0,40}token\Z|.{0,40}_key\Z|your|my[-_]|dummy|example|placeholder|todo|redacted)"
)
"""What stands for a secret: nothing, a variable, a template, a path, a word for it."""
_SIGNS = ("pass", "pwd", "secret", "token", "api_key", "apikey", "authorization", "curl")
"""What a text has, in small letters, that may have a secret of these forms."""
_WRITTEN = lazy_pattern(
    r"(?i)(?P<name>password|passwd|passphrase|pwd|(?:client|access)_?secret|(?:secret|api)_?key"
    r"|(?:access|auth|api|bot)_?token)"
    r"(?:[ \t]{0,9}=[ \t]{0,9}[a-z]?\\?[\"'](?P<quoted>[^\"'\\\s]{4,200})\\?[\"']"
    r"|=(?P<bare>[\w!@#^*+~-]{4,200}+)(?![\w.,()\[{$`/]))"
    r"|authorization\\?[\"']?[ \t]{0,9}[:=][ \t]{0,9}\\?[\"']?[ \t]{0,9}"
    r"(?:bearer|basic|token)[ \t]{1,9}(?P<header>[\w.~+/=-]{8,300}+)(?![${])"
    r"|\bcurl\b[^\n|;&]{0,300}?[ \t](?:-u|--user)[ =]\\?[\"']?[\w.@-]{1,60}:"
    r"(?P<user>[^\s\"'\\:]{4,200})"
)
"""A secret that code or a command names: a text, or a value of the shell."""


def with_secrets(document: Document, findings: Sequence[Problem]) -> Sequence[Problem]:
    """Return the findings and a warning for each secret; no finding quotes a secret."""
    tokens = sorted(find_tokens(document.text), key=lambda token: token.start)[:MAX_IN_VALUE]
    spans = [(token.kind, Span(token.start, token.end)) for token in tokens]
    for kind, value in islice(chain(_named(document), _written(document.text)), MAX_IN_VALUE):
        if not any(value.start < known.end and known.start < value.end for _, known in spans):
            spans.append((kind, value))
    if not spans:
        return findings
    warnings = [_warning(document, kind, span) for kind, span in spans]
    return sorted([*map(_without_secrets, findings), *warnings], key=in_order)


def _is_secret(text: str) -> bool:
    return not (_NO_SECRET.match(text) or has_code(text))


def _named(document: Document) -> Iterator[tuple[str, Span]]:
    """Yield each plain text under a key that is the name of a secret, and what it is."""
    stack: list[Node] = [document.root]
    is_name: dict[str, bool] = {}
    while stack:
        node = stack.pop()
        stack += node.children()
        for key, (_, value) in node.keys.items():
            if key not in is_name:
                is_name[key] = _NAMED.search(key) is not None
            default = value.keys.get("default")  # of a param
            given = default[1] if default else value
            text = given.value
            if is_name[key] and isinstance(text, str) and _is_secret(text):
                yield f"the value of {quoted(key)}", given.span


def _written(text: str) -> Iterator[tuple[str, Span]]:
    """Yield each secret that a text of code names, and what it is."""
    small = text.casefold()
    if not any(sign in small for sign in _SIGNS):
        return
    for match in _WRITTEN.finditer(text):
        group = str(match.lastgroup)
        value = match[group]
        name = match["name"]
        if name is None:
            kind = "a token in a header" if group == "header" else "the password of a user"
            is_plain = group == "user" or any(map(str.isdigit, value))
        else:
            kind = f"the value of {quoted(name)}"
            is_plain = (
                group == "quoted"
                or name.isupper()
                or text[match.start() - 2 : match.start()] == "--"
            )
        if is_plain and _is_secret(value):
            yield kind, Span(*match.span(group))


def _warning(document: Document, kind: str, span: Span) -> Problem:
    message = f"{kind} stands here in plain text: everyone who can read the DAG gets it"
    path = document.path_at(span)
    return warning(Code.PLAIN_CREDENTIAL, message, REVOKE, span=span, path=path)


def _without_secrets(finding: Problem) -> Problem:
    hint = None if finding.hint is None else hidden(finding.hint)
    return replace(finding, message=hidden(finding.message), hint=hint)
