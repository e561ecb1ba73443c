"""Secrets are taken out of text, and nothing else is."""

from __future__ import annotations

import json
from urllib.parse import quote

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagctl.session import redaction
from dagctl.session.redaction import (
    HIDDEN,
    masked,
    named,
    redacted,
    redacted_end,
    remember,
    remember_environment,
)

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
        (f"authorization: Basic {OPAQUE}", OPAQUE),
        (f"'Authorization': 'Bearer {OPAQUE}'", OPAQUE),
        (f"bearer {OPAQUE}", OPAQUE),
        (f"DAGCTL_PASSWORD={OPAQUE}", OPAQUE),
        (f"PGPASSWORD='{OPAQUE}' psql", OPAQUE),
        (f"Password: {OPAQUE}", OPAQUE),
        (f"GITHUB_TOKEN={OPAQUE}", OPAQUE),
        (f"client_secret = {OPAQUE}", OPAQUE),
        (f"could not connect to postgresql://ada:{OPAQUE}@db/x", OPAQUE),
        (f"fatal: Authentication failed for 'https://ci:{OPAQUE}@git.example.com/x/'", OPAQUE),
        (f"key AKIA{'IOSFODNN7EXAMPLE'}", "IOSFODNN7EXAMPLE"),
        (f"-----BEGIN PRIVATE KEY-----\n{OPAQUE}\n-----END PRIVATE KEY-----", OPAQUE),
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
        "fix:   correct DAGCTL_EMAIL and DAGCTL_PASSWORD; without them, the session is used",
        "the project does not allow passwords: use --otp or --provider",
        "unexpected token: `}`",
        "send `Authorization: Bearer <Supabase access token>`",
        "PGPASSWORD=$PASSWORD psql",
        "password={{ conn.db.password }}",
        "https://user:${TOKEN}@example.com",
        "",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert redacted(text) == text


@given(before=st.text(max_size=30), secret=URL_SAFE, after=st.text(max_size=30))
def test_a_token_is_hidden_wherever_it_stands(before: str, secret: str, after: str) -> None:
    token = f"eyJ{secret}.eyJ{secret}.{secret}"
    assert token not in redacted(f"{before}{token}{after}")


# --- The secrets of this process -----------------------------------------------------------------


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test begin with nothing remembered."""
    monkeypatch.setattr(redaction, "_remembered", {})


@pytest.mark.parametrize("secret", ["correct horse", "p\"w'\\n-canary", "päss-wörd-ü", "a&b=c%20d"])
def test_what_is_remembered_is_hidden_in_every_form(secret: str) -> None:
    remember(secret)
    for shown in (secret, json.dumps(secret)[1:-1], quote(secret, safe=""), repr(secret)[1:-1]):
        assert redacted(f"a {shown} b") == f"a {HIDDEN} b"


def test_a_secret_of_several_lines_is_hidden_line_by_line() -> None:
    remember("first line\nsecond line\n")
    assert redacted("> second line; first line") == f"> {HIDDEN}; {HIDDEN}"


def test_the_secrets_of_the_environment_are_known_by_their_names() -> None:
    remember_environment(
        {
            "DAGCTL_PASSWORD": "secret-1",
            "DAGCTL_ACCESS_TOKEN": "secret-2",
            "DAGCTL_REFRESH_TOKEN": "secret-3",
            "AWS_SECRET_ACCESS_KEY": "secret-4",
            "npm_token": "secret-5",
            "TOKEN_FILE": "/run/no-secret-6",
            "SOME_TOKEN": "/run/no-secret-7",
            "ENABLE_SECRET": "production",
            "HOME": "/home/no-secret-8",
        }
    )
    text = " ".join(f"secret-{number}" for number in range(1, 6))
    assert redacted(text) == " ".join([HIDDEN] * 5)
    others = "/run/no-secret-6 /run/no-secret-7 production /home/no-secret-8"
    assert redacted(others) == others


def test_so_many_secrets_are_remembered_and_no_more() -> None:
    remember(*(f"secret-{number:05}" for number in range(2000)))
    assert redacted("secret-01999") == HIDDEN
    assert len(redaction._remembered) == redaction.MOST_REMEMBERED


def test_a_short_secret_does_not_hide_ordinary_words() -> None:
    remember("a", "")
    assert redacted("a banana") == "a banana"


@pytest.mark.parametrize("longest", [40, 100, 1000])
def test_a_long_text_is_cut_without_half_a_secret(longest: int) -> None:
    remember("canary-secret")
    for size in range(longest - 20, longest + 20):
        for end in ("\nlast line " + "x" * 20, "x" * 10):
            text = "canary-secret" + "y" * size + end
            assert "secret" not in redacted_end(text, longest)
            assert len(redacted_end(text, longest)) <= longest + len(HIDDEN)


def test_a_mask_moves_no_column_and_no_line() -> None:
    text = f"a {JWT} b\r\n-----BEGIN PRIVATE KEY-----\n{OPAQUE}\n-----END PRIVATE KEY-----\nc"
    shown = masked(text)
    assert [len(line) for line in shown.split("\n")] == [len(line) for line in text.split("\n")]
    assert JWT not in shown
    assert OPAQUE not in shown
    assert (shown[:2], shown[-2:]) == ("a ", "\nc")


@given(st.text())
def test_twice_is_the_same_as_once(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)


@pytest.mark.parametrize("secret", ["p\u00e455word-geheim", 'it\'s \\ "quoted"', "plain-secret-1"])
def test_a_mistaken_value_shows_no_secret(secret: str) -> None:
    remember(secret)
    assert named(secret) == f"str '{HIDDEN}'"
    assert named(secret.encode()) == f"bytes b'{HIDDEN}'"
    assert named(bytearray(f"a {secret}".encode())) == f"bytearray b'a {HIDDEN}'"
    assert named([secret]) == f"list ['{HIDDEN}']"
    assert named(b"a\xff") == r"bytes b'a\xff'"
    assert named("gr\u00fc\u00dfe\n") == r"str 'gr\xfc\xdfe\n'"


def test_a_secret_across_the_cut_of_a_mistaken_value_is_not_shown() -> None:
    remember("0123456789" * 3_000)
    assert named("0123456789" * 9_000) == f"str '{HIDDEN}'"
    assert named("x" * 65_530 + "0123456789" * 3_000) == f"str '{'x' * 59}..."


def test_of_a_long_mistaken_value_only_the_beginning_is_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched: list[int] = []

    def search(text: str) -> str:
        searched.append(len(text))
        return text

    monkeypatch.setattr(redaction, "redacted", search)
    for value in ("a" * 1_000_000, b"a" * 1_000_000, ["a"] * 200_000):
        assert named(value).endswith("...")
    assert max(searched) < 100_000
