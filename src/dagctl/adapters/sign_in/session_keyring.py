"""The `Vault` over the system's keyring (extra `keyring`).

It holds the refresh token only: some keyrings take no more than 1,280 characters.
"""

from __future__ import annotations

from contextlib import suppress

import keyring
from keyring.errors import KeyringError

from dagctl.errors import UnavailableError
from dagctl.next_step import LOGIN, Fix

SERVICE = "dagctl"


class Keyring:
    """The entries of the service `dagctl`."""

    def get(self, name: str) -> str:
        """Return the token kept under a name.

        Raises:
            UnavailableError: The keyring does not answer, or has none.
        """
        try:
            token = keyring.get_password(SERVICE, name)
        except KeyringError as error:
            raise _unavailable(error) from error
        if not token:
            raise UnavailableError("the keyring holds no session any more", hint=Fix(LOGIN))
        return token

    def put(self, name: str, token: str) -> None:
        """Keep a token.

        Raises:
            UnavailableError: The keyring does not answer.
        """
        try:
            keyring.set_password(SERVICE, name, token)
        except KeyringError as error:
            raise _unavailable(error) from error

    def drop(self, name: str) -> None:
        """Forget a token, if there is one and the keyring answers."""
        with suppress(KeyringError):
            keyring.delete_password(SERVICE, name)


def _unavailable(error: KeyringError) -> UnavailableError:
    why = type(error).__name__
    return UnavailableError(
        f"the system's keyring does not answer ({why})",
        hint=Fix("unlock it, or ", LOGIN, " without --keyring"),
    )
