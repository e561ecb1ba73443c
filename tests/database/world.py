"""Everybody that may ask, an operation of each, and what comes of a statement of theirs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from tests.database.rights import ROLES
from tests.database.teams import Team, new_id, record
from tests.postgres.requests import ANON, SERVICE, Caller

if TYPE_CHECKING:
    from tests.postgres.requests import Database

_IN_PROJECT = "row_id in (select id from public.user_dags where project_id = %(project)s)"

STATEMENTS = {
    "public.user_dags": {
        "select": "select from public.user_dags where project_id = %(project)s",
        "insert": "insert into public.user_dags (project_id, user_id, dag_id, dag_name, file_path) "
        "values (%(project)s, %(user)s, 'new', 'New', 'dags/new.py')",
        "update": "update public.user_dags set description = '!' where project_id = %(project)s",
        "delete": "delete from public.user_dags where project_id = %(project)s",
    },
    "public.project_members": {
        "select": "select from public.project_members where project_id = %(project)s",
        "insert": "insert into public.project_members values (%(project)s, gen_random_uuid())",
        "update": "update public.project_members set role = 'owner' where project_id = %(project)s",
        "delete": "delete from public.project_members where project_id = %(project)s",
    },
    "private.dag_operations": {
        "select": "select from private.dag_operations where project_id = %(project)s",
        "insert": "insert into private.dag_operations (id, project_id, user_id, status) "
        "values (gen_random_uuid(), %(project)s, %(user)s, 'aborted')",
        "update": "update private.dag_operations set updated_at = now() "
        "where project_id = %(project)s",
        "delete": "delete from private.dag_operations "
        "where project_id = %(project)s and status = 'confirmed'",
    },
    "private.dag_reservations": {
        "select": f"select from private.dag_reservations where {_IN_PROJECT}",
        "insert": "insert into private.dag_reservations "
        "select operation_id, 99, row_id, wished, version from private.dag_reservations"
        f" where {_IN_PROJECT}",
        "update": f"update private.dag_reservations set version = 7 where {_IN_PROJECT}",
        "delete": f"delete from private.dag_reservations where {_IN_PROJECT}",
    },
    "private.dag_records": {
        "select": "select from private.dag_records where project_id = %(project)s",
        "insert": "insert into private.dag_records (id) values (gen_random_uuid())",
        "update": "update private.dag_records set dag_name = '!' where project_id = %(project)s",
        "delete": "delete from private.dag_records where project_id = %(project)s",
    },
    "storage.objects": {
        "select": "select from storage.objects where name = %(key)s",
        "insert": "insert into storage.objects (bucket_id, name, user_metadata) "
        "values ('dags', %(new_key)s, %(mark)s)",
        "update": "update storage.objects set user_metadata = %(mark)s where name = %(key)s",
        "delete": "delete from storage.objects where name = %(key)s",
    },
}

_ALL = "coalesce(json_agg(one), '[]')"
_OPERATION_ARGUMENTS = {
    "reserve": "%(new_operation)s, %(project)s, %(claims)s, null",
    "keyed_operation": "%(project)s, %(idempotency_key)s",
    "reserved": "%(operation)s",
    "confirm": "%(operation)s, %(records)s",
    "begin_abort": "%(operation)s, %(project)s",
    "abort": "%(operation)s, %(project)s",
    "operation_status": "%(operation)s",
}
_ARGUMENTS = {
    **{f"public.{name}": arguments for name, arguments in _OPERATION_ARGUMENTS.items()},
    **{f"private.{name}": arguments for name, arguments in _OPERATION_ARGUMENTS.items()},
    "public.project_role": "%(project)s",
    "public.find_dags": "%(project)s, '{}', '{x}'",
    "public.list_dags": "%(project)s",
}
CALLS = {
    function: f"select {function}({arguments})" for function, arguments in _ARGUMENTS.items()
} | {
    "private.member_project_ids": f"select {_ALL} from private.member_project_ids() as one",
    "private.held_objects": f"select {_ALL} from private.held_objects() as one",
    "private.may_upload": "select private.may_upload(%(key)s, %(mark)s)::text",
    "private.may_replace": "select private.may_replace(%(key)s)::text",
    "private.may_remove": "select private.may_remove(%(key)s, %(mark)s)::text",
}


@dataclass(frozen=True, slots=True)
class World:
    """Two teams with a DAG, an object and open operations; all callers are of the first one."""

    team: Team
    foreign: Team
    callers: dict[str, Caller]
    operations: dict[str, str]
    """One that each caller has reserved as an editor, whatever the caller is now."""
    connection: psycopg.Connection

    @classmethod
    def build(cls, database: Database) -> World:
        team, foreign = Team.gather(database), Team.gather(database)
        removed = Caller.signed_in(new_id())
        people = (ANON, team.viewer, team.editor, team.owner, team.stranger, removed, SERVICE)
        callers = dict(zip(ROLES, people, strict=True))
        operations = {role: new_id() for role in (*ROLES, "colleague", "foreign")}
        for role, caller in callers.items():
            if caller.user_id is not None:
                with team.as_editor(caller):
                    team.claim(
                        {"dag_id": f"of_{role}"},
                        operation=operations[role],
                        key=f"of {role}",
                        by=caller,
                    )
            team.put_object(f"of_{role}", operations[role])
        foreign.claim({"dag_id": "of_foreign"}, operation=operations["foreign"], key="of foreign")
        for one in (team, foreign):
            one.publish("x", by=one.colleague)
            one.put_object("x")
        team.reserve("of_colleague", operation=operations["colleague"], by=team.colleague)
        team.put_object("of_colleague", operations["colleague"])
        return cls(team, foreign, callers, operations, database.connect("authenticator"))

    def outcome(self, role: str, statement: str, whose: str) -> str:
        """Return what comes of a statement of that role, in a word; nothing of it stays."""
        caller = self.callers[role]
        with self.connection.transaction(force_rollback=True):
            self.connection.execute(
                "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true), "
                "set_config('storage.allow_delete_query', 'true', true)",
                [caller.role, caller.claims],
            )
            try:
                cursor = self.connection.execute(statement.encode(), self._values(role, whose))
            except psycopg.Error as error:
                return _refusal(error)
            return _answer(cursor)

    def _values(self, role: str, whose: str) -> dict[str, Any]:
        is_other = whose == "other"
        team = self.foreign if is_other else self.team
        holder = {"other": "foreign", "team": "colleague"}.get(whose, role)
        operation = self.operations[holder]
        return {
            "project": team.project,
            "user": self.callers[role].user_id or new_id(),
            "key": f"{team.project}/dags/{'x' if is_other else f'of_{holder}'}.py",
            "new_key": f"{team.project}/dags/dag_of_{holder}.py",
            "operation": operation,
            "idempotency_key": f"of {holder}",
            "mark": json.dumps({"dagctl_operation": operation}),
            "new_operation": new_id(),
            "claims": json.dumps([{"dag_id": "new"}]),
            "records": json.dumps([record(team.project, f"of_{holder}")]),
        }


def _answer(cursor: psycopg.Cursor[tuple[Any, ...]]) -> str:
    if not cursor.description:
        return "rows" if cursor.rowcount else "none"
    (value,) = cursor.fetchall()[0]
    if isinstance(value, dict):
        return "found"
    return str(len(value)) if isinstance(value, list) else str(value or "null")


def _refusal(error: psycopg.Error) -> str:
    if error.sqlstate == "PT409":
        return "conflict"
    if error.sqlstate != "42501":
        return f"{error.sqlstate} {error}"
    return "refused" if error.diag.message_detail == "not_a_member" else "denied"
