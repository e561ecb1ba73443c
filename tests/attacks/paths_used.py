"""Prints what dagctl opens, makes, moves or removes by a path that goes through a folder.

Between a look at such a path and its use a folder of it can become a link. So dagctl opens each
folder of a workspace by its name in the one above, and uses it by its descriptor.

    python -m tests.attacks.paths_used '[["list"], ["create", "specs"]]'
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from dagctl.cli.app import run

_EVENTS = frozenset(
    {
        "open",
        "os.scandir",
        "os.listdir",
        "os.mkdir",
        "os.remove",
        "os.rename",
        "os.link",
        "os.rmdir",
    }
)
_OF_GIT = (".git/objects", ".git/refs", ".git/HEAD", ".git/info", ".git/config", ".git/hooks")
"""git's own files, which it uses by their paths itself."""


def watched(workspace: Path, used: set[str]) -> None:
    """Note what is used by such a path below the workspace, for as long as the process lives."""

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        if event not in _EVENTS:
            return
        for path in arguments:
            if isinstance(path, str | bytes | os.PathLike) and "/" in os.fsdecode(path):
                below = os.path.relpath(os.fsdecode(path), workspace)
                if "/" in below and not below.startswith(("../", *_OF_GIT)):
                    used.add(f"{event} {below}")

    sys.addaudithook(hear)


if __name__ == "__main__":
    used: set[str] = set()
    watched(Path.cwd(), used)
    codes = [run(arguments) for arguments in json.loads(sys.argv[1])]
    Path("used.json").write_text(json.dumps({"codes": codes, "used": sorted(used)}))
