"""The golden files: `tests/golden/<name>/spec.*` and the file of each target.

`pytest tests/unit/codegen --update-goldens` rewrites them.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from dagctl import Provenance, load_spec, render
from dagctl.spec.load import check_spec

if TYPE_CHECKING:
    from dagctl import DagSpec

GOLDEN = Path(__file__).parents[2] / "golden"
FOLDERS = sorted(path.parent for path in GOLDEN.glob("*/spec.*"))
CREATED = datetime(2024, 1, 15, 10, 30, tzinfo=UTC)
UNTIDY = {"guide_etl", "guide_training", "hostile_text", "def_forms", "bodies"}
"""Their user code is not as ruff would have it, and is kept."""

both_targets = pytest.mark.parametrize("airflow", ["2", "3"])
each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def spec_in(folder: Path) -> DagSpec:
    (path,) = folder.glob("spec.*")
    return load_spec(path.read_bytes(), origin=path.name)


@both_targets
@each_folder
def test_the_file_is_the_golden_one(
    folder: Path,
    airflow: Literal["2", "3"],
    update_goldens: bool,  # noqa: FBT001 - a fixture
) -> None:
    origin = f"specs/{folder.name}.yaml"
    known = Provenance("Ada Lovelace", CREATED, source=origin, version=1)
    source = render(spec_in(folder), airflow=airflow, provenance=known)
    golden = folder / f"airflow{airflow}.py"
    if update_goldens:
        golden.write_text(source, encoding="utf-8", newline="")
    assert golden.read_bytes().decode() == source


@each_folder
def test_a_version_that_is_newer_than_the_catalogue_is_as_the_newest_in_it(folder: Path) -> None:
    (path,) = folder.glob("spec.*")
    newest, newer = (
        check_spec(path.read_bytes(), origin=path.name, airflow=version)
        for version in ("3.4", "3.5")
    )
    assert [each.code for each in newer.diagnostics] == [each.code for each in newest.diagnostics]
    assert render(newer.result(), airflow="3.5") == render(newest.result(), airflow="3.4")


def ruff(*arguments: str) -> str:
    files = [f for folder in FOLDERS if folder.name not in UNTIDY for f in folder.glob("*.py")]
    program = Path(sys.executable).with_name("ruff")
    command: list[str | Path] = [program, *arguments, "--isolated", "--no-cache", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_ruff_finds_nothing_in_the_golden_files_whose_code_is_clean() -> None:
    assert ruff("format", "--diff") == ""
    assert ruff("check", "--select", "E,F,W,I,AIR", "--ignore", "E501") == ""


SEEDS = """
import sys
from pathlib import Path
from dagctl import load_spec, render
for path in sorted(Path(sys.argv[1]).glob("*/spec.*")):
    for airflow in "23":
        print(render(load_spec(path.read_bytes(), origin=path.name), airflow=airflow))
"""


def test_same_spec_same_bytes_under_four_hash_seeds() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SEEDS, str(GOLDEN)],
            env={"PYTHONHASHSEED": str(seed), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in range(4)
    }
    assert len(outputs) == 1
    assert min(map(len, outputs)) > 10_000
