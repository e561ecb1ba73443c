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
    "public.user_dag_versions": {
        "select": "select from public.user_dag_versions where project_id = %(project)s",
        "insert": "insert into public.user_dag_versions (row_id, version, project_id, dag_id, "
        "action, user_id, dag_name, file_path, created_at, updated_at, base_name, storage_path, "
        "airflow) select id, 99, project_id, dag_id, 'update', user_id, dag_name, file_path, "
        "created_at, updated_at, base_name, storage_path, airflow from public.user_dags "
        "where project_id = %(project)s and dag_id = 'x'",
        "update": "update public.user_dag_versions set action = 'update' "
        "where project_id = %(project)s",
        "delete": "delete from public.user_dag_versions where project_id = %(project)s",
    },
    "public.dag_templates": {
        "select": "select from public.dag_templates where project_id = %(project)s",
        "insert": "insert into public.dag_templates (project_id, name, version, text, shared_by) "
        "values (%(project)s, 'x', 2, 'x', %(user)s)",
        "update": "update public.dag_templates set withdrawn_at = now() "
        "where project_id = %(project)s",
        "delete": "delete from public.dag_templates where project_id = %(project)s",
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
    "private.dag_imports": {
        "select": f"select from private.dag_imports where {_IN_PROJECT}",
        "insert": "insert into private.dag_imports select row_id, 99, operation_id, record "
        f"from private.dag_imports where {_IN_PROJECT}",
        "update": f"update private.dag_imports set record = '{{}}' where {_IN_PROJECT}",
        "delete": f"delete from private.dag_imports where {_IN_PROJECT}",
    },
    "private.dag_rows": {
        "select": "select from private.dag_rows where project_id = %(project)s",
        "insert": "insert into private.dag_rows (id) values (gen_random_uuid())",
        "update": "update private.dag_rows set dag_name = '!' where project_id = %(project)s",
        "delete": "delete from private.dag_rows where project_id = %(project)s",
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
    "public.dag_versions": "%(project)s, 'x'",
    "public.purge_dags": "%(project)s, '{gone}'",
    "private.purge_dags": "%(project)s, '{gone}'",
    "public.import_versions": "%(operation)s, %(project)s, '[]', '[]'",
    "private.import_versions": "%(operation)s, %(project)s, '[]', '[]'",
    "public.share_template": "%(project)s, 'x', 2, 'text'",
    "private.share_template": "%(project)s, 'x', 2, 'text'",
    "public.unshare_template": "%(project)s, 'x', 1",
    "private.unshare_template": "%(project)s, 'x', 1",
    "public.shared_templates": "%(project)s",
    "private.removed_dags": "%(project)s, '{}', '{gone}'",
    "public.missing_policies": "",
    "public.dagctl_version": "",
}
CALLS = {
    function: f"select {function}({arguments})" for function, arguments in _ARGUMENTS.items()
} | {
    "private.member_project_ids": f"select {_ALL} from private.member_project_ids() as one",
    "private.held_objects": f"select {_ALL} from private.held_objects() as one",
    "private.version_data": "select (select private.version_data(v, true) "
    "from public.user_dag_versions v where v.project_id = %(project)s limit 1)",
    "private.may_upload": "select private.may_upload(%(key)s, %(mark)s)::text",
    "private.may_replace": "select private.may_replace(%(key)s)::text",
    "private.may_remove": "select private.may_remove(%(key)s, %(mark)s)::text",
}


def _confirmed(**changes: object) -> str:
    """Return the confirmation of the own new DAG, with these values in its record."""
    changed = json.dumps(changes).replace("PROJECT", "' || %(project)s || '")
    record = f"(%(records)s::jsonb -> 0) || ('{changed}')::jsonb"
    return f"select public.confirm(%(operation)s, jsonb_build_array({record}))"


def _reserved(**claim: object) -> str:
    """Return the reservation of one claim; ROW stands for the row of the DAG `x`."""
    claimed = json.dumps(claim).replace("ROW", "' || %(row)s || '")
    return (
        "select public.reserve(%(new_operation)s, %(project)s, "
        f"jsonb_build_array(('{claimed}')::jsonb))"
    )


def _imported(row: str, **version: object) -> str:
    """Return the import of one older version into a row, with these values in it."""
    changed = json.dumps(version)
    record = f"(%(records)s::jsonb -> 0) || ('{changed}')::jsonb || jsonb_build_object('id', {row})"
    return (
        "select public.import_versions(%(operation)s, %(project)s, "
        f"jsonb_build_array(jsonb_build_object('row_id', {row}, 'version', 3, "
        "'created_at', '2024-01-01T00:00:00Z', 'base_name', 'x')), "
        f"jsonb_build_array({record}))"
    )


_OWN_ROW = "public.reserved(%(operation)s) -> 0 ->> 'row_id'"
_OLD: dict[str, Any] = {"version": 2, "action": "update", "updated_at": "2024-01-01T00:00:00Z"}
ATTACKS = {
    "D6  import a file in .git": _imported(
        _OWN_ROW, **{**_OLD, "file_path": ".git/hooks/pre-push.py"}
    ),
    "D7  import above the newest": _imported(_OWN_ROW, **{**_OLD, "version": 3}),
    "D8  import into the DAG of all": _imported("%(row)s::uuid", **_OLD),
    "X5  confirm a file in .git": _confirmed(file_path=".git/hooks/pre-push"),
    "X5  confirm another's program": _confirmed(file_path="src/app.py"),
    "X6  confirm a path with ..": _confirmed(file_path="dags/a/../../OF.py"),
    "X7  put back after the removal": "update storage.objects set user_metadata = %(restores)s "
    "where name = %(held_key)s",
    "X7  upload anew while aborting": "insert into storage.objects (bucket_id, name, user_metadata)"
    " values ('dags', %(held_key)s, %(held_mark)s) on conflict (bucket_id, name) "
    "do update set user_metadata = excluded.user_metadata",
    "X8  read what was held": "select from storage.objects where name = %(held_key)s",
    "X8  read through a chosen key": "select from storage.objects where name = %(x_key)s",
    "X9  confirm the key of another": _confirmed(storage_path="PROJECT/dags/x.py"),
    "X9  write through a chosen key": "update storage.objects set user_metadata = %(spoof_mark)s "
    "where name = %(x_key)s",
    "X10 remove an object of a guide": "delete from storage.objects where name = %(guide_key)s",
    "C11 reserve a name in capitals": _reserved(dag_id="X", on_taken="fail"),
    "D1  confirm a digest of 5 digits": _confirmed(content_digest="abcde"),
    "D2  claim no version": _reserved(dag_id="x", replaces="ROW"),
    "D3  claim an old version": _reserved(dag_id="x", replaces="ROW", expected_version=7),
    "D4  confirm a spec of a list": _confirmed(spec=[1]),
    "D5  confirm a name that reorders": _confirmed(dag_name="pay\u202eyap"),
}
"""The statement of each line of `ATTACK_RIGHTS`."""


@dataclass(frozen=True, slots=True)
class World:
    """Two teams with a DAG, an object and open operations; all callers are of the first one."""

    team: Team
    foreign: Team
    callers: dict[str, Caller]
    operations: dict[str, str]
    """One that each caller has reserved as an editor, whatever the caller is now."""
    connection: psycopg.Connection
    row: str
    """The row of the DAG `x`."""

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
        dags = []
        for one in (team, foreign):
            dags += one.publish("x", by=one.colleague)
            one.put_object("x")
            one.remove_dag("gone")
            database.admin(
                "insert into public.dag_templates (project_id, name, version, text, shared_by) "
                "values (%s, 'x', 1, 'text', %s)",
                [one.project, one.owner.user_id],
            )
        team.reserve("of_colleague", operation=operations["colleague"], by=team.colleague)
        team.put_object("of_colleague", operations["colleague"])
        database.admin(
            "insert into private.dag_imports select r.row_id, 1, r.operation_id, "
            """to_jsonb(d) || '{"action": "create"}' """
            "from private.dag_reservations r join public.user_dags d on d.id = r.row_id "
            "where d.state = 'reserved' on conflict do nothing"
        )
        connection = database.connect("authenticator")
        return cls(team, foreign, callers, operations, connection, dags[0]["id"])

    def prepare_attacks(self) -> None:
        """Let each role be in the middle of what `ATTACK_RIGHTS` says."""
        team = self.team
        for role, caller in self.callers.items():
            if caller.user_id is None:
                team.put_object(f"held_{role}")
                continue  # nothing of this role is held
            names = [f"held_{role}", f"spoof_{role}"]
            held, spoof = team.publish(*names, by=team.colleague)
            with team.as_editor(caller):
                for kind, dag in (("held", held), ("spoof", spoof)):
                    self.operations[f"{kind}_{role}"] = new_id()
                    claim = {"dag_id": dag["dag_id"], "replaces": dag["id"], "expected_version": 1}
                    team.claim(claim, operation=self.operations[f"{kind}_{role}"], by=caller)
                team.put_object(f"held_{role}", self.operations[f"held_{role}"])
                team.begin_abort(self.operations[f"held_{role}"], by=caller)
            team.database.admin(
                "update public.user_dags set file_path = 'dags/x.py', storage_path = %s "
                "where id = %s",
                [f"{team.project}/dags/x.py", spoof["id"]],
            )
        team.database.admin(
            "insert into public.user_dags (project_id, user_id, dag_id, dag_name, file_path) "
            "values (%s, %s, 'guide', 'Guide', 'dags/other.py')",
            [team.project, team.owner.user_id],
        )
        team.put_object("other")

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
            **self._targets(holder),
        }

    def _targets(self, role: str) -> dict[str, Any]:
        """Return what the attacks aim at."""
        folder = f"{self.team.project}/dags"
        held = self.operations.get(f"held_{role}", new_id())
        spoof = self.operations.get(f"spoof_{role}", new_id())
        return {
            "held_key": f"{folder}/held_{role}.py",
            "x_key": f"{folder}/x.py",
            "guide_key": f"{folder}/other.py",
            "row": self.row,
            "held_mark": json.dumps({"dagctl_operation": held}),
            "restores": json.dumps({"dagctl_restores": held}),
            "spoof_mark": json.dumps({"dagctl_operation": spoof}),
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
    if error.sqlstate == "22023" and error.diag.message_detail == "invalid_request":
        return "invalid"
    if error.sqlstate != "42501":
        return f"{error.sqlstate} {error}"
    return "refused" if error.diag.message_detail == "not_a_member" else "denied"
