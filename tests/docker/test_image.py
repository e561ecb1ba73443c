"""What the Dockerfile runs works, as far as it goes without Docker: build, start, health, stop."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.docker.conftest import ROOT

if TYPE_CHECKING:
    from tests.docker.conftest import Dockerfile

INSTALL_SECONDS = 600
START_SECONDS = 60
SUPABASE = {
    "DAGCTL_SUPABASE_URL": "http://127.0.0.1:9",
    "DAGCTL_SUPABASE_KEY": "sb_publishable_nobody_is_asked",
}


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A folder in place of the image's file system, with the build context in `/source`."""
    kept = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    ignored = shutil.ignore_patterns("__pycache__")
    for name in (line.removeprefix("!") for line in kept if line.startswith("!")):
        there = tmp_path / "source" / name
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, there, symlinks=True, ignore=ignored)
        else:
            there.parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, there)
    return tmp_path


def inside(text: str, image: Path) -> str:
    """Return a command with its folders in the image."""
    for folder in ("/wheels", "/opt/dagctl", "/var/lib/dagctl"):
        text = text.replace(folder, f"{image}{folder}")
    return text


def environment(image: Path) -> dict[str, str]:
    path = f"{image}/opt/dagctl/bin{os.pathsep}{Path(sys.executable).parent}"
    kept = {name: text for name, text in os.environ.items() if not name.startswith("DAGCTL_")}
    return {**kept, "PATH": f"{path}{os.pathsep}{os.environ['PATH']}", **SUPABASE}


def free_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])


@pytest.mark.index
def test_the_image_is_built_starts_is_healthy_and_stops(
    image: Path, dockerfile: Dockerfile
) -> None:
    env, port = environment(image), free_port()
    build = inside(dockerfile.all("RUN")[0], image)
    subprocess.run(
        ["sh", "-ec", build], cwd=image / "source", env=env, check=True, timeout=INSTALL_SECONDS
    )
    (image / "var/lib").mkdir(parents=True)
    start = [*dockerfile.command("ENTRYPOINT"), *dockerfile.command("CMD"), "--port", port]
    look = [one.replace("8080", port) for one in dockerfile.command("HEALTHCHECK")]
    assert subprocess.run(look, env=env, check=False, capture_output=True).returncode == 1
    with subprocess.Popen([inside(one, image) for one in start], cwd=image, env=env) as server:
        try:
            wait_until_healthy(server, look, env)
        finally:
            server.send_signal(signal.SIGTERM)
    assert server.returncode == 0


def wait_until_healthy(
    server: subprocess.Popen[bytes], look: list[str], env: dict[str, str]
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run(look, env=env, check=False, capture_output=True).returncode != 0:
        assert server.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.2)
