"""The real `supabase` client, unchanged, against the stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from postgrest import APIError, CountMethod
from storage3.exceptions import StorageApiError
from supabase import Client, ClientOptions, create_client
from supabase_auth.errors import AuthApiError

from tests.stand_in.tests.cast import FOREIGN, PASSWORD, PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage3.types import FileOptions

    from tests.stand_in import StandIn
    from tests.stand_in.tests.cast import Cast

KEY = f"{PROJECT}/dags/new.py"
PYTHON: FileOptions = {"content-type": "text/x-python"}


@pytest.fixture
def anonymous(stand_in: StandIn, cast: Cast) -> Iterator[Client]:
    assert cast.names
    with httpx.Client() as http:
        options = ClientOptions(
            httpx_client=http, auto_refresh_token=False, postgrest_client_retry=False
        )
        yield create_client(stand_in.url, stand_in.publishable_key, options)


@pytest.fixture
def client(anonymous: Client) -> Client:
    anonymous.auth.sign_in_with_password({"email": "editor@example.com", "password": PASSWORD})
    return anonymous


def values(rows: Any, column: str) -> list[Any]:  # noqa: ANN401 - JSON is any
    return [row[column] for row in rows]


class TestAuth:
    def test_login_refresh_user_and_logout(self, client: Client, cast: Cast) -> None:
        session = client.auth.get_session()
        assert session is not None
        assert session.user.id == cast.editor
        refreshed = client.auth.refresh_session().session
        assert refreshed is not None
        assert refreshed.refresh_token != session.refresh_token
        shown = client.auth.get_user(refreshed.access_token)
        assert shown is not None
        assert shown.user.email == "editor@example.com"
        client.auth.sign_out({"scope": "local"})
        with pytest.raises(AuthApiError) as refused:
            client.auth.get_user(refreshed.access_token)
        assert refused.value.code == "session_not_found"

    def test_claims_are_verified_with_the_published_keys(
        self, client: Client, stand_in: StandIn, cast: Cast
    ) -> None:
        claims = client.auth.get_claims()
        assert claims is not None
        assert claims["claims"]["sub"] == cast.editor
        assert stand_in.requests.count("GET", "*/jwks.json") == 1
        assert stand_in.requests.count("GET", "*/user") == 0

    def test_a_wrong_password_has_its_code(self, anonymous: Client) -> None:
        with pytest.raises(AuthApiError) as refused:
            anonymous.auth.sign_in_with_password({"email": "editor@example.com", "password": "x"})
        assert (refused.value.status, refused.value.code) == (400, "invalid_credentials")

    def test_a_one_time_code(self, anonymous: Client, stand_in: StandIn, cast: Cast) -> None:
        email = "editor@example.com"
        anonymous.auth.sign_in_with_otp({"email": email, "options": {"should_create_user": False}})
        code = stand_in.code_for(email)
        answer = anonymous.auth.verify_otp({"email": email, "token": code, "type": "email"})
        assert answer.user is not None
        assert answer.user.id == cast.editor

    def test_a_provider(self, anonymous: Client, stand_in: StandIn, cast: Cast) -> None:
        stand_in.at_provider(cast.editor)
        back = "http://127.0.0.1:9/callback"
        start = anonymous.auth.sign_in_with_oauth(
            {"provider": "github", "options": {"redirect_to": back}}
        )
        code = httpx.get(start.url).headers["location"].partition("?code=")[2]
        answer = anonymous.auth.exchange_code_for_session({"auth_code": code})
        assert answer.user is not None
        assert answer.user.id == cast.editor


class TestTables:
    def test_insert_select_update_and_delete(self, client: Client) -> None:
        notes = client.table("notes")
        row = {"project_id": PROJECT, "name": "d", "tags": ["x", "a,b"]}
        assert notes.insert(row).execute().data == [row | {"size": 1, "data": None, "parent": None}]
        changed = notes.update({"size": 7}).eq("name", "d").execute()
        assert values(changed.data, "size") == [7]
        found = notes.select("name").contains("tags", ["a,b"]).gt("size", 6).execute()
        assert found.data == [{"name": "d"}]
        assert len(notes.delete().eq("name", "d").execute().data) == 1
        assert notes.delete().eq("name", "d").execute().data == []

    def test_upsert(self, client: Client) -> None:
        rows = [{"project_id": PROJECT, "name": name, "size": 5} for name in "ad"]
        target = "project_id,name"
        notes = client.table("notes")
        ignored = notes.upsert(rows, on_conflict=target, ignore_duplicates=True).execute()
        assert values(ignored.data, "name") == ["d"]
        assert len(notes.upsert(rows, on_conflict=target).execute().data) == 2

    def test_count_and_pages(self, client: Client) -> None:
        notes = client.table("notes")
        page = notes.select("name", count=CountMethod.exact).order("name").range(1, 1).execute()
        assert (page.data, page.count) == ([{"name": "b"}], 3)
        assert notes.select("*", count=CountMethod.exact, head=True).execute().count == 3

    def test_more_than_a_thousand_rows_are_cut_in_silence(
        self, client: Client, stand_in: StandIn
    ) -> None:
        stand_in.sql(
            "insert into public.notes (project_id, name)"
            " select %s, 'n' || i from generate_series(1, 1299) i",
            PROJECT,
        )
        assert len(client.table("notes").select("name").limit(5000).execute().data) == 1000
        stand_in.settings.max_rows = 10
        assert len(client.table("notes").select("name").execute().data) == 10

    def test_single_and_maybe_single(self, client: Client) -> None:
        notes = client.table("notes")
        assert notes.select("name").eq("name", "a").single().execute().data == {"name": "a"}
        assert notes.select("name").eq("name", "z").maybe_single().execute() is None
        with pytest.raises(APIError) as refused:
            notes.select("name").eq("name", "z").single().execute()
        assert refused.value.code == "PGRST116"

    def test_max_affected(self, client: Client) -> None:
        with pytest.raises(APIError) as refused:
            client.table("notes").update({"size": 2}).gt("size", 0).max_affected(1).execute()
        assert refused.value.code == "PGRST124"

    def test_rpc(self, client: Client, cast: Cast) -> None:
        assert client.rpc("add", {"a": 2, "b": 3}).execute().data == 5
        assert client.rpc("whoami", {}).execute().data == cast.editor
        longer = client.rpc("longer_than", {"size": 1}).order("name", desc=True).execute()
        assert values(longer.data, "name") == ["c", "b"]

    def test_an_error_carries_the_database_s_words(self, client: Client) -> None:
        with pytest.raises(APIError) as refused:
            client.table("notes").insert({"project_id": FOREIGN, "name": "x"}).execute()
        assert refused.value.code == "42501"
        text = 'new row violates row-level security policy for table "notes"'
        assert refused.value.message == text

    def test_without_a_login_the_client_is_anon(self, anonymous: Client) -> None:
        with pytest.raises(APIError) as refused:
            anonymous.table("notes").select("*").execute()
        assert refused.value.message == "permission denied for table notes"


class TestStorage:
    def test_upload_download_info_list_and_remove(self, client: Client) -> None:
        bucket = client.storage.from_("dags")
        data = bytes(range(256)) + b"\r\n--\r\n"
        bucket.upload(KEY, data, {**PYTHON, "metadata": {"sha256": "x"}})
        assert bucket.download(KEY) == data
        info = bucket.info(KEY)
        assert (info["size"], info["metadata"]) == (len(data), {"sha256": "x"})
        assert [each["name"] for each in bucket.list(f"{PROJECT}/dags")] == ["new.py"]
        assert bucket.exists(KEY)
        assert [each["name"] for each in bucket.remove([KEY])] == [KEY]
        assert bucket.remove([KEY]) == []
        assert not bucket.exists(KEY)

    def test_update_and_upsert_replace(self, client: Client, stand_in: StandIn) -> None:
        bucket = client.storage.from_("dags")
        bucket.update(KEY, b"1", PYTHON)
        bucket.upload(KEY, b"2", {**PYTHON, "upsert": "true"})
        assert stand_in.stored(KEY) == b"2"
        with pytest.raises(StorageApiError) as refused:
            bucket.upload(KEY, b"3", PYTHON)
        assert (refused.value.status, refused.value.code) == ("409", "Duplicate")

    def test_signed_addresses_work_without_a_token_until_they_run_out(
        self, client: Client, stand_in: StandIn
    ) -> None:
        bucket = client.storage.from_("dags")
        bucket.upload(KEY, b"1", PYTHON)
        url = bucket.create_signed_url(KEY, 60)["signedUrl"]
        assert url is not None
        assert httpx.get(url).content == b"1"
        stand_in.clock.skew = 61
        assert httpx.get(url).json()["code"] == "InvalidJWT"

    def test_move(self, client: Client) -> None:
        bucket = client.storage.from_("dags")
        bucket.upload(KEY, b"1", PYTHON)
        bucket.move(KEY, f"{PROJECT}/dags/moved.py")
        assert bucket.download(f"{PROJECT}/dags/moved.py") == b"1"
        assert not bucket.exists(KEY)

    def test_a_stranger_s_object_looks_missing(self, client: Client) -> None:
        with pytest.raises(StorageApiError) as refused:
            client.storage.from_("dags").download(f"{FOREIGN}/dags/x.py")
        assert (refused.value.status, refused.value.code) == ("404", "not_found")
