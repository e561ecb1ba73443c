"""Secrets are taken out of text, and nothing else is."""

from __future__ import annotations

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagctl.session.redaction import HIDDEN, redacted

JWT = jwt.encode({"sub": "x", "role": "authenticated"}, "k" * 32, "HS256")
OPAQUE = "v1x2c3b4n5m6"
URL_SAFE = st.text("abcXYZ019_-", min_size=12, max_size=60)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"Illegal header value b'Bearer {JWT}'", JWT),
        (f"Authorization: Bearer {OPAQUE}", OPAQUE),
        ("bad key sb_secret_abc-DEF_123.", "sb_secret_abc-DEF_123"),
        (f"http://127.0.0.1:1/callback/x?code={OPAQUE}&state=1", OPAQUE),
        (f'{{"refresh_token":"{OPAQUE}","a":1}}', OPAQUE),
        (f"{{'refresh_token': '{OPAQUE}'}}", OPAQUE),
        (f"refresh_token={OPAQUE}&x=1", OPAQUE),
        ("password: 'with spaces in it'", "with spaces in it"),
        ('{"password": "with spaces"}', "with spaces"),
        (f"https://x/object/sign/b/k?token={JWT}", JWT),
        (JWT.partition(".")[0], JWT.partition(".")[0]),
    ],
)
def test_a_secret_is_hidden(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in redacted(text)
    assert HIDDEN in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "the e-mail address or the password is wrong",
        "the code is wrong or has run out",
        "no such file: eyes.py",
        "https://abc.supabase.co/auth/v1/token?grant_type=refresh_token",
        "sb_publishable_abc",
        "",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert redacted(text) == text


@given(before=st.text(max_size=30), secret=URL_SAFE, after=st.text(max_size=30))
def test_a_token_is_hidden_wherever_it_stands(before: str, secret: str, after: str) -> None:
    token = f"eyJ{secret}.eyJ{secret}.{secret}"
    assert token not in redacted(f"{before}{token}{after}")


@given(st.text())
def test_twice_is_the_same_as_once(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)
