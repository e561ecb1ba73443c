"""Only commands that talk to Supabase load its client."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.supabase.place import Place

HEAVY = ("supabase", "postgrest", "storage3", "realtime", "httpx")


def loaded(place: Place, *arguments: str) -> set[str]:
    """Return which of the heavy modules a run of dagctl loads."""
    script = (
        "import sys; from dagctl.cli.app import run; code = run(); "
        f"sys.stderr.write(' '.join(m for m in {HEAVY!r} if m in sys.modules)); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=place.root,
        env=os.environ | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.rpartition("\n")[2].split()) & set(HEAVY)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("link", "--help"),
        ("doctor", "--help"),
        ("validate", "specs/x.yaml"),
        ("render", "specs/x.yaml"),
        ("explain", "CONFLICT"),
        ("schema",),
        ("migrations", "export", "sql"),
        ("recover",),
    ],
)
def test_a_command_that_asks_no_one_loads_no_client(
    place: Place, arguments: tuple[str, ...]
) -> None:
    place.spec("specs/x.yaml")
    assert loaded(place, *arguments) == set()


@pytest.mark.parametrize("arguments", [("create", "specs/x.yaml"), ("list",), ("doctor",)])
def test_a_command_of_a_local_workspace_loads_no_client(
    place: Place, arguments: tuple[str, ...]
) -> None:
    (place.root / "dagctl.toml").write_text('project_id = "123e4567-e89b-12d3-a456-426614174000"\n')
    place.spec("specs/x.yaml")
    assert loaded(place, *arguments) == set()


def test_a_command_that_talks_to_supabase_loads_it(place: Place) -> None:
    assert loaded(place, "list") == {"httpx", "postgrest", "storage3"}
