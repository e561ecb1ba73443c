"""`dagctl serve` as the one who starts it sees it; what callers see is in tests/server."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pexpect
import pytest

from dagctl.errors import ExitCode
from tests.cli.conftest import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Shell

LOCAL = ("--local-user", "you@example.com")
SECRET = {
    "DAGCTL_SUPABASE_URL": "https://abc.supabase.co",
    "DAGCTL_SUPABASE_KEY": "sb_secret_0123456789",
}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["no url of a Supabase project", "DAGCTL_SUPABASE_URL", "--local-user you@"]),
        (["--local-user", "ana"], ["'ana' is not an e-mail address", "--local-user you@"]),
        ([*LOCAL, "--cors-origin", "app"], ["'app' is not an origin", "https://app.example.com"]),
        ([*LOCAL, "--trusted-proxy", "lb"], ["'lb' is no address", "--trusted-proxy 10.0.0.7"]),
        ([*LOCAL, "--trusted-proxy", "10.0.0.1/8"], ["no address and no network", "10.0.0.0/8"]),
        ([*LOCAL, "--host", "0.0.0.0"], ["asks for no token", "fix:   --host 127.0.0.1"]),
        (
            [*LOCAL, "--projects", "no.toml"],
            ["there is no file no.toml", 'fix:   a line is "PROJECT_ID" = "FOLDER"'],
        ),
        ([*LOCAL, "--projects", "bad.toml"], ['bad.toml: "orders" is not a project id (UUID)']),
        ([*LOCAL, "--log-format", "xml"], ["`xml` is not one of `auto`, `json`, `text`"]),
        ([*LOCAL, "--port", "65536"], ["`--port`: it must be 65535 or less"]),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, list) else None,
)
def test_what_contradicts_itself_is_refused(
    shell: Shell, arguments: list[str], words: list[str]
) -> None:
    shell.write("bad.toml", 'orders = "orders"\n')
    done = shell.run("serve", *arguments)
    assert done.code == ExitCode.USAGE
    assert done.out == ""
    for word in words:
        assert word in done.err


def test_a_secret_key_is_refused(shell: Shell) -> None:
    done = shell.run("serve", **SECRET)
    assert done.code == ExitCode.USAGE
    assert "would bypass row level security" in done.err
    assert "--local-user" not in done.err
    assert SECRET["DAGCTL_SUPABASE_KEY"] not in done.err


@pytest.mark.parametrize("key", ["sb_publishable_0123456789", None])
def test_supabase_settings_beside_a_local_user_are_warned_of(shell: Shell, key: str | None) -> None:
    settings = {**SECRET, "DAGCTL_SUPABASE_KEY": key} if key else {}
    done = shell.run("serve", *LOCAL, "--host", "0.0.0.0", **settings)  # is refused after that
    warned = "warning: --local-user serves the local backend; the Supabase project https://abc"
    assert done.err.startswith(warned) == (key is not None)


def test_a_port_in_use_is_named(shell: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = shell.run("serve", *LOCAL, "--port", port)
    assert done.code == ExitCode.UNAVAILABLE
    assert done.err.startswith(f"error[UNAVAILABLE]: 127.0.0.1 port {port}: Address already in use")


def test_a_root_that_cannot_be_made_is_named(shell: Shell) -> None:
    file = shell.write("file", "")
    done = shell.run("serve", *LOCAL, "--root", "file/repositories")
    assert done.code == ExitCode.UNAVAILABLE
    assert f"cannot make the folder {file}/repositories: Not a directory" in done.err


@pytest.mark.parametrize("missing", ["fastapi", "uvicorn", "prometheus_client"])
def test_without_the_extra_it_says_how_to_get_it(shell: Shell, missing: str) -> None:
    program = (
        f"import sys; sys.modules[{missing!r}] = None; "
        "from dagctl.cli.app import run; sys.exit(run(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "serve", *LOCAL],
        cwd=shell.folder,
        env=shell.environ,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == ExitCode.USAGE
    assert "the extra `serve` is not installed" in done.stderr
    assert "fix:   pip install 'dagctl-airflow[serve]'" in done.stderr


@pytest.fixture
def terminal(shell: Shell) -> Iterator[pexpect.spawn[str]]:
    """A server that was started at a terminal."""
    child = pexpect.spawn(
        sys.executable,
        ["-m", "dagctl", "serve", *LOCAL, "--port", "0"],
        cwd=shell.folder,
        env={**shell.environ, "TERM": "xterm-256color"},
        encoding="utf-8",
        timeout=SECONDS,
        dimensions=(24, 200),
    )
    yield child
    child.close(force=True)


def test_at_a_terminal_a_person_reads_what_happens(terminal: pexpect.spawn[str]) -> None:
    terminal.expect(r"^Serving on (http://127\.0\.0\.1:\d+); Ctrl-C stops it\.\r\n")
    assert isinstance(terminal.match, re.Match)
    url = terminal.match[1]
    assert httpx.get(f"{url}/healthz").text == "ok"
    terminal.expect(r"^\d\d:\d\d:\d\d GET /healthz 200 [\d.]+ ms\r\n")
    httpx.get(f"{url}/%1b%5b2J%0aforged")
    terminal.expect(r"^\d\d:\d\d:\d\d GET /\\x1b\[2J\\nforged 404 USAGE [\d.]+ ms\r\n")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert terminal.before is not None
    assert "Traceback" not in terminal.before
    assert terminal.before.endswith("stopped\r\n")
