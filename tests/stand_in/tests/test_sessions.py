from __future__ import annotations

import base64
import hashlib
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.stand_in.auth.sessions import RefreshRefusedError, Sessions
from tests.stand_in.tests.cast import PASSWORD

if TYPE_CHECKING:
    import httpx

    from tests.stand_in import StandIn
    from tests.stand_in.tests.cast import Cast

HOUR = 3600.0


class TestRotation:
    def test_a_token_is_good_once(self) -> None:
        sessions = Sessions()
        first = sessions.open("u", "password", now=0).refresh_token()
        second = sessions.refresh(first, now=HOUR).refresh_token()
        assert second != first
        assert sessions.refresh(second, now=2 * HOUR).refresh_token() not in {first, second}

    def test_the_parent_of_the_active_token_gets_the_active_token_at_any_age(self) -> None:
        sessions = Sessions()
        first = sessions.open("u", "password", now=0).refresh_token()
        second = sessions.refresh(first, now=HOUR).refresh_token()
        for hour in range(2, 6):
            assert sessions.refresh(first, now=hour * HOUR).refresh_token() == second
        assert sessions.refresh(second, now=9 * HOUR).refresh_token() != second

    def test_a_token_two_steps_behind_gets_the_active_token_within_the_interval(self) -> None:
        sessions = Sessions(reuse_interval=10)
        first = sessions.open("u", "password", now=0).refresh_token()
        second = sessions.refresh(first, now=HOUR).refresh_token()
        third = sessions.refresh(second, now=HOUR).refresh_token()
        assert sessions.refresh(first, now=HOUR + 9).refresh_token() == third

    def test_a_token_two_steps_behind_ends_the_session_after_the_interval(self) -> None:
        sessions = Sessions(reuse_interval=10)
        session = sessions.open("u", "password", now=0)
        first = session.refresh_token()
        second = sessions.refresh(first, now=HOUR).refresh_token()
        third = sessions.refresh(second, now=HOUR).refresh_token()
        with pytest.raises(RefreshRefusedError) as refused:
            sessions.refresh(first, now=HOUR + 10)
        assert refused.value.code == "refresh_token_already_used"
        assert sessions.get(session.id) is None
        for token in (first, second, third):
            with pytest.raises(RefreshRefusedError) as refused:
                sessions.refresh(token, now=HOUR + 11)
            assert refused.value.code == "refresh_token_not_found"

    def test_a_changed_token_is_unknown_and_harms_no_one(self) -> None:
        sessions = Sessions()
        session = sessions.open("u", "password", now=0)
        token = session.refresh_token()
        for changed in (token[:-4] + "AAAA", token + "A", "", "!!", "é", token[::-1]):
            with pytest.raises(RefreshRefusedError) as refused:
                sessions.refresh(changed, now=1)
            assert refused.value.code == "refresh_token_not_found"
        assert sessions.refresh(token, now=1) is session

    def test_many_at_once_all_get_the_same_token(self) -> None:
        sessions = Sessions()
        first = sessions.open("u", "password", now=0).refresh_token()
        seen: list[str] = []
        threads = [
            threading.Thread(target=lambda: seen.append(sessions.refresh(first, 1).refresh_token()))
            for _ in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(seen) == 16
        assert len(set(seen)) == 1

    def test_one_device_can_leave_without_the_others(self) -> None:
        sessions = Sessions()
        here, there = (sessions.open("u", "password", now=0) for _ in range(2))
        elsewhere = sessions.open("v", "password", now=0)
        sessions.close_all("u", but=here.id)
        assert [sessions.get(each.id) for each in (here, there, elsewhere)] == [
            here,
            None,
            elsewhere,
        ]


def log_in(http: httpx.Client, cast: Cast) -> dict[str, Any]:
    fields = {"email": "editor@example.com", "password": PASSWORD}
    session: dict[str, Any] = token(http, cast, "password", fields).json()
    return session


def token(http: httpx.Client, cast: Cast, grant: str, fields: dict[str, str]) -> httpx.Response:
    target = f"/auth/v1/token?grant_type={grant}"
    return http.post(target, json=fields, headers=cast.headers("anon"))


def refresh(http: httpx.Client, cast: Cast, refresh_token: str) -> httpx.Response:
    return token(http, cast, "refresh_token", {"refresh_token": refresh_token})


def test_a_stale_holder_two_steps_behind_logs_everybody_out(
    stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    stand_in.reuse_interval = 0
    first = log_in(http, cast)
    second = refresh(http, cast, first["refresh_token"]).json()
    third = refresh(http, cast, second["refresh_token"]).json()
    stale = refresh(http, cast, first["refresh_token"])
    assert (stale.status_code, stale.json()["error_code"]) == (400, "refresh_token_already_used")
    lost = refresh(http, cast, third["refresh_token"])
    assert (lost.status_code, lost.json()["error_code"]) == (400, "refresh_token_not_found")
    headers = cast.headers("anon") | {"authorization": f"Bearer {third['access_token']}"}
    gone = http.get("/auth/v1/user", headers=headers)
    assert (gone.status_code, gone.json()["error_code"]) == (403, "session_not_found")


def test_an_expired_user_can_refresh_and_go_on(
    stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    session = log_in(http, cast)
    stand_in.expire(cast.editor)
    old = cast.headers("anon") | {"authorization": f"Bearer {session['access_token']}"}
    assert http.get("/rest/v1/notes", headers=old).status_code == 401
    fresh = refresh(http, cast, session["refresh_token"]).json()
    new = cast.headers("anon") | {"authorization": f"Bearer {fresh['access_token']}"}
    assert http.get("/rest/v1/notes", headers=new).status_code == 200


def test_a_one_time_code_logs_in_once(stand_in: StandIn, cast: Cast, http: httpx.Client) -> None:
    anon = cast.headers("anon")
    http.post("/auth/v1/otp", json={"email": "Editor@example.com"}, headers=anon)
    fields = {
        "email": "editor@example.com",
        "token": stand_in.code_for("editor@example.com"),
        "type": "email",
    }
    first = http.post("/auth/v1/verify", json=fields, headers=anon)
    assert first.json()["user"]["id"] == cast.editor
    again = http.post("/auth/v1/verify", json=fields, headers=anon)
    assert (again.status_code, again.json()["error_code"]) == (403, "otp_expired")


def test_an_old_one_time_code_is_refused(stand_in: StandIn, cast: Cast, http: httpx.Client) -> None:
    anon = cast.headers("anon")
    http.post("/auth/v1/otp", json={"email": "editor@example.com"}, headers=anon)
    stand_in.clock.skew = 2 * HOUR
    code = stand_in.code_for("editor@example.com")
    fields = {"email": "editor@example.com", "token": code, "type": "email"}
    assert http.post("/auth/v1/verify", json=fields, headers=anon).status_code == 403


def at_provider(http: httpx.Client, verifier: str, back: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    parameters = {
        "provider": "github",
        "redirect_to": back,
        "code_challenge": challenge,
        "code_challenge_method": "s256",
    }
    response = http.get("/auth/v1/authorize", params=parameters)
    location = response.headers["location"]
    assert response.status_code == 302
    assert location.startswith(back)
    return parse_qs(urlsplit(location).query)["code"][0]


class TestProvider:
    VERIFIER = "v" * 43
    BACK = "http://127.0.0.1:54321/callback/state"

    def test_the_code_and_its_verifier_open_a_session_once(
        self, stand_in: StandIn, cast: Cast, http: httpx.Client
    ) -> None:
        stand_in.at_provider(cast.editor)
        code = at_provider(http, self.VERIFIER, self.BACK)
        fields = {"auth_code": code, "code_verifier": self.VERIFIER}
        assert token(http, cast, "pkce", fields).json()["user"]["id"] == cast.editor
        assert token(http, cast, "pkce", fields).status_code == 404

    def test_another_verifier_is_refused(
        self, stand_in: StandIn, cast: Cast, http: httpx.Client
    ) -> None:
        stand_in.at_provider(cast.editor)
        code = at_provider(http, self.VERIFIER, self.BACK)
        refused = token(http, cast, "pkce", {"auth_code": code, "code_verifier": "w" * 43})
        assert (refused.status_code, refused.json()["error_code"]) == (400, "bad_code_verifier")

    def test_a_code_lasts_five_minutes(
        self, stand_in: StandIn, cast: Cast, http: httpx.Client
    ) -> None:
        stand_in.at_provider(cast.editor)
        code = at_provider(http, self.VERIFIER, self.BACK)
        stand_in.clock.skew = 301
        fields = {"auth_code": code, "code_verifier": self.VERIFIER}
        refused = token(http, cast, "pkce", fields)
        assert (refused.status_code, refused.json()["error_code"]) == (422, "flow_state_expired")


class TestSigningKeys:
    """The life of a key, as in the guide on signing keys: in use, previously used, revoked."""

    def test_a_token_is_good_until_its_key_is_revoked(
        self, stand_in: StandIn, cast: Cast, http: httpx.Client
    ) -> None:
        before = cast.headers("editor")
        stand_in.rotate_key()
        after = cast.headers("editor")
        assert len(self.keys(http)) == 2
        assert self.statuses(http, before, after) == [200, 200]
        stand_in.revoke_old_keys()
        assert len(self.keys(http)) == 1
        assert self.statuses(http, before, after) == [403, 200]

    @staticmethod
    def keys(http: httpx.Client) -> set[str]:
        keys = http.get("/auth/v1/.well-known/jwks.json").json()["keys"]
        assert all("d" not in key for key in keys)
        return {key["kid"] for key in keys}

    @staticmethod
    def statuses(http: httpx.Client, *headers: dict[str, str]) -> list[int]:
        return [http.get("/auth/v1/user", headers=each).status_code for each in headers]
