"""The id of a project: a UUID in the one form that all its texts have."""

from uuid import UUID

from dagctl.patterns import lazy_pattern

PATTERN = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_UUID = lazy_pattern(PATTERN)


def uuid_of(text: str) -> UUID | None:
    """Return the UUID that the text spells in five groups, or None (`UUID` takes more forms)."""
    return UUID(text) if _UUID.fullmatch(text) and not text.endswith("\n") else None
