"""Proof Key for Code Exchange."""

from __future__ import annotations

import re

import pytest

from dagctl.errors import NotSignedInError
from dagctl.session.pkce import Proof, code_of


def test_the_challenge_is_that_of_the_rfc() -> None:
    # RFC 7636, appendix B
    proof = Proof("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert proof.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_each_proof_is_drawn_anew_and_not_shown() -> None:
    one, other = Proof(), Proof()
    assert one.verifier != other.verifier
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", one.verifier)
    assert one.verifier not in repr(one)


def test_the_code_is_what_the_browser_brings() -> None:
    assert code_of({"code": "c"}) == "c"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"error": "access_denied", "error_description": "The user said no"}, "The user said no"),
        ({"error": "access_denied"}, "access_denied"),
        ({"code": ""}, "without a code"),
        ({}, "without a code"),
    ],
)
def test_a_refusal_is_reported(answer: dict[str, str], words: str) -> None:
    with pytest.raises(NotSignedInError, match=words):
        code_of(answer)
