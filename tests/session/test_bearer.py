"""Whose access token a request to a server carries, and how keys come and go."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.bootstrap import sign_in
from dagctl.bootstrap.supabase import open_connections
from dagctl.endpoint import Endpoint
from dagctl.errors import NotSignedInError, UnavailableError
from tests.session.forger import (
    GONE,
    Forger,
    foreign,
    shared,
    signed,
    unsigned,
    with_key,
    with_secret,
)
from tests.session.gate import BY_SERVER, JWKS, NO_TOKEN, NONE, UNKNOWN, USER, refusal, told
from tests.session.people import ADA
from tests.stand_in import faults
from tests.stand_in.messages import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.session.gate import Gate
    from tests.stand_in import StandIn

# --- Good tokens ----------------------------------------------------------------------------------


def test_it_says_whose_token_it_is(gate: Gate) -> None:
    token = gate.server.token(gate.forger.user_id)
    found = gate.verifier.verify(token)
    assert (found.user_id, found.email) == (gate.forger.user_id, ADA)
    assert found.access_token() == token
    assert found.expires_at == pytest.approx(time.time() + 3600, abs=30)
    assert token not in repr(found)
    found.close()


def test_it_cannot_be_renewed_here_and_runs_out(gate: Gate) -> None:
    found = gate.verifier.verify(gate.server.token(gate.forger.user_id))
    with pytest.raises(NotSignedInError, match="the server refused the token"):
        found.refresh_after_401(found.access_token())
    gate.clock.ahead = found.expires_at + 59 - gate.clock.began
    assert found.access_token()
    gate.clock.ahead = found.expires_at + 61 - gate.clock.began
    with pytest.raises(NotSignedInError, match="has run out"):
        found.access_token()


GOOD: dict[str, Callable[[Forger], str]] = {
    "a user without a name": lambda one: one.says(is_anonymous=True, email=""),
    "no e-mail address": lambda one: one.says(email=GONE),
    "a list of audiences": lambda one: one.says(aud=["other", "authenticated"]),
    "expired within the leeway": lambda one: one.in_time("exp", -50),
    "not before, within the leeway": lambda one: one.in_time("nbf", 30),
    "issued within the leeway": lambda one: one.in_time("iat", 30),
    "no time of issue": lambda one: one.says(iat=GONE),
    "a whole number as a fraction": lambda one: one.says(exp=time.time() + 0.5),
    "another name of a local server": lambda one: one.says(
        iss=f"{one.server.url}/auth/v1".replace("127.0.0.1", "localhost")
    ),
    "claims of a hook": lambda one: one.says(app_metadata={"teams": ["a", {"b": [1]}]}),
}


@pytest.mark.parametrize("good", GOOD)
def test_what_a_project_may_issue_is_accepted(gate: Gate, good: str) -> None:
    assert gate.verifier.verify(GOOD[good](gate.forger)).user_id == gate.forger.user_id


# --- Keys come and go -----------------------------------------------------------------------------


def test_keys_are_asked_for_once_in_ten_minutes(gate: Gate) -> None:
    token = gate.server.token(gate.forger.user_id)
    for ahead, asked in ((0, 1), (590, 1), (610, 2), (1200, 2), (1220, 3)):
        gate.clock.ahead = ahead
        assert gate.lets_in(token)
        assert gate.asked() == asked


def test_made_up_keys_make_one_question_in_half_a_minute(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    for ahead, asked in ((0, 1), (29, 1), (31, 2), (60, 2), (62, 3)):
        gate.clock.ahead = ahead
        for number in range(5):
            assert UNKNOWN in refusal(gate, foreign(kid=f"x{number}")(gate.forger), caplog)
        assert gate.asked() == asked


def test_a_new_key_is_known_after_the_pause_at_the_latest(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    before = gate.server.token(gate.forger.user_id)
    gate.verifier.verify(before)
    gate.server.rotate_key()
    after = gate.server.token(gate.forger.user_id)
    assert UNKNOWN in refusal(gate, after, caplog)
    gate.clock.ahead = 31
    assert gate.lets_in(after)
    assert gate.lets_in(before), "the key before is trusted until it is revoked"
    assert gate.asked() == 2


def test_a_revoked_key_is_forgotten_within_ten_minutes(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    token = gate.server.token(gate.forger.user_id)
    gate.verifier.verify(token)
    gate.server.rotate_key()
    gate.server.revoke_old_keys()
    gate.clock.ahead = 610
    assert UNKNOWN in refusal(gate, token, caplog)


DOWN = {
    "silence": faults.drop_before(),
    "half an answer": faults.truncate(),
    "502": faults.bad_gateway(),
    "429": faults.too_many_requests(60),
    "404": faults.answer(404),
    "401": faults.answer(401),
    "paused": faults.answer(540),
    "HTML": faults.Fault("answer", response=Response(200, faults.HTML)),
    "no set": faults.answer(200, {"keys": {"a": 1}}),
    "no keys": faults.answer(200, {"keys": [1]}),
    "a list": faults.answer(200, []),
    "a redirect": faults.answer(302, location="http://127.0.0.1:1/"),
}


@pytest.mark.parametrize("fault", DOWN)
def test_without_keys_no_one_can_say(gate: Gate, fault: str) -> None:
    token = gate.server.token(gate.forger.user_id)
    gate.server.faults.add("GET", JWKS, DOWN[fault])
    for _ in range(3):
        with pytest.raises(UnavailableError, match=r"the token cannot be checked: .") as caught:
            gate.verifier.verify(token)
        assert token not in told(caught.value)
    assert gate.asked() == 1, "the server was asked again at once"
    gate.clock.ahead = 1.1
    assert gate.lets_in(token)


@pytest.mark.parametrize("fault", DOWN)
def test_old_keys_are_used_for_an_hour_if_the_server_does_not_answer(
    gate: Gate, fault: str
) -> None:
    token = gate.forger.in_time("exp", 7200)
    gate.verifier.verify(token)
    gate.server.faults.add("GET", JWKS, DOWN[fault], times=None)
    for ahead, asked in ((610, 2), (635, 2), (645, 3), (3590, 4)):
        gate.clock.ahead = ahead
        assert gate.lets_in(token)
        assert gate.asked() == asked
    gate.clock.ahead = 3630
    with pytest.raises(UnavailableError, match="the token cannot be checked"):
        gate.verifier.verify(token)
    gate.server.faults.clear()
    gate.clock.ahead = 3635
    assert gate.lets_in(token)


def test_an_unknown_key_is_not_refused_while_the_server_cannot_say(gate: Gate) -> None:
    gate.verifier.verify(gate.server.token(gate.forger.user_id))
    gate.server.rotate_key()
    token = gate.server.token(gate.forger.user_id)
    gate.server.faults.add("GET", JWKS, faults.bad_gateway())
    gate.clock.ahead = 31
    for _ in range(2):
        with pytest.raises(UnavailableError):
            gate.verifier.verify(token)
    gate.clock.ahead = 62
    assert gate.lets_in(token)


def test_many_threads_ask_once(gate: Gate) -> None:
    token = gate.server.token(gate.forger.user_id)
    gate.server.faults.add("GET", JWKS, faults.delay(0.2))
    start = threading.Barrier(32)

    def verify(_: int) -> str:
        start.wait()
        return gate.verifier.verify(token).user_id

    with ThreadPoolExecutor(32) as pool:
        assert set(pool.map(verify, range(32))) == {gate.forger.user_id}
    assert gate.asked() == 1


# --- A shared secret ------------------------------------------------------------------------------


def test_a_token_with_a_shared_secret_is_asked_about_once_a_minute(old_gate: Gate) -> None:
    token = old_gate.server.token(old_gate.forger.user_id)
    for ahead, asked in ((0, 1), (55, 1), (65, 2), (120, 2)):
        old_gate.clock.ahead = ahead
        found = old_gate.verifier.verify(token)
        assert (found.user_id, found.access_token()) == (old_gate.forger.user_id, token)
        assert old_gate.asked(USER) == asked
    assert old_gate.asked() == 0


def test_who_was_logged_out_or_banned_is_refused(
    old_gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    user_id = old_gate.forger.user_id
    token = old_gate.server.token(user_id)
    old_gate.verifier.verify(token)
    old_gate.server.end_sessions(user_id)
    old_gate.clock.ahead = 61
    assert "signed out elsewhere" in refusal(old_gate, token, caplog)

    token = old_gate.server.token(user_id)
    old_gate.server.sql("update auth.users set banned_until = now() + interval '1 day'")
    for _ in range(2):
        assert "the user is banned" in refusal(old_gate, token, caplog)
    old_gate.server.sql("update auth.users set banned_until = null")
    assert old_gate.lets_in(token), "a refusal was remembered"


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (shared(lambda _: b"guessed", kid=GONE), BY_SERVER),
        (lambda one: signed(one.header(kid=GONE), one.claims(), with_key(one.own_key)), BY_SERVER),
        (foreign(), UNKNOWN),
        (unsigned("none"), NO_TOKEN),
        (
            lambda one: signed({"alg": "none"}, one.claims(), with_secret(b"")),
            NONE,
        ),
    ],
)
def test_a_project_without_public_keys_is_no_easier_to_enter(
    old_gate: Gate,
    forge: Callable[[Forger], str],
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert re.search(reason, refusal(old_gate, forge(old_gate.forger), caplog))


@pytest.mark.parametrize("claims", [{"exp": 1}, {"role": "anon"}, {"iss": "x"}, {"aud": "x"}])
def test_the_auth_server_is_not_asked_about_what_cannot_be_good(
    old_gate: Gate, claims: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    refusal(old_gate, old_gate.server.token(old_gate.forger.user_id, **claims), caplog)
    assert len(old_gate.server.requests) == 0


def test_the_auth_server_must_name_the_same_user(
    old_gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    other = {"id": "00000000-0000-4000-8000-000000000000", "email": ADA}
    token = old_gate.server.token(old_gate.forger.user_id)
    old_gate.server.faults.add("GET", USER, faults.answer(200, other))
    assert "not of the user whom it names" in refusal(old_gate, token, caplog)
    assert old_gate.lets_in(token)


def test_what_the_auth_server_repeats_is_not_reported(
    old_gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    token = old_gate.server.token(old_gate.forger.user_id)
    echo = faults.answer(403, {"code": "bad_jwt", "message": f"no good: {token}"})
    old_gate.server.faults.add("GET", USER, echo)
    assert "no good: [redacted]" in refusal(old_gate, token, caplog)


def test_if_the_auth_server_is_down_no_one_can_say(old_gate: Gate) -> None:
    token = old_gate.server.token(old_gate.forger.user_id)
    old_gate.server.faults.add("GET", USER, faults.bad_gateway(), times=None)
    with pytest.raises(UnavailableError) as caught:
        old_gate.verifier.verify(token)
    assert token not in told(caught.value)


def test_a_project_may_leave_its_secret_behind(
    old_gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    before = old_gate.server.token(old_gate.forger.user_id)
    old_gate.server.rotate_key()
    after = old_gate.server.token(old_gate.forger.user_id)
    assert old_gate.lets_in(before)
    assert old_gate.lets_in(after)
    old_gate.server.revoke_old_keys()
    old_gate.clock.ahead = 61
    assert BY_SERVER in refusal(old_gate, before, caplog)
    assert old_gate.lets_in(after)


def refuse_many(gate: Gate, caplog: pytest.LogCaptureFixture) -> None:
    """Have many made-up tokens refused."""
    for number in range(40):
        forged = shared(lambda _: b"guessed", kid=f"x{number}")(gate.forger)
        assert BY_SERVER in refusal(gate, forged, caplog)


def test_made_up_tokens_lock_out_no_user_of_a_project_with_public_keys(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    refuse_many(gate, caplog)
    assert gate.lets_in(gate.server.token(gate.forger.user_id))


def test_made_up_tokens_lock_out_no_user_of_a_project_with_a_shared_secret(
    old_gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    refuse_many(old_gate, caplog)
    assert old_gate.lets_in(old_gate.server.token(old_gate.forger.user_id))


def test_made_up_tokens_lock_out_no_user_while_a_project_moves_to_public_keys(
    old_gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    before = old_gate.server.token(old_gate.forger.user_id)
    old_gate.server.rotate_key()
    refuse_many(old_gate, caplog)
    assert old_gate.lets_in(before), "a user of a shared secret, not seen before"
    assert old_gate.lets_in(old_gate.server.token(old_gate.forger.user_id))


# --- How it is opened -----------------------------------------------------------------------------


def test_it_is_opened_for_a_project(stand_in: StandIn) -> None:
    token = stand_in.token(stand_in.add_user(ADA, None))
    verifier = sign_in.open_verifier(Endpoint(stand_in.url, stand_in.publishable_key))
    assert verifier.verify(token).email == ADA
    verifier.close()


def test_it_is_as_patient_as_the_connections_that_it_shares(old_gate: Gate) -> None:
    server = old_gate.server
    token = server.token(old_gate.forger.user_id)
    server.faults.add("GET", USER, faults.answer(503), times=None)
    server.requests.clear()
    connections = open_connections(0)
    verifier = sign_in.open_verifier(Endpoint(server.url, server.publishable_key), connections)
    with pytest.raises(UnavailableError):
        verifier.verify(token)
    assert server.requests.count("GET", USER) == 1
    verifier.close()
    connections.hang_up()


def test_without_the_extra_it_says_so() -> None:
    program = (
        "import sys; sys.modules['jwt'] = None\n"
        "from dagctl.bootstrap import sign_in; from dagctl.endpoint import Endpoint\n"
        "try: sign_in.open_verifier(Endpoint('https://abc.supabase.co', 'key'))\n"
        "except sign_in.UsageError as error: print(error, '|', error.hint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "the extra `serve` is not installed" in done.stdout
    assert "pip install 'dagctl-airflow[serve]'" in done.stdout
