"""What is wrong with a parameter of a request, in dagctl's own words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.settings.setting_checks import EXAMPLE_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "uuid_parsing": f"is not a UUID, such as {EXAMPLE_ID}",
    "uuid_type": f"is not a UUID, such as {EXAMPLE_ID}",
    "int_parsing": "is not a whole number",
    "int_parsing_size": "is not a whole number of this size",
    "int_from_float": "is not a whole number",
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is more than {le}",
    "string_too_long": "has more than {max_length} characters",
    "string_too_short": "has fewer than {min_length} characters",
    "string_pattern_mismatch": "has a character that is not allowed, or is empty",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
}
"""By the type of a finding of pydantic's; its documentation lists the types and their context."""


AN_ID = "an id has letters, digits, `_`, `-` and `.`; no `-` or `.` comes first"
FORMS: Mapping[str, str] = {
    "dag_id": AN_ID,
    "cursor": AN_ID,
    "env": "a name has letters, digits, `_` and `-`; no digit or `-` comes first",
    "Idempotency-Key": "a key has 1 to 200 visible characters of ASCII, and no space",
    "If-Match": 'send the `ETag` of a DAG, such as "3", with its quotes, or `*`',
}
"""What a parameter that has a pattern may be, by its name."""


def parameter_problem(finding: Mapping[str, Any]) -> str:
    """Return what is wrong, as `query `limit`: is more than 1000`.

    Args:
        finding: One of pydantic's `errors()`, whose `loc` is the place (query, path, header) and
            the name.
    """
    place, name = finding["loc"][0], finding["loc"][-1]
    if place == "query" and isinstance(name, int):  # of a list
        name = finding["loc"][-2]
    words = WORDS.get(finding["type"], "is wrong").format_map(finding.get("ctx", {}))
    is_form = finding["type"] == "string_pattern_mismatch" and name in FORMS
    return f"{place} `{name}`: {words}" + (f": {FORMS[name]}" if is_form else "")
