"""Which modules a run of the command line loads."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def loaded(shell: Shell, *arguments: str) -> set[str]:
    """Return the modules that a run has loaded when it ends."""
    program = (
        "import sys; from dagctl.cli.app import run; code = run(sys.argv[1:]); "
        "print('\\n'.join(sys.modules), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=shell.folder,
        env=shell.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())
