"""What Supabase refuses, in dagctl's words: each answer of the reference, and its exit code."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dagctl.adapters.supabase.supabase_errors import (
    NEWEST_MIGRATION,
    Refusal,
    error_of,
    is_missing_object,
)
from dagctl.commands.migrations import packaged_migrations
from dagctl.errors import DagctlError, ExitCode, StaleVersionError

TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"

REST = [
    (Refusal(status=401, code="PGRST303", message="JWT expired"), ExitCode.NOT_SIGNED_IN),
    (Refusal(status=401, code="PGRST301", message="No suitable key"), ExitCode.NOT_SIGNED_IN),
    (Refusal(status=401, message="Invalid API key", is_foreign=True), ExitCode.USAGE),
    (
        Refusal(status=403, code="42501", message="no", details="not_a_member"),
        ExitCode.NOT_A_MEMBER,
    ),
    (Refusal(status=403, message="Forbidden", is_foreign=True), ExitCode.NOT_A_MEMBER),
    (Refusal(status=404, code="PGRST202", message="no function"), ExitCode.USAGE),
    (Refusal(status=404, code="PGRST205", message="no table"), ExitCode.USAGE),
    (Refusal(status=409, code="PT409", message="a DAG `x` exists"), ExitCode.CONFLICT),
    (Refusal(status=409, code="23505", message="duplicate key", details=None), ExitCode.CONFLICT),
    (Refusal(status=400, code="23514", message="violates check"), ExitCode.CONFLICT),
    (Refusal(status=500, code="57014", message="statement timeout"), ExitCode.UNAVAILABLE),
    (Refusal(status=540, message="Project paused", is_foreign=True), ExitCode.UNAVAILABLE),
]
STORAGE = [
    (Refusal(status=403, code="Unauthorized", message="row-level security"), ExitCode.NOT_A_MEMBER),
    (Refusal(status=403, message='"exp" claim timestamp check failed'), ExitCode.NOT_SIGNED_IN),
    (Refusal(status=403, message="Invalid Compact JWS"), ExitCode.NOT_SIGNED_IN),
    (Refusal(status=404, code="Bucket not found", message="Bucket not found"), ExitCode.USAGE),
    (Refusal(status=413, code="Payload too large", message="too large"), ExitCode.CONFLICT),
    (Refusal(status=415, code="invalid_mime_type", message="mime type"), ExitCode.CONFLICT),
    (Refusal(status=544, code="DatabaseTimeout", message="timed out"), ExitCode.UNAVAILABLE),
]


@pytest.mark.parametrize(("refusal", "code"), [*REST, *STORAGE])
def test_every_refusal_has_its_exit_code_and_a_next_step(refusal: Refusal, code: ExitCode) -> None:
    error = error_of(refusal, "reserve")
    assert isinstance(error, DagctlError)
    assert error.exit_code is code
    assert error.hint


def test_the_words_and_the_hint_of_the_database_are_kept() -> None:
    error = error_of(
        Refusal(status=409, code="PT409", message="`x` has changed", hint="again"), "x"
    )
    assert (error.message, error.hint) == ("`x` has changed", "again")


def test_a_bucket_that_does_not_take_a_file_names_the_setting() -> None:
    assert "size limit" in str(error_of(Refusal(status=413, message="too large"), "x").hint)
    assert "text/x-python" in str(error_of(Refusal(status=415, message="mime"), "x").hint)


def test_a_missing_object_is_believed_of_storage_only() -> None:
    said = Refusal(status=404, code="not_found", message="Object not found")
    assert is_missing_object(said)
    assert not is_missing_object(Refusal(status=404, message="Not Found", is_foreign=True))
    assert not is_missing_object(Refusal(status=404, message="Bucket not found"))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500])
def test_promise_7_no_token_in_an_answer_is_repeated(status: int) -> None:
    error = error_of(Refusal(status=status, message=f"bad {TOKEN}", hint=TOKEN), "reserve")
    assert TOKEN not in f"{error.message} {error.hint}"


def test_a_page_of_html_is_cut_to_one_line() -> None:
    error = error_of(Refusal(status=404, message="<html>\n" * 1000), "reserve")
    assert "\n" not in error.message
    assert len(error.message) < 600


STALE = '{"dag_id": "x", "version": 3, "by": "ada@example.com", "at": "2026-11-01T10:00:00+00:00", '
STALE += '"commit_id": "c0ffee1234"}'


def test_a_stale_update_knows_whose_version_counts() -> None:
    refusal = Refusal(status=409, code="PT409", details="version_moved", message="!", hint=STALE)
    error = error_of(refusal, "reserve")
    assert isinstance(error, StaleVersionError)
    assert (error.dag_id, error.version, error.by) == ("x", 3, "ada@example.com")
    assert (error.commit_id, error.at) == ("c0ffee1234", datetime(2026, 11, 1, 10, tzinfo=UTC))
    assert error.hint == "run the command again"


@pytest.mark.parametrize("hint", [None, "run it again", "[]", "{}", "[" * 400, '{"dag_id": 1}'])
def test_a_stale_update_of_an_older_database_is_a_conflict_all_the_same(hint: str | None) -> None:
    refusal = Refusal(status=409, details="version_moved", message="moved on", hint=hint)
    error = error_of(refusal, "reserve")
    assert (error.exit_code, error.message) == (ExitCode.CONFLICT, "moved on")


@pytest.mark.parametrize("code", ["PGRST202", "42883"])
def test_a_missing_function_names_the_newest_migration(code: str) -> None:
    error = error_of(Refusal(status=404, code=code, message="no function"), "reserve")
    assert NEWEST_MIGRATION in error.message
    assert "dagctl migrations export" in str(error.hint)


def test_the_newest_migration_is_that_of_the_package() -> None:
    assert max(packaged_migrations())[:14] == NEWEST_MIGRATION


def test_a_token_that_storage_cannot_read_is_a_matter_of_signing_in() -> None:
    refusal = Refusal(status=400, code="InvalidJWT", message="jwt malformed")
    assert error_of(refusal, "upload").exit_code is ExitCode.NOT_SIGNED_IN
