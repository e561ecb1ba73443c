"""What is read around spec files: nearest first, inside of the workspace, never through a link."""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING
from unittest.mock import MagicMock

import pytest

from dagctl import load_spec
from dagctl.commands.files.read_specs import read_specs
from dagctl.commands.specs.surroundings import Surroundings
from dagctl.commands.templates import listing as templates
from dagctl.commands.validate import validate
from dagctl.commands.workspace_specs import MOST_TRIED, WorkspaceSpecs
from dagctl.errors import ConflictError, Severity, SpecError, UsageError
from dagctl.findings.codes import Code
from dagctl.operation.backend import TooManyEnvironmentsError
from dagctl.settings import load_variables
from dagctl.settings.workspace_variables import MAX_ENVIRONMENTS, each_environment
from dagctl.spec.inputs import Input, digest_of_text
from dagctl.spec.strictness import Checks
from dagctl.template import Template, read_template
from dagctl.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from pathlib import Path

SPEC = "dag_name: Report\ntasks: [{task_id: a, bash_command: ls}]\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "dagctl.toml").write_text(
        '[vars]\nstage = "dev"\n[env.prod.vars]\nstage = "prod"\nonly = 1\n'
    )
    (tmp_path / "specs" / "a").mkdir(parents=True)
    (tmp_path / "specs" / "a" / "one.yaml").write_text(SPEC)
    return tmp_path


def _spec(root: Path) -> Path:
    return root / "specs" / "a" / "one.yaml"


def _errors(root: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load_spec(_spec(root))
    return [str(each) for each in caught.value.diagnostics if each.severity is Severity.ERROR]


def test_each_folder_up_to_the_workspace_says_something(root: Path) -> None:
    (root / "specs/a/defaults.yaml").write_text("owner: near\ntags: [a]\n")
    (root / "specs/defaults.yaml").write_text("owner: middle\ncatchup: true\n")
    (root / "defaults.yaml").write_text("owner: far\ncatchup: false\nretries: 4\ntags: [b]\n")
    (root.parent / "defaults.yaml").write_text("description: outside\n")
    spec = load_spec(_spec(root))
    assert (spec.owner, spec.catchup, spec.retries) == ("near", True, 4)
    assert (spec.tags, spec.description) == (("b", "a"), "")
    assert load_spec(_spec(root), defaults=[]).owner == "airflow"
    assert load_spec(SPEC, defaults=["owner: given"]).owner == "given"


@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "huge", "bytes"])
def test_what_is_no_regular_file_is_an_error_and_never_read(root: Path, kind: str) -> None:
    place = root / "specs" / "defaults.yaml"
    secret = root.parent / "secret.yaml"
    secret.write_text("owner: from outside\n")
    match kind:
        case "link":
            place.symlink_to(secret)
        case "folder":
            place.mkdir()
        case "pipe":
            os.mkfifo(place)
        case "huge":
            place.write_text("#" * 2_000_001)
        case _:
            place.write_bytes(b"owner: \xff\n")
    (error,) = _errors(root)
    assert "defaults.yaml" in error
    assert "from outside" not in error


def test_a_folder_that_is_a_link_out_of_the_workspace_brings_nothing(root: Path) -> None:
    outside = root.parent / f"{root.name}-outside"
    outside.mkdir()
    (outside / "one.yaml").write_text(SPEC)
    (outside / "defaults.yaml").write_text("owner: outside\n")
    (root / "link").symlink_to(outside)
    with pytest.raises(SpecError, match="a link leads out of the workspace, to"):
        load_spec(root / "link" / "one.yaml")


def test_variables_are_those_of_the_environment_and_flags_win(root: Path) -> None:
    workspace = Workspace(root)
    assert load_variables(workspace, {}).values["stage"].value == "dev"
    prod = load_variables(workspace, {"DAGCTL_ENV": "prod"}, given=["stage=3", "x=1.10", "y="])
    assert {name: each.value for name, each in prod.values.items()} == {
        "stage": 3,
        "only": 1,
        "x": 1.1,
        "y": "",
    }
    assert (prod.values["x"].text, prod.values["only"].said_by) == ("1.10", "dagctl.toml:5")
    assert load_variables(workspace, {}).elsewhere == {"only": ("prod",)}


@pytest.mark.parametrize(
    ("toml", "environ", "given"),
    [
        ("", {"DAGCTL_ENV": "prd"}, []),
        ("vars = 1\n", {}, []),
        ("[vars]\nx = 2026-01-01\n", {}, []),
        ("[vars]\nx = nan\n", {}, []),
        ('[vars]\nx = "${{ vars.y }}"\n', {}, []),
        ('[vars]\n"a b" = 1\n', {}, []),
        ("env = 1\n", {}, []),
        ("[env.prod]\nx = 1\n", {}, []),
        ("", {}, ["x"]),
        ("", {}, ["=x"]),
    ],
)
def test_wrong_variables_are_refused(
    tmp_path: Path, toml: str, environ: dict[str, str], given: list[str]
) -> None:
    (tmp_path / "dagctl.toml").write_text(toml)
    with pytest.raises(UsageError):
        load_variables(Workspace(tmp_path), environ, given=given)


