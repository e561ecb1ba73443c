"""What statements read: the plans that a call runs, as `auto_explain` notes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from tests.database.teams import Team
    from tests.postgres.requests import Caller


def explained(team: Team, caller: Caller, call: str, arguments: list[object]) -> list[Any]:
    """Return the plan of each statement that a call runs, with its time in milliseconds."""
    plans: list[Any] = []

    def note(message: psycopg.errors.Diagnostic) -> None:
        _, _, plan = (message.message_primary or "").partition("plan:\n")
        plans.extend([json.loads(plan)] if plan else [])

    with team.database.connect("supabase_admin") as connection, connection.transaction():
        connection.execute("load 'auto_explain'")
        connection.add_notice_handler(note)
        settings = {
            "auto_explain.log_min_duration": "0",
            "auto_explain.log_nested_statements": "on",
            "auto_explain.log_analyze": "on",
            "auto_explain.log_format": "json",
            "client_min_messages": "log",
            "request.jwt.claims": caller.claims,
            "role": caller.role,
        }
        for name, value in settings.items():
            connection.execute("select set_config(%s, %s, true)", [name, value])
        plans.clear()
        connection.execute(call.encode(), arguments)
    return [plan for plan in plans if "user_dags" in json.dumps(plan)]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)
