"""What `dagctl serve` answers in a second, and where the time of a request goes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
from prometheus_client.parser import text_string_to_metric_families

from bench.clock import ms
from bench.place import ROOT, SCRATCH, environment
from bench.table import Row
from tests.server.load import Answer, Caller, projects
from tests.server.rows import INSERT, copy_row
from tests.server.served import Served, spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Ask = Callable[[Caller, int], Answer]

PROJECTS, CLIENTS = 8, 64
ROWS = 100_000
STRANGER = "mallory@example.com"
WARM_UP = 3.0
"""Seconds whose requests do not count."""
SECONDS = 10.0
MINUTE = 60.0
PARTS = ("git", "journal", "files", "database", "storage")
numbers = count()


@dataclass(frozen=True)
class Place:
    """A server, and how to call it."""

    served: Served
    token: str
    listed: str
    """The project with many rows."""
    other: str = ""
    """The token of a user who is a member of nothing."""

    def create(self, project_ids: list[str]) -> Ask:
        """Return what creates a DAG of a name that is free."""

        def ask(caller: Caller, client: int) -> Answer:
            body = spec(f"Bench {next(numbers)}", project_ids[client % len(project_ids)])
            return caller.request("POST", "/create-dag", self.token, body)

        return ask

    def get(self, path: str, query: str = "") -> Ask:
        """Return what reads in the project with many rows."""
        url = f"{path}?project_id={self.listed}{query}"
        return lambda caller, _: caller.request("GET", url, self.token)


def measure() -> Iterator[Row]:
    """Yield what create, list and show cost, against the stand-in and on the local backend."""
    project_ids = projects(PROJECTS + 1)
    *many, listed = project_ids
    with on_supabase(project_ids) as place:
        yield from creates(place, "on Supabase", many)
        yield from reads(place, "on Supabase")
    with embedded(listed) as place:
        yield from creates(place, "embedded", many)
        yield from reads(place, "embedded")


def creates(place: Place, where: str, many: list[str]) -> Iterator[Row]:
    """Yield `POST /create-dag`: one after the other, side by side, and at once."""
    one, each = place.create(many[:1]), place.create(many)
    for run in (
        Run(f"create {where}, 1 client", "/create-dag", one),
        Run(
            f"create {where}, {PROJECTS} clients in {PROJECTS} projects",
            "/create-dag",
            each,
            PROJECTS,
        ),
        Run(
            f"create {where}, {CLIENTS} clients in {PROJECTS} projects",
            "/create-dag",
            each,
            CLIENTS,
            MINUTE,
        ),
    ):
        yield from run.rows(place)


def reads(place: Place, where: str) -> Iterator[Row]:
    """Yield `GET /dags` of a long list, and `GET /dags/{dag_id}`."""
    short, long = (place.get("/dags", f"&limit={size}&cursor=row_050000") for size in (50, 1000))
    for run in (
        Run(f"list {where}, 50 of {ROWS:,} rows, 1 client", "/dags", short),
        Run(f"list {where}, 50 of {ROWS:,} rows, 8 clients", "/dags", short, 8),
        Run(f"list {where}, 1,000 of {ROWS:,} rows, 1 client", "/dags", long),
        Run(f"show {where}, 1 client", "/dags/{dag_id}", place.get("/dags/bench")),
    ):
        yield from run.rows(place)


@dataclass(frozen=True)
class Run:
    """Clients that ask the same again and again."""

    name: str
    route: str
    ask: Ask
    clients: int = 1
    seconds: float = SECONDS

    def rows(self, place: Place) -> Iterator[Row]:
        """Yield requests per second and their times, then where the time went."""
        self._answered(place, WARM_UP)
        before, began = spent(place, self.route), time.perf_counter()
        found = self._answered(place, self.seconds)
        rate, after = len(found) / (time.perf_counter() - began), spent(place, self.route)
        cuts = quantiles(found, n=100)
        yield Row(self.name, f"{rate:.1f} a second, p50 {ms(cuts[49])}, p95 {ms(cuts[94])}")
        parts = shares({part: after[part] - before[part] for part in after})
        yield Row("  its time", ", ".join(f"{part} {part_of:.0%}" for part, part_of in parts))

    def _answered(self, place: Place, seconds: float) -> list[float]:
        """Return the seconds of each request of clients that begin new ones for so long."""
        until = time.perf_counter() + seconds
        with ThreadPoolExecutor(self.clients) as pool:
            runs = [pool.submit(self._client, place, n, until) for n in range(self.clients)]
            return [one for run in runs for one in run.result()]

    def _client(self, place: Place, number: int, until: float) -> list[float]:
        caller = Caller(place.served.url)
        found = []
        while time.perf_counter() < until:
            answer = self.ask(caller, number)
            assert answer.status == 200, answer.body
            found.append(answer.seconds)
        caller.close()
        return found


def spent(place: Place, route: str) -> dict[str, float]:
    """Return the seconds that the server has spent so far, by part, and on the route in all."""
    text = httpx.get(f"{place.served.url}/metrics").text
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    outside = {
        one.labels["part"]: one.value
        for one in samples
        if one.name == "dagctl_outside_seconds_total"
    }
    waiting = [one.value for one in samples if one.name == "dagctl_operation_waiting_seconds_sum"]
    whole = [
        one.value
        for one in samples
        if one.name == "dagctl_http_request_seconds_sum" and one.labels["route"] == route
    ]
    parts = {part: outside.get(part, 0.0) for part in PARTS}
    return {**parts, "waiting for its turn": sum(waiting), "all": sum(whole)}


def shares(seconds: dict[str, float]) -> list[tuple[str, float]]:
    """Return the share of each part that is half a percent at least, and of dagctl itself."""
    whole = seconds.pop("all")
    named = [(part, each / whole) for part, each in seconds.items() if each > whole / 200]
    return [*named, ("dagctl itself", 1 - sum(seconds.values()) / whole)]


# --- Servers ---


@contextmanager
def on_supabase(project_ids: list[str]) -> Iterator[Place]:
    """Give a server over a stand-in in a process of its own, with many rows in the last project."""
    with stand_in(project_ids) as project:
        variables = {
            "DAGCTL_SUPABASE_URL": project["url"],
            "DAGCTL_SUPABASE_KEY": project["publishable_key"],
        }
        with serving("served", variables) as served:
            other = sign_in({**project, "email": STRANGER})
            place = Place(served, sign_in(project), project_ids[-1], other)
            create_one(place)
            with psycopg.connect(project["database"]) as connection:
                names = [f"row_{number:06}" for number in range(ROWS)]
                connection.execute(INSERT, [place.listed, "", names])
                connection.execute("analyze public.user_dags")
            yield place


@contextmanager
def embedded(project_id: str) -> Iterator[Place]:
    """Give a server over the local backend, with many rows in the project."""
    with serving("embedded", {}, "--local-user", "bench@example.com") as served:
        place = Place(served, "", project_id)
        create_one(place)
        registry = served.root / project_id / ".git/dagctl/top" / "registry.db"
        copy_row(registry, "bench", (f"row_{number:06}" for number in range(ROWS)))
        yield place


@contextmanager
def serving(name: str, variables: dict[str, str], *options: str) -> Iterator[Served]:
    """Give a server with a scratch folder of its own."""
    root = SCRATCH / name / "repositories"
    root.mkdir(parents=True)
    with Served(root, environment() | variables, options) as served:
        yield served


@contextmanager
def stand_in(project_ids: list[str]) -> Iterator[dict[str, Any]]:
    """Start a stand-in, and give its address, keys and user."""
    named = [word for project_id in project_ids for word in ("--project", project_id)]
    command = [sys.executable, "-m", "tests.stand_in", "--stranger", STRANGER, *named]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def sign_in(project: dict[str, Any]) -> str:
    """Return an access token."""
    answer = httpx.post(
        f"{project['url']}/auth/v1/token?grant_type=password",
        headers={"apikey": project["publishable_key"]},
        json={"email": project["email"], "password": project["password"]},
    )
    token: str = answer.json()["access_token"]
    return token


def create_one(place: Place) -> None:
    """Create the DAG that is shown, in the project with many rows."""
    caller = Caller(place.served.url)
    answer = caller.request("POST", "/create-dag", place.token, spec("Bench", place.listed))
    caller.close()
    assert answer.status == 200, answer.body
