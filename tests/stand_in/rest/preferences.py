"""What a client prefers: the header `Prefer`, and `Accept`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.stand_in.rest.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.stand_in.messages import Request

KNOWN: dict[str, frozenset[str]] = {
    "return": frozenset({"representation", "minimal", "headers-only"}),
    "count": frozenset({"exact", "planned", "estimated"}),
    "resolution": frozenset({"merge-duplicates", "ignore-duplicates"}),
    "missing": frozenset({"default", "null"}),
    "handling": frozenset({"strict", "lenient"}),
    "tx": frozenset({"commit", "rollback"}),
}
OBJECT = "application/vnd.pgrst.object+json"
ARRAY = "application/vnd.pgrst.array+json"
ACCEPTED = {"*/*", "application/*", "application/json", OBJECT, ARRAY}


@dataclass(frozen=True, slots=True)
class Preferences:
    """The preferences that are known, by name."""

    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def representation(self) -> bool:
        return self.values.get("return") == "representation"

    @property
    def counted(self) -> bool:
        return "count" in self.values

    @property
    def resolution(self) -> str | None:
        return self.values.get("resolution")

    @property
    def missing_default(self) -> bool:
        return self.values.get("missing") == "default"

    @property
    def max_affected(self) -> int | None:
        strict = self.values.get("handling") == "strict"
        return (
            int(self.values["max-affected"]) if strict and "max-affected" in self.values else None
        )

    def applied(self, names: Iterable[str]) -> dict[str, str]:
        """Return the header that says which preferences were followed."""
        told = [f"{name}={self.values[name]}" for name in names if name in self.values]
        return {"preference-applied": ", ".join(told)} if told else {}


def preferences(request: Request) -> Preferences:
    """Read `Prefer`; of two values for one name the first counts."""
    values: dict[str, str] = {}
    unknown: list[str] = []
    for part in filter(None, (part.strip() for part in request.header("prefer").split(","))):
        name, _, value = part.partition("=")
        if value in KNOWN.get(name, ()) or (name == "max-affected" and value.isdigit()):
            values.setdefault(name, value)
        elif name != "timezone":
            unknown.append(part)
    if unknown and values.get("handling") == "strict":
        details = f"Invalid preferences: {', '.join(unknown)}"
        text = "Invalid preferences given with handling=strict"
        raise RestError(400, "PGRST122", text, details=details)
    return Preferences(values)


@dataclass(frozen=True, slots=True)
class Shape:
    """The form of the answer's body."""

    single: bool = False
    nulls_stripped: bool = False

    @property
    def content_type(self) -> str:
        kind = OBJECT if self.single else "application/json"
        return f"{kind}; charset=utf-8"


def shape(request: Request) -> Shape:
    """Read `Accept`."""
    for part in (request.header("accept") or "*/*").split(","):
        kind, *options = [word.strip() for word in part.split(";")]
        if kind in ACCEPTED:
            return Shape(single=kind == OBJECT, nulls_stripped="nulls=stripped" in options)
    text = f"None of these media types are available: {request.header('accept')}"
    raise RestError(406, "PGRST107", text)
