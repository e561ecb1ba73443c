"""A project, its people, and what dagctl asks the registry for them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.postgres.requests import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres.requests import Database


def new_id() -> str:
    return str(uuid4())


@dataclass(frozen=True, slots=True)
class Team:
    """A project with an owner, an editor, another editor and a viewer; and a stranger."""

    database: Database
    project: str
    owner: Caller
    editor: Caller
    colleague: Caller
    viewer: Caller
    stranger: Caller

    @classmethod
    def strangers(cls, database: Database, project: str | None = None) -> Team:
        """Name people who are not members of the project yet."""
        people = [Caller.signed_in(new_id()) for _ in range(5)]
        return cls(database, project or new_id(), *people)

    @classmethod
    def gather(cls, database: Database, project: str | None = None) -> Team:
        """Make the members of a project, of a new one unless it is given."""
        team = cls.strangers(database, project)
        database.admin(
            "insert into public.project_members (project_id, user_id, role) values "
            "(%(project)s, %(owner)s, 'owner'), (%(project)s, %(editor)s, 'editor'), "
            "(%(project)s, %(colleague)s, 'editor'), (%(project)s, %(viewer)s, 'viewer')",
            {
                "project": team.project,
                "owner": team.owner.user_id,
                "editor": team.editor.user_id,
                "colleague": team.colleague.user_id,
                "viewer": team.viewer.user_id,
            },
        )
        return team

    def add(self, member: Caller, role: str) -> None:
        self.database.admin(
            "insert into public.project_members (project_id, user_id, role) values (%s, %s, %s)",
            [self.project, member.user_id, role],
        )

    def remove(self, member: Caller) -> None:
        self.database.admin(
            "delete from public.project_members where project_id = %s and user_id = %s",
            [self.project, member.user_id],
        )

    @contextmanager
    def as_editor(self, caller: Caller) -> Iterator[None]:
        """Let the caller be an editor for a while, and then again what they were."""
        role = self.database.call(caller, "project_role", project=self.project)
        self.remove(caller)
        self.add(caller, "editor")
        yield
        self.remove(caller)
        if role is not None:
            self.add(caller, role)

    def put_object(self, dag_id: str, operation: str | None = None) -> None:
        """Let an object stand in the bucket, uploaded by an operation."""
        self.database.admin(
            "insert into storage.objects (bucket_id, name, user_metadata) values ('dags', %s, %s)",
            [f"{self.project}/dags/{dag_id}.py", json.dumps({"dagctl_operation": operation})],
        )

    # --- What dagctl asks for ---

    def reserve(
        self, *names: str, operation: str | None = None, by: Caller | None = None
    ) -> list[dict[str, Any]]:
        return self.claim(*({"dag_id": name} for name in names), operation=operation, by=by)

    def claim(
        self,
        *claims: dict[str, Any],
        operation: str | None = None,
        key: str | None = None,
        by: Caller | None = None,
    ) -> list[dict[str, Any]]:
        granted: list[dict[str, Any]] = self.database.call(
            by or self.editor,
            "reserve",
            operation=operation or new_id(),
            project=self.project,
            claims=list(claims),
            key=key,
        )
        return granted

    def confirm(
        self,
        operation: str,
        granted: list[dict[str, Any]],
        *,
        by: Caller | None = None,
        **changes: object,
    ) -> str:
        records = [record(self.project, one["dag_id"], **changes) for one in granted]
        return str(
            self.database.call(by or self.editor, "confirm", operation=operation, records=records)
        )

    def abort(self, operation: str, *, by: Caller | None = None) -> str:
        caller = by or self.editor
        status = self.database.call(caller, "abort", operation=operation, project=self.project)
        return str(status)

    def begin_abort(self, operation: str, *, by: Caller | None = None) -> str:
        caller = by or self.editor
        return str(
            self.database.call(caller, "begin_abort", operation=operation, project=self.project)
        )

    def status(self, operation: str, *, by: Caller | None = None) -> str:
        caller = by or self.editor
        return str(self.database.call(caller, "operation_status", operation=operation))

    def publish(
        self, *names: str, by: Caller | None = None, **changes: object
    ) -> list[dict[str, Any]]:
        """Reserve and confirm DAGs; return them as readers get them."""
        operation = new_id()
        granted = self.reserve(*names, operation=operation, by=by)
        self.confirm(operation, granted, by=by, **changes)
        return self.find(*(one["dag_id"] for one in granted))

    def find(self, *names: str, by: Caller | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.database.call(
            by or self.viewer, "find_dags", project=self.project, dag_ids=list(names)
        )
        return found

    def remove_dag(self, name: str) -> None:
        """Publish a DAG and take it away again."""
        (row,) = self.publish(name)
        operation = new_id()
        claim = {"dag_id": name, "replaces": row["id"], "expected_version": row["version"]}
        granted = self.claim(claim, operation=operation)
        self.confirm(operation, granted, action="delete", is_removed=True)

    def versions(self, name: str, *, by: Caller | None = None, text: bool = False) -> list[Any]:
        """Return the versions of a DAG as readers get them."""
        caller = by or self.viewer
        asked = {"project": self.project, "dag_id": name, "text": text}
        versions: list[Any] = self.database.call(caller, "dag_versions", **asked)
        return versions

    def expire(self, operation: str) -> None:
        """Let the operation's lease be over."""
        self.database.admin(
            "update public.user_dags set lease_until = now() - interval '1 second' "
            "where operation_id = %s",
            [operation],
        )


def record(project: str, dag_id: str, **changes: object) -> dict[str, object]:
    """Return what confirm is given about a DAG."""
    return {
        "dag_id": dag_id,
        "dag_name": dag_id.title(),
        "description": "Rows to reports",
        "file_path": f"dags/{dag_id}.py",
        "schedule_interval": "@daily",
        "owner": "data",
        "tags": ["etl", "daily"],
        "task_count": 3,
        "commit_id": "c0ffee",
        "source_path": f"specs/{dag_id}.yaml",
        "storage_path": f"{project}/dags/{dag_id}.py",
        "airflow": "3",
        "spec": {"dag_name": dag_id.title()},
        "spec_digest": "5" * 64,
        "content_digest": "c" * 64,
        **changes,
    }