def test_one_slip_in_defaults_is_one_finding_for_all_specs(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    for number in range(20):
        (root / "specs" / f"{number}.yaml").write_text(SPEC)
    (root / "specs" / "defaults.yaml").write_text("catchup: true\nowner: 7\n")
    reading = read_specs(["specs"], None)  # type: ignore[arg-type] # nothing is piped in
    result = validate(reading, Checks(strict=True))
    errors = [(each.code, each.file, each.line) for each in result.diagnostics]
    assert errors == [(Code.WRONG_TYPE, "specs/defaults.yaml", 2)]
    assert result.specs == ()


def test_a_file_is_read_once_for_all_specs(root: Path) -> None:
    (root / "specs" / "defaults.yaml").write_text("owner: ann\n")
    surroundings = Surroundings()
    first = surroundings.around(_spec(root)).defaults
    assert surroundings.around(root / "specs" / "b.yaml").defaults == first


def test_the_templates_are_read_once_for_all_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dagctl.toml").write_text("")
    reads: list[str] = []

    def counted(text: str | bytes, name: str) -> Template:
        reads.append(name)
        return read_template(text, name)

    monkeypatch.setattr(templates, "read_template", counted)
    surroundings = Surroundings()
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "x.yaml"
        spec = surroundings.load("use: cleanup@1\nwith: {name: X, folder: /data/x}\n", path)
        assert spec.dag_name == "X"

    assert len(reads) == len(set(reads))


def test_the_variables_of_all_environments_are_read_once_a_command(tmp_path: Path) -> None:
    place = tmp_path / "dagctl.toml"
    place.write_text('[vars]\nx = "a"\n[env.prod.vars]\nx = "b"\n')
    specs = WorkspaceSpecs(Workspace(tmp_path))
    item = Input("variable", "x", digest_of_text('"b"'))
    assert specs.input_digests([item]) == {item: item.digest}
    place.write_text('[vars]\nx = "c"\n')
    assert specs.input_digests([item]) == {item: item.digest}
    specs.renew()
    assert specs.input_digests([item]) == {item: digest_of_text('"c"')}


def environments(folder: Path, count: int, values: int) -> Workspace:
    """Return a workspace with environments, in which the variable `a` has so many values."""
    tables = (f"[env.e{number}.vars]\na = {number % values}" for number in range(count))
    (folder / "dagctl.toml").write_text("[vars]\nb = 1\n" + "\n".join(tables))
    return Workspace(folder)


def test_the_variables_of_each_environment_come_before_the_shared_ones(tmp_path: Path) -> None:
    found = each_environment(environments(tmp_path, 5, 5))
    assert [one.environment for one in found] == ["e0", "e1", "e2", "e3", "e4"]
    assert {name: known.value for name, known in found[3].values.items()} == {"a": 3, "b": 1}


def test_more_environments_than_anyone_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`env` has more than 1,000 environments"):
        each_environment(environments(tmp_path, MAX_ENVIRONMENTS + 1, 1))
    with pytest.raises(UsageError, match="`env` has more than 1,000 environments"):
        load_variables(Workspace(tmp_path), {"DAGCTL_ENV": "e1"})
    assert set(load_variables(Workspace(tmp_path), {}).values) == {"b"}  # none is used


WITH_A = """
dag_name: X
start_date: 2026-01-01
tasks: [{task_id: a, bash_command: 'echo ${{ vars.a }}'}]
"""


def test_a_spec_is_read_once_for_environments_that_make_the_same_of_it(tmp_path: Path) -> None:
    specs = WorkspaceSpecs(environments(tmp_path, MAX_ENVIRONMENTS, MOST_TRIED - 1))
    made = [spec.digest() for spec in specs.variants(WITH_A, "x.yaml")]
    assert len(made) == len(set(made)) == MOST_TRIED - 1


def test_a_spec_that_is_not_read_for_each_environment_is_not_said_to_be_outdated(
    tmp_path: Path,
) -> None:
    specs = WorkspaceSpecs(environments(tmp_path, MOST_TRIED + 5, MOST_TRIED + 5))
    read = iter(specs.variants(WITH_A, "x.yaml"))
    assert len(list(islice(read, MOST_TRIED - 1))) == MOST_TRIED - 1  # the first has no `a`
    with pytest.raises(TooManyEnvironmentsError, match=r"x\.yaml was read for 100 of 105 env"):
        next(read)


def test_the_environment_that_has_made_a_spec_is_tried_early_among_many(tmp_path: Path) -> None:
    count = MOST_TRIED + 50
    specs = WorkspaceSpecs(environments(tmp_path, count, count))
    made_of = (Input("variable", "a", digest_of_text(f"{count - 1}")),)
    first = next(specs.variants(WITH_A, "x.yaml", lambda: made_of))  # the chosen one has no `a`
    assert f"echo {count - 1}'" in str(first.to_data())


@pytest.mark.parametrize(("text", "tries"), [("- a", 1), ("dag_name: X\n", MOST_TRIED)])
def test_a_text_that_is_no_spec_makes_none_however_many_environments_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, tries: int
) -> None:
    specs = WorkspaceSpecs(environments(tmp_path, MOST_TRIED + 5, 1))
    load = MagicMock(wraps=Surroundings(None).load)
    monkeypatch.setattr(Surroundings, "load", load)
    assert (list(specs.variants(text, "x.yaml")), load.call_count) == ([], tries)


def test_a_folder_that_becomes_a_link_out_of_the_workspace_meanwhile_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    specs, outside = tmp_path / "ws/specs", tmp_path / "outside"
    specs.mkdir(parents=True)
    outside.mkdir()
    (tmp_path / "ws/dagctl.toml").write_text("")
    find = find_workspace

    def find_and_swap(start: Path) -> Workspace | None:
        workspace = find(start)
        specs.rmdir()
        specs.symlink_to(outside)
        return workspace

    monkeypatch.setattr("dagctl.commands.specs.surroundings.find_workspace", find_and_swap)
    with pytest.raises(ConflictError, match="specs leads out of the workspace by now"):
        Surroundings().around(specs / "orders.yaml")
