"""The `supabase` client as dagctl uses it: with the user's token, and with dagctl's own errors.

Its two parts that are needed are made here. The whole of it would look for a session of its own,
and takes twice as long to load as they do.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from postgrest import APIError, SyncPostgrestClient
from storage3 import SyncStorageClient
from storage3.exceptions import StorageApiError

from dagctl.adapters.supabase.http import divisible, open_client
from dagctl.adapters.supabase.large_body import body_of
from dagctl.adapters.supabase.supabase_errors import Refusal, error_of
from dagctl.errors import UnavailableError

NOT_UNDERSTOOD = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)
"""What the libraries raise over an answer that is no JSON, or JSON of another form."""
LONGEST_KIND = 60
"""How much of the type of an answer is repeated, in characters."""

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from storage3._sync.file_api import SyncBucketProxy

    from dagctl.adapters.http.http_client import Connections
    from dagctl.adapters.http.messages import Response
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
        # `http` has the session and the patience
        self._rest = SyncPostgrestClient(
            f"{endpoint.url}/rest/v1", http_client=self._http, headers={}, retry_enabled=False
        )
        self._storage = SyncStorageClient(
            f"{endpoint.url}/storage/v1/", headers={}, http_client=self._http
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(self, function: str, parameters: dict[str, Any], *, is_divisible: bool = False) -> Any:  # noqa: ANN401 - JSON is any
        """Return what a function of the database answers.

        Raises:
            TooLargeError: The answer is too large; of a call `is_divisible`, which can be made in
                parts, also that the database took too long over it.
            DagctlError: It refused, or there is no answer (`UnavailableError`).
        """
        with self.explained(function), divisible() if is_divisible else nullcontext():
            answer = self._rest.rpc(function, parameters).execute().data
            if not self._seen.response.content:  # which the library takes for an empty list
                raise ValueError("no answer at all")
            return answer

    def call_with_rows(
        self,
        function: str,
        parameters: Mapping[str, Any],
        name: str,
        rows: Iterable[object],
    ) -> Any:  # noqa: ANN401 - JSON is any
        """Return what a function answers that takes rows; they are never all in memory.

        Args:
            function: The function.
            parameters: What it takes besides.
            name: The name of the parameter that has the rows.
            rows: The rows, as JSON data.

        Raises:
            DagctlError: As `call`.
        """
        with body_of(parameters, name, rows) as (plain, body), self._http.sending(body):
            return self.call(function, plain)

    def first_row(self, table: str, columns: Sequence[str]) -> Any:  # noqa: ANN401 - JSON is any
        """Return some columns of the first row that the user may read, if there is one.

        Raises:
            DagctlError: Table or column do not exist, or there is no answer (`UnavailableError`).
        """
        with self.explained(table):
            return self._rest.table(table).select(*columns).limit(1).execute().data

    def bucket(self, name: str) -> SyncBucketProxy:
        """Return a bucket; use it within `explained`."""
        return self._storage.from_(name)

    @contextmanager
    def explained(self, what: str) -> Iterator[None]:
        """Turn what the library raises in the block into dagctl's errors.

        Raises:
            DagctlError: The server refused, or there is no answer (`UnavailableError`).
        """
        self._seen.status, self._seen.kind = 0, ""
        try:
            yield
        except (APIError, StorageApiError) as error:
            if self._is_success():  # the library made an error of an answer that it cannot read
                raise self._not_understood(what) from error
            raise error_of(self.refusal(error), what) from error
        except NOT_UNDERSTOOD as error:
            raise self._not_understood(what) from error

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

    def _is_success(self) -> bool:
        return HTTPStatus.OK <= int(self._seen.status) < HTTPStatus.MULTIPLE_CHOICES

    def _not_understood(self, what: str) -> UnavailableError:
        """Return the error about an answer that says success, and is not what was asked for."""
        kind = self._seen.kind or "nothing"
        return UnavailableError(
            f"{what}: the server answered HTTP {self._seen.status} with {kind!a}, and not what "
            "Supabase answers",
            hint="a proxy may have answered in its place: check the url and the network",
        )

    def _see(self, response: Response) -> None:
        """Keep what the library's exceptions drop: the HTTP status, and what came."""
        self._seen.response = response
        self._seen.status = response.status_code
        self._seen.kind = response.headers.get("content-type", "")[:LONGEST_KIND]
