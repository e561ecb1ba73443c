"""Many clients that create at once, each until its wish is granted: what they sent, what they got.

A client sends the same Idempotency-Key until it is answered: after a lost connection, after a 503,
after the server was killed and started again.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.server.served import check_agreement, person, spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.server.served import Person, Served
    from tests.stand_in import StandIn

NAMES = ("Orders", "Customers")
"""Names that clients of one project have in common, so that most of them are taken."""
TRY_AGAIN = frozenset({429, 503})
PAUSE = 0.1
"""Seconds between two tries."""
PATIENCE = 300.0
"""Seconds after which a client gives up: by then something is broken."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One DAG that one client wants."""

    key: str
    project_id: str
    name: str
    token: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the server."""

    status: int
    body: dict[str, Any]
    is_replayed: bool
    seconds: float


class Caller:
    """One client and its connection, which is kept from request to request."""

    def __init__(self, url: str) -> None:
        self._address = url.partition("://")[2]
        self._connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def request(
        self, method: str, path: str, token: str, body: object = None, **headers: str
    ) -> Answer:
        """Return the answer to one request.

        Raises:
            OSError: There is none; the request may have been acted on all the same.
            HTTPException: Likewise.
        """
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._address, timeout=90)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **named}
        data = None if body is None else json.dumps(body).encode()
        began = time.perf_counter()
        try:
            self._connection.request(method, path, data, sent)
            found = self._connection.getresponse()
            text = found.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        seconds = time.perf_counter() - began
        is_replayed = found.headers.get("Idempotent-Replayed") == "true"
        return Answer(found.status, json.loads(text), is_replayed, seconds)

    def create(self, wish: Wish) -> Answer:
        """Return the answer to one try to have a wish granted."""
        body = spec(wish.name, wish.project_id)
        return self.request("POST", "/create-dag", wish.token, body, Idempotency_Key=wish.key)


@dataclass
class Load:
    """Clients at work, each in a thread of its own."""

    url: str
    members: Sequence[tuple[str, str]]
    """Projects, each with the token of a member: client number n is `members[n % len(members)]`."""
    clients: int = 64
    further: Sequence[str] = ()
    """Further servers' URLs: each member's clients call one after the other of all servers."""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    """The answers with a result, by the key of the wish."""
    wishes: dict[str, Wish] = field(default_factory=dict)
    refused: list[Answer] = field(default_factory=list)
    """Answers that no client has to expect."""
    retries: list[Answer | Exception] = field(default_factory=list)
    """What made a client try again."""

    def __post_init__(self) -> None:
        self._is_over = threading.Event()
        self._gives_up = threading.Event()
        self._threads = [
            threading.Thread(target=self._client, args=(number,), daemon=True)
            for number in range(self.clients)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, *, give_up: bool = False) -> None:
        """Let each client have its last wish granted, or give up, and wait until all have ended."""
        self._is_over.set()
        if give_up:
            self._gives_up.set()
        for thread in self._threads:
            thread.join()

    def run(self, seconds: float) -> None:
        """Let the clients work for a while; each creates once at least."""
        self.start()
        time.sleep(seconds)
        self.stop()

    def wait_for(self, more: int) -> None:
        """Return when some more wishes have been granted."""
        wanted = len(self.answers) + more
        deadline = time.monotonic() + PATIENCE
        while len(self.answers) < wanted:
            assert time.monotonic() < deadline, self.retries[-3:]
            assert not self.refused, self.refused[0]
            time.sleep(0.02)

    @property
    def open(self) -> list[Wish]:
        """The wishes of clients that gave up."""
        return [wish for key, wish in self.wishes.items() if key not in self.answers]

    def grant(self, caller: Caller, wish: Wish) -> Answer | None:
        """Return the result, tried until there is one, or None if the client gave up."""
        deadline = time.monotonic() + PATIENCE
        while not self._gives_up.is_set() and time.monotonic() < deadline:
            try:
                found = caller.create(wish)
            except (OSError, http.client.HTTPException) as error:
                self.retries.append(error)
            else:
                if found.status not in TRY_AGAIN:
                    return self._taken(wish, found)
                self.retries.append(found)
            time.sleep(PAUSE)
        return None

    def again(self, wishes: Iterable[Wish]) -> None:
        """Send wishes again, one by one, until each has a result."""
        self._gives_up.clear()
        caller = Caller(self.url)
        for wish in wishes:
            assert self.grant(caller, wish) is not None, (self.refused or self.retries)[-1]
        caller.close()

    def _taken(self, wish: Wish, found: Answer) -> Answer:
        if found.status == 200:
            self.answers.setdefault(wish.key, []).append(found)
        else:
            self.refused.append(found)
        return found

    def _client(self, number: int) -> None:
        urls = (self.url, *self.further)
        caller = Caller(urls[number // len(self.members) % len(urls)])
        project_id, token = self.members[number % len(self.members)]
        count = 0
        while count == 0 or not self._is_over.is_set():
            name = NAMES[(number + count) % len(NAMES)]
            wish = Wish(f"client-{number}-{count}", project_id, name, token)
            self.wishes[wish.key] = wish
            self.grant(caller, wish)
            count += 1
        caller.close()


def projects(count: int) -> list[str]:
    """Return ids of projects."""
    return [f"123e4567-e89b-12d3-a456-{number:012}" for number in range(count)]


def teams(
    served: Served, stand_in: StandIn, project_ids: Sequence[str], editors: int
) -> list[list[Person]]:
    """Return teams of editors: team n has one editor of each project, in their order."""
    return [
        [
            person(served, stand_in, f"editor-{editor}-of-{number}", project_id)
            for number, project_id in enumerate(project_ids)
        ]
        for editor in range(editors)
    ]


def members(project_ids: Sequence[str], found: Iterable[Sequence[Person]]) -> list[tuple[str, str]]:
    """Return projects and tokens as a `Load` takes them: team by team."""
    return [
        (project_id, one.token)
        for team in found
        for project_id, one in zip(project_ids, team, strict=True)
    ]


def check_whole(served: Served, stand_in: StandIn, load: Load) -> None:
    """Check that what was answered is what there is: nothing lost, nothing double, nothing left."""
    assert not load.refused, load.refused[0]
    assert not load.open
    for key, answers in load.answers.items():
        first = answers[0].body
        assert all(one.body == first for one in answers), key
    check_nothing_left(served, stand_in)
    for project_id in {wish.project_id for wish in load.wishes.values()}:
        results = [
            answers[0].body
            for key, answers in load.answers.items()
            if load.wishes[key].project_id == project_id
        ]
        _check_project(served, stand_in, project_id, results)


def check_nothing_left(served: Served, stand_in: StandIn) -> None:
    """Check that no journal, no reservation and no half-written file is left."""
    assert not list(served.root.glob("*/.git/dagctl/top/journal/*"))
    under_way = "select id from private.dag_operations where status in ('reserved', 'aborting')"
    assert stand_in.sql(under_way) == []


def _check_project(
    served: Served, stand_in: StandIn, project_id: str, results: list[dict[str, Any]]
) -> None:
    names = [one["dag_id"] for one in results]
    versions = check_agreement(served, stand_in, project_id)
    assert sorted(names) == sorted(versions)  # each once: nothing lost, nothing double
    assert set(versions.values()) == {1}
    for name in NAMES:
        base = name.lower()
        numbered = {one for one in names if one.startswith(base)}
        count = len(numbered)
        assert numbered == {base if n == 1 else f"{base}_{n}" for n in range(1, count + 1)}
    commits = served.git(project_id, "log", "--format=%H", "--grep=^Dagctl-Op:").split()
    assert sorted(commits) == sorted(one["commit_id"] for one in results)
