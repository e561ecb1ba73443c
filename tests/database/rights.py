"""Who may do what: every role, table and function, on rows of the own project and of a foreign one.

Each line of the two tables is one case, each column a role, each cell the one expected answer:

    denied   the role has no such right (42501 by the grants or by row level security)
    refused  the function looked at the membership and refused (42501, `not_a_member`)
    conflict the function found nothing of the caller's under this operation id (PT409)
    none     no row is visible, or none was changed
    rows     rows are visible, or were changed
    found    an object of JSON is returned
    else     what the function returns; of a JSON list its length
"""

from __future__ import annotations

from tests.postgres.database import MIGRATIONS

ROLES = ("anon", "viewer", "editor", "owner", "stranger", "removed", "service")

TABLE_RIGHTS = """
                                       anon   viewer editor owner  stranger removed service
public.user_dags         select own    denied rows   rows   rows   none     none    rows
public.user_dags         select other  denied none   none   none   none     none    rows
public.user_dags         insert own    denied denied denied denied denied   denied  rows
public.user_dags         insert other  denied denied denied denied denied   denied  rows
public.user_dags         update own    denied denied denied denied denied   denied  rows
public.user_dags         update other  denied denied denied denied denied   denied  rows
public.user_dags         delete own    denied denied denied denied denied   denied  rows
public.user_dags         delete other  denied denied denied denied denied   denied  rows
public.user_dag_versions select own    denied rows   rows   rows   none     none    rows
public.user_dag_versions select other  denied none   none   none   none     none    rows
public.user_dag_versions insert own    denied denied denied denied denied   denied  rows
public.user_dag_versions insert other  denied denied denied denied denied   denied  rows
public.user_dag_versions update own    denied denied denied denied denied   denied  rows
public.user_dag_versions update other  denied denied denied denied denied   denied  rows
public.user_dag_versions delete own    denied denied denied denied denied   denied  rows
public.user_dag_versions delete other  denied denied denied denied denied   denied  rows
public.dag_templates     select own    denied rows   rows   rows   none     none    rows
public.dag_templates     select other  denied none   none   none   none     none    rows
public.dag_templates     insert own    denied denied denied denied denied   denied  rows
public.dag_templates     insert other  denied denied denied denied denied   denied  rows
public.dag_templates     update own    denied denied denied denied denied   denied  rows
public.dag_templates     update other  denied denied denied denied denied   denied  rows
public.dag_templates     delete own    denied denied denied denied denied   denied  rows
public.dag_templates     delete other  denied denied denied denied denied   denied  rows
public.project_members   select own    denied rows   rows   rows   none     none    rows
public.project_members   select other  denied none   none   none   none     none    rows
public.project_members   insert own    denied denied denied denied denied   denied  rows
public.project_members   insert other  denied denied denied denied denied   denied  rows
public.project_members   update own    denied denied denied denied denied   denied  rows
public.project_members   update other  denied denied denied denied denied   denied  rows
public.project_members   delete own    denied denied denied denied denied   denied  rows
public.project_members   delete other  denied denied denied denied denied   denied  rows
private.dag_operations   select own    denied denied denied denied denied   denied  rows
private.dag_operations   select other  denied denied denied denied denied   denied  rows
private.dag_operations   insert own    denied denied denied denied denied   denied  rows
private.dag_operations   insert other  denied denied denied denied denied   denied  rows
private.dag_operations   update own    denied denied denied denied denied   denied  rows
private.dag_operations   update other  denied denied denied denied denied   denied  rows
private.dag_operations   delete own    denied denied denied denied denied   denied  rows
private.dag_operations   delete other  denied denied denied denied denied   denied  rows
private.dag_reservations select own    denied denied denied denied denied   denied  rows
private.dag_reservations select other  denied denied denied denied denied   denied  rows
private.dag_reservations insert own    denied denied denied denied denied   denied  rows
private.dag_reservations insert other  denied denied denied denied denied   denied  rows
private.dag_reservations update own    denied denied denied denied denied   denied  rows
private.dag_reservations update other  denied denied denied denied denied   denied  rows
private.dag_reservations delete own    denied denied denied denied denied   denied  rows
private.dag_reservations delete other  denied denied denied denied denied   denied  rows
private.dag_imports      select own    denied denied denied denied denied   denied  rows
private.dag_imports      select other  denied denied denied denied denied   denied  rows
private.dag_imports      insert own    denied denied denied denied denied   denied  rows
private.dag_imports      insert other  denied denied denied denied denied   denied  rows
private.dag_imports      update own    denied denied denied denied denied   denied  rows
private.dag_imports      update other  denied denied denied denied denied   denied  rows
private.dag_imports      delete own    denied denied denied denied denied   denied  rows
private.dag_imports      delete other  denied denied denied denied denied   denied  rows
private.dag_records      select own    denied rows   rows   rows   none     none    rows
private.dag_records      select other  denied none   none   none   none     none    rows
private.dag_records      insert own    denied denied denied denied denied   denied  denied
private.dag_records      insert other  denied denied denied denied denied   denied  denied
private.dag_records      update own    denied denied denied denied denied   denied  denied
private.dag_records      update other  denied denied denied denied denied   denied  denied
private.dag_records      delete own    denied denied denied denied denied   denied  denied
private.dag_records      delete other  denied denied denied denied denied   denied  denied
private.dag_rows         select own    denied rows   rows   rows   none     none    rows
private.dag_rows         select other  denied none   none   none   none     none    rows
private.dag_rows         insert own    denied denied denied denied denied   denied  denied
private.dag_rows         insert other  denied denied denied denied denied   denied  denied
private.dag_rows         update own    denied denied denied denied denied   denied  denied
private.dag_rows         update other  denied denied denied denied denied   denied  denied
private.dag_rows         delete own    denied denied denied denied denied   denied  denied
private.dag_rows         delete other  denied denied denied denied denied   denied  denied
storage.objects          select own    none   rows   rows   rows   rows     rows    rows
storage.objects          select other  none   none   none   none   none     none    rows
storage.objects          insert own    denied denied rows   rows   denied   denied  rows
storage.objects          insert other  denied denied denied denied denied   denied  rows
storage.objects          update own    none   none   rows   rows   none     none    rows
storage.objects          update other  none   none   none   none   none     none    rows
storage.objects          delete own    none   none   none   none   none     none    rows
storage.objects          delete other  none   none   none   none   none     none    rows
"""

