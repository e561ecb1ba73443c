"""A stand-in for Supabase: loopback HTTP in front of a real PostgreSQL. For tests only.

Policies, constraints, grants, casts and their errors are the database's own: each REST request is a
transaction in the caller's role, each upload is tried in one that is rolled back. What the servers
in front of the database add is imitated and held by the golden rows in `tests/golden`: forms,
status codes, refresh rotation, the oddities of Storage.

Not imitated, because dagctl has no use for it: sign-up, second factors and the admin API; embedded
tables, CSV, full-text and range operators, `count=planned` other than as an exact count; copying,
resumable uploads, image transformation and `list-v2`; Realtime and Functions.

In a test (`conftest.py` imports the fixtures of `tests.stand_in.fixtures`):

    def test_a_lost_answer_is_found_again(stand_in: StandIn) -> None:
        user = stand_in.add_user("ada@example.com", "secret")
        stand_in.add_member(PROJECT, user, "editor")
        stand_in.faults.add("POST", "/rest/v1/rpc/confirm", faults.drop_after())
        ...
        assert stand_in.requests.count("POST", "/rest/v1/rpc/*") == 3
"""

from tests.stand_in.stand_in import StandIn

__all__ = ["StandIn"]
