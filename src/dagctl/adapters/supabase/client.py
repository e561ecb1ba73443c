"""The `supabase` client as dagctl uses it: with the user's token, and with dagctl's own errors."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import supabase
from postgrest import APIError
from storage3.exceptions import StorageApiError

from dagctl.adapters.supabase.errors import Refusal, error_of
from dagctl.adapters.supabase.http import open_client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import httpx
    from storage3._sync.file_api import SyncBucketProxy

    from dagctl.adapters.supabase.http import Connections
    from dagctl.endpoint import Endpoint
    from dagctl.session.signed_in import SignedIn


class DataClient:
    """A project's database functions and buckets, as one user. Safe to use from many threads."""

    def __init__(
        self, endpoint: Endpoint, signed_in: SignedIn, connections: Connections | None = None
    ) -> None:
        self._http = open_client(endpoint, signed_in, connections=connections)
        self._http.event_hooks["response"].append(self._see)
        self._seen = threading.local()
        self._client = _data_client(endpoint, self._http)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(self, function: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON is any
        """Return what a function of the database answers.

        Raises:
            DagctlError: It refused, or there is no answer (`UnavailableError`).
        """
        with self.explained(function):
            return self._client.rpc(function, parameters).execute().data

    def first_row(self, table: str, columns: Sequence[str]) -> Any:  # noqa: ANN401 - JSON is any
        """Return some columns of the first row that the user may read, if there is one.

        Raises:
            DagctlError: Table or column do not exist, or there is no answer (`UnavailableError`).
        """
        with self.explained(table):
            return self._client.table(table).select(*columns).limit(1).execute().data

    def bucket(self, name: str) -> SyncBucketProxy:
        """Return a bucket; use it within `explained`."""
        return self._client.storage.from_(name)

    @contextmanager
    def explained(self, what: str) -> Iterator[None]:
        """Turn what the library raises in the block into dagctl's errors.

        Raises:
            DagctlError: The server refused, or there is no answer (`UnavailableError`).
        """
        try:
            yield
        except (APIError, StorageApiError) as error:
            raise error_of(self.refusal(error), what) from error

    def refusal(self, error: APIError | StorageApiError) -> Refusal:
        """Return what the server refused in this thread just now."""
        seen = int(self._seen.status)
        if isinstance(error, APIError):
            return Refusal(
                status=seen,
                code=error.code,
                message=error.message or "",
                details=error.details if isinstance(error.details, str) else None,
                hint=error.hint or None,
                is_foreign=error.code is None,
            )
        status = str(error.status)
        return Refusal(
            status=int(status) if status.isdigit() else seen,
            code=error.code,
            message=error.message,
            is_foreign=not isinstance(error.status, str),
        )

    def _see(self, response: httpx.Response) -> None:
        """Keep the HTTP status, which the library's exceptions drop."""
        self._seen.status = response.status_code


def _data_client(endpoint: Endpoint, http: httpx.Client) -> supabase.Client:
    """Return a client that has no session and no patience of its own: `http` has both.

    Not by `create_client`, which looks for a session and hides what goes wrong with it.
    """
    options = supabase.ClientOptions(
        httpx_client=http,
        auto_refresh_token=False,
        persist_session=False,
        postgrest_client_retry=False,
    )
    client = supabase.Client(endpoint.url, endpoint.publishable_key, options)
    del client.options.headers["Authorization"]  # the key's: it would stand in the token's place
    return client