# An "own" operation is one that the caller has reserved in the own project, as an editor then; that
# of the "team" is a colleague's in the same project. An object is the one that the operation holds.
FUNCTION_RIGHTS = """
                                 anon   viewer    editor    owner     stranger removed   service
public.reserve             own   denied    refused   1         1         refused   refused   denied
public.reserve             other denied    refused   refused   refused   refused   refused   denied
public.reserved            own   denied    1         1         1         1         1         denied
public.reserved            team  denied    1         1         1         refused   refused   denied
public.reserved            other denied    refused   refused   refused   refused   refused   denied
public.keyed_operation     own   denied    found     found     found     found     found     denied
public.keyed_operation     other denied    null      null      null      null      null      denied
public.confirm             own   denied    refused   confirmed confirmed refused   refused   denied
public.confirm             team  denied    refused   confirmed confirmed refused   refused   denied
public.confirm             other denied    refused   refused   refused   refused   refused   denied
public.begin_abort         own   denied    aborting  aborting  aborting  aborting  aborting  denied
public.begin_abort         team  denied    refused   aborting  aborting  refused   refused   denied
public.begin_abort         other denied    refused   refused   refused   refused   refused   denied
public.abort               own   denied    aborted   aborted   aborted   aborted   aborted   denied
public.abort               team  denied    refused   aborted   aborted   refused   refused   denied
public.abort               other denied    refused   refused   refused   refused   refused   denied
public.operation_status    own   denied    reserved  reserved  reserved  reserved  reserved  denied
public.operation_status    team  denied    reserved  reserved  reserved  refused   refused   denied
public.operation_status    other denied    refused   refused   refused   refused   refused   denied
public.project_role        own   denied    viewer    editor    owner     null      null      denied
public.project_role        other denied    null      null      null      null      null      denied
public.find_dags           own   denied    1         1         1         0         0         1
public.find_dags           other denied    0         0         0         0         0         1
public.list_dags           own   denied    1         1         1         0         0         1
public.list_dags           other denied    0         0         0         0         0         1
public.dag_versions        own   denied    1         1         1         0         0         1
public.dag_versions        other denied    0         0         0         0         0         1
public.purge_dags          own   denied    refused   1         1         refused   refused   denied
public.purge_dags          other denied    refused   refused   refused   refused   refused   denied
public.import_versions     own   denied    refused   null      null      refused   refused   denied
public.import_versions     team  denied    refused   conflict  conflict  refused   refused   denied
public.import_versions     other denied    refused   refused   refused   refused   refused   denied
public.share_template      own   denied    refused   shared    shared    refused   refused   denied
public.share_template      other denied    refused   refused   refused   refused   refused   denied
public.unshare_template    own   denied    refused   withdrawn withdrawn refused   refused   denied
public.unshare_template    other denied    refused   refused   refused   refused   refused   denied
public.shared_templates    own   denied    1         1         1         0         0         denied
public.shared_templates    other denied    0         0         0         0         0         denied
public.missing_policies    -     denied    0         0         0         0         0         denied
public.dagctl_version      -     denied    VERSION   VERSION   VERSION   VERSION   VERSION   denied
private.reserve            own   denied    refused   1         1         refused   refused   denied
private.reserve            other denied    refused   refused   refused   refused   refused   denied
private.reserved           own   denied    1         1         1         1         1         denied
private.reserved           team  denied    1         1         1         refused   refused   denied
private.reserved           other denied    refused   refused   refused   refused   refused   denied
private.keyed_operation    own   denied    found     found     found     found     found     denied
private.keyed_operation    other denied    null      null      null      null      null      denied
private.confirm            own   denied    refused   confirmed confirmed refused   refused   denied
private.confirm            team  denied    refused   confirmed confirmed refused   refused   denied
private.confirm            other denied    refused   refused   refused   refused   refused   denied
private.begin_abort        own   denied    aborting  aborting  aborting  aborting  aborting  denied
private.begin_abort        team  denied    refused   aborting  aborting  refused   refused   denied
private.begin_abort        other denied    refused   refused   refused   refused   refused   denied
private.abort              own   denied    aborted   aborted   aborted   aborted   aborted   denied
private.abort              team  denied    refused   aborted   aborted   refused   refused   denied
private.abort              other denied    refused   refused   refused   refused   refused   denied
private.operation_status   own   denied    reserved  reserved  reserved  reserved  reserved  denied
private.operation_status   team  denied    reserved  reserved  reserved  refused   refused   denied
private.operation_status   other denied    refused   refused   refused   refused   refused   denied
private.member_project_ids own   denied    1         1         1         0         0         denied
private.purge_dags         own   denied    refused   1         1         refused   refused   denied
private.purge_dags         other denied    refused   refused   refused   refused   refused   denied
private.import_versions    own   denied    refused   null      null      refused   refused   denied
private.import_versions    team  denied    refused   conflict  conflict  refused   refused   denied
private.import_versions    other denied    refused   refused   refused   refused   refused   denied
private.share_template     own   denied    refused   shared    shared    refused   refused   denied
private.share_template     other denied    refused   refused   refused   refused   refused   denied
private.unshare_template   own   denied    refused   withdrawn withdrawn refused   refused   denied
private.unshare_template   other denied    refused   refused   refused   refused   refused   denied
private.removed_dags       own   denied    1         1         1         0         0         0
private.removed_dags       other denied    0         0         0         0         0         0
private.version_data       own   denied    found     found     found     null      null      found
private.version_data       other denied    null      null      null      null      null      found
private.held_objects       own   denied    1         1         1         1         1         denied
private.may_upload         own   denied    false     true      true      false     false     denied
private.may_upload         team  denied    false     false     false     false     false     denied
private.may_upload         other denied    false     false     false     false     false     denied
private.may_replace        own   denied    false     true      true      false     false     denied
private.may_replace        team  denied    false     true      true      false     false     denied
private.may_replace        other denied    false     false     false     false     false     denied
private.may_remove         own   denied    false     false     false     false     false     denied
private.may_remove         team  denied    false     false     false     false     false     denied
private.may_remove         other denied    false     false     false     false     false     denied
private.add_reserved       -     denied    denied    denied    denied    denied    denied    denied
private.check_claims       -     denied    denied    denied    denied    denied    denied    denied
private.check_records      -     denied    denied    denied    denied    denied    denied    denied
private.check_writer       -     denied    denied    denied    denied    denied    denied    denied
private.complete_user_dag  -     denied    denied    denied    denied    denied    denied    denied
private.grant_claim        -     denied    denied    denied    denied    denied    denied    denied
private.grant_all          -     denied    denied    denied    denied    denied    denied    denied
private.grant_name         -     denied    denied    denied    denied    denied    denied    denied
private.grant_update       -     denied    denied    denied    denied    denied    denied    denied
private.guard_template     -     denied    denied    denied    denied    denied    denied    denied
private.guard_user_dag     -     denied    denied    denied    denied    denied    denied    denied
private.holder_of          -     denied    denied    denied    denied    denied    denied    denied
private.is_left_over       -     denied    denied    denied    denied    denied    denied    denied
private.is_writer          -     denied    denied    denied    denied    denied    denied    denied
private.keep_unchanged     -     denied    denied    denied    denied    denied    denied    denied
private.lock_project       -     denied    denied    denied    denied    denied    denied    denied
private.may_put_back       -     denied    denied    denied    denied    denied    denied    denied
private.new_lease          -     denied    denied    denied    denied    denied    denied    denied
private.operation_to_end   -     denied    denied    denied    denied    denied    denied    denied
private.prune_operations   -     denied    denied    denied    denied    denied    denied    denied
private.publish            -     denied    denied    denied    denied    denied    denied    denied
private.caller_name        -     denied    denied    denied    denied    denied    denied    denied
private.flaw_of_file       -     denied    denied    denied    denied    denied    denied    denied
private.flaw_of_path       -     denied    denied    denied    denied    denied    denied    denied
private.flaw_of_record     -     denied    denied    denied    denied    denied    denied    denied
private.flaw_of_text       -     denied    denied    denied    denied    denied    denied    denied
private.holder_of_file     -     denied    denied    denied    denied    denied    denied    denied
private.is_of_another      -     denied    denied    denied    denied    denied    denied    denied
private.owner_of           -     denied    denied    denied    denied    denied    denied    denied
private.keep_versions      -     denied    denied    denied    denied    denied    denied    denied
private.new_versions       -     denied    denied    denied    denied    denied    denied    denied
private.flaw_of_version    -     denied    denied    denied    denied    denied    denied    denied
private.flaw_of_import     -     denied    denied    denied    denied    denied    denied    denied
private.flaw_of_origin     -     denied    denied    denied    denied    denied    denied    denied
private.flaw_of_person     -     denied    denied    denied    denied    denied    denied    denied
private.held_new_dags      -     denied    denied    denied    denied    denied    denied    denied
private.show_imports       -     denied    denied    denied    denied    denied    denied    denied
private.refuse_stale       -     denied    denied    denied    denied    denied    denied    denied
private.refuse             -     denied    denied    denied    denied    denied    denied    denied
private.release            -     denied    denied    denied    denied    denied    denied    denied
private.resume_operation   -     denied    denied    denied    denied    denied    denied    denied
"""

