"""Versions of providers in a target: read, refused, and used wherever operators are looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.commands.specs.load_spec import check
from dagctl.errors import UsageError
from dagctl.findings.codes import Code
from dagctl.settings import load_for_specs, load_settings
from dagctl.settings.setting_checks import EXAMPLE_ID
from dagctl.target import target_of, with_providers
from dagctl.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

TASK = """
dag_name: x
tasks:
  - task_id: a
    operator: SnowflakeSqlApiOperator
    with: {sql: select 1, statement_count: 1, cancel_on_kill: true}
"""


def test_a_target_has_one_full_name() -> None:
    target = target_of("3.1 google==19.1.0 amazon==9.4")
    assert (target.name, target.full_name) == ("3.1", "3.1 amazon==9.4 google==19.1.0")
    assert target_of(target.full_name) == target
    names = {"cncf.kubernetes": "10.1.0", "apache-airflow-providers-amazon": "9.4"}
    assert with_providers("3", names) == "3 amazon==9.4 cncf-kubernetes==10.1.0"
    assert target_of("3").providers == {}


@pytest.mark.parametrize(
    "name", ["3 amzon==9.4", "3 amazon", "3 amazon==", "3 amazon==new", "3  amazon==9", "amazon==9"]
)
def test_what_is_no_provider_or_no_version_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"provider|version|Airflow"):
        target_of(name)


def test_the_workspace_names_versions(tmp_path: Path) -> None:
    config = tmp_path / "dagctl.toml"
    config.write_text('[airflow]\nversion = "3.1"\n[airflow.providers]\namazon = "9.4.0"\n')
    workspace = Workspace(tmp_path)

    assert load_for_specs(workspace, {}).target() == "3.1 amazon==9.4.0"
    assert load_for_specs(workspace, {}).target("2") == "2 amazon==9.4.0"
    environ = {"DAGCTL_PROVIDERS": "http=5.0.0", "DAGCTL_PROJECT_ID": EXAMPLE_ID}
    assert load_settings(workspace, environ, {}).target == "3.1 http==5.0.0"


@pytest.mark.parametrize(
    "line", ['amzon = "9.4"', "amazon = 9.4", 'amazon = "new"', 'amazon = {a = "b"}']
)
def test_a_wrong_version_is_refused_at_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "dagctl.toml").write_text(f"[airflow.providers]\n{line}\n")
    with pytest.raises(UsageError, match=r"dagctl\.toml:1"):
        load_for_specs(Workspace(tmp_path), {})


def test_operators_are_looked_up_in_these_versions() -> None:
    old, new = check(TASK, airflow="3 snowflake==6.6.1"), check(TASK, airflow="3")
    assert new.diagnostics == ()
    assert [each.code for each in old.diagnostics] == [Code.OTHER_VERSION]
