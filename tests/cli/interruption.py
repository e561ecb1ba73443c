"""A command that a signal stops."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.cli.conftest import SECONDS

if TYPE_CHECKING:
    import signal

    from tests.cli.conftest import Shell


def interrupted(workspace: Shell, number: signal.Signals) -> tuple[int, str]:
    """Send a signal to a `create` that waits in a pre-commit hook; return its code and stderr."""
    hook = workspace.folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch started\nsleep 30\n")
    hook.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-m", "dagctl", "create", "specs"],
        cwd=workspace.folder,
        env=workspace.environ,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + SECONDS
    while not list(workspace.folder.rglob("started")) and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(process.pid, number)
    _, err = process.communicate(timeout=SECONDS)
    return process.returncode, err