# What a hostile member, a former member or a stranger tries. Each role has a new DAG `of_<role>`
# reserved, and is in the middle of taking back an update of `held_<role>`, whose object it wrote;
# the row `spoof_<role>`, which its operation holds, claims the key of the DAG `x`; and the file of
# the row `guide`, which no dagctl made, is not called as that DAG is.
ATTACK_RIGHTS = """
                                 anon   viewer  editor   owner    stranger removed  service
X5  confirm a file in .git       denied refused invalid  invalid  refused  refused  denied
X5  confirm another's program    denied refused invalid  invalid  refused  refused  denied
X6  confirm a path with ..       denied refused invalid  invalid  refused  refused  denied
X7  put back after the removal   none   none    rows     rows     none     none     rows
X7  upload anew while aborting   denied denied  denied   denied   denied   denied   rows
X8  read what was held           none   rows    rows     rows     none     none     rows
X8  read through a chosen key    none   rows    rows     rows     none     none     rows
X9  confirm the key of another   denied refused invalid  invalid  refused  refused  denied
X9  write through a chosen key   none   none    none     none     none     none     rows
X10 remove an object of a guide  none   none    none     none     none     none     rows
C11 reserve a name in capitals   denied refused conflict conflict refused  refused  denied
D1  confirm a digest of 5 digits denied refused invalid  invalid  refused  refused  denied
D2  claim no version             denied refused invalid  invalid  refused  refused  denied
D3  claim an old version         denied refused conflict conflict refused  refused  denied
D4  confirm a spec of a list     denied refused invalid  invalid  refused  refused  denied
D5  confirm a name that reorders denied refused invalid  invalid  refused  refused  denied
D6  import a file in .git        denied refused invalid  invalid  refused  refused  denied
D7  import above the newest      denied refused invalid  invalid  refused  refused  denied
D8  import into the DAG of all   denied refused conflict conflict refused  refused  denied
"""


def newest_migration() -> str:
    """Return the digits of the newest migration's name."""
    return MIGRATIONS[-1].name[:14]


def cases(table: str, labels: int) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the cells of a table, one for each role, by the labels of their line."""
    lines = [line.split() for line in table.strip().splitlines()]
    assert tuple(lines[0]) == ROLES
    assert all(len(line) == labels + len(ROLES) for line in lines[1:])
    return {tuple(line[:labels]): tuple(line[labels:]) for line in lines[1:]}


TABLE_CASES = cases(TABLE_RIGHTS, 3)
FUNCTION_CASES = cases(FUNCTION_RIGHTS.replace("VERSION", newest_migration()), 2)
ATTACK_CASES = {
    line[:33].strip(): tuple(line[33:].split())
    for line in ATTACK_RIGHTS.strip("\n").splitlines()[1:]
}
