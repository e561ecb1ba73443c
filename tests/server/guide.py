"""The requests of the guide, to the letter: its Dart client's, and its three bodies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BODIES = Path(__file__).parent / "guide"


class AgentService:
    """What the guide adds to the app's `AgentService`, as Dart's package:http sends it.

    A body of text gets the charset behind its content type; an answer is decoded by the charset in
    its content type, and as Latin-1 where there is none.
    """

    def __init__(self, base_url: str, access_token: str) -> None:
        self._base_url = base_url
        self._token = access_token

    def create_dag(  # noqa: PLR0913 - the guide's parameters
        self,
        *,
        project_id: str,
        dag_name: str,
        description: str,
        schedule_interval: str,
        owner: str,
        tasks: Sequence[Mapping[str, Any]],
        tags: Sequence[str] | None = None,
    ) -> dict[str, Any]:
        """`createDAG`."""
        body = {
            "project_id": project_id,
            "dag_name": dag_name,
            "description": description,
            "schedule_interval": schedule_interval,
            "owner": owner,
            "tasks": list(tasks),
            "tags": list(tags or []),
        }
        response = httpx.post(
            f"{self._base_url}/create-dag",
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json; charset=utf-8",
            },
            content=json.dumps(body, ensure_ascii=False).encode(),
            timeout=60,
        )
        if response.status_code == 200:
            found: dict[str, Any] = json.loads(decoded(response))
            return found
        raise RuntimeError(f"Failed to create DAG: {decoded(response)}")

    def list_dags(self, project_id: str) -> list[dict[str, Any]]:
        """`listDAGs`."""
        response = httpx.get(
            f"{self._base_url}/dags?project_id={project_id}",
            headers={"Authorization": f"Bearer {self._token}"},
            timeout=60,
        )
        if response.status_code == 200:
            data = json.loads(decoded(response))
            return [dict(one) for one in data["dags"]]
        raise RuntimeError(f"Failed to list DAGs: {decoded(response)}")


def decoded(response: httpx.Response) -> str:
    """Return `response.body` as Dart has it."""
    kind = response.headers["content-type"].lower()
    charset = kind.partition("charset=")[2].strip('" ') or "latin-1"
    return response.content.decode(charset)
