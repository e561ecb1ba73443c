"""Lines of the log for a person: what callers send cannot steer the terminal."""

from __future__ import annotations

import logging

import pytest

from dagctl.server.log import TextFormatter

STEERING = "\x1b[2J\r\u202e\x9b"


def line(record: logging.LogRecord) -> str:
    return TextFormatter().format(record).partition(" ")[2]


def record_of(message: str, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("dagctl.server", logging.INFO, __file__, 1, message, None, None)
    made.fields = fields
    return made


def test_a_request_is_one_line_whatever_its_path_holds() -> None:
    record = record_of(
        "request", method="GET", path=f"/{STEERING}\n", status=404, code="USAGE", milliseconds=1.5
    )
    assert line(record) == r"GET /\x1b[2J\r\u202e\x9b\n 404 USAGE 1.5 ms"


def test_a_traceback_keeps_its_lines_and_steers_nothing() -> None:
    record = record_of("a bug", request_id="one")
    with pytest.raises(ValueError, match="from a body") as caught:
        raise ValueError(f"from a body: {STEERING}, Bearer secret-of-a-caller")
    record.exc_info = (caught.type, caught.value, caught.tb)
    first, *traceback = line(record).split("\n")
    assert first == "a bug request_id=one"
    assert traceback[0] == "Traceback (most recent call last):"
    assert traceback[-1] == (r"ValueError: from a body: \x1b[2J\r\u202e\x9b, Bearer [redacted]")
