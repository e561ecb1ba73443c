"""Files that commands write in one step."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dagctl.commands.files.new_files import replace_file

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_replaced_and_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """A clone may have a link in the place of the file that is written beside."""
    precious, file = tmp_path / "precious", tmp_path / "made.yaml"
    precious.write_text("kept")
    file.write_text("old")
    file.chmod(0o600)
    (tmp_path / f".dagctl-tmp-{os.getpid()}-made.yaml").symlink_to(precious)
    replace_file(file, b"new")
    assert (file.read_text(), precious.read_text()) == ("new", "kept")
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made.yaml", "precious"]


def test_a_file_of_another_dagctl_that_writes_it_too_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / f".dagctl-tmp-{os.getpid() + 1}-made.yaml"
    other.write_text("half")
    replace_file(tmp_path / "made.yaml", b"new")
    assert other.read_text() == "half"
