"""Structured logs: one JSON document a line on standard error, without tokens."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dagctl.commands.times import rfc3339
from dagctl.session.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Mapping


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON document in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; `extra={"fields": {...}}` adds its fields."""
        fields: Mapping[str, object] = getattr(record, "fields", {})
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": rfc3339(moment),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **{key: value for key, value in fields.items() if value is not None},
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return redacted(json.dumps(line, ensure_ascii=True, default=str))


def log_to_standard_error(level: int = logging.INFO) -> None:
    """Send what this server and the one below it say to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    for name in ("dagctl.server", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(level)
