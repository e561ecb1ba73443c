"""What published kinds of secrets look like in a text: a table, and a linear search. Pure.

Only formats that their issuers publish are here, and private keys and passwords in URLs, so that a
hit is hardly ever wrong. No library is used: detect-secrets 1.5 loads `requests` and takes longer
to import than a spec takes to check.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Token(NamedTuple):
    """A stretch of a text that is a secret; the end is exclusive."""

    kind: str
    """What it is, for people, as "a GitHub token"."""
    start: int
    end: int


class _Format(NamedTuple):
    kind: str
    first: tuple[str, ...]
    """What every token of this kind begins with; the search looks for it before anything else."""
    pattern: str
    """The whole token, from its first character on. The group 1, if there is one, is the secret.

    It is compiled when it is first needed: most runs need none.
    """
    is_word: bool = True
    """Whether it begins a word, as tokens do: then no stretch of text is tried twice."""


def _format(kind: str, first: str, rest: str, *, is_word: bool = True) -> _Format:
    words = tuple(first.split())
    return _Format(kind, words, f"(?:{'|'.join(map(re.escape, words))}){rest}", is_word)


_BODY = r"[A-Za-z0-9_-]"
_FORMATS = (
    # IAM User Guide, "IAM identifiers", unique ID prefixes
    _format("an AWS access key id", "AKIA ASIA", r"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _format(
        "an AWS secret access key",
        "aws_secret_access_key AWS_SECRET_ACCESS_KEY secret_access_key",
        r"[\"']?[ \t]{0,9}[=:,][ \t]{0,9}[\"']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
    ),
    # GitHub Docs, "About authentication to GitHub", token formats
    _format("a GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", r"[A-Za-z0-9_]{30,255}"),
    _format("a GitHub token", "github_pat_", r"[A-Za-z0-9_]{22,255}"),
    # GitLab Docs, "Token overview", token prefixes
    _format("a GitLab token", "glpat- gldt- glrt- glcbt- glptt-", rf"{_BODY}{{20,300}}"),
    # Supabase Docs, "API keys"; personal access tokens of the Management API
    _format("a secret key of Supabase", "sb_secret_", rf"{_BODY}{{4,200}}"),
    _format("an access token of Supabase", "sbp_", r"(?:oauth_)?[a-f0-9]{40}"),
    # Slack Docs, "Token types"
    _format("a Slack token", "xoxb- xoxp- xoxa- xoxe- xoxs- xapp-", r"[A-Za-z0-9.-]{10,300}"),
    # Stripe Docs, "API keys"
    _format("a Stripe key", "sk_live_ rk_live_ sk_test_ rk_test_", r"[A-Za-z0-9]{16,255}"),
    # Google Cloud Docs, "Manage API keys"
    _format("a Google API key", "AIza", rf"{_BODY}{{35}}(?!{_BODY})"),
    # npm Docs, "About access tokens"; PyPI help, "API tokens"
    _format("an npm token", "npm_", r"[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    _format("a PyPI token", "pypi-AgEI", rf"{_BODY}{{50,1000}}"),
    # Databricks Docs, "Personal access token authentication"
    _format("a Databricks token", "dapi", r"[a-f0-9]{32}(?:-\d{1,2})?(?![A-Za-z0-9])"),
    # HashiCorp Vault Docs, "Tokens"
    _format("a Vault token", "hvs. hvb.", rf"{_BODY}{{24,500}}"),
    # Hugging Face Docs, "User access tokens"
    _format("a Hugging Face token", "hf_", r"[A-Za-z0-9]{34}(?![A-Za-z0-9])"),
    # SendGrid Docs, "API keys"
    _format("a SendGrid key", "SG.", rf"{_BODY}{{22}}\.{_BODY}{{43}}"),
    # The prefixes of keys of OpenAI and Anthropic
    _format("an API key", "sk-proj- sk-svcacct- sk-ant-", rf"{_BODY}{{20,300}}"),
    # RFC 7519: the header and the claims are JSON objects, which begin with `{"`
    _format(
        "a JSON Web Token", "eyJ", rf"{_BODY}{{5,1000}}\.eyJ{_BODY}{{5,3000}}\.{_BODY}{{10,1000}}"
    ),
    # RFC 7468 and OpenSSH, PGP
    _format(
        "a private key",
        "-----BEGIN",
        r" (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[A-Za-z0-9+/=\s\\,:.\"']|-(?!----)){0,8000}(?:-----END[A-Z0-9 ]{1,60}-----)?",
        is_word=False,
    ),
    # RFC 3986, section 3.2.1; JSON may escape slashes
    _format(
        "a password in a URL",
        "://" + r" :\/\/",
        r"[^\s/@:\"'`<>{}\\]{0,100}:([^\s/@\"'`<>\\]{1,200})@[A-Za-z0-9\[$]",
        is_word=False,
    ),
)
_PLACEHOLDER = lazy_pattern(r"[$%{*]|[xX.*]+\Z")
"""What stands for a password that is not in the text: a variable, a template, stars."""
_ESCAPES = frozenset({r"\n", r"\r", r"\t", r"\b", r"\f"})


def find_tokens(text: str) -> Iterator[Token]:
    """Yield the secrets of known kinds in a text, kind by kind. Takes time linear in the text."""
    for form in _FORMATS:
        for first in form.first:
            yield from _of_format(text, form, first)


def hidden(text: str) -> str:
    """Return the text with four stars in place of each secret."""
    return replaced(text, find_tokens(text), lambda _: "****")


def replaced(text: str, tokens: Iterable[Token], by: Callable[[str], str]) -> str:
    """Return the text with each stretch replaced; those that overlap count as one."""
    parts: list[str] = []
    done = 0
    for start, end in _merged(tokens):
        parts += (text[done:start], by(text[start:end]))
        done = end
    return "".join((*parts, text[done:]))


def _merged(tokens: Iterable[Token]) -> Iterator[tuple[int, int]]:
    begin = end = -1
    for token in sorted(tokens, key=lambda token: token.start):
        if token.start > end:
            if end > begin:
                yield begin, end
            begin = token.start
        end = max(end, token.end)
    if end > begin:
        yield begin, end


def _of_format(text: str, form: _Format, first: str) -> Iterator[Token]:
    start = text.find(first)
    if start < 0:
        return
    pattern = lazy_pattern(form.pattern)
    while start >= 0:
        inside = form.is_word and _is_inside_word(text, start)
        match = None if inside else pattern.match(text, start)
        if match and not (pattern.groups and _PLACEHOLDER.match(match[1])):
            yield Token(form.kind, *match.span(pattern.groups))
        start = text.find(first, match.end() if match else start + len(first))


def _is_inside_word(text: str, start: int) -> bool:
    """Return whether the character before belongs to the word; an escape of a line end does not."""
    if start == 0 or not (text[start - 1].isalnum() or text[start - 1] in "_-"):
        return False
    return text[max(start - 2, 0) : start] not in _ESCAPES
