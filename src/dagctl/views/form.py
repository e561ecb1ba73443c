"""What the JSON forms of results are made of: texts and numbers with a rule of their own. Pure.

A form is a `TypedDict`; the text below a key is its description. `form_schema` makes the published
schemas and the OpenAPI document from the forms, so that a result is described in one place.
"""

from __future__ import annotations

from typing import Annotated


def rules(**words: object) -> tuple[tuple[str, object], ...]:
    """Return words of JSON Schema that a type is annotated with."""
    return tuple(words.items())


Time = Annotated[str, rules(format="date-time", pattern="Z$")]
"""As RFC 3339 has it, in UTC and whole seconds."""
Uuid = Annotated[str, rules(format="uuid")]
Sha256 = Annotated[str, rules(pattern="^[0-9a-f]{64}$")]
Positive = Annotated[int, rules(minimum=1)]
Count = Annotated[int, rules(minimum=0)]
