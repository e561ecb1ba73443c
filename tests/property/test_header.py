"""The reader of headers: any bytes, and never more believed than the digest holds."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from dagctl import DagSpec, Provenance, render
from dagctl.dag_file.header import body_of, code_digest, read_header

TASK = {"task_id": "t", "task_type": "bash", "bash_command": "true"}
SPEC = DagSpec.model_validate({"dag_name": "Daily orders", "tasks": [TASK]})
TEXT = render(
    SPEC,
    provenance=Provenance("Ada", datetime(2024, 1, 15, tzinfo=UTC), "x_2", "specs/a.yaml", 7),
).encode()
LINES = TEXT.split(b"\n")
PLACES = st.integers(0, len(TEXT))


def check(content: bytes) -> None:
    """Check that a header that is believed is one whose digest fits what stands below it."""
    header = read_header(content)
    if header is not None and header.is_whole:
        body = body_of(content)
        assert body is not None
        assert f"code {code_digest(body)}\n".encode() in content.replace(b"\r\n", b"\n")


@given(st.binary(max_size=4000))
def test_any_bytes_are_read_without_a_failure(content: bytes) -> None:
    check(content)


@given(PLACES, st.binary(max_size=40), PLACES)
def test_a_file_with_other_bytes_anywhere_is_never_believed_wrongly(
    start: int, other: bytes, end: int
) -> None:
    start, end = sorted((start, end))
    changed = TEXT[:start] + other + TEXT[end:]
    check(changed)
    body = body_of(changed)
    header = read_header(changed)
    if header is not None and body != body_of(TEXT):
        assert not header.is_whole


@given(st.lists(st.sampled_from(LINES), max_size=40))
def test_lines_of_a_file_in_any_order_are_read_without_a_failure(lines: list[bytes]) -> None:
    check(b"\n".join(lines))


@given(st.text(max_size=80), st.text(max_size=80), st.integers(1, 10**9 - 1))
def test_what_is_written_is_read(author: str, path: str, version: int) -> None:
    text = render(SPEC, provenance=Provenance(author, source=path, version=version))
    header = read_header(text.encode())
    assert header is not None
    assert header.is_whole
    assert (header.created_by or "", header.source or "") == (author, path)
    assert header.version == version
