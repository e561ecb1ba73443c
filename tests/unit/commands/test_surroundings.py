"""What stands around a spec, where its folder changes while it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.commands.surroundings import Surroundings
from dagctl.errors import ConflictError
from dagctl.workspace import find_workspace

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.workspace import Workspace


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

    monkeypatch.setattr("dagctl.commands.surroundings.find_workspace", find_and_swap)
    with pytest.raises(ConflictError, match="specs leads out of the workspace by now"):
        Surroundings().around(specs / "orders.yaml")
