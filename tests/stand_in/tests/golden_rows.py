"""The golden rows: calls with their expected answers, as data."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent / "golden"
ANY = "<any>"
TURNED = frozenset({"expired", "future", "gone", "logged out"})
"""Senders for whom a knob of the stand-in is turned."""
UNSET = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One call: who sends what, and what must come back."""

    says: str
    call: str
    status: int = 200
    sender: str = "editor"
    sql: str | None = None
    headers_sent: Mapping[str, str] = field(default_factory=dict)
    json: Any = UNSET
    text: str | None = None
    upload: str | None = None
    raw: str | None = None
    answer: Any = UNSET
    answer_text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    then: Mapping[str, Any] | None = None
    live: bool = True
    """False: a real project cannot be asked this, or need not answer in these words."""

    @property
    def is_live(self) -> bool:
        """Whether a real project is held to this row too."""
        return self.live and self.sql is None and self.sender not in TURNED

    @property
    def method(self) -> str:
        return self.call.partition(" ")[0]

    @property
    def target(self) -> str:
        return self.call.partition(" ")[2]

    def body(self) -> dict[str, Any]:
        """Return the body as keyword arguments of `httpx.Client.request`."""
        if self.upload is not None:
            file = ("a.py", self.upload.encode(), "text/x-python")
            return {"files": {"file": file}, "data": {"cacheControl": "3600"}}
        if self.raw is not None:
            return {"content": self.raw.encode()}
        if self.text is not None:
            return {"content": self.text.encode()}
        return {} if self.json is UNSET else {"json": self.json}

    def filled(self, names: Mapping[str, str]) -> Row:
        """Return the row with `{name}` replaced everywhere."""
        data = {name: getattr(self, name) for name in self.__slots__}
        return Row(**{name: _filled(value, names) for name, value in data.items()})


def rows(service: str) -> list[Row]:
    """Return the rows of one service."""
    data = yaml.safe_load((FOLDER / f"{service}.yaml").read_text("utf-8"))
    return [Row(sender=each.pop("as", "editor"), **each) for each in data]


def fits(expected: object, actual: object) -> bool:
    """Return whether an answer is the expected one; `<any>` fits everything."""
    match expected, actual:
        case str(), _ if expected == ANY:
            return True
        case dict(), dict():
            same = expected.keys() == actual.keys()
            return same and all(fits(expected[name], actual[name]) for name in expected)
        case list(), list():
            same = len(expected) == len(actual)
            return same and all(map(fits, expected, actual))
    return json.dumps(expected) == json.dumps(actual)


def _filled(value: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON is any
    match value:
        case str():
            for name, told in names.items():
                value = value.replace(f"{{{name}}}", told)
        case dict():
            return {name: _filled(each, names) for name, each in value.items()}
        case list():
            return [_filled(each, names) for each in value]
    return value
