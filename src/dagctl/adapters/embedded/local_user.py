"""Who the user is where there is no sign-in."""

from __future__ import annotations

from uuid import UUID, uuid5

NAMESPACE = UUID("6f1c2e0a-3a44-5b0e-9d0c-6b1f1f6d9a57")
"""The namespace of local user ids; it never changes, so an e-mail always gives the same id."""


def local_user_id(email: str) -> str:
    """Return the user id of a git e-mail: the UUID (version 5) of its lower-case form."""
    return str(uuid5(NAMESPACE, email.strip().lower()))
