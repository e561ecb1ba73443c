"""`dagctl templates share`: templates of the project, over real HTTP and a real PostgreSQL."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from dagctl.cli.app import run
from dagctl.errors import ExitCode
from tests.supabase.place import PASSWORD, PROJECT
from tests.supabase.remote_faults import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.supabase.place import Place

REPORT = """\
template:
  name: report
  version: 1
  parameters:
    name: {type: string}
dag_name: ${{ params.name }}
tasks:
- {task_id: report, bash_command: echo report}
"""


def dagctl(*arguments: str, folder: Path) -> int:
    return run(["-C", str(folder), *arguments])


@pytest.fixture
def shared(place: Place, tmp_path: Path) -> Path:
    """Share a template; return another workspace of the project, which has none."""
    file = place.root / "templates/report.yaml"
    file.parent.mkdir()
    file.write_text(REPORT)
    assert dagctl("templates", "share", "report", folder=place.root) == 0
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(place.root / "dagctl.toml", other)
    place.git("init", "-q", str(other))
    return other


def test_what_a_member_shares_another_one_uses(
    place: Place, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shared / "x.yaml").write_text("use: project/report@1\nwith: {name: Orders}\n")
    assert dagctl("validate", str(shared / "x.yaml"), folder=shared) == ExitCode.INVALID
    assert dagctl("templates", "fetch", folder=shared) == 0
    asked = len(place.stand_in.requests.matching("POST", "/rest/v1/rpc/shared_templates"))
    assert dagctl("validate", str(shared / "x.yaml"), folder=shared) == 0
    capsys.readouterr()
    assert dagctl("templates", folder=shared) == 0
    assert "report\t1\tproject\t" in capsys.readouterr().out
    assert len(place.stand_in.requests.matching("POST", "/rest/v1/rpc/shared_templates")) == asked


def test_a_shared_version_never_changes_and_can_be_taken_back(
    place: Place, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = place.root / "templates/report.yaml"
    assert dagctl("templates", "share", "report", folder=place.root) == 0
    assert "report@1 is shared already" in capsys.readouterr().out
    file.write_text(REPORT.replace("version: 1", "version: 2").replace("bash_command", "bash_cmd"))
    assert dagctl("templates", "share", "report", folder=place.root) == ExitCode.INVALID
    assert "templates/report.yaml:8:" in capsys.readouterr().err
    file.write_text(REPORT.replace("echo", "rm"))
    assert dagctl("templates", "share", "report", folder=place.root) == ExitCode.CONFLICT
    assert "shared with another text" in capsys.readouterr().err

    assert dagctl("templates", "fetch", folder=shared) == 0
    assert dagctl("templates", "unshare", "report@1", folder=place.root) == 0
    assert dagctl("templates", "unshare", "report", folder=place.root) == ExitCode.NOT_FOUND
    assert dagctl("templates", "share", "report", folder=place.root) == ExitCode.CONFLICT
    assert dagctl("templates", "fetch", folder=shared) == 0
    capsys.readouterr()
    assert dagctl("templates", folder=shared) == 0
    assert "\tproject\t" not in capsys.readouterr().out


def test_who_is_no_editor_shares_nothing(
    place: Place, shared: Path, ada: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place.stand_in.sql(
        "update public.project_members set role = 'viewer' where user_id = %s returning 1", ada
    )
    for words in (["share", "report"], ["unshare", "report"]):
        assert dagctl("templates", *words, folder=place.root) == ExitCode.NOT_A_MEMBER
    assert dagctl("templates", "fetch", folder=shared) == 0
    assert "1 template" in capsys.readouterr().out
    place.stand_in.remove_member(PROJECT, ada)
    assert dagctl("templates", "fetch", folder=shared) == 0
    assert "0 templates" in capsys.readouterr().out
    assert PASSWORD not in capsys.readouterr().err


def test_what_a_server_answers_is_checked(place: Place, shared: Path) -> None:
    place.stand_in.sql(
        "insert into public.dag_templates (project_id, name, version, text, shared_by) "
        "values (%s, 'other', 1, %s, gen_random_uuid()) returning 1",
        PROJECT,
        REPORT,
    )
    assert dagctl("templates", "fetch", folder=shared) == ExitCode.CONFLICT


@pytest.mark.parametrize("fault", ["lost request", "lost answer", "twice", "half an answer", "503"])
@pytest.mark.parametrize("function", ["share_template", "shared_templates"])
@pytest.mark.usefixtures("quick")
def test_whatever_fails_once_the_same_command_comes_to_the_same_end(
    place: Place, shared: Path, fault: str, function: str
) -> None:
    file = place.root / "templates/report_2.yaml"
    file.write_text(REPORT.replace("version: 1", "version: 2"))
    place.stand_in.faults.add("POST", f"/rest/v1/rpc/{function}", KINDS[fault](), times=1)

    assert dagctl("templates", "share", "report", folder=place.root) in {0, ExitCode.UNAVAILABLE}
    place.stand_in.faults.clear()
    assert dagctl("templates", "share", "report", folder=place.root) == 0
    rows = place.stand_in.sql("select version, text from public.dag_templates order by version")
    assert [tuple(row) for row in rows] == [(1, REPORT), (2, file.read_text())]
    assert dagctl("templates", "fetch", folder=shared) == 0
