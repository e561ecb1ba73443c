"""What may go wrong at a server, and the requests at which it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stand_in import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.stand_in.faults import Fault


FOREVER = None


KINDS: Mapping[str, Callable[[], Fault]] = {
    "slow": lambda: faults.delay(1.5),
    "lost request": faults.drop_before,
    "lost answer": faults.drop_after,
    "twice": faults.duplicate,
    "late": lambda: faults.late(60),
    "half an answer": faults.truncate,
    "401": lambda: faults.answer(401),
    "403": lambda: faults.answer(403),
    "404": lambda: faults.answer(404),
    "409": lambda: faults.answer(409),
    "413": lambda: faults.answer(413),
    "429": lambda: faults.too_many_requests(0),
    "500": lambda: faults.answer(500),
    "502": faults.bad_gateway,
    "503": lambda: faults.answer(503),
    "540": lambda: faults.answer(540),
    "clock behind": lambda: faults.clock(-300),
    "clock ahead": lambda: faults.clock(300),
    "clock far ahead": lambda: faults.clock(3700),
}
"""A clock that is put back makes a token one of the future, and one far ahead lets it run out."""


REST = "/rest/v1/rpc/{}"


OBJECT = "/storage/v1/object/*"


DONE = {
    "find": ("POST", REST.format("find_dags")),
    "reserve": ("POST", REST.format("reserve")),
    "upload": ("POST", OBJECT),
    "confirm": ("POST", REST.format("confirm")),
}


UNDONE = {
    "status": ("POST", REST.format("operation_status")),
    "fence": ("POST", REST.format("begin_abort")),
    "download": ("GET", OBJECT),
    "put back": ("POST", OBJECT),
    "removal": ("DELETE", OBJECT),
    "abort": ("POST", REST.format("abort")),
}
"""The requests of an operation, and those of undoing one."""
