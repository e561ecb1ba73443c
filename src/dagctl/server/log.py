"""Logs on standard error, without tokens: JSON for machines, short lines for a person."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from dagctl.commands.times import rfc3339
from dagctl.session.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Mapping

LogFormat = Literal["json", "text"]


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON document in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; `extra={"fields": {...}}` adds its fields."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": rfc3339(moment),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return redacted(json.dumps(line, ensure_ascii=True, default=str))


class TextFormatter(logging.Formatter):
    """Writes a record for a person at a terminal, whom nothing that a caller sends can steer."""

    default_time_format = "%H:%M:%S"
    default_msec_format = ""

    def format(self, record: logging.LogRecord) -> str:
        """Return the time of the day here, what happened, and a traceback of a bug."""
        words = (self.formatTime(record), *_level(record), *_words(record))
        lines = [" ".join(words)]
        if record.exc_info:
            lines += self.formatException(record.exc_info).split("\n")
        return redacted("\n".join(line.encode("unicode_escape").decode("ascii") for line in lines))


FORMATTERS: Mapping[LogFormat, type[logging.Formatter]] = {
    "json": JsonFormatter,
    "text": TextFormatter,
}


def log_to_standard_error(form: LogFormat) -> None:
    """Send what this server and the one below it say to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(FORMATTERS[form]())
    handler.addFilter(_is_news)
    for name in ("dagctl.server", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO)


def _is_news(record: logging.LogRecord) -> bool:
    """Return whether a record is one of uvicorn's about start and stop, which ours replace."""
    return not str(record.msg).startswith(
        ("Started server process", "Uvicorn running on", "Finished server process")
    )


def _fields(record: logging.LogRecord) -> dict[str, object]:
    fields: Mapping[str, object] = getattr(record, "fields", {})
    return {key: value for key, value in fields.items() if value is not None}


def _level(record: logging.LogRecord) -> tuple[str, ...]:
    return () if record.levelno == logging.INFO else (f"{record.levelname.lower()}:",)


def _words(record: logging.LogRecord) -> tuple[str, ...]:
    fields = _fields(record)
    if record.getMessage() != "request":
        return (record.getMessage(), *(f"{key}={value}" for key, value in fields.items() if value))
    values = (fields.get(key) for key in ("method", "path", "status", "code"))
    milliseconds = f"{fields['milliseconds']} ms"
    return (*(str(word) for word in values if word is not None), milliseconds)
