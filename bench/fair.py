"""What four hostile requests of one user cost the others of a server: time and memory."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from bench.clock import ms
from bench.serve import on_supabase
from bench.table import Row
from tests.server.load import Caller, projects
from tests.server.served import spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.serve import Place

HOSTILE = 4
CREATE_SECONDS, HEALTH_SECONDS, MEGABYTES = 2.0, 0.2, 300.0
CODES = {
    "warnings": "1 is 1\n" * 14_000,
    "calls": "a=[" + "b(c)," * 19_000 + "]",
    "expressions": "x = 1\n" + "return f'" + "{x}" * 5_000 + "'",
}


def measure() -> Iterator[Row]:
    """Yield the longest time of a victim's create and of healthz, and the memory that is added."""
    (project,) = projects(1)
    with on_supabase([project]) as place:
        for name, code in CODES.items():
            yield from under(place, project, name, code)


def under(place: Place, project: str, name: str, code: str) -> Iterator[Row]:
    """Yield the rows of one kind of hostile spec."""
    tasks = [
        {"task_id": f"t{n}", "task_type": "python", "python_code": code}
        for n in range(390_000 // len(code))
    ]
    body = json.dumps(spec(f"Hostile {name}", project, tasks=tasks)).encode()
    alone = max(victim(place, project) for _ in range(5))
    healthy = max(health(place) for _ in range(20))
    idle = memory(place)
    with ThreadPoolExecutor(HOSTILE) as pool:
        attacks = [pool.submit(attack, place, body) for _ in range(HOSTILE)]
        creates, healths, peaks = [], [], []
        while not all(each.done() for each in attacks):
            creates.append(victim(place, project))
            healths.append(health(place))
            peaks.append(memory(place))
    delay, added = max(creates) - alone, max(peaks) - idle
    attacked = f"{HOSTILE} hostile renderings ({name})"
    yield Row(
        f"{attacked}: a create of another user takes longer by",
        f"{ms(delay)} ({ms(max(creates))}, alone {ms(alone)})",
        target=f"at most {CREATE_SECONDS:g} s",
        holds=delay <= CREATE_SECONDS,
    )
    yield Row(
        f"{attacked}: healthz takes longer by",
        f"{ms(max(healths) - healthy)} ({ms(max(healths))}, alone {ms(healthy)})",
        target=f"at most {HEALTH_SECONDS:g} s",
        holds=max(healths) - healthy <= HEALTH_SECONDS,
    )
    yield Row(
        f"{attacked}: memory of the server and its processes",
        f"{added:.0f} MB more than {idle:.0f} MB",
        target=f"at most {MEGABYTES:g} MB",
        holds=added <= MEGABYTES,
    )


def attack(place: Place, body: bytes) -> int:
    """Return the status of the answer to a hostile rendering by the other user."""
    headers = {"Authorization": f"Bearer {place.other}", "Content-Type": "application/json"}
    url = f"{place.served.url}/render"
    return httpx.post(url, content=body, headers=headers, timeout=120).status_code


def victim(place: Place, project: str) -> float:
    """Return the seconds of one create."""
    caller = Caller(place.served.url)
    answer = caller.request("POST", "/create-dag", place.token, spec("Victim", project))
    caller.close()
    assert answer.status == 200, answer.body
    return answer.seconds


def health(place: Place) -> float:
    """Return the seconds of one look at healthz."""
    begin = time.perf_counter()
    httpx.get(f"{place.served.url}/healthz", timeout=60)
    return time.perf_counter() - begin


def memory(place: Place) -> float:
    """Return the megabytes in memory of the server and the processes that it has started."""
    pid = place.served.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(map(resident, [pid, *map(int, children)]))


def resident(pid: int) -> float:
    """Return the megabytes of a process; 0 if it has ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
