"""What the tests of the git adapter share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.git.commit import Patience
from dagctl.adapters.git.repo import GitRepo

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.ports import FileWrite
    from tests.conftest import Sandbox

PATIENCE = Patience(hook=30, ref=60, index=0.2)
HASTE = Patience(ref=0.5)


class Operation:
    """The git steps of one operation, as publish takes them."""

    def __init__(
        self,
        root: Path,
        name: str = "op-1",
        patience: Patience = PATIENCE,
        dags_folder: str = "dags",
    ) -> None:
        self.root = root
        self.name = name
        self.repo = GitRepo(root, dags_folder, patience=patience)

    def at(self, root: Path) -> Operation:
        """Return the same operation in another workspace."""
        return Operation(root, self.name)

    def commit(
        self, *writes: FileWrite, message: str = "Create x", verify: bool = True, stage: bool = True
    ) -> str:
        """Write the files, check, commit and stage them; return the commit id."""
        branch = self.repo.preflight([write.path for write in writes])
        for write in writes:
            file = self.root / write.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(write.new or b"")
        commit_id = self.repo.commit(self.name, branch, writes, message, verify=verify)
        if stage:
            assert self.repo.stage([write.path for write in writes]) is None
        return commit_id


@pytest.fixture
def operation(sandbox: Sandbox) -> Operation:
    """Return an operation in the sandbox."""
    return Operation(sandbox.root)
